-- The credit limit of a customer is looked at where an order or a price is entered for him: it warns, and forbids nothing.

-- What is not priced yet, of one customer.
CREATE INDEX rescue_order_coming ON rescue_order (customer_id)
    WHERE state <> 'void' AND (money_state IS NULL OR money_state IN ('unaudited', 'audited'));

-- Of a customer with a limit, but for one order: what he owes by the ledger, less what he paid before it was due, at all branches; and what his
-- orders that are not priced yet will come to. No row where he has no limit. Reads as the owner: he has one limit for the whole company.
CREATE FUNCTION customer_credit(p_party bigint, p_but bigint)
RETURNS TABLE (party_id bigint, name text, limit_fen bigint, owed_fen bigint, coming_fen bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT p.id, p.name, p.credit_limit_fen INTO party_id, name, limit_fen FROM party p WHERE p.id = p_party;
    IF limit_fen IS NULL THEN
        RETURN;
    END IF;
    SELECT coalesce(sum(b.debit_fen - b.credit_fen), 0) INTO owed_fen FROM balance_now b
        WHERE b.party_id = p_party AND (b.account LIKE '1122%' OR b.account LIKE '2203%');
    IF p_but IS NOT NULL THEN
        SELECT owed_fen - coalesce(sum(greatest(c.amount_fen - c.received_fen, 0)), 0) INTO owed_fen FROM rescue_charge c
            WHERE c.order_id = p_but AND c.payer_id = p_party AND c.money_state IN ('priced', 'received');
    END IF;
    SELECT coalesce(sum(coalesce(o.price_fen, o.proposal_fen, o.estimate_fen)), 0) INTO coming_fen FROM rescue_order o
        WHERE o.customer_id = p_party AND o.state <> 'void' AND (o.money_state IS NULL OR o.money_state IN ('unaudited', 'audited'))
          AND o.id IS DISTINCT FROM p_but;
    RETURN NEXT;
END
$$;
GRANT EXECUTE ON FUNCTION customer_credit(bigint, bigint) TO yizhan_app;
