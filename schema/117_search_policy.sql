-- What is looked up by every command and walked through by every count: the scope is read once for a statement on each table that grows, and the keys
-- of one record are found by their beginnings without a look at the others.

-- ---------------------------------------------------------------------------------------------------------------
-- Policies. A setting read within a SELECT of its own is worked out once, not for each row. What they let through is what it was; tables that stay small,
-- and those of which a row is only ever looked up by its key, are left as they are (a test names them).

ALTER POLICY change_scope ON change
    USING (branch_id IS NULL OR branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));
ALTER POLICY change_own ON change
    USING (entity = 'rescue' AND EXISTS (SELECT FROM rescue_order o
           WHERE o.id = row_id AND o.driver_id = (SELECT nullif(current_setting('app.self', true), '')::bigint)));
ALTER POLICY change_party ON change
    USING (entity IN ('partner_order', 'order_notice') AND own_id = -1 - (SELECT self_party()));
ALTER POLICY party_scope ON party
    USING (branch_id IS NULL OR branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));
ALTER POLICY document_scope ON document
    USING (branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));
ALTER POLICY ledger_entry_scope ON ledger_entry
    USING (branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));
ALTER POLICY ledger_line_scope ON ledger_line
    USING (branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));
ALTER POLICY balance_scope ON balance
    USING (branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));
ALTER POLICY notice_mine ON notice
    USING (employee_id = (SELECT current_setting('app.self')::bigint));
ALTER POLICY outbox_scope ON outbox
    USING (branch_id IS NULL OR branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));
ALTER POLICY message_scope ON message
    USING (branch_id IS NULL OR coalesce(branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))), false));
ALTER POLICY message_reply_scope ON message_reply
    USING (branch_id IS NULL OR branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));
ALTER POLICY rating_scope ON rating
    USING (branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));
ALTER POLICY call_scope ON call
    USING (coalesce(branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))), false)
           OR employee_id = (SELECT nullif(current_setting('app.self', true), '')::bigint));
ALTER POLICY order_notice_scope ON order_notice
    USING (branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))) OR partner_id = (SELECT self_party()));
ALTER POLICY rescue_order_party ON rescue_order USING (customer_id = (SELECT self_party()));
ALTER POLICY handin_scope ON handin
    USING (branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));
ALTER POLICY repair_scope ON repair
    USING (branch_id = ANY (ARRAY(SELECT unnest(current_setting('app.scope')::int[]))));

-- ---------------------------------------------------------------------------------------------------------------
-- A count or an order of a million rows may be worked at by several processes. Said of functions that only read; one that says nothing forbids it to every
-- statement it stands in, and these stand in the policies of orders and branches.

ALTER FUNCTION self_party() PARALLEL SAFE;

-- The processes that share a statement share its transaction; of its own function PostgreSQL only does not say so.
CREATE FUNCTION writing_xid() RETURNS xid
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN pg_current_xact_id_if_assigned()::xid;
END
$$;
GRANT EXECUTE ON FUNCTION writing_xid() TO yizhan_app, yizhan_tail;
ALTER POLICY branch_just_made ON branch USING (xmin = writing_xid() OR created_at = now());

-- ---------------------------------------------------------------------------------------------------------------
-- Keys. The page of a search for what many have is found by walking through the newest orders, and each is asked for a key that begins so: with the key in
-- the index that is a look at one of its keys, without it at all twelve, for each word. Rows of two tables seldom have one id, so the id alone leads.

DROP INDEX search_key_row;
CREATE INDEX search_key_row ON search_key (row_id, token);
