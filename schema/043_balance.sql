-- Kept balances: a job folds ledger lines of finished transactions into `balance`; a read adds the tail that is not
-- folded yet. No row is hot, and every read is exact.

CREATE TABLE balance (
    account text NOT NULL REFERENCES ledger_account (code),
    branch_id int NOT NULL,
    party_id bigint NOT NULL DEFAULT 0,         -- 0: lines without a party
    period_id int NOT NULL REFERENCES period (id),
    debit_fen bigint NOT NULL DEFAULT 0,        -- signed sums of each side within the period
    credit_fen bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (branch_id, account, period_id, party_id)
);
CREATE INDEX balance_party ON balance (party_id, account, period_id) WHERE party_id <> 0;

-- How far the folding has come: lines below (era, to_tx) are in `balance`. One row.
CREATE TABLE balance_fold (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    at_era int NOT NULL,        -- not `era`, which era_open() would move
    to_tx xid8 NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO balance_fold (at_era, to_tx) VALUES (1, '0');

ALTER TABLE balance ENABLE ROW LEVEL SECURITY;
CREATE POLICY balance_scope ON balance FOR SELECT TO yizhan_app
    USING (branch_id = ANY (current_setting('app.scope')::int[]));
CREATE POLICY balance_tail ON balance FOR SELECT TO yizhan_tail USING (true);
GRANT SELECT ON balance, balance_fold TO yizhan_app, yizhan_tail;

-- Folds about p_most lines and returns how many; 0 when there is nothing or another server is at it. The sums and how
-- far they go are one transaction, so a line is folded once.
CREATE FUNCTION balance_roll(p_most int DEFAULT 100000) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    done balance_fold;
    present int;
    until xid8;
    folded bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(1010, 2) THEN
        RETURN 0;
    END IF;
    SELECT * INTO done FROM balance_fold FOR UPDATE;
    SELECT max(n) INTO present FROM era;
    LOOP
        until := CASE WHEN done.at_era = present THEN pg_snapshot_xmin(pg_current_snapshot()) END;
        until := coalesce((SELECT CASE WHEN tx > done.to_tx THEN tx ELSE xid8_after(tx) END FROM ledger_line
                           WHERE era = done.at_era AND tx >= done.to_tx AND tx < xid8_end(until)
                           ORDER BY tx OFFSET p_most LIMIT 1), until);
        EXIT WHEN until IS NOT NULL OR EXISTS (SELECT FROM ledger_line WHERE era = done.at_era AND tx >= done.to_tx);
        done.at_era := done.at_era + 1;         -- an older era is final, and its end is reached
        done.to_tx := '0';
    END LOOP;
    WITH tail AS (
        SELECT account, branch_id, coalesce(party_id, 0) AS party_id, period_id,
               sum(amount_fen) FILTER (WHERE side = 'D') AS debit, sum(amount_fen) FILTER (WHERE side = 'C') AS credit,
               count(*) AS lines
        FROM ledger_line WHERE era = done.at_era AND tx >= done.to_tx AND tx < xid8_end(until)
        GROUP BY 1, 2, 3, 4
    ), kept AS (
        INSERT INTO balance AS b (account, branch_id, party_id, period_id, debit_fen, credit_fen)
        SELECT account, branch_id, party_id, period_id, coalesce(debit, 0), coalesce(credit, 0) FROM tail
        ON CONFLICT (branch_id, account, period_id, party_id) DO UPDATE
        SET debit_fen = b.debit_fen + excluded.debit_fen, credit_fen = b.credit_fen + excluded.credit_fen
    )
    SELECT coalesce(sum(lines), 0) INTO folded FROM tail;
    UPDATE balance_fold SET at_era = done.at_era, at = now(),
        to_tx = coalesce(until, (SELECT xid8_after(max(tx)) FROM ledger_line WHERE era = done.at_era));
    RETURN folded;
END
$$;

-- Balances as of this very snapshot: what is folded and the tail, in one statement. Under the reader's scope.
CREATE VIEW balance_now WITH (security_invoker = true) AS
    SELECT account, branch_id, party_id, period_id, debit_fen, credit_fen FROM balance
    UNION ALL
    SELECT account, branch_id, coalesce(party_id, 0), period_id,
           CASE side WHEN 'D' THEN amount_fen ELSE 0 END, CASE side WHEN 'C' THEN amount_fen ELSE 0 END
    FROM ledger_line
    WHERE (era, tx) >= ((SELECT at_era FROM balance_fold), (SELECT to_tx FROM balance_fold));
GRANT SELECT ON balance_now TO yizhan_app, yizhan_tail;

-- Balance (debit less credit) of an account and those under it, at the end of a day; NULL: every branch in scope,
-- every party.
CREATE FUNCTION balance_at(p_account text, p_day date, p_branch int DEFAULT NULL, p_party bigint DEFAULT NULL)
RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT (coalesce((SELECT sum(debit_fen - credit_fen) FROM balance_now b
                      WHERE b.account LIKE p_account || '%' AND (p_branch IS NULL OR b.branch_id = p_branch)
                        AND (p_party IS NULL OR b.party_id = p_party)
                        AND b.period_id < extract(year FROM p_day) * 100 + extract(month FROM p_day)), 0)
          + coalesce((SELECT sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END) FROM ledger_line l
                      WHERE l.account LIKE p_account || '%' AND (p_branch IS NULL OR l.branch_id = p_branch)
                        AND (p_party IS NULL OR l.party_id = p_party)
                        AND l.day BETWEEN date_trunc('month', p_day)::date AND p_day), 0))::bigint
$$;

-- Trial balance 科目余额表 of the periods p_from … p_to (202601): opening, turnover and closing of every account that has
-- any, for the branches given or all in scope. Openings and closings stand on the side they fall on.
CREATE FUNCTION trial_balance(p_from int, p_to int, p_branches int[] DEFAULT NULL)
RETURNS TABLE (account text, kind text, label_en text, label_zh_cn text, label_zh_tw text, opening_debit_fen bigint,
               opening_credit_fen bigint, debit_fen bigint, credit_fen bigint, closing_debit_fen bigint,
               closing_credit_fen bigint)
LANGUAGE sql STABLE AS $$
    WITH summed AS (
        SELECT b.account,
               coalesce(sum(b.debit_fen - b.credit_fen) FILTER (WHERE b.period_id < p_from), 0)::bigint AS opening,
               coalesce(sum(b.debit_fen) FILTER (WHERE b.period_id >= p_from), 0)::bigint AS debit,
               coalesce(sum(b.credit_fen) FILTER (WHERE b.period_id >= p_from), 0)::bigint AS credit
        FROM balance_now b
        WHERE b.period_id <= p_to AND (p_branches IS NULL OR b.branch_id = ANY (p_branches))
        GROUP BY b.account
    ), shown AS (
        SELECT a.code, a.kind, a.label_en, a.label_zh_cn, a.label_zh_tw, a.side, opening, debit, credit,
               opening + debit - credit AS closing
        FROM summed s JOIN ledger_account a ON a.code = s.account
    )
    SELECT code, kind, label_en, label_zh_cn, label_zh_tw, greatest(opening, 0), greatest(-opening, 0), debit, credit,
           greatest(closing, 0), greatest(-closing, 0)
    FROM shown WHERE opening <> 0 OR debit <> 0 OR credit <> 0
    ORDER BY code
$$;

GRANT EXECUTE ON FUNCTION balance_roll(int), balance_at(text, date, int, bigint), trial_balance(int, int, int[])
    TO yizhan_app, yizhan_tail;
