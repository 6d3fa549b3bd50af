-- Rescue orders by the hundred thousand, for the stations that have vehicles; the settings are told in the first part.
--
-- They have run their course: done, an empty run or void; audited, or closed at no charge. So they need neither documents nor entries;
-- they have no trail. Keys of search are those the server would write.

CREATE FUNCTION pg_temp.pick(k bigint, salt int, n bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT (hashint8extended(k, salt) & 9223372036854775807) % n $$;

-- ---------------------------------------------------------------------------------------------------------------
-- Who may order, who goes, who writes: numbered within each station

CREATE TEMPORARY TABLE seed_station ON COMMIT DROP AS
    SELECT b.id AS branch_id, row_number() OVER (ORDER BY b.id) - 1 AS n, b.time_zone, b.place_lon, b.place_lat, b.name,
           coalesce((SELECT min(e.id) FROM employee e WHERE e.branch_id = b.id AND e.roles && '{order_clerk,call_taker}'),
                    (SELECT min(e.id) FROM employee e WHERE e.roles && '{order_clerk}')) AS clerk_id,
           (SELECT min(e.id) FROM employee e WHERE e.roles = '{accountant}') AS accountant_id,
           (SELECT min(e.id) FROM employee e WHERE e.roles && '{finance_manager}') AS manager_id
    FROM branch b WHERE b.kind = 'station' AND b.disabled_at IS NULL
      AND EXISTS (SELECT FROM vehicle v JOIN vehicle_driver d ON d.vehicle_id = v.id WHERE v.branch_id = b.id);

CREATE TEMPORARY TABLE seed_van ON COMMIT DROP AS
    SELECT v.branch_id, row_number() OVER (PARTITION BY v.branch_id ORDER BY v.id) - 1 AS n, count(*) OVER (PARTITION BY v.branch_id) AS of,
           v.id AS vehicle_id, (SELECT d.driver_id FROM vehicle_driver d WHERE d.vehicle_id = v.id ORDER BY d.position, d.id LIMIT 1) AS driver_id
    FROM vehicle v WHERE EXISTS (SELECT FROM vehicle_driver d WHERE d.vehicle_id = v.id);

-- Branch 0: the firms, which all stations share.
CREATE TEMPORARY TABLE seed_client ON COMMIT DROP AS
    SELECT coalesce(p.branch_id, 0) AS branch_id, row_number() OVER (PARTITION BY p.branch_id ORDER BY p.id) - 1 AS n,
           count(*) OVER (PARTITION BY p.branch_id) AS of, p.id AS customer_id, p.name, p.phone,
           (SELECT c.plate FROM party_plate c WHERE c.party_id = p.id ORDER BY c.position LIMIT 1) AS plate
    FROM party p WHERE 'customer' = ANY (p.roles) AND p.disabled_at IS NULL;
CREATE INDEX ON seed_client (branch_id, n);
ANALYZE seed_client, seed_van, seed_station;

-- ---------------------------------------------------------------------------------------------------------------
-- The orders, in the order of their calls

CREATE TEMPORARY TABLE seed_made ON COMMIT DROP AS
    SELECT nextval('rescue_order_id_seq') AS id, k, branch_id, number_head, created_at, customer_id, contact_name, contact_phone, plate,
           clerk_id, accountant_id, manager_id, state, vehicle_id, driver_id, principal, place, lon, lat, minutes, settled
    FROM (
        SELECT g.k, s.branch_id, t.created_at, c.customer_id,
               'R' || to_char(t.created_at AT TIME ZONE s.time_zone, 'YYMMDD') AS number_head,
               CASE WHEN c.branch_id = 0 THEN '车主' || (g.k % 9000 + 1000) ELSE c.name END AS contact_name,
               CASE WHEN c.branch_id = 0 OR c.phone IS NULL THEN '13' || lpad(pg_temp.pick(g.k, 1, 1000000000)::text, 9, '0')
                    ELSE c.phone END AS contact_phone,
               coalesce(CASE WHEN c.branch_id <> 0 THEN c.plate END,
                        '粤' || substr('ABCELSXT', pg_temp.pick(g.k, 2, 8)::int + 1, 1) ||
                        substr('ABCDEFGHJKLMNPQRSTUVWXYZ', pg_temp.pick(g.k, 3, 24)::int + 1, 1) ||
                        lpad(pg_temp.pick(g.k, 4, 10000)::text, 4, '0')) AS plate,
               CASE WHEN c.branch_id = 0 THEN c.name END AS principal, s.clerk_id, s.accountant_id, s.manager_id,
               CASE WHEN pg_temp.pick(g.k, 5, 100) < 88 THEN 'done' WHEN pg_temp.pick(g.k, 5, 100) < 94 THEN 'empty' ELSE 'void' END AS state,
               v.vehicle_id, v.driver_id, s.name || '辖区 ' || (pg_temp.pick(g.k, 6, 900) + 1) || ' 号' AS place,
               s.place_lon + (pg_temp.pick(g.k, 7, 20000) - 10000) / 1e5 AS lon, s.place_lat + (pg_temp.pick(g.k, 8, 20000) - 10000) / 1e5 AS lat,
               15 + pg_temp.pick(g.k, 9, 60) AS minutes,
               t.created_at < current_setting('seed.at')::timestamptz - interval '3 days' AS settled
        FROM generate_series(current_setting('seed.first')::bigint,
                             current_setting('seed.first')::bigint + current_setting('seed.orders')::bigint - 1) AS g (k)
        CROSS JOIN LATERAL (
            SELECT current_setting('seed.at')::timestamptz - interval '4 hours' - make_interval(secs =>
                   current_setting('seed.days')::int * 86400.0
                   * (1 - (g.k - current_setting('seed.first')::bigint)::float8 / current_setting('seed.orders')::bigint)) AS created_at
        ) t
        JOIN seed_station s ON s.n = pg_temp.pick(g.k, 10, (SELECT count(*) FROM seed_station))
        JOIN seed_van v ON v.branch_id = s.branch_id AND v.n = pg_temp.pick(g.k, 11, v.of)
        CROSS JOIN LATERAL (
            SELECT coalesce((SELECT of FROM seed_client WHERE branch_id = s.branch_id AND n = 0), 0) AS persons,
                   (SELECT of FROM seed_client WHERE branch_id = 0 AND n = 0) AS firms
        ) have
        JOIN seed_client c ON c.branch_id = CASE WHEN have.persons > 0 AND pg_temp.pick(g.k, 12, 2) = 0 THEN s.branch_id ELSE 0 END
             AND c.n = pg_temp.pick(g.k, 13, CASE WHEN have.persons > 0 AND pg_temp.pick(g.k, 12, 2) = 0 THEN have.persons ELSE have.firms END)
        ORDER BY g.k
    ) made;

INSERT INTO rescue_order (id, version, created_at, created_by, updated_at, branch_id, number, customer_id, principal, contact_name,
    contact_phone, plate, car_model, service, road, place, lon, lat, state, vehicle_id, driver_id, dispatched_at, accepted_at,
    departed_at, arrived_at, done_at, voided_at, sla_dispatch_s, sla_accept_s, sla_arrive_s, km, money_state, estimate_fen,
    proposal_fen, price_fen, clear_reason, audited_by, audited_at, priced_by, priced_at)
SELECT m.id, CASE WHEN m.state = 'void' THEN 2 WHEN m.settled THEN 8 ELSE 6 END, m.created_at, m.clerk_id,
       m.created_at + make_interval(mins => minutes::int), m.branch_id,
       m.number_head || CASE WHEN m.id < 100000 THEN lpad(m.id::text, 5, '0') ELSE m.id::text END, m.customer_id, m.principal,
       m.contact_name, m.contact_phone, m.plate,
       (ARRAY['sedan', 'suv', 'mpv', 'ev', 'van'])[pg_temp.pick(k, 14, 5) + 1],
       (ARRAY['tow', 'jump_start', 'tyre_change', 'accident_tow', 'fuel'])[pg_temp.pick(k, 15, 5) + 1],
       (ARRAY['city', 'expressway', 'elevated', 'national'])[pg_temp.pick(k, 16, 4) + 1], m.place, m.lon, m.lat, m.state,
       CASE WHEN went THEN m.vehicle_id END, CASE WHEN went THEN m.driver_id END,
       CASE WHEN went THEN m.created_at + interval '2 minutes' END, CASE WHEN went THEN m.created_at + interval '3 minutes' END,
       CASE WHEN went THEN m.created_at + interval '5 minutes' END,
       CASE WHEN m.state = 'done' THEN m.created_at + make_interval(mins => 5 + minutes::int / 2) END,
       CASE WHEN went THEN m.created_at + make_interval(mins => 10 + minutes::int) END,
       CASE WHEN NOT went THEN m.created_at + interval '4 minutes' END, 300, 180, 2700, CASE WHEN went THEN 5 + pg_temp.pick(k, 17, 40) END,
       CASE WHEN went THEN CASE WHEN m.settled THEN 'cleared' WHEN pg_temp.pick(k, 18, 2) = 0 THEN 'audited' ELSE 'unaudited' END END,
       30000, CASE WHEN went THEN 0 END, CASE WHEN went AND m.settled THEN 0 END, CASE WHEN went AND m.settled THEN 'no_charge' END,
       CASE WHEN went AND (m.settled OR pg_temp.pick(k, 18, 2) = 0) THEN m.accountant_id END,
       CASE WHEN went AND (m.settled OR pg_temp.pick(k, 18, 2) = 0) THEN m.created_at + interval '3 hours' END,
       CASE WHEN went AND m.settled THEN m.manager_id END, CASE WHEN went AND m.settled THEN m.created_at + interval '1 day' END
FROM seed_made m CROSS JOIN LATERAL (SELECT m.state <> 'void' AS went) w
ORDER BY m.id;

-- The number, and its last 4 digits; plate and phone whole and from each of the last 4 to 8 places (server/entity/search.c).
INSERT INTO search_key (token, entity, branch_id, row_id)
SELECT token, 'rescue_order', m.branch_id, m.id
FROM seed_made m
CROSS JOIN LATERAL (SELECT lower(m.number_head) || CASE WHEN m.id < 100000 THEN lpad(m.id::text, 5, '0') ELSE m.id::text END AS number,
                           lower(m.plate) AS plate) low
CROSS JOIN LATERAL (
    SELECT low.number UNION SELECT low.plate UNION SELECT m.contact_phone
    UNION
    SELECT right(low.number, 4)
    UNION
    SELECT right(m.contact_phone, n) FROM generate_series(4, 8) n WHERE n < length(m.contact_phone)
    UNION
    SELECT right(low.plate, n) FROM generate_series(4, 8) n WHERE n < length(low.plate)
) AS keys (token);
