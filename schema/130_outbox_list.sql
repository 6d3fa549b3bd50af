-- As many leave the house as messages are written: a page of their list is read by its index, of each branch and of each of its states.
CREATE INDEX outbox_branch ON outbox (branch_id, created_at, id);
CREATE INDEX outbox_branch_state ON outbox (branch_id, state, created_at, id);
