/* A message about a record, by whoever has it before him: to one of its people, by a template or in his own words. */
#include "server/areas/messages/area.h"

#include <string.h>

#include "base/arena.h"

const struct choice message_recipients[] = {
    {"contact", N_("Person at the car")}, {"customer", N_("Customer")}, {"driver", N_("Driver")}, {NULL}};

/* Who it is, and the template as it reads for him. */
static const struct sql sql_look = {
    "message_hand",
    "SELECT p.name, p.phone, p.email, l.language, p.party_id, p.employee_id, t.channel, t.marketing, "
    "message_render(CASE l.language WHEN 'en' THEN t.subject_en WHEN 'zh_TW' THEN t.subject_zh_tw ELSE "
    "t.subject_zh_cn END, w.words), "
    "message_render(CASE l.language WHEN 'en' THEN t.body_en WHEN 'zh_TW' THEN t.body_zh_tw ELSE "
    "t.body_zh_cn END, w.words), "
    "message_opted_out(CASE t.channel WHEN 'mail' THEN p.email ELSE p.phone END, p.party_id) "
    "FROM message_people($1, $2, $3) p CROSS JOIN LATERAL (SELECT coalesce(p.language, 'zh_CN') AS language) "
    "l "
    "LEFT JOIN message_template t ON t.id = $4 AND t.about = $1 AND t.disabled_at IS NULL "
    "CROSS JOIN LATERAL (SELECT CASE WHEN t.id IS NOT NULL THEN message_values($1, $2, l.language) END AS "
    "words) w"};

enum {
    COL_NAME,
    COL_PHONE,
    COL_EMAIL,
    COL_LANGUAGE,
    COL_PARTY,
    COL_EMPLOYEE,
    COL_CHANNEL,
    COL_MARKETING,
    COL_SUBJECT,
    COL_BODY,
    COL_OUT
};

int message_hand_load(struct act *act)
{
    struct request *request = act->request;
    act->data =
        tx_read(request->tx, &sql_look, p_text(act->entity->name), p_int(act->id),
                p_text(request_text(request, "recipient")), p_int(request_int(request, "template_id")));
    return 0;
}

static int refuse(struct act *act, const char *field, const char *msgid)
{
    return request_fail(act->request, ERR_INVALID, field, msgid, NULL);
}

static int check(struct act *act, struct rows *rows, const char *typed)
{
    bool by_template = request_int(act->request, "template_id") != NIL;
    if (!by_template == !typed)
        return refuse(act, "body",
                      by_template ? N_("Either a template or a text, not both")
                                  : N_("Say what the message says"));
    if (rows_count(rows) == 0)
        return refuse(act, "recipient", N_("There is nobody of that kind"));
    if (by_template && !rows_text(rows, 0, COL_CHANNEL))
        return refuse(act, "template_id", N_("This template is not for such records, or disabled"));
    if (rows_bool(rows, 0, COL_MARKETING) && rows_bool(rows, 0, COL_OUT))
        return refuse(act, "recipient", N_("Who it is for wants no marketing"));
    return 0;
}

int message_hand_in_tx(struct act *act)
{
    struct rows *rows = act->data;
    const char *typed = request_text(act->request, "body");
    int result = check(act, rows, typed);
    if (result)
        return result;
    const char *channel = rows_text(rows, 0, COL_CHANNEL);
    if (!channel)
        channel = "sms";
    const char *address = rows_text(rows, 0, strcmp(channel, "mail") == 0 ? COL_EMAIL : COL_PHONE);
    if (!address || !*address)
        return refuse(act, "recipient", N_("There is no number or address to send it to"));
    result = message_check_address(act->request, "recipient", channel, address);
    if (result)
        return result;
    message_write(act->request, &(struct message_draft){.channel = channel,
                                                        .address = address,
                                                        .name = rows_text(rows, 0, COL_NAME),
                                                        .language = rows_text(rows, 0, COL_LANGUAGE),
                                                        .subject = rows_text(rows, 0, COL_SUBJECT),
                                                        .body = typed ? typed : rows_text(rows, 0, COL_BODY),
                                                        .about = act->entity->name,
                                                        .row_id = act->id,
                                                        .branch_id = act->branch_id,
                                                        .party_id = rows_int(rows, 0, COL_PARTY),
                                                        .employee_id = rows_int(rows, 0, COL_EMPLOYEE)});
    return 0;
}
