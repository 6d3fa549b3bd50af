-- Where a customer pays by a code: a branch has an address with places for the order's number and the amount, or the branch above it has.

ALTER TABLE branch ADD pay_link text;

-- For a driver, who does not see branches.
CREATE FUNCTION branch_pay_link(p_branch int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE up AS (
        SELECT b.parent_id, b.pay_link, 1 AS depth FROM branch b WHERE b.id = p_branch
        UNION ALL
        SELECT b.parent_id, b.pay_link, up.depth + 1 FROM branch b JOIN up ON b.id = up.parent_id WHERE up.pay_link IS NULL AND up.depth < 20
    )
    SELECT pay_link FROM up WHERE pay_link IS NOT NULL ORDER BY depth LIMIT 1
$$;
GRANT EXECUTE ON FUNCTION branch_pay_link(int) TO yizhan_app;
