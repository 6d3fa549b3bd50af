-- Payers by share and by part of the price, differences that wait for a second person, money that drivers hold and hand in, and what
-- drivers get for their jobs.

ALTER TABLE rescue_charge
    ADD share_bp int CHECK (share_bp BETWEEN 1 AND 10000),      -- of the price
    ADD parts text[] NOT NULL DEFAULT '{}'                      -- of the price: {base, km}
        CHECK (parts <@ '{base,km,night,holiday,item,toll,empty}'::text[]),
    ADD asked_reason text,                      -- a difference that waits for its approval, and who asked
    ADD asked_by bigint,
    ADD CONSTRAINT rescue_charge_one_way CHECK (num_nonnulls(share_fen, share_bp) + (cardinality(parts) > 0)::int <= 1),
    ADD CONSTRAINT rescue_charge_asked CHECK ((asked_reason IS NULL) = (asked_by IS NULL));

ALTER TABLE rescue_order
    ADD asked_reason text,                      -- of one of its charges
    ADD driver_fen bigint NOT NULL DEFAULT 0 CHECK (driver_fen >= 0),   -- received by way of the driver
    ADD handed_fen bigint NOT NULL DEFAULT 0 CHECK (handed_fen >= 0),   -- handed in by him
    ADD commission_fen bigint CHECK (commission_fen >= 0);      -- what the driver gets
-- What was received by way of drivers so far: their receivables stand for it.
UPDATE rescue_order o SET driver_fen = r.amount_fen
FROM (SELECT d.row_id, sum(l.amount_fen) AS amount_fen FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id
      WHERE d.entity = 'rescue' AND d.kind = 'receipt' AND l.account = '1221' AND l.side = 'D' GROUP BY d.row_id) r
WHERE o.id = r.row_id;
CREATE INDEX rescue_order_held ON rescue_order (branch_id, driver_id, done_at, id)
    WHERE driver_id IS NOT NULL AND (taken_fen > handed_fen OR driver_fen > handed_fen);
CREATE INDEX rescue_order_asked ON rescue_order (branch_id, created_at, id) WHERE asked_reason IS NOT NULL;

-- Up to the limit whoever clears may give the reason; above it who has the role approves.
UPDATE base_item SET extra = extra || '{"limit_fen": 5000}' WHERE kind = 'clear_difference' AND code = 'bad_debt';

-- ---------------------------------------------------------------------------------------------------------------
-- handin: a driver hands in what he took; one paper over one or several orders of a branch. It is posted as it is made.

CREATE SEQUENCE handin_id_seq;
CREATE TABLE handin (
    id bigint PRIMARY KEY DEFAULT nextval('handin_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int NOT NULL REFERENCES branch (id),
    number text NOT NULL UNIQUE,
    driver_id bigint NOT NULL REFERENCES employee (id),
    state text NOT NULL DEFAULT 'posted' CHECK (state IN ('posted', 'reversed')),
    method text NOT NULL,                       -- base data payment_method: where the money stands now
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    short_reason text,                          -- why less than he holds
    remarks text,
    reversed_by bigint,
    reversed_at timestamptz,
    CHECK ((state = 'reversed') = (reversed_by IS NOT NULL)),
    CHECK (driver_id <> created_by)
);
ALTER SEQUENCE handin_id_seq OWNED BY handin.id;
CREATE INDEX handin_branch ON handin (branch_id, created_at, id);
CREATE INDEX handin_driver ON handin (driver_id, created_at, id);
ALTER TABLE handin ENABLE ROW LEVEL SECURITY;
CREATE POLICY handin_scope ON handin TO yizhan_app USING (branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT, INSERT, UPDATE ON handin TO yizhan_app;
GRANT USAGE ON SEQUENCE handin_id_seq TO yizhan_app;

CREATE SEQUENCE handin_line_id_seq CACHE 32;
CREATE TABLE handin_line (
    id bigint PRIMARY KEY DEFAULT nextval('handin_line_id_seq'),
    handin_id bigint NOT NULL REFERENCES handin (id),
    order_id bigint NOT NULL REFERENCES rescue_order (id),
    amount_fen bigint NOT NULL DEFAULT 0 CHECK (amount_fen > 0),
    left_fen bigint NOT NULL DEFAULT 0 CHECK (left_fen >= 0)   -- what he held of the order after it
);
ALTER SEQUENCE handin_line_id_seq OWNED BY handin_line.id;
CREATE UNIQUE INDEX handin_line_order_id_key ON handin_line (handin_id, order_id);
CREATE INDEX handin_line_order ON handin_line (order_id);
ALTER TABLE handin_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY handin_line_scope ON handin_line TO yizhan_app USING (EXISTS (SELECT FROM handin h WHERE h.id = handin_id));
GRANT SELECT, INSERT ON handin_line TO yizhan_app;
GRANT USAGE ON SEQUENCE handin_line_id_seq TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- commission_rule: what a driver of our own gets for a job. Of several that hold, the one that names the driver, then the service,
-- then the branch.

CREATE SEQUENCE commission_rule_id_seq;
CREATE TABLE commission_rule (
    id bigint PRIMARY KEY DEFAULT nextval('commission_rule_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int REFERENCES branch (id),       -- NULL: any
    driver_id bigint,                           -- an employee; NULL: any
    service text,                               -- NULL: any
    job_fen bigint NOT NULL DEFAULT 0 CHECK (job_fen >= 0),
    km_fen bigint NOT NULL DEFAULT 0 CHECK (km_fen >= 0),
    share_bp int NOT NULL DEFAULT 0 CHECK (share_bp BETWEEN 0 AND 10000),      -- of the price
    valid_from date NOT NULL DEFAULT '2000-01-01',
    valid_to date NOT NULL DEFAULT '9999-12-31',
    CHECK (valid_from <= valid_to),
    CONSTRAINT commission_rule_valid_from_once EXCLUDE USING gist (
        int4range(coalesce(branch_id, 0), coalesce(branch_id, 0), '[]') WITH &&,
        int8range(coalesce(driver_id, 0), coalesce(driver_id, 0), '[]') WITH &&,
        code_span(coalesce(service, '')) WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&) WHERE (disabled_at IS NULL)
);
ALTER SEQUENCE commission_rule_id_seq OWNED BY commission_rule.id;
ALTER TABLE commission_rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY commission_rule_scope ON commission_rule TO yizhan_app
    USING (branch_id IS NULL OR branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON commission_rule TO yizhan_app;
GRANT USAGE ON SEQUENCE commission_rule_id_seq TO yizhan_app;

-- One row always; nulls where no rule holds.
CREATE FUNCTION commission_for(p_order bigint) RETURNS TABLE (job_fen bigint, km_fen bigint, share_bp int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.job_fen, r.km_fen, r.share_bp
    FROM rescue_order o JOIN branch b ON b.id = o.branch_id
    LEFT JOIN commission_rule r ON r.disabled_at IS NULL AND o.driver_id IS NOT NULL AND o.supplier_id IS NULL
        AND coalesce(r.driver_id = o.driver_id, true) AND coalesce(r.service = o.service, true)
        AND coalesce(r.branch_id = o.branch_id, true)
        AND (coalesce(o.done_at, o.created_at) AT TIME ZONE b.time_zone)::date BETWEEN r.valid_from AND r.valid_to
    WHERE o.id = p_order
    ORDER BY r.driver_id IS NULL, r.service IS NULL, r.branch_id IS NULL LIMIT 1
$$;
GRANT EXECUTE ON FUNCTION commission_for(bigint) TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- Rights: the cashier takes hand-ins, another takes one back; the finance manager keeps the rules of commission.

UPDATE role SET permissions = permissions || '{handin.list,handin.get,handin.history,handin.held,handin.create,handin.export}'
WHERE shipped AND code = 'cashier';
UPDATE role SET permissions = permissions || '{handin.list,handin.get,handin.history,handin.held,handin.reverse,handin.export,commission_rule.list,commission_rule.get,commission_rule.history,commission_rule.export}'
WHERE shipped AND code = 'accountant';
UPDATE role SET permissions = permissions || '{handin.list,handin.get,handin.history,handin.held,handin.export,commission_rule.list,commission_rule.get,commission_rule.history,commission_rule.export,commission_rule.create,commission_rule.update,commission_rule.disable,commission_rule.enable,commission_rule.delete,commission_rule.import}'
WHERE shipped AND code = 'finance_manager';
UPDATE role SET permissions = permissions || '{handin.list,handin.get,handin.history,handin.held,handin.export}'
WHERE shipped AND code = 'branch_manager';
UPDATE role SET permissions = permissions || '{handin.list,handin.get,handin.history,handin.held,handin.export,commission_rule.list,commission_rule.get,commission_rule.history,commission_rule.export}'
WHERE shipped AND code = 'auditor';

-- What a driver holds of an order's money: what he noted or what was received by way of him, less what he handed in.
CREATE FUNCTION rescue_held(o rescue_order) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT greatest(CASE WHEN EXISTS (SELECT FROM base_item m WHERE m.kind = 'payment_method' AND m.code = o.taken_method
                                      AND (m.extra ->> 'by_driver')::boolean) THEN o.taken_fen ELSE 0 END, o.driver_fen) - o.handed_fen
$$;
GRANT EXECUTE ON FUNCTION rescue_held(rescue_order) TO yizhan_app, yizhan_tail;
UPDATE role SET permissions = permissions || '{driver.list,driver.get}'
WHERE shipped AND code = 'finance_manager' AND NOT permissions && '{driver.list}';

-- ---------------------------------------------------------------------------------------------------------------
-- The money of orders proves itself with the books: payers against the price, papers against payers, drivers against the ledger.

CREATE FUNCTION rescue_check_charges() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    WITH paper AS (
        SELECT charge_id, coalesce(sum(amount_fen) FILTER (WHERE kind = 'receivable'), 0) AS priced,
               coalesce(sum(amount_fen) FILTER (WHERE kind = 'receipt'), 0) AS received,
               coalesce(sum(amount_fen) FILTER (WHERE kind = 'adjustment'), 0) AS given_up
        FROM document WHERE entity = 'rescue' AND state IN ('posted', 'reversed') GROUP BY charge_id
    ), part AS (
        SELECT c.*, coalesce(p.priced, 0) AS priced, coalesce(p.received, 0) AS got, coalesce(p.given_up, 0) AS given_up
        FROM rescue_charge c LEFT JOIN paper p ON p.charge_id = c.id
    ), whole AS (
        SELECT order_id, sum(amount_fen) AS amount, sum(received_fen) AS received,
               min(array_position('{unaudited,audited,priced,received,cleared}', money_state)) AS least,
               bool_or(asked_reason IS NOT NULL) AS asked
        FROM rescue_charge GROUP BY order_id
    )
    SELECT 'error', format('the price is %s fen and its payers'' parts make %s', o.price_fen, w.amount), 'rescue ' || o.id
    FROM rescue_order o JOIN whole w ON w.order_id = o.id
    WHERE o.money_state IN ('priced', 'received', 'cleared') AND w.amount <> o.price_fen
    UNION ALL
    SELECT 'error', format('%s fen came in and its payers paid %s', o.received_fen, w.received), 'rescue ' || o.id
    FROM rescue_order o JOIN whole w ON w.order_id = o.id WHERE o.received_fen <> w.received
    UNION ALL
    SELECT 'error', format('the order is %s and is not its least advanced payer', o.money_state), 'rescue ' || o.id
    FROM rescue_order o JOIN whole w ON w.order_id = o.id
    WHERE o.money_state IS NOT NULL AND array_position('{unaudited,audited,priced,received,cleared}', o.money_state) <> w.least
    UNION ALL
    SELECT 'error', 'the order does not say that a difference waits, or says so of none', 'rescue ' || o.id
    FROM rescue_order o JOIN whole w ON w.order_id = o.id WHERE (o.asked_reason IS NOT NULL) <> w.asked
    UNION ALL
    SELECT 'error', format('the payer''s part is %s fen and its receivables make %s', amount_fen, priced), 'rescue_charge ' || id
    FROM part WHERE priced <> amount_fen
    UNION ALL
    SELECT 'error', format('the payer paid %s fen and his receipts make %s', received_fen, got), 'rescue_charge ' || id
    FROM part WHERE got <> received_fen
    UNION ALL
    SELECT 'error', format('%s fen were given up and %s were left', given_up, greatest(amount_fen - received_fen, 0)), 'rescue_charge ' || id
    FROM part WHERE given_up <> CASE money_state WHEN 'cleared' THEN greatest(amount_fen - received_fen, 0) ELSE 0 END
$$;

CREATE FUNCTION rescue_check_costs() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    WITH owed AS (
        SELECT d.row_id, coalesce(sum(l.amount_fen) FILTER (WHERE l.account = '2202'), 0) AS cost,
               coalesce(sum(l.amount_fen) FILTER (WHERE l.account = '221101'), 0) AS commission
        FROM document d JOIN ledger_line l ON l.entry_id = d.entry_id AND l.side = 'C'
        WHERE d.entity = 'rescue' AND d.kind = 'payable' AND d.state IN ('posted', 'reversed') GROUP BY d.row_id
    ), wanted AS (
        SELECT o.id, o.money_state IN ('priced', 'received', 'cleared') AS priced,
               CASE WHEN o.supplier_id IS NULL THEN 0 ELSE coalesce(o.cost_fen, 0) END AS cost, coalesce(o.commission_fen, 0) AS commission
        FROM rescue_order o WHERE o.money_state IS NOT NULL
    )
    SELECT 'error', format('the contractor gets %s fen and his payables make %s', w.cost, coalesce(o.cost, 0)), 'rescue ' || w.id
    FROM wanted w LEFT JOIN owed o ON o.row_id = w.id
    WHERE coalesce(o.cost, 0) <> CASE WHEN w.priced THEN w.cost ELSE 0 END
    UNION ALL
    SELECT 'error', format('the driver gets %s fen and his payables make %s', w.commission, coalesce(o.commission, 0)), 'rescue ' || w.id
    FROM wanted w LEFT JOIN owed o ON o.row_id = w.id
    WHERE coalesce(o.commission, 0) <> CASE WHEN w.priced THEN w.commission ELSE 0 END
$$;

CREATE FUNCTION rescue_check_drivers() RETURNS TABLE (severity text, what text, row_name text)
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
        SELECT row_id, sum(amount_fen) AS fen FROM document WHERE entity = 'handin' AND state IN ('posted', 'reversed') GROUP BY row_id
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
    SELECT 'error', format('the hand-in is of %s fen, its orders make %s and its papers %s', h.amount_fen, coalesce(l.fen, 0), coalesce(p.fen, 0)),
           'handin ' || h.id
    FROM handin h LEFT JOIN line l ON l.handin_id = h.id LEFT JOIN paper p ON p.row_id = h.id
    WHERE coalesce(l.fen, 0) <> h.amount_fen OR coalesce(p.fen, 0) <> CASE h.state WHEN 'posted' THEN h.amount_fen ELSE 0 END
    UNION ALL
    SELECT 'error', 'a guard is missing or switched off', 'trigger ' || want.name || ' on ' || want.home
    FROM (VALUES ('tariff_version', 'tariff_version_append_only'), ('party_agreement', 'tariff_keep'), ('price_list', 'tariff_keep')) AS want (home, name)
    WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = want.home::regclass AND t.tgname = want.name AND t.tgenabled IN ('O', 'A'))
$$;

CREATE OR REPLACE FUNCTION ledger_check() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH chain AS MATERIALIZED (SELECT * FROM seal_verify())
    SELECT * FROM ledger_check_guards()
    UNION ALL SELECT * FROM ledger_check_entries()
    UNION ALL SELECT * FROM ledger_check_numbers()
    UNION ALL SELECT * FROM ledger_check_periods()
    UNION ALL SELECT * FROM ledger_check_documents()
    UNION ALL SELECT * FROM ledger_check_balances()
    UNION ALL SELECT * FROM rescue_check_charges()
    UNION ALL SELECT * FROM rescue_check_costs()
    UNION ALL SELECT * FROM rescue_check_drivers()
    UNION ALL
    SELECT 'error', problem, concat_ws(' ', 'seal', bad_seal, bad_entity, bad_row) FROM chain WHERE problem IS NOT NULL
    UNION ALL
    SELECT 'info', format('%s seals over %s rows hold; %s rows are not sealed yet', seals, rows, unsealed), 'seal' FROM chain
    UNION ALL
    SELECT 'info', format('%s entries with %s lines were added up', (SELECT count(*) FROM ledger_entry),
                          (SELECT count(*) FROM ledger_line)), 'ledger'
$$;
