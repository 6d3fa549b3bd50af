-- Who may be sent: the drivers of the vehicles in sight, whatever branch they belong to. Looked up when a vehicle is chosen; of the
-- employee it says no more than the ranking of vehicles does. `words` is what names are found by, without numbers.
CREATE VIEW driver WITH (security_barrier = true) AS
    SELECT e.id, e.code, e.name, string_agg(v.plate, ' ' ORDER BY v.code) AS vehicles, b.name AS branch,
           shift_covers(e.work_days, e.work_from, e.work_to, now() AT TIME ZONE b.time_zone) AS on_shift,
           (SELECT w.plate FROM vehicle w WHERE w.driver_id = e.id AND w.order_id IS NOT NULL LIMIT 1) AS busy,
           (SELECT string_agg(k.token, ' ') FROM search_key k
            WHERE k.entity = 'employee' AND k.row_id = e.id AND k.token !~ '^[0-9]+$') AS words
    FROM vehicle v
    JOIN vehicle_driver d ON d.vehicle_id = v.id
    JOIN employee e ON e.id = d.driver_id
    JOIN branch b ON b.id = e.branch_id
    WHERE v.disabled_at IS NULL AND e.disabled_at IS NULL AND e.state IN ('probation', 'active')
      AND (v.branch_id = ANY (current_setting('app.scope_vehicle')::int[])
           OR v.branch_id = ANY (current_setting('app.scope')::int[]))
    GROUP BY e.id, b.name, b.time_zone;
GRANT SELECT ON driver TO yizhan_app;
GRANT EXECUTE ON FUNCTION shift_covers(text[], time, time, timestamp) TO yizhan_app;

UPDATE role SET permissions = permissions || '{driver.list,driver.get}'
WHERE shipped AND permissions && '{rescue.dispatch,rescue.backfill}' AND NOT permissions && '{driver.list}';
UPDATE role SET permissions = permissions || '{driver.list,driver.get,driver.export}' WHERE shipped AND code = 'auditor';
