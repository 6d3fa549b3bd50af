-- Before rows come in bulk: first of three parts run in one transaction of the owner. No other command runs meanwhile, for the tables are
-- locked; where many rows come, their indexes and references are put off, and made again in the third part from their own definitions. Were
-- anything to fail, all of it is as it was.
--
-- Told by settings of the transaction:
--   seed.orders   how many rescue orders
--   seed.first    number of the first, from 1: the same number is the same order
--   seed.at       the moment the company is at
--   seed.days     over how many days up to then they are spread

SET LOCAL maintenance_work_mem = '256MB';
SET LOCAL work_mem = '64MB';
SET LOCAL synchronous_commit = off;
LOCK TABLE rescue_order, search_key IN ACCESS EXCLUSIVE MODE;

-- ---------------------------------------------------------------------------------------------------------------
-- Indexes and references put off: dependants first, so they are taken away in this order and made again in the other

CREATE TEMPORARY TABLE seed_put_off ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY rank, name) AS n, away, again
    FROM (
        SELECT 1 AS rank, conname::text AS name, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS away,
               format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS again
        FROM pg_constraint WHERE conrelid = 'rescue_order'::regclass AND contype = 'f'
        UNION ALL
        SELECT 2, conname, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
               format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE conrelid = 'search_key'::regclass AND contype = 'p'
        UNION ALL
        SELECT 3, indexrelid::regclass::text, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
        FROM pg_index i
        WHERE indrelid IN ('rescue_order'::regclass, 'search_key'::regclass) AND NOT indisprimary
          AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
    ) parts
    WHERE current_setting('seed.orders')::bigint > 50000;

DO $$
DECLARE
    step text;
BEGIN
    FOR step IN SELECT away FROM seed_put_off ORDER BY n LOOP
        EXECUTE step;
    END LOOP;
END
$$;
