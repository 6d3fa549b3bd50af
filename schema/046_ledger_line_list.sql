-- The lines of an entry as a line table: with an id of their own, made of the entry's and the place in it.
CREATE VIEW ledger_line_list WITH (security_invoker = true) AS
    SELECT entry_id * 128 + n AS id, entry_id, n, account, side, amount_fen, branch_id, party_id, employee_id, line, text
    FROM ledger_line;
GRANT SELECT ON ledger_line_list TO yizhan_app, yizhan_tail;
