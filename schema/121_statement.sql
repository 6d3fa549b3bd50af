-- Statements of customers: the priced orders of one payer at one branch, sent, agreed, and paid together; the customer's advance as a way
-- to pay; and two records of one customer made one.

CREATE SEQUENCE statement_id_seq;
CREATE TABLE statement (
    id bigint PRIMARY KEY DEFAULT nextval('statement_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int NOT NULL REFERENCES branch (id),
    number text NOT NULL UNIQUE,
    party_id bigint NOT NULL REFERENCES party (id),
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'sent', 'agreed', 'settled', 'void')),
    from_day date,                              -- jobs that ended in these days; NULL: all
    to_day date,
    due_day date,                               -- when it is to be paid by
    amount_fen bigint NOT NULL DEFAULT 0 CHECK (amount_fen >= 0),       -- what its lines make
    received_fen bigint NOT NULL DEFAULT 0 CHECK (received_fen >= 0),   -- all that came in for it, an advance with it
    receipts int NOT NULL DEFAULT 0,            -- papers made so far: the next one's sequence
    remarks text,
    dispute_reason text,
    sent_by bigint,
    sent_at timestamptz,
    agreed_by bigint,
    agreed_at timestamptz,
    settled_by bigint,
    settled_at timestamptz,
    CHECK (from_day <= to_day),
    CHECK (state <> 'settled' OR received_fen >= amount_fen)
);
ALTER SEQUENCE statement_id_seq OWNED BY statement.id;
CREATE INDEX statement_branch ON statement (branch_id, created_at, id);
CREATE INDEX statement_party ON statement (branch_id, party_id, created_at, id);
ALTER TABLE statement ENABLE ROW LEVEL SECURITY;
CREATE POLICY statement_scope ON statement TO yizhan_app USING (branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT, INSERT, UPDATE ON statement TO yizhan_app;
GRANT USAGE ON SEQUENCE statement_id_seq TO yizhan_app;

-- One payer's part of an order, with what the customer is told of the job.
CREATE SEQUENCE statement_line_id_seq CACHE 32;
CREATE TABLE statement_line (
    id bigint PRIMARY KEY DEFAULT nextval('statement_line_id_seq'),
    statement_id bigint NOT NULL REFERENCES statement (id),
    order_id bigint NOT NULL REFERENCES rescue_order (id),
    charge_id bigint NOT NULL REFERENCES rescue_charge (id),
    done_on date,
    plate text,
    service text,
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),  -- what was due of it when it came on the statement
    received_fen bigint NOT NULL DEFAULT 0 CHECK (received_fen BETWEEN 0 AND amount_fen),   -- of it, by way of the statement
    live boolean NOT NULL DEFAULT true          -- the statement is not void, nor is this line paid
);
ALTER SEQUENCE statement_line_id_seq OWNED BY statement_line.id;
CREATE INDEX statement_line_statement ON statement_line (statement_id, id);
CREATE INDEX statement_line_order ON statement_line (order_id);
-- On one live statement only, whoever asks.
CREATE UNIQUE INDEX statement_line_live ON statement_line (charge_id) WHERE live;
CREATE INDEX statement_line_charge ON statement_line (charge_id);
ALTER TABLE statement_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY statement_line_scope ON statement_line TO yizhan_app USING (EXISTS (SELECT FROM statement s WHERE s.id = statement_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON statement_line TO yizhan_app;
GRANT USAGE ON SEQUENCE statement_line_id_seq TO yizhan_app;
-- What a payer owes still, to be put on one.
CREATE INDEX rescue_charge_priced ON rescue_charge (payer_id, order_id) WHERE money_state = 'priced';

-- What is on a live statement is paid with it alone, and keeps its price: whichever door a change comes through. A settlement writes the
-- lines first, so that both sides tell the same.
CREATE FUNCTION rescue_charge_on_statement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM statement_line l WHERE l.charge_id = OLD.id AND l.live
               AND (l.amount_fen - l.received_fen <> NEW.amount_fen - NEW.received_fen OR NEW.money_state <> 'priced'
                    OR NEW.payer_id <> OLD.payer_id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ012', TABLE = 'rescue_charge',
            MESSAGE = format('charge %s is on a statement', OLD.id);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER rescue_charge_on_statement AFTER UPDATE ON rescue_charge FOR EACH ROW EXECUTE FUNCTION rescue_charge_on_statement();

-- ---------------------------------------------------------------------------------------------------------------
-- What a customer paid before it was due (2203) pays an order or a statement of the same branch.

INSERT INTO base_item (kind, code, label_en, label_zh_cn, label_zh_tw, position, extra)
SELECT 'payment_method', 'advance', 'From the customer''s advance', '预收抵扣', '預收抵扣', max(position) + 10, '{"account": "2203"}'
FROM base_item WHERE kind = 'payment_method'
ON CONFLICT DO NOTHING;

-- Two who would use the same advance come one after the other; ask in a statement of its own, so that the second sees what the first did.
CREATE FUNCTION customer_advance_lock(p_party bigint) RETURNS void
LANGUAGE sql AS $$ SELECT pg_advisory_xact_lock(hashtextextended('customer.advance', p_party)) $$;
CREATE FUNCTION customer_advance(p_party bigint, p_branch int) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(sum(credit_fen - debit_fen), 0)::bigint FROM balance_now
    WHERE party_id = p_party AND branch_id = p_branch AND account LIKE '2203%'
$$;
GRANT EXECUTE ON FUNCTION customer_advance_lock(bigint), customer_advance(bigint, int) TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- The books prove these, too: what a payer paid is told by his own receipts and by the statements.

CREATE OR REPLACE FUNCTION rescue_check_charges() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    WITH paper AS (
        SELECT charge_id, coalesce(sum(amount_fen) FILTER (WHERE kind = 'receivable'), 0) AS priced,
               coalesce(sum(amount_fen) FILTER (WHERE kind = 'receipt'), 0) AS received,
               coalesce(sum(amount_fen) FILTER (WHERE kind = 'adjustment'), 0) AS given_up
        FROM document WHERE entity = 'rescue' AND state IN ('posted', 'reversed') GROUP BY charge_id
    ), together AS (
        SELECT charge_id, sum(received_fen) AS received FROM statement_line WHERE received_fen > 0 GROUP BY charge_id
    ), part AS (
        SELECT c.*, coalesce(p.priced, 0) AS priced, coalesce(p.received, 0) + coalesce(t.received, 0) AS got,
               coalesce(p.given_up, 0) AS given_up
        FROM rescue_charge c LEFT JOIN paper p ON p.charge_id = c.id LEFT JOIN together t ON t.charge_id = c.id
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

CREATE FUNCTION statement_check() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    WITH line AS (
        SELECT statement_id, sum(amount_fen) AS amount, sum(received_fen) AS received, bool_or(live) AS live
        FROM statement_line GROUP BY statement_id
    ), paper AS (
        SELECT row_id, sum(amount_fen) AS fen FROM document WHERE entity = 'statement' AND state IN ('posted', 'reversed') GROUP BY row_id
    )
    SELECT 'error', format('the statement is of %s fen and its lines make %s', s.amount_fen, coalesce(l.amount, 0)), 'statement ' || s.id
    FROM statement s LEFT JOIN line l ON l.statement_id = s.id WHERE coalesce(l.amount, 0) <> s.amount_fen
    UNION ALL
    SELECT 'error', format('%s fen came in for the statement and its papers make %s', s.received_fen, coalesce(p.fen, 0)), 'statement ' || s.id
    FROM statement s LEFT JOIN paper p ON p.row_id = s.id WHERE coalesce(p.fen, 0) <> s.received_fen
    UNION ALL
    SELECT 'error', format('%s fen came in for the statement and its lines have %s of it', s.received_fen, coalesce(l.received, 0)),
           'statement ' || s.id
    FROM statement s LEFT JOIN line l ON l.statement_id = s.id
    WHERE coalesce(l.received, 0) <> least(s.received_fen, s.amount_fen)
    UNION ALL
    SELECT 'error', 'a line lives on a statement that does not', 'statement ' || s.id
    FROM statement s JOIN line l ON l.statement_id = s.id WHERE l.live AND s.state IN ('settled', 'void')
    UNION ALL
    SELECT 'error', 'a guard is missing or switched off', 'trigger rescue_charge_on_statement on rescue_charge'
    WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = 'rescue_charge'::regclass AND t.tgname = 'rescue_charge_on_statement'
                      AND t.tgenabled IN ('O', 'A'))
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
    UNION ALL SELECT * FROM statement_check()
    UNION ALL
    SELECT 'error', problem, concat_ws(' ', 'seal', bad_seal, bad_entity, bad_row) FROM chain WHERE problem IS NOT NULL
    UNION ALL
    SELECT 'info', format('%s seals over %s rows hold; %s rows are not sealed yet', seals, rows, unsealed), 'seal' FROM chain
    UNION ALL
    SELECT 'info', format('%s entries with %s lines were added up', (SELECT count(*) FROM ledger_entry),
                          (SELECT count(*) FROM ledger_line)), 'ledger'
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- Two records of one customer become one: what names the first names the second from then on, but for what was posted, which never
-- changes. So it is done where the first owes nothing and has nothing with us.

ALTER TABLE party ADD merged_into bigint REFERENCES party (id) CHECK (merged_into <> id);

-- What speaks against it, as words the server knows; NULL: nothing. Reads as the owner: a customer's affairs may be at branches one
-- does not see, and it is not told which.
CREATE FUNCTION customer_merge_against(p_from bigint, p_into bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN f.merged_into IS NOT NULL THEN 'merged'
        WHEN i.disabled_at IS NOT NULL OR NOT 'customer' = ANY (i.roles) THEN 'gone'
        WHEN f.roles <> '{customer}' THEN 'roles'
        WHEN (f.kind = 'person') <> (i.kind = 'person') THEN 'kind'
        WHEN EXISTS (SELECT FROM employee WHERE party_id = f.id) OR EXISTS (SELECT FROM partner WHERE party_id = f.id) THEN 'partner'
        WHEN EXISTS (SELECT FROM balance_now b WHERE b.party_id = f.id
                     GROUP BY account, branch_id HAVING account LIKE ANY ('{1122%,2203%}') AND sum(debit_fen - credit_fen) <> 0)
             OR EXISTS (SELECT FROM rescue_charge c WHERE c.payer_id = f.id AND c.money_state IN ('priced', 'received')) THEN 'money'
        WHEN EXISTS (SELECT FROM rescue_charge c JOIN rescue_charge d ON d.order_id = c.order_id AND d.payer_id = i.id
                     WHERE c.payer_id = f.id) THEN 'payers'
        WHEN EXISTS (SELECT FROM party_agreement a JOIN party_agreement b ON b.party_id = i.id AND b.service = a.service
                     AND b.disabled_at IS NULL AND daterange(a.valid_from, a.valid_to, '[]') && daterange(b.valid_from, b.valid_to, '[]')
                     WHERE a.party_id = f.id AND a.disabled_at IS NULL) THEN 'agreements'
        WHEN EXISTS (SELECT FROM rescue_order o JOIN rescue_order p ON p.customer_id = i.id AND p.external_number = o.external_number
                     AND p.linked_id IS NULL AND p.state <> 'void'
                     WHERE o.customer_id = f.id AND o.external_number IS NOT NULL AND o.linked_id IS NULL AND o.state <> 'void') THEN 'cases'
        END
    FROM party f, party i WHERE f.id = p_from AND i.id = p_into
$$;

-- The rows of the two are locked and judged before. The trail has a row for each order, and one for who stays.
CREATE FUNCTION customer_merge(p_from bigint, p_into bigint, p_who bigint, p_session bigint, p_terminal text, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    f party;
    i party;
BEGIN
    SELECT * INTO f FROM party WHERE id = p_from;
    SELECT * INTO i FROM party WHERE id = p_into FOR NO KEY UPDATE;
    WITH moved AS (
        UPDATE rescue_order SET customer_id = i.id, version = version + 1, updated_at = now() WHERE customer_id = f.id
        RETURNING id, branch_id, version, driver_id
    ) INSERT INTO change (who, session_id, terminal, verb, entity, row_id, branch_id, own_id, version, reason, was, now)
    SELECT p_who, p_session, p_terminal, 'customer.merge', 'rescue', id, branch_id, coalesce(driver_id, -1), version, p_reason,
           jsonb_build_object('customer_id', f.id), jsonb_build_object('customer_id', i.id) FROM moved ORDER BY id;
    UPDATE rescue_charge SET payer_id = i.id WHERE payer_id = f.id AND money_state IN ('unaudited', 'audited');
    UPDATE party_agreement SET party_id = i.id, version = version + 1 WHERE party_id = f.id;
    UPDATE sla_rule r SET customer_id = i.id, version = version + 1 WHERE customer_id = f.id AND NOT EXISTS
        (SELECT FROM sla_rule s WHERE s.customer_id = i.id AND s.service IS NOT DISTINCT FROM r.service AND s.disabled_at IS NULL);
    UPDATE message SET party_id = i.id WHERE party_id = f.id;
    UPDATE rating SET customer_id = i.id WHERE customer_id = f.id;
    UPDATE call SET party_id = i.id WHERE party_id = f.id;
    UPDATE party_plate p SET party_id = i.id, position = 100 + position WHERE party_id = f.id AND NOT EXISTS
        (SELECT FROM party_plate q WHERE q.party_id = i.id AND q.plate = p.plate);
    UPDATE party_contact SET party_id = i.id, position = 100 + position WHERE party_id = f.id;
    UPDATE party SET disabled_at = coalesce(disabled_at, now()) WHERE id = f.id;
    -- The number people call from finds who stays; found by his name and his cars he is as well.
    UPDATE party SET phone = CASE WHEN i.phone IS NULL THEN f.phone ELSE i.phone END,
        phone2 = CASE WHEN i.phone IS NOT NULL AND i.phone2 IS NULL AND f.phone <> i.phone THEN f.phone ELSE i.phone2 END,
        version = version + 1, updated_at = now() WHERE id = i.id;
    INSERT INTO search_key (token, entity, branch_id, row_id)
    SELECT DISTINCT k.token, k.entity, i.branch_id, i.id FROM search_key k WHERE k.entity = 'party' AND k.row_id = f.id
      AND NOT EXISTS (SELECT FROM search_key h WHERE h.entity = 'party' AND h.row_id = i.id AND h.token = k.token);
    INSERT INTO change (who, session_id, terminal, verb, entity, row_id, branch_id, version, reason, was, now)
    SELECT p_who, p_session, p_terminal, 'customer.merge', 'customer', i.id, i.branch_id, i.version + 1, p_reason,
           jsonb_build_object('merged', NULL, 'phone', CASE WHEN i.phone IS NULL THEN NULL ELSE '***' END),
           jsonb_build_object('merged', f.code, 'phone', '***');
END
$$;
GRANT EXECUTE ON FUNCTION customer_merge_against(bigint, bigint),
    customer_merge(bigint, bigint, bigint, bigint, text, text) TO yizhan_app;

UPDATE role SET permissions = permissions || '{customer.merge}' WHERE shipped AND code IN ('branch_manager', 'admin');
