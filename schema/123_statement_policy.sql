-- The scope of statements is worked out once for a query, not for each row: customers get one a month, and their lines ask it of theirs.
ALTER POLICY statement_scope ON statement
    USING (branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));
