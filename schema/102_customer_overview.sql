-- What customer.overview reads beside the rows one sees anyway.

-- A customer's newest messages and ratings, branch by branch, without a walk through the branch.
CREATE INDEX message_branch_party ON message (branch_id, party_id, created_at, id) WHERE party_id IS NOT NULL;
CREATE INDEX rating_branch_customer ON rating (branch_id, customer_id, created_at, id);

-- Orders of a customer in the branches one does not see: when, how far, where, and no more. Each branch gives its newest, the best of
-- these are told.
CREATE FUNCTION rescue_elsewhere(p_party bigint, p_seen int[], p_most int)
RETURNS TABLE (at timestamptz, state text, branch text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.created_at, o.state, b.name
    FROM branch b
    CROSS JOIN LATERAL (SELECT r.id, r.created_at, r.state FROM rescue_order r
                        WHERE r.branch_id = b.id AND (r.branch_id, r.customer_id) >= (b.id, p_party)
                          AND (r.branch_id, r.customer_id) <= (b.id, p_party)      -- by the branch's index, not all of the customer's
                        ORDER BY r.customer_id DESC, r.created_at DESC, r.id DESC LIMIT p_most) o
    WHERE NOT b.id = ANY (p_seen)
    ORDER BY o.created_at DESC, o.id DESC LIMIT p_most
$$;

-- What a party owes us and what it has paid in advance, in the branches in scope.
CREATE FUNCTION customer_balance(p_party bigint) RETURNS TABLE (receivable bigint, advance bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(sum(debit_fen - credit_fen) FILTER (WHERE account LIKE '1122%'), 0)::bigint,
           coalesce(sum(credit_fen - debit_fen) FILTER (WHERE account LIKE '2203%'), 0)::bigint
    FROM balance_now WHERE party_id = p_party
$$;
GRANT EXECUTE ON FUNCTION rescue_elsewhere(bigint, int[], int), customer_balance(bigint) TO yizhan_app;

-- Who speaks with customers, or works out what they owe.
UPDATE role SET permissions = permissions || '{customer.overview}'
WHERE shipped AND code IN ('call_taker', 'order_clerk', 'dispatcher', 'agent', 'accountant', 'finance_manager', 'branch_manager', 'auditor')
  AND NOT 'customer.overview' = ANY (permissions);
