-- A customer who is there twice becomes one with all that is open: what he owes and what he paid before it was due is carried over to who stays,
-- one entry for each branch, and his payer's parts with it. What was posted stays as it was posted, under the name it was posted on.

-- Who stands for a customer now: himself, or who he was merged into in the end.
CREATE FUNCTION party_stays(p_party bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    stays bigint := p_party;
    further bigint;
BEGIN
    LOOP
        SELECT merged_into INTO further FROM party WHERE id = stays;
        IF further IS NULL THEN
            RETURN stays;
        END IF;
        stays := further;
    END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION party_stays(bigint) TO yizhan_app, yizhan_tail;

-- What is posted from then on is posted for who stays, whoever posts it: the mirror of an older entry, too.
CREATE FUNCTION ledger_line_stays() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.party_id := party_stays(NEW.party_id);
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_line_stays BEFORE INSERT ON ledger_line FOR EACH ROW WHEN (NEW.party_id IS NOT NULL)
    EXECUTE FUNCTION ledger_line_stays();
INSERT INTO ledger_guard (home, name) VALUES ('ledger_line', 'ledger_line_stays');

-- A reversal is the whole entry again, negative: the same accounts, sides and dimensions, of who stands for the party now. Returns what differs.
CREATE OR REPLACE FUNCTION ledger_red_differs(p_red bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT account, side, branch_id, party, employee_id, line
        FROM (SELECT l.*, party_stays(l.party_id) AS party FROM ledger_line l
              WHERE l.entry_id IN (p_red, (SELECT red_of FROM ledger_entry WHERE id = p_red))) both_entries
        GROUP BY account, side, branch_id, party, employee_id, line
        HAVING sum(amount_fen) <> 0)
$$;

-- ---------------------------------------------------------------------------------------------------------------

-- Held before it is asked what is open: an order on which a payment is under way is waited for, and what would name this customer anew waits for us.
CREATE FUNCTION customer_merge_lock(p_from bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM rescue_order WHERE id IN (SELECT id FROM rescue_order WHERE customer_id = p_from
                                           UNION SELECT order_id FROM rescue_charge WHERE payer_id = p_from)
        ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM party WHERE id = p_from FOR UPDATE;
END
$$;

-- What speaks against it, as words the server knows; NULL: nothing. Open money does not, but for a statement the customer was sent: it says
-- who owes what. Reads as the owner: a customer's affairs may be at branches one does not see, and it is not told which.
CREATE OR REPLACE FUNCTION customer_merge_against(p_from bigint, p_into bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN f.merged_into IS NOT NULL THEN 'merged'
        WHEN i.disabled_at IS NOT NULL OR NOT 'customer' = ANY (i.roles) THEN 'gone'
        WHEN f.roles <> '{customer}' THEN 'roles'
        WHEN (f.kind = 'person') <> (i.kind = 'person') THEN 'kind'
        WHEN EXISTS (SELECT FROM employee WHERE party_id = f.id) OR EXISTS (SELECT FROM partner WHERE party_id = f.id) THEN 'partner'
        WHEN EXISTS (SELECT FROM statement s WHERE s.party_id = f.id AND s.state IN ('draft', 'sent', 'agreed')) THEN 'statement'
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

-- What stands open on him: of each branch, account and line of work what debits are above credits, and the day it is there.
CREATE FUNCTION customer_open_money(p_party bigint, p_now timestamptz)
RETURNS TABLE (branch_id int, day date, account text, line text, amount_fen bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT l.branch_id, (p_now AT TIME ZONE b.time_zone)::date, l.account, l.line,
           sum(CASE l.side WHEN 'D' THEN l.amount_fen ELSE -l.amount_fen END)::bigint
    FROM ledger_line l JOIN branch b ON b.id = l.branch_id
    WHERE l.party_id = p_party AND (l.account LIKE '1122%' OR l.account LIKE '2203%')
    GROUP BY 1, 2, 3, 4 HAVING sum(CASE l.side WHEN 'D' THEN l.amount_fen ELSE -l.amount_fen END) <> 0
    ORDER BY 1, 3, 4
$$;

-- His parts of orders, also of those that are another's. The orders of his own are told of by customer_merge().
CREATE FUNCTION customer_merge_charges(p_from bigint, p_into bigint, p_who bigint, p_session bigint, p_terminal text, p_reason text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH moved AS (
        UPDATE rescue_charge SET payer_id = p_into WHERE payer_id = p_from RETURNING order_id
    ), told AS (
        UPDATE rescue_order o SET version = version + 1, updated_at = now() FROM moved
        WHERE o.id = moved.order_id AND o.customer_id <> p_from
        RETURNING o.id, o.branch_id, o.version, o.driver_id
    )
    INSERT INTO change (who, session_id, terminal, verb, entity, row_id, branch_id, own_id, version, reason, was, now)
    SELECT p_who, p_session, p_terminal, 'customer.merge', 'rescue', id, branch_id, coalesce(driver_id, -1), version, p_reason,
           jsonb_build_object('payer_id', p_from), jsonb_build_object('payer_id', p_into) FROM told ORDER BY id
$$;
GRANT EXECUTE ON FUNCTION customer_merge_lock(bigint), customer_open_money(bigint, timestamptz),
    customer_merge_charges(bigint, bigint, bigint, bigint, text, text) TO yizhan_app;

-- Whoever carries open money over posts, and so is one who handles it.
UPDATE role SET permissions = permissions || '{customer.merge,customer.merge_money}' WHERE shipped AND code IN ('accountant', 'finance_manager');

-- ---------------------------------------------------------------------------------------------------------------
-- The books prove it: nobody who was merged owes or has anything, and what a payer owes by his orders is what he owes by the ledger.

CREATE FUNCTION party_check_money() RETURNS TABLE (severity text, what text, row_name text)
LANGUAGE sql STABLE AS $$
    SELECT 'error', format('the customer was merged and has %s fen on account %s', sum(b.debit_fen - b.credit_fen), b.account), 'party ' || p.id
    FROM party p JOIN balance_now b ON b.party_id = p.id AND (b.account LIKE '1122%' OR b.account LIKE '2203%')
    WHERE p.merged_into IS NOT NULL GROUP BY p.id, b.account, b.branch_id HAVING sum(b.debit_fen - b.credit_fen) <> 0
    UNION ALL
    SELECT 'error', format('the customer was merged and pays for %s orders still', count(*)), 'party ' || p.id
    FROM party p JOIN rescue_charge c ON c.payer_id = p.id WHERE p.merged_into IS NOT NULL GROUP BY p.id
    UNION ALL
    SELECT 'error', format('the customer owes %s fen by his orders and %s by the ledger', coalesce(o.fen, 0), coalesce(l.fen, 0)),
           format('party %s branch %s', party_id, branch_id)
    FROM (SELECT c.payer_id AS party_id, r.branch_id, sum(c.amount_fen - least(c.received_fen, c.amount_fen)) AS fen
          FROM rescue_charge c JOIN rescue_order r ON r.id = c.order_id
          WHERE c.money_state IN ('priced', 'received') GROUP BY 1, 2) o
    FULL JOIN (SELECT party_id, branch_id, sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END) AS fen
               FROM ledger_line WHERE account = '1122' AND line = 'rescue' AND party_id IS NOT NULL GROUP BY 1, 2) l
         USING (party_id, branch_id)
    WHERE coalesce(o.fen, 0) <> coalesce(l.fen, 0)
$$;
INSERT INTO ledger_check_part (name, position) VALUES ('party_check_money', 140);
