-- Who has which record open for editing. Nobody is kept out by it: colleagues are shown who is at it. A hold belongs to a session and
-- lives while that session's connection is at some server: each server says so of its own every few seconds.

CREATE TABLE hold (
    session_id bigint NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    entity text NOT NULL CHECK (length(entity) <= 64),
    row_id bigint NOT NULL,
    employee_id bigint NOT NULL,
    branch_id int,              -- of the record, for who is told
    since timestamptz NOT NULL DEFAULT now(),
    beat_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (session_id, entity, row_id)
) WITH (fillfactor = 50);
CREATE INDEX hold_row ON hold (entity, row_id);

ALTER TABLE hold ENABLE ROW LEVEL SECURITY;
CREATE POLICY hold_see ON hold FOR SELECT TO yizhan_app, yizhan_tail USING (true);
CREATE POLICY hold_take ON hold FOR INSERT TO yizhan_app WITH CHECK (employee_id = current_setting('app.self')::bigint);
CREATE POLICY hold_keep ON hold FOR UPDATE TO yizhan_app USING (employee_id = current_setting('app.self')::bigint);
CREATE POLICY hold_let_go ON hold FOR DELETE TO yizhan_app USING (employee_id = current_setting('app.self')::bigint);
GRANT SELECT ON hold TO yizhan_app, yizhan_tail;
GRANT INSERT (session_id, entity, row_id, employee_id, branch_id), UPDATE (beat_at), DELETE ON hold TO yizhan_app;

-- These sessions are connected here; those of nobody's are swept away. Returns how many were kept.
CREATE FUNCTION hold_beat(p_sessions bigint[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH dead AS (
        DELETE FROM hold WHERE beat_at < now() - interval '1 minute' AND session_id <> ALL (p_sessions)
    ), kept AS (
        UPDATE hold SET beat_at = now() WHERE session_id = ANY (p_sessions) RETURNING 1
    )
    SELECT count(*) FROM kept
$$;
GRANT EXECUTE ON FUNCTION hold_beat(bigint[]) TO yizhan_tail;

CREATE FUNCTION hold_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM hold WHERE session_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER session_ended AFTER UPDATE OF ended_at ON session FOR EACH ROW
    WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION hold_end();
