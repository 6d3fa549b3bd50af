-- Run once by a superuser in the new database, before the first migration. Running it again changes nothing.

-- Nobody but these three has business here, and nobody makes temporary tables: a temporary table could stand in
-- for a real one inside a SECURITY DEFINER function.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO yizhan_owner, yizhan_app, yizhan_tail', current_database());
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO yizhan_app, yizhan_tail;
GRANT USAGE, CREATE ON SCHEMA public TO yizhan_owner;

-- Short commands gain nothing from jit. A lock that is not had in two seconds is answered with `busy`.
ALTER ROLE yizhan_app SET jit = off;
ALTER ROLE yizhan_app SET lock_timeout = '2s';
ALTER ROLE yizhan_app SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE yizhan_app SET timezone = 'UTC';
ALTER ROLE yizhan_app SET default_transaction_isolation = 'read committed';
ALTER ROLE yizhan_tail SET jit = off;
ALTER ROLE yizhan_tail SET timezone = 'UTC';
ALTER ROLE yizhan_tail SET default_transaction_isolation = 'read committed';
ALTER ROLE yizhan_owner SET timezone = 'UTC';
