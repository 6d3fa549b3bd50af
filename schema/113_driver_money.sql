-- A driver's money: what he sees of it himself, what he hands in above it, and what becomes of what is missing.

-- He sees his own papers, and nobody else's.
CREATE POLICY handin_own ON handin FOR SELECT TO yizhan_app USING (driver_id = (SELECT current_setting('app.self')::bigint));
UPDATE role SET permissions = permissions || '{handin.mine}' WHERE shipped AND code = 'driver';

-- ---------------------------------------------------------------------------------------------------------------
-- What becomes of money that is missing: what bears it is base data, and up to which amount one person decides.

SELECT base_ship('shortage', '[
    ["wages", "Deducted from wages", "从工资扣回", "從工資扣回", {"account": "2211", "limit_fen": 20000}],
    ["commission", "Deducted from commission", "从提成扣回", "從提成扣回", {"account": "221101", "limit_fen": 20000}],
    ["loss", "Borne by the company", "公司承担", "公司承擔", {"account": "5711", "limit_fen": 5000}]
]');

-- A shortage is settled by a paper over the orders it is of, as a hand-in is: it takes the same from what the driver holds. Above the limit it
-- is asked for, and posted when a second person has approved.
ALTER TABLE handin
    ADD settled_by text,                        -- base data shortage: what bears it; NULL: money came in
    ADD over_fen bigint NOT NULL DEFAULT 0 CHECK (over_fen >= 0),      -- counted above what the orders make
    ADD decided_by bigint,                      -- who approved or declined what was asked for
    ADD decided_at timestamptz,
    ADD decline_reason text,
    ALTER method DROP NOT NULL,
    DROP CONSTRAINT handin_state_check,
    ADD CONSTRAINT handin_state_check CHECK (state IN ('asked', 'posted', 'declined', 'reversed')),
    ADD CONSTRAINT handin_sort CHECK (num_nonnulls(method, settled_by) = 1),
    ADD CONSTRAINT handin_over CHECK (over_fen = 0 OR method IS NOT NULL),
    ADD CONSTRAINT handin_asked CHECK (settled_by IS NOT NULL OR state IN ('posted', 'reversed')),
    ADD CONSTRAINT handin_decided CHECK (decided_by IS NULL OR (decided_by <> created_by AND decided_by <> driver_id));
CREATE INDEX handin_asked ON handin (branch_id, created_at, id) WHERE state = 'asked';

-- Who handles the money neither settles what is missing of it nor approves that.
UPDATE role SET permissions = permissions || '{shortage.list,shortage.get,shortage.history,shortage.export,shortage.create,shortage.reverse}'
WHERE shipped AND code = 'accountant';
UPDATE role SET permissions = permissions || '{shortage.list,shortage.get,shortage.history,shortage.export,shortage.create,shortage.approve,shortage.decline,shortage.reverse}'
WHERE shipped AND code = 'finance_manager';
UPDATE role SET permissions = permissions || '{shortage.list,shortage.get,shortage.history,shortage.export}'
WHERE shipped AND code IN ('cashier', 'branch_manager', 'auditor');

CREATE OR REPLACE FUNCTION rescue_check_drivers() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    WITH taken AS (
        SELECT d.row_id, sum(l.amount_fen) AS fen FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id
        WHERE d.entity = 'rescue' AND d.kind = 'receipt' AND l.account = '1221' AND l.side = 'D' GROUP BY d.row_id
    ), handed AS (
        SELECT l.order_id, sum(l.amount_fen) AS fen FROM handin_line l JOIN handin h ON h.id = l.handin_id
        WHERE h.state = 'posted' GROUP BY l.order_id
    ), book AS (
        SELECT employee_id, sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END) AS fen
        FROM ledger_line WHERE account = '1221' AND line = 'rescue' GROUP BY employee_id
    ), held AS (
        SELECT driver_id, sum(driver_fen - handed_fen) AS fen FROM rescue_order
        WHERE driver_fen > 0 OR handed_fen > 0 GROUP BY driver_id
    ), paper AS (
        SELECT row_id, sum(amount_fen) AS fen FROM document WHERE entity IN ('handin', 'shortage') AND state IN ('posted', 'reversed')
        GROUP BY row_id
    ), line AS (
        SELECT handin_id, sum(amount_fen) AS fen FROM handin_line GROUP BY handin_id
    )
    SELECT 'error', format('%s fen came by way of the driver and his receipts make %s', o.driver_fen, coalesce(t.fen, 0)), 'rescue ' || o.id
    FROM rescue_order o LEFT JOIN taken t ON t.row_id = o.id WHERE o.driver_fen <> coalesce(t.fen, 0)
    UNION ALL
    SELECT 'error', format('%s fen are handed in and the hand-ins make %s', o.handed_fen, coalesce(h.fen, 0)), 'rescue ' || o.id
    FROM rescue_order o LEFT JOIN handed h ON h.order_id = o.id WHERE o.handed_fen <> coalesce(h.fen, 0)
    UNION ALL
    SELECT 'error', 'more was handed in than was taken', 'rescue ' || o.id
    FROM rescue_order o WHERE o.handed_fen > greatest(coalesce(o.taken_fen, 0), o.driver_fen)
    UNION ALL
    SELECT 'error', format('the driver owes %s fen by his orders and %s by the ledger', coalesce(h.fen, 0), coalesce(b.fen, 0)),
           'employee ' || coalesce(h.driver_id, b.employee_id)
    FROM held h FULL JOIN book b ON b.employee_id = h.driver_id WHERE coalesce(h.fen, 0) <> coalesce(b.fen, 0)
    UNION ALL
    SELECT 'error', format('the %s is of %s fen, its orders make %s and its papers %s',
                           CASE WHEN h.settled_by IS NULL THEN 'hand-in' ELSE 'shortage' END, h.amount_fen + h.over_fen,
                           coalesce(l.fen, 0) + h.over_fen, coalesce(p.fen, 0)),
           CASE WHEN h.settled_by IS NULL THEN 'handin ' ELSE 'shortage ' END || h.id
    FROM handin h LEFT JOIN line l ON l.handin_id = h.id LEFT JOIN paper p ON p.row_id = h.id
    WHERE coalesce(l.fen, 0) <> h.amount_fen
       OR coalesce(p.fen, 0) <> CASE h.state WHEN 'posted' THEN h.amount_fen + h.over_fen ELSE 0 END
    UNION ALL
    SELECT 'error', 'a guard is missing or switched off', 'trigger ' || want.name || ' on ' || want.home
    FROM (VALUES ('tariff_version', 'tariff_version_append_only'), ('party_agreement', 'tariff_keep'), ('price_list', 'tariff_keep')) AS want (home, name)
    WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = want.home::regclass AND t.tgname = want.name AND t.tgenabled IN ('O', 'A'))
$$;
