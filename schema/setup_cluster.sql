-- Run once per cluster by a superuser on the maintenance database, before setup_create.sql.
-- One statement, so that it can be sent as it is over any connection. Running it again changes nothing.
--
-- yizhan_owner  owns every table and function, migrates, and is not connected while the server listens
-- yizhan_app    the server's pool: owns nothing, under row-level security, cannot touch the ledger but by its functions
-- yizhan_tail   sealer, roller and event tail: reads every branch's changes, writes through functions only
-- On a cluster of your own give them passwords (ALTER ROLE … PASSWORD …) or map them in pg_hba.conf.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['yizhan_owner', 'yizhan_app', 'yizhan_tail'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION',
                           wanted);
        END IF;
    END LOOP;
END
$$;
