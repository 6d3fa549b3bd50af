/* A third party of the demo company: its own person is the log-in `partner`, and some of its notices wait. */
#include "server/seed/seed-private.h"

#include "base/arena.h"

static const char sql_partner[] =
    "UPDATE employee SET party_id = (SELECT id FROM party WHERE kind = 'insurer' AND result_required ORDER "
    "BY id LIMIT 1) "
    "WHERE login = 'partner'; "
    "INSERT INTO partner (branch_id, party_id, code) SELECT branch_id, party_id, 'yuean' FROM employee "
    "WHERE login = 'partner' AND party_id IS NOT NULL";

/* One was rejected; what waits is found by its number and its plate. The trail is written as of now: it goes on in the order of time. */
static const char sql_notices[] =
    "WITH told AS (INSERT INTO order_notice (branch_id, partner_id, created_by, foreign_number, "
    "contact_name, contact_phone, "
    "plate, car_model, service, road, place, lon, lat, destination, remarks, how, state, state_reason, "
    "received_at, "
    "created_at, handled_at, version) "
    "SELECT p.branch_id, p.party_id, e.id, n.number, n.name, n.phone, n.plate, n.model, n.service, n.road, "
    "n.place, n.lon, n.lat, "
    "n.destination, n.remarks, 'protocol', n.state, n.reason, '%s'::timestamptz - n.ago::interval, "
    "'%s'::timestamptz - "
    "n.ago::interval, CASE WHEN n.state <> 'received' THEN '%s'::timestamptz END, CASE WHEN n.state <> "
    "'received' THEN 2 ELSE 1 "
    "END FROM partner p JOIN employee e ON e.login = 'partner' CROSS JOIN (VALUES "
    "('YA2026030188', '何女士', '13922218801', '粤A8K301', 'sedan', 'tow', 'city', '广州市天河区黄埔大道西 "
    "200 号', 113.3306, 23.1237, "
    "'粤安定损中心', '车主在车旁等', 'received', NULL, '25 minutes'), "
    "('YA2026030191', '郭先生', '13822219104', '粤A2C775', 'suv', 'jump_start', 'garage', "
    "'广州市天河区天河路 208 号地库', 113.3271, 23.1335, "
    "NULL, NULL, 'received', NULL, '6 minutes'), "
    "('YA2026030154', '冯先生', '13722215402', '粤S11920', 'sedan', 'tow', 'highway', '东莞市虎门镇', "
    "113.6729, 22.8145, "
    "NULL, NULL, 'rejected', 'out_of_area', '5 hours')) "
    "n (number, name, phone, plate, model, service, road, place, lon, lat, destination, remarks, state, "
    "reason, ago) RETURNING *), "
    "kept AS (INSERT INTO search_key (token, entity, branch_id, row_id) "
    "SELECT t.token, 'order_notice', n.branch_id, n.id FROM told n CROSS JOIN LATERAL "
    "(VALUES (n.foreign_number), (n.plate), (n.contact_phone), (right(n.contact_phone, 4))) t (token)) "
    "INSERT INTO change (at, who, verb, entity, row_id, branch_id, own_id, version, now) "
    "SELECT '%s'::timestamptz, n.created_by, 'order_notice.create', 'order_notice', n.id, n.branch_id, "
    "-1 - n.partner_id, 1, "
    "jsonb_build_object('foreign_number', n.foreign_number, 'state', 'received') FROM told n "
    "UNION ALL SELECT '%s'::timestamptz, NULL, 'order_notice.reject', 'order_notice', n.id, n.branch_id, "
    "-1 - n.partner_id, 2, "
    "jsonb_build_object('state', n.state, 'state_reason', n.state_reason) FROM told n WHERE n.state <> "
    "'received'";

/* What waits has waited for a while: its bells are over. */
static const char sql_told[] = "INSERT INTO order_notice_told (notice_id, late) SELECT id, true FROM "
                               "order_notice WHERE state = 'received'";

int partners_make(struct seed *seed)
{
    char now[TIME_TEXT_SIZE];
    int result = sink_run(seed, sql_partner);
    time_print(now, sizeof(now), seed->now);
    if (result == 0)
        result = sink_run(seed, arena_printf(seed->arena, sql_notices, now, now, now, now, now));
    return result ? result : sink_run(seed, sql_told);
}
