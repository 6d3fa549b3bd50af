/* What the demo company and its customers told each other: text messages of the last days, what became of them, and ratings of jobs that are done. */
#include "server/seed/seed-private.h"

#include "base/arena.h"

/* Chosen by the order's own number, so that the same company says the same. */
#define DICE(salt) "abs(hashtextextended(o.number, " #salt "))"
#define PICK(words, salt) "(" words ")[1 + " DICE(salt) " % array_length(" words ", 1)]"
#define NOW "current_setting('seed.now')::timestamptz"

/* An answer comes within two hours of the end; a text message is one figure, mostly. */
#define GOOD                                                                                                                                 \
    "ARRAY['来得很快，师傅很专业', '态度好，收费清楚', '半小时就到了，谢谢', '师傅很耐心', '非常满意', " \
    "'拖车很小心，车没有刮到']"
#define FAIR "ARRAY['还可以', '等的时间有点长', '电话里说二十分钟，实际四十分钟', '服务可以，价格偏高']"
#define POOR "ARRAY['等了一个多小时', '司机态度不好', '报价和收费不一样', '催了两次才到']"
static const char sql_ratings[] = "WITH rated AS (SELECT o.*, " DICE(
    1) " % 100 AS luck, " DICE(2) " % 100 AS way, "
                                  "o.done_at + make_interval(mins => (4 + " DICE(
                                      3) " % 116)::int) AS told_at FROM rescue_order o "
                                         "WHERE o.state = 'done' AND " DICE(
                                             4) " % 100 < 36), "
                                                "put AS (INSERT INTO rating (created_at, created_by, "
                                                "branch_id, rescue_id, driver_id, customer_id, score, words, "
                                                "source) SELECT o.told_at, CASE WHEN o.way >= 72 THEN "
                                                "o.created_by END, o.branch_id, o.id, o.driver_id, "
                                                "o.customer_id, "
                                                "CASE WHEN o.luck < 61 THEN 5 WHEN o.luck < 86 THEN 4 WHEN "
                                                "o.luck < 94 THEN 3 WHEN o.luck < 98 THEN 2 ELSE 1 END, "
                                                "CASE WHEN o.way BETWEEN 40 AND 71 THEN NULL WHEN o.luck < "
                                                "86 THEN " PICK(GOOD, 5) " WHEN o.luck < 94 THEN " PICK(
                                                    FAIR,
                                                    6) " ELSE " PICK(POOR,
                                                                     7) " END, "
                                                                        "CASE WHEN o.way < 72 THEN 'sms' "
                                                                        "ELSE 'agent' END FROM rated o WHERE "
                                                                        "o.told_at < " NOW
                                                                        " ORDER BY o.told_at "
                                                                        "RETURNING *) "
                                                                        "INSERT INTO change (at, who, verb, "
                                                                        "entity, row_id, branch_id, version, "
                                                                        "now) SELECT " NOW
                                                                        ", created_by, 'rating.create', "
                                                                        "'rating', id, branch_id, 1, "
                                                                        "jsonb_build_object('score', score, "
                                                                        "'words', words, 'source', source) "
                                                                        "FROM put";

/* As the shipped rules would have sent them: to the person at the car, and to the driver. */
static const char sql_messages[] =
    "WITH step AS (SELECT o.id, o.number, s.* FROM rescue_order o CROSS JOIN LATERAL (VALUES "
    "('rescue.create', 'rescue_placed', 'contact', o.created_at), "
    "('rescue.dispatch', 'rescue_dispatched', 'contact', o.dispatched_at), "
    "('rescue.dispatch', 'rescue_job', 'driver', o.dispatched_at), "
    "('rescue.complete', 'rescue_done', 'contact', CASE WHEN o.state = 'done' THEN o.done_at END)) "
    "s (event, template, recipient, at) WHERE o.created_at > " NOW
    " - interval '2 days' AND s.at IS NOT NULL), "
    "written AS (SELECT o.*, t.id AS template_id, r.branch_id, w.name, w.phone, w.party_id, w.employee_id, "
    "message_dress('sms', message_render(t.body_zh_cn, rescue_message_values(o.id, 'zh_CN')), 'zh_CN', "
    "false) AS body, "
    "abs(hashtextextended(o.number || o.template, 8)) % 100 AS luck FROM step o "
    "JOIN rescue_order r ON r.id = o.id JOIN message_template t ON t.code = o.template "
    "CROSS JOIN LATERAL rescue_message_people(o.id, o.recipient) w WHERE w.phone IS NOT NULL), "
    "put AS (INSERT INTO message (created_at, branch_id, key, channel, address, name, language, body, "
    "segments, state, "
    "due_at, event, template_id, about, row_id, party_id, employee_id, attempts, reference, error, sent_at, "
    "delivered_at) "
    "SELECT at, branch_id, 'demo:' || template || ':' || id, 'sms', message_number(phone), name, 'zh_CN', "
    "body, "
    "message_segments(body), "
    "CASE WHEN luck < 92 AND at < " NOW
    " - interval '2 minutes' THEN 'delivered' WHEN luck >= 98 THEN 'failed' "
    "WHEN luck >= 95 THEN 'undelivered' ELSE 'sent' END, at, event, template_id, 'rescue', id, party_id, "
    "employee_id, "
    "CASE WHEN luck >= 98 THEN 5 ELSE 1 END, CASE WHEN luck < 98 THEN 'demo-' || number || '-' || template "
    "END, "
    "CASE WHEN luck >= 98 THEN 'Kannel: 503' WHEN luck >= 95 THEN 'the network gave it up' END, "
    "CASE WHEN luck < 98 THEN at + interval '3 seconds' END, "
    "CASE WHEN luck < 92 AND at < " NOW
    " - interval '2 minutes' THEN at + make_interval(secs => 4 + luck) END "
    "FROM written ORDER BY at RETURNING *) "
    "INSERT INTO change (at, verb, entity, row_id, branch_id, version, now) SELECT " NOW
    ", 'message.create', 'message', id, branch_id, version, jsonb_build_object('state', state, 'event', "
    "event) FROM put";

/* The way each took out of the house: what failed lies there, and can be sent again. */
static const char sql_outbox[] =
    "WITH box AS (INSERT INTO outbox (created_at, branch_id, gateway, key, about, row_id, body, state, "
    "due_at, attempts, sent_at, reference, error) "
    "SELECT created_at, branch_id, channel, 'message:' || id, 'message', id, jsonb_build_object('to', "
    "address, 'subject', subject, 'body', body), CASE state WHEN 'failed' THEN 'dead' ELSE 'sent' END, "
    "due_at, attempts, sent_at, reference, CASE state WHEN 'failed' THEN error END "
    "FROM message WHERE key LIKE 'demo:%' ORDER BY id RETURNING id, row_id) "
    "UPDATE message m SET outbox_id = box.id FROM box WHERE m.id = box.row_id";

/* One result that its customer does not agree with, and a customer who was keyed wrong, for a second person to decide. */
static const char sql_disputed[] =
    "WITH it AS (UPDATE rescue_order SET result = 'disputed', result_remarks = "
    "'里程与我方定位记录不符，请核实', version = "
    "version + 1 WHERE id = (SELECT min(id) FROM rescue_order WHERE result = 'pending' AND money_state = "
    "'unaudited' HAVING "
    "count(*) > 1) RETURNING *) "
    "INSERT INTO change (at, verb, entity, row_id, branch_id, own_id, version, was, now) SELECT " NOW
    ", 'rescue.dispute', 'rescue', id, branch_id, coalesce(driver_id, -1), version, "
    "'{\"result\":\"pending\"}', "
    "jsonb_build_object('result', result, 'result_remarks', result_remarks) FROM it";
static const char sql_repair[] =
    "WITH it AS (SELECT o.*, e.id AS manager, (SELECT p.id FROM party p WHERE p.kind = 'person' AND "
    "p.branch_id = o.branch_id "
    "AND p.id <> o.customer_id ORDER BY p.id LIMIT 1) AS really FROM rescue_order o JOIN employee e ON "
    "e.branch_id = "
    "o.branch_id AND e.login = 'branch_manager' JOIN party c ON c.id = o.customer_id AND c.kind = 'person' "
    "WHERE o.money_state = 'unaudited' AND o.state = 'done' AND o.taken_fen IS NULL ORDER BY o.id DESC LIMIT "
    "1), "
    "put AS (INSERT INTO repair (created_at, created_by, branch_id, number, entity, row_id, row_version, "
    "title, parts, was, now, "
    "reason) SELECT " NOW " - interval '40 minutes', manager, branch_id, 'DR' || to_char(" NOW
    ", 'YYMMDD') || '-' || serial, 'rescue', id, version, number, '{customer_id}', "
    "jsonb_build_object('customer_id', customer_id), jsonb_build_object('customer_id', really), "
    "'录单时选错了同名客户' "
    "FROM it, LATERAL (SELECT nextval('repair_id_seq')::text AS serial) n WHERE really IS NOT NULL RETURNING "
    "*) "
    "INSERT INTO change (at, who, verb, entity, row_id, branch_id, version, now) SELECT " NOW
    ", created_by, 'repair.create', 'repair', id, branch_id, 1, jsonb_build_object('number', number, "
    "'state', state) FROM put";

int talk_make(struct seed *seed)
{
    static const char *const all[] = {sql_ratings, sql_messages, sql_outbox, sql_repair};
    char now[TIME_TEXT_SIZE];
    time_print(now, sizeof(now), seed->now);
    int result = sink_run(seed, arena_printf(seed->arena, "SELECT set_config('seed.now', '%s', true)", now));
    for (size_t i = 0; i < array_len(all) && result == 0; i++)
        result = sink_run(seed, all[i]);
    return result;
}

/* Last of all: the third party is told by a trigger, at the database's own time. */
int dispute_make(struct seed *seed)
{
    return sink_run(seed, sql_disputed);
}
