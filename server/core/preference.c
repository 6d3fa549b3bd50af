#include "server/core/preference.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "server/core/arguments.h"
#include "server/core/change.h"
#include "server/core/request-private.h"
#include "server/core/session-private.h"
#include "wire/json.h"

enum { OWN_MAX = 500, BODY_MAX = 16 * 1024, ABOUT_MAX = 64, NAME_MAX_CHARACTERS = 100, SHARED_MAX = 2000 };

static const struct choice kinds[] = {
    {"columns", N_("Columns")}, {"filter", N_("Filter")},
    {"macro", N_("Macro")},     {"mapping", N_("Mapping")},
    {"theme", N_("Theme")},     {"settings", N_("Settings")},
    {"hints", N_("Hints")},     {NULL},
};

static const struct field set_args[] = {
    ARG(kind, FIELD_CHOICE, .label = N_("Kind"), .choices = kinds, .required = true,
        .help = N_("What it is.")),
    ARG(about, FIELD_TEXT, .label = N_("About"), .max = ABOUT_MAX,
        .help = N_("The entity it belongs to; empty for the whole client.")),
    ARG(name, FIELD_TEXT, .label = N_("Name"), .max = NAME_MAX_CHARACTERS,
        .help = N_("Where there may be several of a kind.")),
    ARG(shared, FIELD_BOOL, .label = N_("Shared"),
        .help = N_("Seen by everybody who may list that entity; takes the right preference.share.")),
    ARG(body, FIELD_NONE, .label = N_("Content"), .required = true,
        .help = N_("A JSON object of at most 16 KiB, which only clients understand.")),
};

static const struct field list_args[] = {
    ARG(kind, FIELD_CHOICE, .label = N_("Kind"), .choices = kinds, .help = N_("Only of this kind.")),
    ARG(about, FIELD_TEXT, .label = N_("About"), .max = ABOUT_MAX, .help = N_("Only about this.")),
};

static const struct field share_args[] = {
    ARG(shared, FIELD_BOOL, .label = N_("Shared"), .required = true,
        .help = N_("Seen by others, or no longer.")),
};

/* ------------------------------------------------------------------------------------------------- list */

static const struct sql read_list = {
    "preference_list",
    "SELECT jsonb_build_object('id', p.id, 'version', p.version, 'kind', p.kind, 'about', p.about, 'name', "
    "p.name,"
    " 'body', p.body, 'shared', p.shared, 'mine', p.employee_id = $1, 'owner', "
    "employee_name(p.employee_id))::text"
    " FROM preference p"
    " WHERE (p.employee_id = $1 OR (p.shared AND p.about = ANY ($2)))"
    " AND ($3::text IS NULL OR p.kind = $3) AND ($4::text IS NULL OR p.about = $4)"
    " ORDER BY p.employee_id <> $1, p.kind, p.about, p.name, p.id LIMIT $5"};

/* The entities whose records this person may list. */
static struct text_set listed_entities(struct request *request)
{
    static const char ending[] = ".list";
    const struct permission_table *table = request->session->private_->permissions;
    size_t count = table ? table->count : 0;
    struct text_set set = {.items = arena_alloc(request->arena, (count + 1) * sizeof(char *))};
    for (size_t i = 0; i < count; i++) {
        const char *name = table->rows[i].permission;
        size_t len = strlen(name);
        if (len > strlen(ending) && strcmp(name + len - strlen(ending), ending) == 0)
            set.items[set.count++] = arena_strndup(request->arena, name, len - strlen(ending));
    }
    return set;
}

static int list_run(struct request *request)
{
    struct rows *rows = tx_read(request->tx, &read_list, p_int(request->session->employee_id),
                                p_set(listed_entities(request)), p_text(request_text(request, "kind")),
                                p_text(request_text(request, "about")), p_int(OWN_MAX + SHARED_MAX));
    int result = request_need(request);
    for (size_t i = 0; !result && i < rows_count(rows); i++) {
        const char *json = rows_text(rows, i, 0);
        result = request_send_row(request, json, strlen(json));
    }
    if (!result)
        str_addf(&request->out, "{\"count\":%zu}", rows_count(rows));
    return result;
}

/* ------------------------------------------------------------------------------------------------- set */

/* One at a time for each person: two terminals that save the same thing at once, and the count of all. */
static const struct sql lock_own = {"preference_lock",
                                    "SELECT pg_advisory_xact_lock(hashtextextended('preference', $1))"};
static const struct sql read_own = {
    "preference_own", "SELECT o.id, coalesce(o.shared, false), coalesce(o.version, 0),"
                      " CASE WHEN o.id IS NULL THEN nextval('preference_id_seq') END,"
                      " (SELECT count(*) FROM preference WHERE employee_id = $1)"
                      " FROM (SELECT 1) one LEFT JOIN preference o"
                      " ON o.employee_id = $1 AND o.kind = $2 AND o.about = $3 AND o.name = $4"};
static const struct sql insert_own = {
    "preference_insert", "INSERT INTO preference (id, employee_id, kind, about, name, shared, body)"
                         " VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)"};
static const struct sql update_own = {
    "preference_update", "UPDATE preference SET shared = $3, body = $4::jsonb, version = version + 1,"
                         " updated_at = now() WHERE id = $1 AND employee_id = $2 RETURNING 1"};

/* What others see is their business, too: it stands in the trail. What only one sees is not. */
static void add_trail(struct request *request, int64_t id, int64_t version, const char *action, bool was,
                      bool now)
{
    if (was || now)
        change_add(request, &(struct change){.entity = "preference",
                                             .id = id,
                                             .action = action,
                                             .version = version,
                                             .branch_id = NIL,
                                             .old_branch_id = NIL,
                                             .own_id = request->session->employee_id,
                                             .was = was ? "{\"shared\":true}" : "{\"shared\":false}",
                                             .now = now ? "{\"shared\":true}" : "{\"shared\":false}"});
}

static int check_members(struct request *request)
{
    const char *name;
    json_t *value;
    json_object_foreach(request->args, name, value)
    {
        bool known = strcmp(name, "key") == 0;
        for (size_t i = 0; i < array_len(set_args); i++)
            known = known || strcmp(set_args[i].name, name) == 0;
        if (!known)
            return request_fail(request, ERR_INVALID, name, N_("There is no argument {name}"), "name", name,
                                NULL);
    }
    return 0;
}

/* *body_r: its text. */
static int check_body(struct request *request, const char **body_r)
{
    json_t *body = json_object_get(request->args, "body");
    struct str text;
    if (!json_is_object(body))
        return request_fail(request, ERR_INVALID, "body", N_("The content is a JSON object"), NULL);
    str_init(&text, request->arena);
    json_write(body, &text);
    if (text.len > BODY_MAX)
        return request_fail(request, ERR_LIMIT, "body", N_("This is too much to keep: {max} bytes at most"),
                            "max", "16384", NULL);
    *body_r = text.data;
    return 0;
}

static int check_set(struct request *request, const char **body_r)
{
    int failed = check_members(request);
    for (size_t i = 0; !failed && i < array_len(set_args); i++)
        if (field_type_of(&set_args[i]) != FIELD_NONE)
            failed = argument_check(request, request->args, &set_args[i], set_args[i].name);
    if (!failed)
        failed = check_body(request, body_r);
    if (!failed && request_bool(request, "shared") && !session_grant(request->session, "preference.share"))
        failed =
            request_fail(request, ERR_FORBIDDEN, "shared", N_("You may not put this before others"), NULL);
    return failed;
}

static const char *text_or_empty(const struct request *request, const char *name)
{
    const char *text = request_text(request, name);
    return text ? text : "";
}

static void write_set(struct request *request, struct rows *own, const char *body)
{
    bool shared = request_bool(request, "shared");
    bool there = !rows_null(own, 0, 0);
    int64_t id = rows_int(own, 0, there ? 0 : 3), version = rows_int(own, 0, 2) + 1;
    int64_t self = request->session->employee_id;
    if (there)
        tx_write_one(request->tx, &update_own, p_int(id), p_int(self), p_bool(shared), p_text(body));
    else
        tx_write(request->tx, &insert_own, p_int(id), p_int(self), p_text(request_text(request, "kind")),
                 p_text(text_or_empty(request, "about")), p_text(text_or_empty(request, "name")),
                 p_bool(shared), p_text(body));
    add_trail(request, id, version, NULL, rows_bool(own, 0, 1), shared);
    str_addf(&request->out, "{\"id\":%" PRId64 ",\"version\":%" PRId64 "}", id, version);
}

static int set_run(struct request *request)
{
    const char *body = NULL;
    int result = check_set(request, &body);
    if (result)
        return result;
    int64_t self = request->session->employee_id;
    tx_read(request->tx, &lock_own, p_int(self));
    struct rows *own =
        tx_read(request->tx, &read_own, p_int(self), p_text(request_text(request, "kind")),
                p_text(text_or_empty(request, "about")), p_text(text_or_empty(request, "name")));
    result = request_need(request);
    if (!result && rows_null(own, 0, 0) && rows_int(own, 0, 4) >= OWN_MAX)
        result = request_fail(request, ERR_LIMIT, NULL,
                              N_("You keep {max} of these already; remove some first"), "max", "500", NULL);
    if (!result)
        write_set(request, own, body);
    return result;
}

/* ------------------------------------------------------------------------------------------------- remove, share */

static const struct sql read_one = {
    "preference_one", "SELECT version, shared FROM preference WHERE id = $1 AND employee_id = $2"
                      " FOR UPDATE"};
static const struct sql delete_one = {
    "preference_delete", "DELETE FROM preference WHERE id = $1 AND employee_id = $2 RETURNING 1"};
static const struct sql share_one = {
    "preference_share", "UPDATE preference SET shared = $3, version = version + 1, updated_at = now()"
                        " WHERE id = $1 AND employee_id = $2 RETURNING 1"};

/* One's own by its id; not_found for anybody else's. */
static int need_own(struct request *request, struct rows **rows_r)
{
    *rows_r = tx_read(request->tx, &read_one, p_int(request_int(request, "id")),
                      p_int(request->session->employee_id));
    int result = request_need(request);
    if (!result && rows_count(*rows_r) == 0)
        result =
            request_fail(request, ERR_NOT_FOUND, "id", N_("This is not one of yours, or it is gone"), NULL);
    return result;
}

static int remove_run(struct request *request)
{
    struct rows *own;
    int64_t id = request_int(request, "id");
    int result = need_own(request, &own);
    if (result)
        return result;
    tx_write_one(request->tx, &delete_one, p_int(id), p_int(request->session->employee_id));
    add_trail(request, id, rows_int(own, 0, 0) + 1, NULL, rows_bool(own, 0, 1), false);
    str_addf(&request->out, "{\"id\":%" PRId64 "}", id);
    return 0;
}

static int share_run(struct request *request)
{
    struct rows *own;
    int64_t id = request_int(request, "id");
    bool shared = request_bool(request, "shared");
    int result = need_own(request, &own);
    if (result)
        return result;
    tx_write_one(request->tx, &share_one, p_int(id), p_int(request->session->employee_id), p_bool(shared));
    add_trail(request, id, rows_int(own, 0, 0) + 1, NULL, rows_bool(own, 0, 1), shared);
    str_addf(&request->out, "{\"id\":%" PRId64 ",\"version\":%" PRId64 "}", id, rows_int(own, 0, 0) + 1);
    return 0;
}

static const struct verb verbs[] = {
    {.name = "preference.list",
     .label = N_("What is kept"),
     .help = N_("What the client keeps for this person, and what others share: a row for each, then their "
                "number."),
     .flags = VERB_SESSION,
     .args = list_args,
     .nargs = array_len(list_args),
     .run = list_run},
    {.name = "preference.set",
     .label = N_("Keep"),
     .help = N_("Keeps a JSON object under kind, about and name, in place of the one before."),
     .flags = VERB_SESSION | VERB_CHANGES | VERB_KEYED,
     .takes = TAKES_ANY,
     .args = set_args,
     .nargs = array_len(set_args),
     .run = set_run},
    {.name = "preference.remove",
     .label = N_("Keep no longer"),
     .help = N_("Forgets one of one's own."),
     .flags = VERB_SESSION | VERB_CHANGES | VERB_KEYED,
     .takes = TAKES_ID,
     .run = remove_run},
    {.name = "preference.share",
     .permission = "preference.share",
     .label = N_("Share"),
     .help = N_("Puts one of one's own before everybody who may list that entity, or takes it back."),
     .flags = VERB_CHANGES | VERB_KEYED,
     .takes = TAKES_ID,
     .args = share_args,
     .nargs = array_len(share_args),
     .run = share_run},
};

void preference_register(void)
{
    for (size_t i = 0; i < array_len(verbs); i++)
        verb_register(&verbs[i]);
}
