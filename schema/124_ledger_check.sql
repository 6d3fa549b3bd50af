-- The proofs of the books as rows: ledger_check() walks a list. An area adds a check of its own, or a trigger that must stand, with one INSERT in
-- its migration, and writes nothing anew that is another's. Nobody but the owner reads or writes the lists.

CREATE TABLE ledger_check_part (
    name text PRIMARY KEY,          -- a function name() RETURNS TABLE (severity text, what text, row_name text)
    position int NOT NULL           -- whose rows come first: the ledger's own below 100, the areas' from 100, what sums up from 900
);
CREATE TABLE ledger_guard (
    home text,
    name text,                      -- a trigger on it, neither dropped nor switched off
    PRIMARY KEY (home, name)
);

INSERT INTO ledger_guard (home, name) VALUES
    ('change', 'change_append_only'), ('seal', 'seal_append_only'),
    ('ledger_entry', 'ledger_entry_append_only'), ('ledger_entry', 'ledger_entry_judge'),
    ('ledger_entry', 'ledger_entry_has_lines'),
    ('ledger_line', 'ledger_line_append_only'), ('ledger_line', 'ledger_line_judge'),
    ('ledger_line', 'ledger_line_weigh'),
    ('ledger_number', 'ledger_number_append_only'),
    ('document', 'document_keep_posted'), ('document', 'document_keep_used'), ('document', 'document_no_truncate');

-- Which guards stand: a trigger that was switched off or dropped, or a right that was given, is found before it is used.
CREATE OR REPLACE FUNCTION ledger_check_guards() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    SELECT 'error', 'a guard is missing or switched off', 'trigger ' || want.name || ' on ' || want.home
    FROM ledger_guard want
    WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = to_regclass('public.' || quote_ident(want.home))
                      AND t.tgname = want.name AND t.tgenabled IN ('O', 'A'))
    UNION ALL
    SELECT 'error', 'row-level security is off', c.relname
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity
      AND c.relname IN ('change', 'branch', 'employee', 'party', 'document', 'ledger_entry', 'ledger_line', 'balance')
    UNION ALL
    SELECT 'error', 'the pool has a right it must not have', r.role || ': ' || p.privilege || ' on ' || t.home
    FROM unnest(ARRAY['yizhan_app', 'yizhan_tail']) AS r (role),
         unnest(ARRAY['ledger_entry', 'ledger_line', 'ledger_number', 'balance', 'balance_fold', 'period', 'seal', 'era',
                      'ledger_account', 'ledger_check_part', 'ledger_guard']) AS t (home),
         unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS p (privilege)
    WHERE has_table_privilege(r.role, t.home, p.privilege)
    UNION ALL
    SELECT 'error', 'the pool has a right it must not have', 'yizhan_app: ' || p.privilege || ' on ' || t.home
    FROM unnest(ARRAY['change', 'command_key']) AS t (home), unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p (privilege)
    WHERE has_table_privilege('yizhan_app', t.home, p.privilege)
    UNION ALL
    SELECT 'error', 'the pool is more than it should be', rolname
    FROM pg_roles WHERE rolname IN ('yizhan_app', 'yizhan_tail') AND (rolsuper OR rolbypassrls OR rolcreaterole)
$$;

CREATE FUNCTION ledger_check_chain() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    WITH chain AS MATERIALIZED (SELECT * FROM seal_verify())
    SELECT 'error', problem, concat_ws(' ', 'seal', bad_seal, bad_entity, bad_row) FROM chain WHERE problem IS NOT NULL
    UNION ALL
    SELECT 'info', format('%s seals over %s rows hold; %s rows are not sealed yet', seals, rows, unsealed), 'seal' FROM chain
$$;

CREATE FUNCTION ledger_check_counts() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    SELECT 'info', format('%s entries with %s lines were added up', (SELECT count(*) FROM ledger_entry),
                          (SELECT count(*) FROM ledger_line)), 'ledger'
$$;

INSERT INTO ledger_check_part (name, position) VALUES
    ('ledger_check_guards', 10), ('ledger_check_entries', 20), ('ledger_check_numbers', 30), ('ledger_check_periods', 40),
    ('ledger_check_documents', 50), ('ledger_check_balances', 60),
    ('rescue_check_charges', 100), ('rescue_check_costs', 110), ('rescue_check_drivers', 120), ('statement_check', 130),
    ('ledger_check_chain', 900), ('ledger_check_counts', 910);

-- The list against what there is: a function of a check's form that no row names would never be run.
CREATE FUNCTION ledger_check_list() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    SELECT 'error', 'a check is not there', 'function ' || name
    FROM ledger_check_part WHERE to_regprocedure(format('public.%I()', name)) IS NULL
    UNION ALL
    SELECT 'error', 'a check is not run', 'function ' || proname
    FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND pronargs = 0 AND proargnames = '{severity,what,row_name}'
      AND proname NOT IN ('ledger_check', 'ledger_check_list') AND proname NOT IN (SELECT name FROM ledger_check_part)
$$;

-- Everything, in one snapshot: that of whoever calls, since the function is stable. No row of severity 'error' means that the books hold; 'info'
-- rows tell how much was looked at. Reads past row-level security, and so says ids and amounts only.
CREATE OR REPLACE FUNCTION ledger_check() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    part text;
BEGIN
    RETURN QUERY SELECT * FROM ledger_check_list();
    FOR part IN SELECT name FROM ledger_check_part
                WHERE to_regprocedure(format('public.%I()', name)) IS NOT NULL ORDER BY position, name LOOP
        RETURN QUERY EXECUTE format('SELECT severity, what, row_name FROM public.%I()', part);
    END LOOP;
END
$$;
