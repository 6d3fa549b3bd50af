-- Core: what every command uses. The trail of changes and its seals, command keys, search keys, sessions, jobs,
-- settings, and the functions that let a statement refuse.
--
-- SQLSTATEs of our own, all in class YZ:
--   YZ001  a write hit another number of rows than one        YZ006  a period cannot take this step now
--   YZ002  append-only: never updated, deleted or truncated   YZ007  an entry is sealed outside the transaction that made it
--   YZ003  an entry that is not one (unbalanced, no lines …)  YZ008  the branch tree would have a circle
--   YZ004  the key was used before for something else         YZ009  the era of this cluster is not open (see era_open)
--   YZ005  no open period, or not this one                    YZ010  rights: nobody widens their own
--   YZ011  a reference to a row that is not there or not live
--
-- A SECURITY DEFINER function names pg_temp last in its search_path: left out, it would be searched first.

ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- ---------------------------------------------------------------------------------------------------------------
-- Refusals

-- Wraps every write that must hit exactly one row: WITH u AS (UPDATE … RETURNING 1) SELECT must_be_one(count(*)) FROM u.
-- The pipeline aborts where a silent UPDATE 0 would have gone through to COMMIT.
CREATE FUNCTION must_be_one(hits bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF hits IS DISTINCT FROM 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ001', MESSAGE = format('the write hit %s rows', hits);
    END IF;
    RETURN hits;
END
$$;

CREATE FUNCTION refuse_change_of_past() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'YZ002', TABLE = TG_TABLE_NAME,
        MESSAGE = format('%s is append-only: %s refused', TG_TABLE_NAME, TG_OP);
END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- Eras: transaction ids start anew when the data is restored into another cluster, so they order rows only inside
-- one era. The columns `era` default to a constant, which costs nothing per row; era_open() moves that constant.

CREATE TABLE era (
    n int PRIMARY KEY,
    system_identifier bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO era (n, system_identifier) SELECT 1, system_identifier FROM pg_control_system();

-- Called by the owner at every start, after the migrations: cheap when nothing changed. Every table with an `era`
-- column follows.
CREATE FUNCTION era_open() RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    latest era;
    here bigint;
    home text;
BEGIN
    SELECT * INTO latest FROM era ORDER BY n DESC LIMIT 1;
    SELECT system_identifier INTO here FROM pg_control_system();
    IF latest.system_identifier = here THEN
        RETURN latest.n;
    END IF;
    INSERT INTO era (n, system_identifier) VALUES (latest.n + 1, here);
    FOR home IN
        SELECT c.oid::regclass::text
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'era'
          AND a.atthasdef AND NOT a.attisdropped
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN era SET DEFAULT %s', home, latest.n + 1);
    END LOOP;
    RETURN latest.n + 1;
END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- change: history, audit trail and event feed in one; one row per command

CREATE SEQUENCE change_id_seq CACHE 32;
CREATE TABLE change (
    id bigint PRIMARY KEY DEFAULT nextval('change_id_seq'),
    era int NOT NULL DEFAULT 1,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL DEFAULT now(),
    who bigint,                 -- employee; NULL for the server itself
    session_id bigint,
    terminal text,
    verb text NOT NULL,
    entity text NOT NULL,
    row_id bigint,
    branch_id int,              -- NULL: belongs to the company
    old_branch_id int,          -- where the row left from; that branch is told it is gone
    own_id bigint,              -- whose row it is, for who is told of his own only; -1: nobody's, NULL: not known
    old_own_id bigint,          -- whose it was, when that changed
    version int,
    reason text,
    was jsonb,                  -- changed columns only, secrets as ***
    now jsonb
);
ALTER SEQUENCE change_id_seq OWNED BY change.id;

CREATE INDEX change_tx ON change (tx, id);                  -- the tail and the sealer: commit order, not id order
CREATE INDEX change_row ON change (entity, row_id, id);     -- history of one row
CREATE INDEX change_branch ON change (branch_id, at, id);   -- the audit log as a list
CREATE INDEX change_who ON change (who, at, id);

CREATE TRIGGER change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_past();

-- A row is written by a command that was already judged, so any may be added; read, it obeys the scope.
ALTER TABLE change ENABLE ROW LEVEL SECURITY;
CREATE POLICY change_add ON change FOR INSERT TO yizhan_app WITH CHECK (true);
CREATE POLICY change_scope ON change FOR SELECT TO yizhan_app
    USING (branch_id IS NULL OR branch_id = ANY (current_setting('app.scope')::int[]));
CREATE POLICY change_tail ON change FOR SELECT TO yizhan_tail USING (true);

-- era, tx and at are the database's own to say: no right to give them.
GRANT INSERT (id, who, session_id, terminal, verb, entity, row_id, branch_id, old_branch_id, own_id, old_own_id, version, reason,
              was, now) ON change TO yizhan_app;
GRANT SELECT ON change TO yizhan_app, yizhan_tail;
GRANT SELECT ON era TO yizhan_app, yizhan_tail;
GRANT USAGE ON SEQUENCE change_id_seq TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- seal: the hash chain over change and the ledger; written by seal_run() only (042_seal.sql)

CREATE TABLE seal (
    n bigint PRIMARY KEY,
    era int NOT NULL REFERENCES era (n),
    from_tx xid8 NOT NULL,      -- covers from_tx ≤ tx < to_tx of its era
    to_tx xid8 NOT NULL,
    rows bigint NOT NULL CHECK (rows > 0),
    marks bytea NOT NULL,       -- per row: kind (1 byte), id (8), first 8 of its hash; lets the verifier name a row
    prev bytea NOT NULL,        -- hash of seal n - 1; 32 zero bytes before the first
    hash bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    CHECK (from_tx < to_tx)
);
CREATE TRIGGER seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_past();
GRANT SELECT ON seal TO yizhan_app, yizhan_tail;

-- ---------------------------------------------------------------------------------------------------------------
-- command_key: the stored answer of every changing command, written in its transaction just before COMMIT

CREATE TABLE command_key (
    user_id bigint NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 8 AND 96),     -- 64 of the client's, and ':id' of a batch
    verb text NOT NULL,
    hash bytea NOT NULL,        -- of the request: the same key for another request is an error, not a repeat
    answer text NOT NULL CHECK (octet_length(answer) <= 4096),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
CREATE INDEX command_key_at ON command_key (at);
ALTER TABLE command_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY command_key_own ON command_key TO yizhan_app
    USING (user_id = current_setting('app.self')::bigint) WITH CHECK (user_id = current_setting('app.self')::bigint);
GRANT SELECT ON command_key TO yizhan_app;
GRANT INSERT (user_id, key, verb, hash, answer) ON command_key TO yizhan_app;

-- Keys are kept 90 days. Deletes in pieces, so that no transaction is long; returns how many went.
CREATE FUNCTION command_key_purge(most int DEFAULT 10000) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH old AS (
        SELECT user_id, key FROM command_key WHERE at < now() - interval '90 days' ORDER BY at LIMIT most
    ), gone AS (
        DELETE FROM command_key k USING old WHERE k.user_id = old.user_id AND k.key = old.key RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- search_key: tokens written on save; a look-up is token >= $1 AND token < $2, which is leakproof and so uses the
-- index under row-level security

CREATE TABLE search_key (
    token text COLLATE "C" NOT NULL,
    entity text COLLATE "C" NOT NULL,
    branch_id int,              -- NULL: a firm, shared by all
    row_id bigint NOT NULL,
    PRIMARY KEY (entity, token, row_id)
);
CREATE INDEX search_key_row ON search_key (entity, row_id);
ALTER TABLE search_key ENABLE ROW LEVEL SECURITY;
-- coalesce hides the branches from the planner: the records looked for are narrowed to them already, and counted twice it would expect
-- too few and fetch all that begin so.
CREATE POLICY search_key_scope ON search_key TO yizhan_app
    USING (branch_id IS NULL OR coalesce(branch_id = ANY (current_setting('app.scope')::int[]), false));
GRANT SELECT, INSERT, UPDATE, DELETE ON search_key TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- job: scheduled work; a row is the lock, so it runs once however many servers share the database

CREATE SEQUENCE job_id_seq;
CREATE TABLE job (
    id bigint PRIMARY KEY DEFAULT nextval('job_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    name text NOT NULL UNIQUE,
    every interval NOT NULL CHECK (every > interval '0'),
    next_at timestamptz NOT NULL DEFAULT now(),
    lease interval NOT NULL DEFAULT interval '5 minutes',   -- after it another server may take over a dead one's claim
    claimed_by text,
    claimed_until timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    last_ok boolean,
    last_result text,
    failures int NOT NULL DEFAULT 0     -- in a row
);
ALTER SEQUENCE job_id_seq OWNED BY job.id;
CREATE INDEX job_due ON job (next_at) WHERE disabled_at IS NULL;

-- The next due job, claimed for this server; no row when none is due.
CREATE FUNCTION job_claim(p_server text) RETURNS SETOF job
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE job SET claimed_by = p_server, claimed_until = now() + lease, started_at = now()
    WHERE id = (SELECT id FROM job
                WHERE disabled_at IS NULL AND next_at <= now() AND (claimed_until IS NULL OR claimed_until < now())
                ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
$$;

-- Ends a claim and sets the next time, keeping the time of day of a daily job. False when the claim was lost to
-- another server meanwhile: then nothing is written.
CREATE FUNCTION job_finish(p_name text, p_server text, p_ok boolean, p_result text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH done AS (
        UPDATE job SET claimed_by = NULL, claimed_until = NULL, finished_at = clock_timestamp(), last_ok = p_ok,
            last_result = left(p_result, 2000), failures = CASE WHEN p_ok THEN 0 ELSE failures + 1 END,
            next_at = next_at + every * greatest(1, ceil(extract(epoch FROM clock_timestamp() - next_at)
                                                         / extract(epoch FROM every)))
        WHERE name = p_name AND claimed_by = p_server AND claimed_until >= now()
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM done)
$$;

GRANT SELECT ON job TO yizhan_app, yizhan_tail;
GRANT UPDATE (version, updated_at, disabled_at, next_at, every) ON job TO yizhan_app;     -- run now, pause, slow down

INSERT INTO job (name, every, lease) VALUES
    ('seal', '1 second', '1 minute'),
    ('balance_roll', '5 seconds', '1 minute'),
    ('command_key_purge', '1 hour', '5 minutes'),
    ('session_expire', '1 minute', '1 minute');

-- ---------------------------------------------------------------------------------------------------------------
-- setting: what an admin may change without a restart

CREATE SEQUENCE setting_id_seq;
CREATE TABLE setting (
    id bigint PRIMARY KEY DEFAULT nextval('setting_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    name text NOT NULL UNIQUE,
    value text NOT NULL,
    help text NOT NULL DEFAULT ''
);
ALTER SEQUENCE setting_id_seq OWNED BY setting.id;
GRANT SELECT, INSERT, UPDATE ON setting TO yizhan_app;
GRANT USAGE ON SEQUENCE setting_id_seq TO yizhan_app;

INSERT INTO setting (name, value, help) VALUES
    ('company.name', 'Yizhan', 'Name on statements and slips'),
    ('session.idle_seconds', '300', 'A terminal locks after this long without a key'),
    ('session.absolute_hours', '12', 'A session ends after this long whatever happens'),
    ('login.tries', '10', 'Wrong passwords before an account is locked'),
    ('login.lock_minutes', '30', 'How long it stays locked'),
    ('rescue.night_from', '22:00', 'Night rate begins, in the branch''s time'),
    ('rescue.night_to', '06:00', 'Night rate ends'),
    ('rescue.position_stale_seconds', '300', 'A vehicle''s position older than this is marked');

GRANT EXECUTE ON FUNCTION must_be_one(bigint) TO yizhan_app, yizhan_tail;
GRANT EXECUTE ON FUNCTION command_key_purge(int), job_claim(text), job_finish(text, text, boolean, text)
    TO yizhan_app, yizhan_tail;
