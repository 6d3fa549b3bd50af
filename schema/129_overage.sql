-- Money that a driver handed in above all that he held waits on 190101 until it is known whose it is. A paper settles it: it is paid back to him, or
-- taken as income; above a limit a second person approves, as with shortages.

-- Where no account is named the money goes back out of the till, by a payment method.
SELECT base_ship('overage', '[
    ["driver", "Paid back to the driver", "退还司机", "退還司機", {"limit_fen": 20000}],
    ["income", "Taken as income", "转作收入", "轉作收入", {"account": "530101", "limit_fen": 5000}]
]');

CREATE SEQUENCE overage_id_seq;
CREATE TABLE overage (
    id bigint PRIMARY KEY DEFAULT nextval('overage_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int NOT NULL REFERENCES branch (id),
    number text NOT NULL UNIQUE,
    handin_id bigint NOT NULL REFERENCES handin (id),
    driver_id bigint NOT NULL REFERENCES employee (id),
    state text NOT NULL CHECK (state IN ('asked', 'posted', 'declined', 'reversed')),
    settled_by text NOT NULL,                   -- base data overage
    method text,                                -- base data payment_method: how it was paid back; NULL: no money went out
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    short_reason text NOT NULL,                 -- how it came that there was more
    remarks text,
    decided_by bigint,
    decided_at timestamptz,
    decline_reason text,
    reversed_by bigint,
    reversed_at timestamptz,
    CHECK ((state = 'reversed') = (reversed_by IS NOT NULL)),
    CHECK (driver_id <> created_by),
    CHECK (decided_by IS NULL OR (decided_by <> created_by AND decided_by <> driver_id))
);
ALTER SEQUENCE overage_id_seq OWNED BY overage.id;
CREATE INDEX overage_branch ON overage (branch_id, created_at, id);
CREATE INDEX overage_handin ON overage (handin_id);
ALTER TABLE overage ENABLE ROW LEVEL SECURITY;
CREATE POLICY overage_scope ON overage TO yizhan_app USING (branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT, INSERT, UPDATE ON overage TO yizhan_app;
GRANT USAGE ON SEQUENCE overage_id_seq TO yizhan_app;

-- What of a hand-in is above what the driver held and no paper settles or asks to.
CREATE FUNCTION handin_over_left(p_handin bigint, p_over_fen bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT p_over_fen - coalesce((SELECT sum(amount_fen) FROM overage WHERE handin_id = p_handin AND state IN ('asked', 'posted')), 0)::bigint
$$;
GRANT EXECUTE ON FUNCTION handin_over_left(bigint, bigint) TO yizhan_app;

-- Who takes the money neither settles what is above it nor approves that.
UPDATE role SET permissions = permissions || '{overage.list,overage.get,overage.history,overage.export,overage.create,overage.reverse}'
WHERE shipped AND code = 'accountant';
UPDATE role SET permissions = permissions || '{overage.list,overage.get,overage.history,overage.export,overage.create,overage.approve,overage.decline,overage.reverse}'
WHERE shipped AND code = 'finance_manager';
UPDATE role SET permissions = permissions || '{overage.list,overage.get,overage.history,overage.export}'
WHERE shipped AND code IN ('cashier', 'branch_manager', 'auditor');

-- ---------------------------------------------------------------------------------------------------------------

CREATE FUNCTION overage_check() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    WITH paper AS (
        SELECT row_id, sum(amount_fen) AS fen FROM document WHERE entity = 'overage' AND state IN ('posted', 'reversed') GROUP BY row_id
    ), settled AS (
        SELECT handin_id, sum(amount_fen) AS fen FROM overage WHERE state IN ('asked', 'posted') GROUP BY handin_id
    ), waits AS (
        SELECT driver_id, sum(fen) AS fen
        FROM (SELECT driver_id, over_fen AS fen FROM handin WHERE state = 'posted' AND over_fen > 0
              UNION ALL SELECT driver_id, -amount_fen FROM overage WHERE state = 'posted') each_paper
        GROUP BY driver_id
    ), book AS (
        SELECT employee_id, sum(CASE side WHEN 'C' THEN amount_fen ELSE -amount_fen END) AS fen
        FROM ledger_line WHERE account = '190101' AND line = 'rescue' GROUP BY employee_id
    )
    SELECT 'error', format('the overage is of %s fen and its papers make %s', o.amount_fen, coalesce(p.fen, 0)), 'overage ' || o.id
    FROM overage o LEFT JOIN paper p ON p.row_id = o.id
    WHERE coalesce(p.fen, 0) <> CASE o.state WHEN 'posted' THEN o.amount_fen ELSE 0 END
    UNION ALL
    SELECT 'error', format('%s fen were above the hand-in and %s are settled', h.over_fen, s.fen), 'handin ' || h.id
    FROM handin h JOIN settled s ON s.handin_id = h.id WHERE s.fen > CASE h.state WHEN 'posted' THEN h.over_fen ELSE 0 END
    UNION ALL
    SELECT 'error', format('%s fen of the driver''s wait by the papers and %s by the ledger', coalesce(w.fen, 0), coalesce(b.fen, 0)),
           'employee ' || coalesce(w.driver_id, b.employee_id)
    FROM waits w FULL JOIN book b ON b.employee_id = w.driver_id WHERE coalesce(w.fen, 0) <> coalesce(b.fen, 0)
$$;
INSERT INTO ledger_check_part (name, position) VALUES ('overage_check', 125);
