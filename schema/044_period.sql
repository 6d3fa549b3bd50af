-- Steps of an accounting period: open ─start_closing→ closing ─close→ closed ─reopen→ open; closing ─abort→ open.
-- Each takes one lock for all steps, then the period's own lock alone: it waits for postings under way, and postings
-- that come meanwhile wait for it and then read the new state.

CREATE FUNCTION period_take(p_period int, p_version int, p_from text) RETURNS period
LANGUAGE plpgsql SET lock_timeout = '10s' AS $$
DECLARE
    month period;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ006', MESSAGE = 'a period takes its steps in read committed only';
    END IF;
    PERFORM pg_advisory_xact_lock(1018, 0);
    PERFORM pg_advisory_xact_lock(1018, p_period);
    SELECT * INTO month FROM period WHERE id = p_period FOR NO KEY UPDATE;
    PERFORM must_be_one(count(*)) FROM (SELECT WHERE month.version = p_version) one;
    IF month.state <> p_from THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ006', TABLE = 'period', COLUMN = 'state',
            MESSAGE = format('period %s is %s', month.code, month.state);
    END IF;
    RETURN month;
END
$$;

-- Only the earliest that is not closed.
CREATE FUNCTION period_start_closing(p_period int, p_version int, p_who bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM period_take(p_period, p_version, 'open');
    IF EXISTS (SELECT FROM period WHERE id < p_period AND state <> 'closed') THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ006', TABLE = 'period', MESSAGE = 'an earlier period is not closed';
    END IF;
    UPDATE period SET state = 'closing', version = version + 1, updated_at = now() WHERE id = p_period;
    RETURN p_version + 1;
END
$$;

CREATE FUNCTION period_abort(p_period int, p_version int, p_who bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM period_take(p_period, p_version, 'closing');
    UPDATE period SET state = 'open', version = version + 1, updated_at = now() WHERE id = p_period;
    RETURN p_version + 1;
END
$$;

-- An entry without its number would get one in a closed period, after the books were printed: the sealer goes first.
CREATE FUNCTION period_close(p_period int, p_version int, p_who bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM period_take(p_period, p_version, 'closing');
    IF EXISTS (SELECT FROM ledger_entry e WHERE e.period_id = p_period
               AND NOT EXISTS (SELECT FROM ledger_number num WHERE num.entry_id = e.id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ006', TABLE = 'ledger_entry',
            MESSAGE = 'entries of the period wait for their numbers: try again in a moment';
    END IF;
    UPDATE period SET state = 'closed', version = version + 1, updated_at = now(), closed_at = now(), closed_by = p_who
        WHERE id = p_period;
    RETURN p_version + 1;
END
$$;

-- Only the latest closed, with a reason and a second person. What carried the profit to the year is reversed first, in
-- the same transaction, so the accounts of income and cost stand open again.
CREATE FUNCTION period_reopen(p_period int, p_version int, p_who bigint, p_second bigint, p_reason text) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    month period;
BEGIN
    IF p_who IS NULL OR p_second IS NULL OR p_who = p_second OR coalesce(p_reason, '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ006', TABLE = 'period',
            MESSAGE = 'reopening needs a reason and a second person';
    END IF;
    month := period_take(p_period, p_version, 'closed');
    IF EXISTS (SELECT FROM period WHERE id > p_period AND state <> 'open') THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ006', TABLE = 'period', MESSAGE = 'a later period is closed or closing';
    END IF;
    UPDATE period SET state = 'open', version = version + 1, updated_at = now(), reopened_at = now(),
        reopened_by = p_who, reopened_with = p_second, reopen_reason = p_reason
        WHERE id = p_period;
    PERFORM ledger_post(jsonb_build_object('key', 'transfer-red-' || e.id, 'kind', 'transfer', 'day', month.last_day,
            'branch_id', e.branch_id, 'word', e.word, 'text', p_reason, 'red_of', e.id, 'maker_id', p_who,
            'checker_id', p_second, 'poster_id', p_who))
        FROM ledger_entry e
        WHERE e.period_id = p_period AND e.kind = 'transfer' AND e.red_of IS NULL
          AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.red_of = e.id);
    RETURN p_version + 1;
END
$$;

-- 结转损益: brings every account of income and expense to nothing against the profit of the year, one entry per branch.
-- Only in closing. Returns how many entries were made.
CREATE FUNCTION period_transfer(p_period int, p_maker bigint, p_checker bigint, p_poster bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    month period;
    made int;
BEGIN
    PERFORM pg_advisory_xact_lock(1018, p_period);
    SELECT * INTO month FROM period WHERE id = p_period;
    IF month.state IS DISTINCT FROM 'closing' THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ006', TABLE = 'period', COLUMN = 'state',
            MESSAGE = format('period %s is %s', p_period, month.state);
    END IF;
    WITH left_over AS (
        SELECT b.branch_id, b.account, a.kind, sum(b.debit_fen - b.credit_fen)::bigint AS amount
        FROM balance_now b JOIN ledger_account a ON a.code = b.account
        WHERE a.kind IN ('income', 'expense') AND b.period_id <= p_period
        GROUP BY 1, 2, 3 HAVING sum(b.debit_fen - b.credit_fen) <> 0
    ), lines AS (
        SELECT branch_id, 1 AS place, account, CASE kind WHEN 'income' THEN 'D' ELSE 'C' END AS side,
               CASE kind WHEN 'income' THEN -amount ELSE amount END AS amount
        FROM left_over
        UNION ALL
        SELECT branch_id, 2, '3103', CASE kind WHEN 'income' THEN 'C' ELSE 'D' END,
               sum(CASE kind WHEN 'income' THEN -amount ELSE amount END)::bigint
        FROM left_over GROUP BY branch_id, kind
        HAVING sum(amount) <> 0
    )
    SELECT count(ledger_post(p)) INTO made
    FROM (SELECT jsonb_build_object('key', format('transfer-%s-%s-%s', p_period, branch_id,
                         (SELECT count(*) FROM ledger_entry e WHERE e.period_id = p_period AND e.kind = 'transfer')),
                     'kind', 'transfer', 'day', month.last_day, 'branch_id', branch_id, 'word', '转', 'text', '结转损益',
                     'maker_id', p_maker, 'checker_id', p_checker, 'poster_id', p_poster,
                     'lines', jsonb_agg(jsonb_build_object('account', account, 'side', side, 'amount_fen', amount)
                                        ORDER BY place, account, side)) AS p
          FROM lines GROUP BY branch_id) entries;
    RETURN made;
END
$$;

GRANT EXECUTE ON FUNCTION period_start_closing(int, int, bigint), period_abort(int, int, bigint),
    period_close(int, int, bigint), period_reopen(int, int, bigint, bigint, text),
    period_transfer(int, bigint, bigint, bigint) TO yizhan_app;
