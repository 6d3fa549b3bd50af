/* A repair is asked for: an action of the record, which changes nothing of it but its version, so that its history shows who asked. */
#include "server/areas/repair/repair.h"

#include <string.h>

#include "base/arena.h"
#include "server/core/change.h"
#include "server/core/notice.h"
#include "server/entity/record.h"

static const struct sql sql_draw = {
    "repair_draw",
    "SELECT n, 'DR' || to_char($1::timestamptz AT TIME ZONE $2, 'YYMMDD') || '-' || n, "
    "(SELECT number FROM repair WHERE entity = $3 AND row_id = $4 AND state = 'requested') FROM "
    "nextval('repair_id_seq') n"};
static const struct sql sql_insert = {
    "repair_insert",
    "INSERT INTO repair (id, created_by, branch_id, number, entity, row_id, row_version, title, parts, was, "
    "now, reason, follows) VALUES ($1, $2, $3::int, $4, $5, $6, $7::int, $8, $9, $10::jsonb, $11::jsonb, "
    "$12, "
    "$13::jsonb)"};

static bool is_listed(const struct repairable *of, const char *name)
{
    for (const char *const *at = of->fields; *at; at++) {
        if (strcmp(*at, name) == 0)
            return true;
    }
    return false;
}

int repair_look(const struct repairable *of, struct act *record)
{
    int result = of->load(record);
    return result ? result : of->judge(record);
}

int repair_ask_load(struct act *act)
{
    const char *zone = act->request->session->time_zone;
    act->data = tx_read(act->request->tx, &sql_draw, p_time(act->request->now), p_text(zone ? zone : "UTC"),
                        p_text(act->entity->name), p_int(act->id));
    return 0;
}

/* The gate has checked the arguments by their own rows; they are read once more as values of the record. Absent and null: as it is. */
static int put(struct act *record, const struct field *arg)
{
    const json_t *json = json_object_get(record->request->args, arg->name);
    const struct field *field = entity_field(record->entity, arg->name);
    struct value value, was = record_get(field, record->was);
    if (!json || json_is_null(json))
        return 0;
    if (value_read(field, record->request->arena, json, &value) != FIELD_OK)
        return request_fail(record->request, ERR_INVALID, arg->name, N_("{field}: this is not a valid value"),
                            "field", arg->label, NULL);
    if (value.null || value_equal(&value, &was))
        return 0;
    record_set(field, record->now, &value);
    act_mark(record, field->name);
    return 0;
}

/* The step back stands alone: what else was wrong is judged on what is left then. */
static int put_back(struct act *record, const struct repairable *of)
{
    if (!request_bool(record->request, "back"))
        return 0;
    if (!of->back)
        return request_fail(record->request, ERR_INVALID, "back", N_("This record takes no step back"), NULL);
    if (record->set[0] || record->set[1])
        return request_fail(record->request, ERR_INVALID, "back",
                            N_("A step back is asked for alone: other values afterwards"), NULL);
    return of->back(record);
}

static int put_all(struct act *act, struct act *record, const struct repairable *of)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < act->action->nargs; i++) {
        if (is_listed(of, act->action->args[i].name))
            result = put(record, &act->action->args[i]);
    }
    if (result == 0)
        result = put_back(record, of);
    if (result == 0 && !record->set[0] && !record->set[1])
        result =
            request_fail(act->request, ERR_INVALID, NULL, N_("Nothing is to be changed: say what"), NULL);
    return result;
}

struct asked {
    uint64_t set[2];
    const char **names;
    size_t count;
    struct str was, now;
};

static void collect(struct act *record, const struct repairable *of, struct asked *asked)
{
    struct arena *arena = record->request->arena;
    *asked = (struct asked){.names = arena_alloc(arena, record->entity->nfields * sizeof(char *))};
    for (size_t i = 0; i < record->entity->nfields; i++) {
        const struct field *field = &record->entity->fields[i];
        if (!bit_is_set(record->set, i) || !is_listed(of, field->name))
            continue;
        bit_set(asked->set, i);
        asked->names[asked->count++] = field->name;
    }
    str_init(&asked->was, arena);
    str_init(&asked->now, arena);
    record_write_json(record->entity, record->was, asked->set, &asked->was);
    record_write_json(record->entity, record->now, asked->set, &asked->now);
}

static void tell(struct act *act, int64_t id, const char *number, const struct asked *asked)
{
    struct request *request = act->request;
    struct str now;
    str_init(&now, request->arena);
    str_add(&now, "{\"state\":\"requested\",\"number\":");
    str_add_json(&now, number);
    str_addf(&now, ",\"entity\":\"%s\",\"row_id\":%lld,\"parts\":[", act->entity->name, (long long)act->id);
    for (size_t i = 0; i < asked->count; i++)
        str_addf(&now, "%s\"%s\"", i ? "," : "", asked->names[i]);
    str_addf(&now, "],\"was\":%s,\"now\":%s}", asked->was.data, asked->now.data);
    change_add(request, &(struct change){.entity = "repair",
                                         .id = id,
                                         .action = "request",
                                         .version = 1,
                                         .branch_id = act->branch_id,
                                         .old_branch_id = NIL,
                                         .reason = act->reason,
                                         .now = now.data});
    act_reply(
        act, "repair",
        arena_printf(request->arena, "{\"id\":%lld,\"version\":1,\"number\":\"%s\"}", (long long)id, number));
}

/* Finance decides. */
static void tell_who_decides(struct act *act, int64_t id, const char *number, const char *title)
{
    struct str args;
    str_init(&args, act->request->arena);
    str_add(&args, "{\"number\":");
    str_add_json(&args, number);
    str_add(&args, ",\"record\":");
    str_add_json(&args, title ? title : "");
    str_add(&args, ",\"name\":");
    str_add_json(&args, act->request->session->name);
    str_add_char(&args, '}');
    notice_send(act->request, &(struct notice){.role = "finance_manager",
                                               .branch_id = act->branch_id,
                                               .level = "info",
                                               .msgid = N_("{name} asks for repair {number} of {record}"),
                                               .args = args.data,
                                               .entity = "repair",
                                               .row_id = id});
}

static const char *follows_of(struct act *record, const struct repairable *of)
{
    struct str json;
    str_init(&json, record->request->arena);
    str_add_char(&json, '[');
    if (of->follows)
        of->follows(record, &json);
    str_add_char(&json, ']');
    return json.data;
}

/* After this the record is a version further: that is the one the repair is about. */
static void write(struct act *act, struct act *record, const struct repairable *of)
{
    struct request *request = act->request;
    struct rows *drawn = act->data;
    int64_t id = rows_int(drawn, 0, 0);
    const char *number = rows_text(drawn, 0, 1);
    struct value title = record_get(entity_field(act->entity, act->entity->title), act->was);
    const char *name = value_text(request->arena, &title);
    struct asked asked;
    collect(record, of, &asked);
    tx_write(request->tx, &sql_insert, p_int(id), p_int(request->session->employee_id), p_int(act->branch_id),
             p_text(number), p_text(act->entity->name), p_int(act->id), p_int(act->version + 1), p_text(name),
             p_set((struct text_set){asked.names, asked.count}), p_text(asked.was.data),
             p_text(asked.now.data), p_text(act->reason), p_text(follows_of(record, of)));
    tell(act, id, number, &asked);
    tell_who_decides(act, id, number, name);
}

int repair_ask_in_tx(struct act *act)
{
    const struct repairable *of = repairable_find(act->entity->name);
    if (!of)
        return -1;
    const char *waiting = rows_text(act->data, 0, 2);
    if (waiting)
        return request_fail(act->request, ERR_DUPLICATE, NULL,
                            N_("Repair {number} of it waits for a decision already"), "number", waiting,
                            NULL);
    struct act *record = act_beside(act->request, act->entity, act->id, "repaired");
    int result = act_beside_take(record);
    if (result == 0 && of->seen)
        result = of->seen(record);
    if (result == 0)
        result = put_all(act, record, of);
    if (result == 0)
        result = repair_look(of, record);
    if (result == 0)
        write(act, record, of);
    return result;
}
