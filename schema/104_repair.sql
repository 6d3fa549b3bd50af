-- Data repair: what was keyed wrong and is past putting right by hand, put right with a reason and by two people. What is asked is kept as
-- it was and as it should be; it never changes, and is decided once.

CREATE SEQUENCE repair_id_seq;
CREATE TABLE repair (
    id bigint PRIMARY KEY DEFAULT nextval('repair_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint NOT NULL REFERENCES employee (id),        -- who asks
    updated_at timestamptz,
    disabled_at timestamptz CHECK (disabled_at IS NULL),
    branch_id int NOT NULL REFERENCES branch (id),
    number text NOT NULL,
    entity text NOT NULL,
    row_id bigint NOT NULL,
    row_version int NOT NULL,           -- of the record as it was seen: another one by now, and nothing is applied
    title text,                         -- what the record is called
    parts text[] NOT NULL CHECK (cardinality(parts) > 0),       -- its fields that are asked for
    was jsonb NOT NULL,
    now jsonb NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'applied', 'rejected')),
    decided_by bigint REFERENCES employee (id),
    decided_at timestamptz,
    answer text,                        -- why it was rejected
    CONSTRAINT repair_second_person CHECK (state <> 'applied' OR decided_by <> created_by),
    CONSTRAINT repair_decided CHECK ((state = 'requested') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL))
);
ALTER SEQUENCE repair_id_seq OWNED BY repair.id;
CREATE UNIQUE INDEX repair_number_key ON repair (number);
-- One at a time for a record.
CREATE UNIQUE INDEX repair_row_id_key ON repair (entity, row_id) WHERE state = 'requested';
CREATE INDEX repair_row ON repair (entity, row_id, id);
CREATE INDEX repair_branch ON repair (branch_id, created_at, id);
CREATE INDEX repair_state ON repair (branch_id, state, created_at, id);

ALTER TABLE repair ENABLE ROW LEVEL SECURITY;
CREATE POLICY repair_scope ON repair TO yizhan_app USING (branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT, INSERT, UPDATE ON repair TO yizhan_app;
GRANT USAGE ON SEQUENCE repair_id_seq TO yizhan_app;

-- The code of a period, closed or being closed, in which papers of a record lie: those that stand, and those that this very transaction took
-- back. NULL: none. The periods' locks are shared until the transaction ends, so none of them closes under it.
CREATE FUNCTION repair_closed(p_entity text, p_row bigint) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    month int;
BEGIN
    FOR month IN
        SELECT DISTINCT e.period_id FROM document d JOIN ledger_entry e ON e.id = d.entry_id
        WHERE d.entity = p_entity AND d.row_id = p_row AND d.red_of IS NULL
          AND (d.state = 'posted'
               OR EXISTS (SELECT FROM ledger_entry r WHERE r.red_of = e.id AND r.tx = pg_current_xact_id()))
        ORDER BY e.period_id
    LOOP
        IF period_state_shared(month) <> 'open' THEN
            RETURN (SELECT code FROM period WHERE id = month);
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- A closed period is never touched, whoever asks or applies; and what was asked or decided stays as it is.
CREATE FUNCTION repair_judge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    closed text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ002', TABLE = 'repair', MESSAGE = format('repair %s stays', OLD.number);
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.state <> 'requested'
        OR (NEW.created_by, NEW.created_at, NEW.branch_id, NEW.number, NEW.entity, NEW.row_id, NEW.row_version, NEW.parts, NEW.was, NEW.now, NEW.reason)
           IS DISTINCT FROM
           (OLD.created_by, OLD.created_at, OLD.branch_id, OLD.number, OLD.entity, OLD.row_id, OLD.row_version, OLD.parts, OLD.was, OLD.now, OLD.reason))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ002', TABLE = 'repair', MESSAGE = format('repair %s was asked so and stays so', OLD.number);
    END IF;
    IF TG_OP = 'INSERT' AND NEW.state <> 'requested' THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ002', TABLE = 'repair', MESSAGE = 'a repair begins with being asked for';
    END IF;
    closed := CASE WHEN NEW.state <> 'rejected' THEN repair_closed(NEW.entity, NEW.row_id) END;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ005', TABLE = 'repair', COLUMN = 'row_id',
            MESSAGE = format('papers of %s %s lie in period %s, which is not open', NEW.entity, NEW.row_id, closed);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER repair_judge BEFORE INSERT OR UPDATE OR DELETE ON repair FOR EACH ROW EXECUTE FUNCTION repair_judge();
CREATE TRIGGER repair_no_truncate BEFORE TRUNCATE ON repair FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_past();

-- Values with the words for what they refer to beside them, as a record's own reading has them: for both sides, whoever reads.
CREATE FUNCTION repair_words(p_values jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p_values || coalesce((
        SELECT jsonb_object_agg(left(key, -3) || '_label', words)
        FROM (SELECT key, CASE key
                  WHEN 'branch_id' THEN (SELECT name FROM branch WHERE id = value::bigint)
                  WHEN 'customer_id' THEN (SELECT name FROM party WHERE id = value::bigint)
                  WHEN 'supplier_id' THEN (SELECT name FROM party WHERE id = value::bigint)
                  WHEN 'vehicle_id' THEN (SELECT plate FROM vehicle WHERE id = value::bigint)
                  WHEN 'driver_id' THEN (SELECT name FROM employee WHERE id = value::bigint)
              END AS words
              FROM jsonb_each_text(p_values) WHERE key LIKE '%\_id' AND value IS NOT NULL) named
        WHERE words IS NOT NULL), '{}')
$$;
GRANT EXECUTE ON FUNCTION repair_closed(text, bigint), repair_words(jsonb) TO yizhan_app;
