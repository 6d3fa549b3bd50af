/* A second person decides. Approved, the record is changed in the same transaction, if it still is as it was seen. */
#include "server/areas/repair/repair.h"

#include <string.h>

#include "base/arena.h"
#include "server/core/notice.h"
#include "server/entity/record.h"
#include "wire/json.h"

/* What is asked, out of the row where it was kept, into the record as it will be. */
static int put_asked(struct act *record, const char *text)
{
    struct json_fault fault;
    json_t *asked = json_read(text, strlen(text), &fault);
    const char *name;
    json_t *json;
    if (!json_is_object(asked))
        return -1;
    json_object_foreach(asked, name, json)
    {
        const struct field *field = entity_field(record->entity, name);
        struct value value;
        if (!field || value_read(field, record->request->arena, json, &value) != FIELD_OK)
            return -1;
        record_set(field, record->now, &value);
        act_mark(record, name);
    }
    return 0;
}

static int changed_since(struct act *act)
{
    return request_fail(
        act->request, ERR_CONFLICT, "row_version",
        N_("The record was changed since this was asked: reject it, and let it be asked anew"), NULL);
}

static int apply(const struct repairable *of, struct act *record, int64_t asked_by)
{
    int result = repair_look(of, record);
    if (result == 0)
        result = of->apply(record, asked_by);
    return result ? result : act_beside_write(record);
}

static void tell_who_asked(struct act *act, const char *level, const char *msgid)
{
    const struct repair *was = act->was;
    struct str args;
    str_init(&args, act->request->arena);
    str_add(&args, "{\"number\":");
    str_add_json(&args, was->number);
    str_add(&args, ",\"record\":");
    str_add_json(&args, was->title ? was->title : "");
    str_add(&args, ",\"name\":");
    str_add_json(&args, act->request->session->name);
    str_add_char(&args, '}');
    notice_send(act->request, &(struct notice){.employee_id = was->created_by,
                                               .level = level,
                                               .msgid = msgid,
                                               .args = args.data,
                                               .entity = "repair",
                                               .row_id = act->id});
}

static void decide(struct act *act, const char *answer)
{
    struct repair *now = act->now;
    now->decided_by = act->request->session->employee_id;
    now->decided_at = act->request->now;
    now->answer = answer;
    act_mark(act, "decided_by");
    act_mark(act, "decided_at");
    act_mark(act, "answer");
}

int repair_approve(struct act *act)
{
    struct request *request = act->request;
    const struct repair *was = act->was;
    const struct repairable *of = repairable_find(was->entity);
    if (was->created_by == request->session->employee_id)
        return request_fail(request, ERR_FORBIDDEN, NULL, N_("Who asked for a repair does not approve it"),
                            NULL);
    if (!of)
        return -1;
    struct act *record = act_beside(request, of->entity, was->row_id, "repaired");
    record->reason = arena_printf(request->arena, "%s: %s", was->number, was->reason);
    int result = act_beside_take(record);
    if (result == 0 && record->version != was->row_version)
        result = changed_since(act);
    if (result == 0)
        result = put_asked(record, was->now);
    if (result == 0)
        result = apply(of, record, was->created_by);
    if (result)
        return result;
    decide(act, NULL);
    tell_who_asked(act, "info", N_("Repair {number} of {record} was applied by {name}"));
    return 0;
}

int repair_reject(struct act *act)
{
    decide(act, act->reason);
    tell_who_asked(act, "warning", N_("Repair {number} of {record} was rejected by {name}"));
    return 0;
}
