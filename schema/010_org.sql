-- Org: branches, roles, employees, sessions, and the functions of logging in.

-- ---------------------------------------------------------------------------------------------------------------
-- branch: a tree of places of work

CREATE SEQUENCE branch_id_seq AS int;
CREATE TABLE branch (
    id int PRIMARY KEY DEFAULT nextval('branch_id_seq'),
    branch_id int GENERATED ALWAYS AS (id) STORED,      -- a branch is scoped by itself; generic code asks for this name
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    kind text NOT NULL DEFAULT 'station' CHECK (kind IN ('head_office', 'office', 'station', 'shop', 'dispatch_centre')),
    parent_id int REFERENCES branch (id),
    phone text,
    contact text,
    address text,
    district text,              -- code of a district
    place_lon double precision CHECK (place_lon BETWEEN -180 AND 180),
    place_lat double precision CHECK (place_lat BETWEEN -90 AND 90),
    pbx_address text,           -- the call system's address: host or host:port
    time_zone text NOT NULL DEFAULT 'Asia/Shanghai',
    remarks text,
    CHECK ((place_lon IS NULL) = (place_lat IS NULL)),
    CHECK (parent_id <> id)
);
ALTER SEQUENCE branch_id_seq OWNED BY branch.id;
CREATE INDEX branch_parent ON branch (parent_id);

-- These read the whole tree whoever asks: they say ids only, and the scope of a session is made from them.
CREATE FUNCTION branch_and_below(p_branch int) RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE tree AS (
        SELECT id FROM branch WHERE id = p_branch
        UNION
        SELECT b.id FROM branch b JOIN tree t ON b.parent_id = t.id
    )
    SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM tree
$$;

CREATE FUNCTION branch_all() RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM branch
$$;

-- The branches a scope word means for somebody of this branch; 'own' (own rows) means no branch as a whole.
CREATE FUNCTION scope_branches(p_branch int, p_scope text) RETURNS int[]
LANGUAGE sql STABLE AS $$
    SELECT CASE p_scope WHEN 'all' THEN branch_all() WHEN 'below' THEN branch_and_below(p_branch)
                        WHEN 'branch' THEN ARRAY[p_branch] ELSE '{}' END
$$;

-- A circle in the tree would make "own and below" everything. The lock keeps two moves from making one together.
CREATE FUNCTION branch_check_tree() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1010, 0);
    IF NEW.parent_id = ANY (branch_and_below(NEW.id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ008', MESSAGE = 'a branch cannot be under itself', COLUMN = 'parent_id';
    END IF;
    -- the scope of everybody who sees "below" may be another now
    UPDATE session SET epoch = epoch + 1 WHERE ended_at IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER branch_tree_new AFTER INSERT ON branch FOR EACH ROW EXECUTE FUNCTION branch_check_tree();
CREATE TRIGGER branch_tree AFTER UPDATE ON branch FOR EACH ROW
    WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION branch_check_tree();

CREATE FUNCTION branch_check_zone() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM now() AT TIME ZONE NEW.time_zone;       -- an unknown zone is an error here, not on the first business day
    RETURN NEW;
END
$$;
CREATE TRIGGER branch_zone BEFORE INSERT OR UPDATE OF time_zone ON branch
    FOR EACH ROW EXECUTE FUNCTION branch_check_zone();

ALTER TABLE branch ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch_scope ON branch TO yizhan_app
    USING (id = ANY (current_setting('app.scope')::int[]));
-- A new branch is in nobody's scope yet: its parent must be. Its maker may read it back in the same transaction (known
-- by its time in RETURNING, where the row has no xmin yet).
CREATE POLICY branch_new ON branch FOR INSERT TO yizhan_app
    WITH CHECK (parent_id IS NULL OR parent_id = ANY (current_setting('app.scope')::int[]));
CREATE POLICY branch_just_made ON branch FOR SELECT TO yizhan_app
    USING (xmin = pg_current_xact_id_if_assigned()::xid OR created_at = now());
-- Its search keys come with it, before it is in anybody's scope.
CREATE POLICY search_key_new_branch ON search_key FOR INSERT TO yizhan_app
    WITH CHECK (entity = 'branch' AND branch_id = row_id);
GRANT SELECT, DELETE ON branch TO yizhan_app;
GRANT INSERT (id, version, created_at, created_by, updated_at, disabled_at, code, name, kind, parent_id, phone, contact,
              address, district, place_lon, place_lat, pbx_address, time_zone, remarks),
      UPDATE ON branch TO yizhan_app;
GRANT USAGE ON SEQUENCE branch_id_seq TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- role: a named set of permissions. A permission is a verb, with its own scope behind @ where it differs from the
-- role's: 'vehicle.list@all'.

CREATE SEQUENCE role_id_seq;
CREATE TABLE role (
    id bigint PRIMARY KEY DEFAULT nextval('role_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    name text NOT NULL,         -- English msgid for the shipped ones
    help text NOT NULL DEFAULT '',
    scope text NOT NULL DEFAULT 'branch' CHECK (scope IN ('own', 'branch', 'below', 'all')),
    permissions text[] NOT NULL DEFAULT '{}',
    shipped boolean NOT NULL DEFAULT false,
    position int NOT NULL DEFAULT 0
);
ALTER SEQUENCE role_id_seq OWNED BY role.id;

-- Verbs that make, check or move money. Who administers rights may not have them.
CREATE FUNCTION permission_is_money(p_permission text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT split_part(p_permission, '@', 1) ~
        ('^((rescue|travel)\.(audit|price|receive|clear|return|onestop|settle)'
      || '|(document|refund|payment_run|statement|invoice|topup|exchange|period|reconcile'
      || '|agreement|price_list)'
      || '\.(?!list$|get$|history$|export$)[a-z_]+)$')
$$;

CREATE FUNCTION role_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    bad text;
    self bigint := nullif(current_setting('app.self', true), '')::bigint;
BEGIN
    IF TG_OP <> 'INSERT' AND (TG_OP = 'DELETE' OR NEW.code <> OLD.code)
       AND EXISTS (SELECT FROM employee WHERE OLD.code = ANY (roles)) THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', TABLE = 'role', COLUMN = 'code',
            MESSAGE = format('role %s is held by employees', OLD.code);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    SELECT p INTO bad FROM unnest(NEW.permissions) p
        WHERE p !~ '^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*(@(own|branch|below|all))?$' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', TABLE = 'role', COLUMN = 'permissions',
            MESSAGE = format('%s is not a permission', bad);
    END IF;
    IF TG_OP = 'UPDATE' AND EXISTS (SELECT FROM employee WHERE id = self AND NEW.code = ANY (roles))
       AND EXISTS (SELECT FROM unnest(NEW.permissions) p WHERE permission_is_money(p) AND p <> ALL (OLD.permissions))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ010', TABLE = 'role', COLUMN = 'permissions',
            MESSAGE = 'nobody gives a money permission to a role of their own';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER role_check BEFORE INSERT OR UPDATE OR DELETE ON role FOR EACH ROW EXECUTE FUNCTION role_check();
GRANT SELECT, INSERT, UPDATE, DELETE ON role TO yizhan_app;
GRANT USAGE ON SEQUENCE role_id_seq TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- employee

CREATE SEQUENCE employee_id_seq CACHE 32;
CREATE TABLE employee (
    id bigint PRIMARY KEY DEFAULT nextval('employee_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int NOT NULL REFERENCES branch (id),
    code text NOT NULL UNIQUE,          -- staff number
    name text NOT NULL,
    login text NOT NULL CHECK (login ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    password_hash text,                 -- argon2id; NULL: cannot log in
    password_at timestamptz,
    must_change_password boolean NOT NULL DEFAULT true,
    totp_secret text,                   -- base32; NULL: no second factor
    totp_last_step bigint,              -- a code is good once
    roles text[] NOT NULL DEFAULT '{}', -- codes of roles
    job_title text,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('probation', 'active', 'leave', 'left')),
    work_days text[] NOT NULL DEFAULT '{1,2,3,4,5}' CHECK (work_days <@ '{1,2,3,4,5,6,7}'::text[]),  -- ISO: 1 = Monday
    work_from time NOT NULL DEFAULT '09:00',
    work_to time NOT NULL DEFAULT '18:00',      -- before work_from: into the next day; equal: around the clock
    extension text,                     -- phone extension at the branch's call system
    phone text,
    email text,
    -- driving
    licence_class text,
    licence_number text,
    licence_until date,
    -- the detailed record
    sex text CHECK (sex IN ('female', 'male')),
    birth_on date,
    id_number text,
    address text,
    education text,
    hired_on date,
    left_on date,
    contract_until date,
    emergency_contact text,
    emergency_phone text,
    bank_name text,
    bank_account text,
    remarks text,
    -- logging in
    failed_logins int NOT NULL DEFAULT 0,
    last_failed_at timestamptz,
    locked_until timestamptz,
    last_login_at timestamptz
);
ALTER SEQUENCE employee_id_seq OWNED BY employee.id;
CREATE UNIQUE INDEX employee_login ON employee (login);
CREATE UNIQUE INDEX employee_extension ON employee (branch_id, extension) WHERE disabled_at IS NULL;
CREATE INDEX employee_branch_name ON employee (branch_id, name COLLATE "zh-x-icu", id);
CREATE INDEX employee_roles ON employee USING gin (roles);

CREATE FUNCTION employee_check() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    bad text;
BEGIN
    SELECT r INTO bad FROM unnest(NEW.roles) r WHERE NOT EXISTS (SELECT FROM role WHERE code = r) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ011', TABLE = 'employee', COLUMN = 'roles',
            MESSAGE = format('there is no role %s', bad);
    END IF;
    IF TG_OP = 'UPDATE' AND NOT NEW.roles <@ OLD.roles
       AND nullif(current_setting('app.self', true), '')::bigint = NEW.id THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ010', TABLE = 'employee', COLUMN = 'roles',
            MESSAGE = 'nobody gives a role to themselves';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER employee_check BEFORE INSERT OR UPDATE OF roles ON employee
    FOR EACH ROW EXECUTE FUNCTION employee_check();

ALTER TABLE employee ENABLE ROW LEVEL SECURITY;
CREATE POLICY employee_scope ON employee TO yizhan_app
    USING (branch_id = ANY (current_setting('app.scope')::int[]));
-- Own row, for own settings and for who has no branch as a whole in scope.
CREATE POLICY employee_self ON employee FOR SELECT TO yizhan_app
    USING (id = nullif(current_setting('app.self', true), '')::bigint);
GRANT INSERT, UPDATE, DELETE ON employee TO yizhan_app;
GRANT USAGE ON SEQUENCE employee_id_seq TO yizhan_app;
-- The pool may write secrets but never read them; the login functions below hand out the one row that is asked for.
DO $$
BEGIN
    EXECUTE (SELECT format('GRANT SELECT (%s) ON employee TO yizhan_app', string_agg(quote_ident(attname), ', '))
             FROM pg_attribute
             WHERE attrelid = 'employee'::regclass AND attnum > 0 AND NOT attisdropped
               AND attname NOT IN ('password_hash', 'totp_secret', 'totp_last_step'));
END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- session

CREATE SEQUENCE session_id_seq CACHE 32;
CREATE TABLE session (
    id bigint PRIMARY KEY DEFAULT nextval('session_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    employee_id bigint NOT NULL REFERENCES employee (id),
    epoch int NOT NULL DEFAULT 1,       -- a step on: the rights read at login are no longer true
    token_hash bytea,                   -- of the one-time resume token; NULL: cannot be resumed
    device text,
    terminal text,
    address text,
    started_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    idle_seconds int NOT NULL DEFAULT 300,
    ended_at timestamptz,
    end_reason text
);
ALTER SEQUENCE session_id_seq OWNED BY session.id;
CREATE UNIQUE INDEX session_token ON session (token_hash) WHERE ended_at IS NULL;
CREATE INDEX session_live ON session (employee_id) WHERE ended_at IS NULL;
CREATE INDEX session_expiry ON session (expires_at) WHERE ended_at IS NULL;
CREATE INDEX session_started ON session (started_at, id);
GRANT SELECT, INSERT ON session TO yizhan_app;
GRANT UPDATE (version, updated_at, epoch, token_hash, address, ended_at, end_reason) ON session TO yizhan_app;
GRANT USAGE ON SEQUENCE session_id_seq TO yizhan_app;
GRANT SELECT ON session TO yizhan_tail;

-- Rights bite at once: whoever changes them, the live sessions hear of it in the same transaction.
CREATE FUNCTION employee_tell_sessions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.disabled_at IS NOT NULL OR NEW.state = 'left' THEN
        UPDATE session SET ended_at = now(), end_reason = 'disabled', token_hash = NULL, epoch = epoch + 1
            WHERE employee_id = NEW.id AND ended_at IS NULL;
    ELSE
        UPDATE session SET epoch = epoch + 1 WHERE employee_id = NEW.id AND ended_at IS NULL;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER employee_tell_sessions AFTER UPDATE ON employee FOR EACH ROW
    WHEN (OLD.roles <> NEW.roles OR OLD.branch_id <> NEW.branch_id OR OLD.state <> NEW.state
          OR OLD.disabled_at IS DISTINCT FROM NEW.disabled_at OR OLD.extension IS DISTINCT FROM NEW.extension)
    EXECUTE FUNCTION employee_tell_sessions();

CREATE FUNCTION role_tell_sessions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE session s SET epoch = epoch + 1 FROM employee e
        WHERE s.employee_id = e.id AND s.ended_at IS NULL AND e.roles @> ARRAY[NEW.code];
    RETURN NULL;
END
$$;
CREATE TRIGGER role_tell_sessions AFTER UPDATE ON role FOR EACH ROW
    WHEN (OLD.permissions <> NEW.permissions OR OLD.scope <> NEW.scope
          OR OLD.disabled_at IS DISTINCT FROM NEW.disabled_at)
    EXECUTE FUNCTION role_tell_sessions();

-- Ends what ran out; a job calls it, so that the list of sessions tells the truth. Returns how many.
CREATE FUNCTION session_expire() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH gone AS (
        UPDATE session SET ended_at = expires_at, end_reason = 'expired', token_hash = NULL, epoch = epoch + 1
        WHERE ended_at IS NULL AND expires_at <= now() RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- Logging in: before it there is no scope, so these read and write the one employee row as the owner.

CREATE FUNCTION login_find(p_login text)
RETURNS TABLE (employee_id bigint, branch_id int, name text, roles text[], state text, disabled_at timestamptz,
               password_hash text, must_change_password boolean, totp_secret text, totp_last_step bigint,
               failed_logins int, last_failed_at timestamptz, locked_until timestamptz, extension text, time_zone text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.id, e.branch_id, e.name, e.roles, e.state, e.disabled_at, e.password_hash, e.must_change_password,
           e.totp_secret, e.totp_last_step, e.failed_logins, e.last_failed_at, e.locked_until, e.extension, b.time_zone
    FROM employee e JOIN branch b ON b.id = e.branch_id
    WHERE e.login = lower(p_login)
$$;

-- Counts a wrong try; at the limit the account is locked and the count starts anew.
CREATE FUNCTION login_failed(p_employee bigint, OUT failed int, OUT locked_until timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH rule AS (
        SELECT (SELECT value::int FROM setting WHERE name = 'login.tries') AS tries,
               (SELECT value::int FROM setting WHERE name = 'login.lock_minutes') AS minutes
    )
    UPDATE employee e
    SET last_failed_at = now(),
        failed_logins = CASE WHEN e.failed_logins + 1 >= tries THEN 0 ELSE e.failed_logins + 1 END,
        locked_until = CASE WHEN e.failed_logins + 1 >= tries THEN now() + make_interval(mins => minutes)
                            ELSE e.locked_until END
    FROM rule WHERE e.id = p_employee
    RETURNING e.failed_logins, e.locked_until
$$;

-- False when the one-time code's step was used before: two logins with one code, one of them passes.
CREATE FUNCTION login_succeeded(p_employee bigint, p_totp_step bigint DEFAULT NULL) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH done AS (
        UPDATE employee SET failed_logins = 0, locked_until = NULL, last_login_at = now(),
            totp_last_step = coalesce(p_totp_step, totp_last_step)
        WHERE id = p_employee AND disabled_at IS NULL AND state <> 'left'
          AND (p_totp_step IS NULL OR totp_last_step IS NULL OR totp_last_step < p_totp_step)
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM done)
$$;

-- Stores a password; every other live session of that employee ends, p_keep_session stays.
CREATE FUNCTION employee_password_set(p_employee bigint, p_hash text, p_must_change boolean,
                                      p_keep_session bigint DEFAULT NULL) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH ended AS (
        UPDATE session SET ended_at = now(), end_reason = 'password', token_hash = NULL, epoch = epoch + 1
        WHERE employee_id = p_employee AND ended_at IS NULL AND id IS DISTINCT FROM p_keep_session
    ), done AS (
        UPDATE employee SET password_hash = p_hash, password_at = now(), must_change_password = p_must_change,
            failed_logins = 0, locked_until = NULL
        WHERE id = p_employee RETURNING 1
    )
    SELECT EXISTS (SELECT FROM done)
$$;

CREATE FUNCTION employee_totp_set(p_employee bigint, p_secret text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH done AS (
        UPDATE employee SET totp_secret = p_secret, totp_last_step = NULL WHERE id = p_employee RETURNING 1
    )
    SELECT EXISTS (SELECT FROM done)
$$;

-- Trades a one-time resume token for the next one. No row: unknown, used, expired, another device, or locked out.
CREATE FUNCTION session_resume(p_token_hash bytea, p_device text, p_next_hash bytea, p_address text)
RETURNS TABLE (session_id bigint, employee_id bigint, epoch int, expires_at timestamptz, idle_seconds int, login text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE session s SET token_hash = p_next_hash, address = p_address
    FROM employee e
    WHERE s.token_hash = p_token_hash AND s.ended_at IS NULL AND s.expires_at > now()
      AND s.device IS NOT DISTINCT FROM p_device
      AND e.id = s.employee_id AND e.disabled_at IS NULL AND e.state <> 'left'
      AND (e.locked_until IS NULL OR e.locked_until <= now())
    RETURNING s.id, s.employee_id, s.epoch, s.expires_at, s.idle_seconds, e.login
$$;

-- What somebody may do: the union over their live roles, one row per permission and scope.
CREATE FUNCTION employee_permissions(p_employee bigint) RETURNS TABLE (permission text, scope text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT split_part(p, '@', 1), coalesce(nullif(split_part(p, '@', 2), ''), r.scope)
    FROM employee e JOIN role r ON r.code = ANY (e.roles) AND r.disabled_at IS NULL, unnest(r.permissions) p
    WHERE e.id = p_employee
$$;

GRANT EXECUTE ON FUNCTION branch_and_below(int), branch_all(), scope_branches(int, text), permission_is_money(text),
    login_find(text), login_failed(bigint), login_succeeded(bigint, bigint),
    employee_password_set(bigint, text, boolean, bigint), employee_totp_set(bigint, text),
    session_resume(bytea, text, bytea, text), employee_permissions(bigint), session_expire() TO yizhan_app;
GRANT EXECUTE ON FUNCTION session_expire() TO yizhan_tail;
