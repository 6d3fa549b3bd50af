-- Who works on lists away from the screen may take them along. `E.export` is a right of its own beside `E.list`, and in no role by itself: a file
-- leaves the house. These get it for what they list; the auditor has it for everything since his role was made.
WITH given AS (
    SELECT r.id, array_agg(regexp_replace(p, '\.list(@|$)', '.export\1')) AS more
    FROM role r, unnest(r.permissions) p
    WHERE r.shipped AND p ~ '\.list(@|$)'
      AND (r.code IN ('accountant', 'finance_manager', 'cashier', 'branch_manager', 'store_accountant', 'tour_planner', 'product_editor',
                      'channel_editor', 'operations', 'marketing')
           -- people, rights and base data, but no customers
           OR (r.code = 'admin' AND split_part(p, '.', 1) IN ('branch', 'role', 'employee', 'session', 'setting', 'job', 'audit_log',
                                                             'base_item', 'district', 'vehicle', 'sla_rule')))
    GROUP BY r.id)
UPDATE role r SET permissions = r.permissions || ARRAY(SELECT m FROM unnest(given.more) m WHERE m <> ALL (r.permissions))
FROM given WHERE given.id = r.id;
