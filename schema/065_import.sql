-- Imports: how far each one is, kept in the transaction of the rows it counts, so that it goes on after anything.

CREATE SEQUENCE import_run_id_seq;
CREATE TABLE import_run (
    id bigint PRIMARY KEY DEFAULT nextval('import_run_id_seq'),
    employee_id bigint NOT NULL,
    key text NOT NULL,                  -- of the command: asked again, it goes on
    entity text NOT NULL,
    upload bigint NOT NULL,
    asked text NOT NULL,                -- what was asked, as a hash: the same key for something else is an error
    next int NOT NULL DEFAULT 1,        -- row of the file; 0 is its head
    created bigint NOT NULL DEFAULT 0,
    updated bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    bad bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT now(),
    touched_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    UNIQUE (employee_id, key)
);
ALTER SEQUENCE import_run_id_seq OWNED BY import_run.id;
CREATE INDEX import_run_started ON import_run (started_at);

-- The lines passed over so far: told again when the run is taken up.
CREATE TABLE import_fault (
    run_id bigint NOT NULL REFERENCES import_run (id) ON DELETE CASCADE,
    line bigint NOT NULL,
    fault text NOT NULL,
    PRIMARY KEY (run_id, line)
);

ALTER TABLE import_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_run_own ON import_run TO yizhan_app
    USING (employee_id = current_setting('app.self')::bigint) WITH CHECK (employee_id = current_setting('app.self')::bigint);
ALTER TABLE import_fault ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_fault_own ON import_fault TO yizhan_app USING (EXISTS (SELECT FROM import_run r WHERE r.id = run_id));
GRANT SELECT, INSERT, UPDATE ON import_run TO yizhan_app;
GRANT SELECT, INSERT ON import_fault TO yizhan_app;
GRANT USAGE ON SEQUENCE import_run_id_seq TO yizhan_app;

-- What was done stands in the trail; how it was done is kept as long as keys of commands are.
CREATE FUNCTION import_purge(most int DEFAULT 100) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH old AS (
        SELECT id FROM import_run WHERE started_at < now() - interval '90 days' ORDER BY started_at LIMIT most
    ), gone AS (
        DELETE FROM import_run r USING old WHERE r.id = old.id RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
GRANT EXECUTE ON FUNCTION import_purge(int) TO yizhan_app, yizhan_tail;
INSERT INTO job (name, every, lease) VALUES ('import_purge', '1 hour', '5 minutes');
