-- A customer's newest calls, branch by branch, for customer.overview.
CREATE INDEX call_branch_party ON call (branch_id, party_id, created_at, id) WHERE party_id IS NOT NULL;
