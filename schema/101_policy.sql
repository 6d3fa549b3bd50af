-- Who walks through a million rows read the same setting a million times: worked out once for a statement, the scope costs half of that. The
-- pages of lists keep their plans: each statement names its branches itself, and the policy stays as hidden from the planner as it was.
ALTER POLICY rescue_order_scope ON rescue_order
    USING (coalesce(branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))), false)
           OR driver_id = (SELECT current_setting('app.self')::bigint)
           OR refused_by = (SELECT current_setting('app.self')::bigint));
ALTER POLICY search_key_scope ON search_key
    USING (branch_id IS NULL OR coalesce(branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))), false));
