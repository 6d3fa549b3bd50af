-- What a policy reads of settings is worked out once for a statement, here as everywhere.
ALTER POLICY overage_scope ON overage USING (branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));
