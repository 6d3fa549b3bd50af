-- The books prove themselves: everything is added again from the lines and every invariant looked at. What a trigger
-- refuses is asked here once more, since a superuser can go round a trigger.

-- Which guards stand: a trigger that was switched off or dropped, or a right that was given, is found before it is used.
CREATE FUNCTION ledger_check_guards() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    SELECT 'error', 'a guard is missing or switched off', 'trigger ' || want.name || ' on ' || want.home
    FROM (VALUES
        ('change', 'change_append_only'), ('seal', 'seal_append_only'),
        ('ledger_entry', 'ledger_entry_append_only'), ('ledger_entry', 'ledger_entry_judge'),
        ('ledger_entry', 'ledger_entry_has_lines'),
        ('ledger_line', 'ledger_line_append_only'), ('ledger_line', 'ledger_line_judge'),
        ('ledger_line', 'ledger_line_weigh'),
        ('ledger_number', 'ledger_number_append_only'),
        ('document', 'document_keep_posted'), ('document', 'document_keep_used'), ('document', 'document_no_truncate')
    ) AS want (home, name)
    WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = want.home::regclass AND t.tgname = want.name
                      AND t.tgenabled IN ('O', 'A'))
    UNION ALL
    SELECT 'error', 'row-level security is off', c.relname
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity
      AND c.relname IN ('change', 'branch', 'employee', 'party', 'document', 'ledger_entry', 'ledger_line', 'balance')
    UNION ALL
    SELECT 'error', 'the pool has a right it must not have', r.role || ': ' || p.privilege || ' on ' || t.home
    FROM unnest(ARRAY['yizhan_app', 'yizhan_tail']) AS r (role),
         unnest(ARRAY['ledger_entry', 'ledger_line', 'ledger_number', 'balance', 'balance_fold', 'period', 'seal', 'era',
                      'ledger_account']) AS t (home),
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

CREATE FUNCTION ledger_check_entries() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    WITH weighed AS (
        SELECT entry_id, count(*) AS lines, coalesce(sum(amount_fen) FILTER (WHERE side = 'D'), 0) AS debit,
               coalesce(sum(amount_fen) FILTER (WHERE side = 'C'), 0) AS credit
        FROM ledger_line GROUP BY entry_id
    )
    SELECT 'error', CASE WHEN w.lines IS NULL THEN 'the entry has no lines'
                         WHEN w.lines NOT BETWEEN 2 AND 100 THEN format('the entry has %s lines', w.lines)
                         WHEN w.debit <> w.credit THEN format('the entry is out by %s fen', w.debit - w.credit)
                         ELSE format('the entry says %s fen and its lines %s', e.total_fen, w.debit) END,
           'ledger_entry ' || e.id
    FROM ledger_entry e LEFT JOIN weighed w ON w.entry_id = e.id
    WHERE w.lines IS NULL OR w.lines NOT BETWEEN 2 AND 100 OR w.debit <> w.credit OR w.debit <> e.total_fen
    UNION ALL
    SELECT 'error', 'the line belongs to no entry', format('ledger_line %s/%s', l.entry_id, l.n)
    FROM ledger_line l LEFT JOIN ledger_entry e ON e.id = l.entry_id WHERE e.id IS NULL
    UNION ALL
    SELECT 'error', 'the line is not of its entry''s period, day or transaction', format('ledger_line %s/%s', l.entry_id, l.n)
    FROM ledger_line l JOIN ledger_entry e ON e.id = l.entry_id
    WHERE (l.period_id, l.day, l.era, l.tx) IS DISTINCT FROM (e.period_id, e.day, e.era, e.tx)
    UNION ALL
    SELECT 'error', 'the entry''s day is not in its period', 'ledger_entry ' || e.id
    FROM ledger_entry e LEFT JOIN period p ON p.id = e.period_id
    WHERE p.id IS NULL OR e.day NOT BETWEEN p.first_day AND p.last_day
    UNION ALL
    SELECT 'error', 'the reversal is not the mirror of entry ' || e.red_of, 'ledger_entry ' || e.id
    FROM ledger_entry e WHERE e.red_of IS NOT NULL AND ledger_red_differs(e.id)
    UNION ALL
    SELECT 'error', format('debits and credits of all lines differ by %s fen', d), 'ledger'
    FROM (SELECT sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END) AS d FROM ledger_line) whole WHERE d <> 0
$$;

CREATE FUNCTION ledger_check_numbers() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    SELECT 'error', format('number %s-%s follows %s', word, number, before), 'period ' || period_id
    FROM (SELECT period_id, word, number,
                 coalesce(lag(number) OVER (PARTITION BY period_id, word ORDER BY number), 0) AS before
          FROM ledger_number) walk
    WHERE number <> before + 1
    UNION ALL
    SELECT 'error', 'the number is of another period or word than its entry', 'ledger_entry ' || num.entry_id
    FROM ledger_number num LEFT JOIN ledger_entry e ON e.id = num.entry_id
    WHERE (num.period_id, num.word) IS DISTINCT FROM (e.period_id, e.word)
    UNION ALL
    SELECT 'error', 'the entry has no number and its period is closed', 'ledger_entry ' || e.id
    FROM ledger_entry e JOIN period p ON p.id = e.period_id AND p.state = 'closed'
    WHERE NOT EXISTS (SELECT FROM ledger_number num WHERE num.entry_id = e.id)
    UNION ALL
    SELECT 'error', 'the numbers are not in commit order', format('period %s %s-%s', period_id, word, number)
    FROM (SELECT num.period_id, num.word, num.number, (e.era, e.tx, e.id) < lag((e.era, e.tx, e.id))
                 OVER (PARTITION BY num.period_id, num.word ORDER BY num.number) AS wrong
          FROM ledger_number num JOIN ledger_entry e ON e.id = num.entry_id) walk
    WHERE wrong
$$;

CREATE FUNCTION ledger_check_periods() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    SELECT 'error', 'a month is missing before it', 'period ' || id
    FROM (SELECT id, first_day, lag(last_day) OVER (ORDER BY id) AS before FROM period) walk
    WHERE before IS NOT NULL AND first_day <> before + 1
    UNION ALL
    SELECT 'error', format('the period is %s and a later one is %s', p.state, q.state), 'period ' || p.id
    FROM period p JOIN LATERAL (SELECT state FROM period q WHERE q.id > p.id ORDER BY id LIMIT 1) q ON true
    WHERE (p.state <> 'closed' AND q.state <> 'open')
$$;

-- A document's amount is what its entry moved: of a receivable the debits on receivables, of a payable the credits on
-- payables, of the others one side of the whole entry.
CREATE FUNCTION ledger_check_documents() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    WITH moved AS (
        SELECT l.entry_id,
               coalesce(sum(l.amount_fen) FILTER (WHERE l.side = 'D' AND a.role = 'receivable'), 0) AS receivable,
               coalesce(sum(l.amount_fen) FILTER (WHERE l.side = 'C' AND a.role = 'payable'), 0) AS payable,
               coalesce(sum(l.amount_fen) FILTER (WHERE l.side = 'C' AND a.role = 'output_tax'), 0) AS output_tax,
               coalesce(sum(l.amount_fen) FILTER (WHERE l.side = 'D'), 0) AS whole
        FROM ledger_line l JOIN ledger_account a ON a.code = l.account GROUP BY l.entry_id
    ), posted AS (
        SELECT d.*, e.document_id AS named, m.*,
               CASE d.kind WHEN 'receivable' THEN m.receivable WHEN 'payable' THEN m.payable ELSE m.whole END AS moved
        FROM document d LEFT JOIN ledger_entry e ON e.id = d.entry_id LEFT JOIN moved m ON m.entry_id = d.entry_id
        WHERE d.state IN ('posted', 'reversed')
    )
    SELECT 'error', 'the document is posted and has no entry', 'document ' || number
    FROM posted WHERE amount_fen <> 0 AND named IS NULL AND moved IS NULL
    UNION ALL
    SELECT 'error', 'the document and its entry do not name each other', 'document ' || number
    FROM posted WHERE moved IS NOT NULL AND named IS DISTINCT FROM id
    UNION ALL
    SELECT 'error', format('the document says %s fen and its entry %s', amount_fen, moved), 'document ' || number
    FROM posted WHERE moved IS NOT NULL AND moved <> amount_fen
    UNION ALL
    SELECT 'error', format('the document says %s fen of tax and its entry %s', tax_fen, output_tax), 'document ' || number
    FROM posted WHERE kind = 'receivable' AND moved IS NOT NULL AND output_tax <> tax_fen
    UNION ALL
    SELECT 'error', 'the document is reversed and has no posted mirror', 'document ' || d.number
    FROM document d WHERE d.state = 'reversed'
      AND NOT EXISTS (SELECT FROM document r WHERE r.red_of = d.id AND r.state = 'posted' AND r.amount_fen = -d.amount_fen)
    UNION ALL
    SELECT 'error', 'the document is not posted and has an entry', 'document ' || d.number
    FROM document d WHERE d.state NOT IN ('posted', 'reversed') AND d.entry_id IS NOT NULL
    UNION ALL
    SELECT 'error', 'the entry names a document that does not name it', 'ledger_entry ' || e.id
    FROM ledger_entry e JOIN document d ON d.id = e.document_id WHERE d.entry_id IS DISTINCT FROM e.id
$$;

-- Kept balances against the lines they were folded from.
CREATE FUNCTION ledger_check_balances() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    WITH lines AS (
        SELECT account, branch_id, coalesce(party_id, 0) AS party_id, period_id,
               coalesce(sum(amount_fen) FILTER (WHERE side = 'D'), 0) AS debit,
               coalesce(sum(amount_fen) FILTER (WHERE side = 'C'), 0) AS credit
        FROM ledger_line, balance_fold f
        WHERE (era, tx) < (f.at_era, f.to_tx)
        GROUP BY 1, 2, 3, 4
    )
    SELECT 'error', format('kept balance is D %s C %s, the lines make D %s C %s', coalesce(b.debit_fen, 0), coalesce(b.credit_fen, 0),
                           coalesce(l.debit, 0), coalesce(l.credit, 0)),
           format('balance %s branch %s party %s period %s', account, branch_id, party_id, period_id)
    FROM lines l FULL JOIN balance b USING (account, branch_id, party_id, period_id)
    WHERE (coalesce(l.debit, 0), coalesce(l.credit, 0)) IS DISTINCT FROM (coalesce(b.debit_fen, 0)::numeric, coalesce(b.credit_fen, 0)::numeric)
$$;

-- Everything, in one snapshot. No row of severity 'error' means that the books hold; 'info' rows tell how much was looked
-- at. Reads past row-level security, and so says ids and amounts only.
CREATE FUNCTION ledger_check() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH chain AS MATERIALIZED (SELECT * FROM seal_verify())
    SELECT * FROM ledger_check_guards()
    UNION ALL SELECT * FROM ledger_check_entries()
    UNION ALL SELECT * FROM ledger_check_numbers()
    UNION ALL SELECT * FROM ledger_check_periods()
    UNION ALL SELECT * FROM ledger_check_documents()
    UNION ALL SELECT * FROM ledger_check_balances()
    UNION ALL
    SELECT 'error', problem, concat_ws(' ', 'seal', bad_seal, bad_entity, bad_row) FROM chain WHERE problem IS NOT NULL
    UNION ALL
    SELECT 'info', format('%s seals over %s rows hold; %s rows are not sealed yet', seals, rows, unsealed), 'seal' FROM chain
    UNION ALL
    SELECT 'info', format('%s entries with %s lines were added up', (SELECT count(*) FROM ledger_entry),
                          (SELECT count(*) FROM ledger_line)), 'ledger'
$$;
GRANT EXECUTE ON FUNCTION ledger_check() TO yizhan_app, yizhan_tail;
