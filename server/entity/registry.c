/* The entities by name, the fields that all have without declaring them, and the generic verbs made of each. */
#include "server/entity/entity-private.h"

#include "base/arena.h"
#include "base/map.h"
#include "server/entity/export.h"
#include "server/entity/import.h"
#include "server/entity/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Filled in main before the threads, only read afterwards. */
static const struct entity *entities[ENTITY_MAX];
static size_t nentities;
static struct map by_name;
static entity_choices *choices_source;

#define BUILT_IN(title, kind, held, ...)                                                                     \
    {                                                                                                        \
        .name = title, .type = kind, .storage = held, .readonly = true, __VA_ARGS__                          \
    }

enum {
    BUILT_ID,
    BUILT_VERSION,
    BUILT_BRANCH,
    BUILT_CREATED,
    BUILT_BY,
    BUILT_UPDATED,
    BUILT_DISABLED,
    BUILT_INS
};

static const struct field built_in[BUILT_INS] = {
    [BUILT_ID] = BUILT_IN("id", FIELD_ID, STORE_INT, .label = N_("Id"), .filled = true, .sortable = true,
                          .help = N_("The number the record is known by in every command.")),
    [BUILT_VERSION] = BUILT_IN("version", FIELD_INT, STORE_INT, .label = N_("Version"), .filled = true,
                               .help = N_("Counts the changes; every change names the version it saw.")),
    [BUILT_BRANCH] = {.name = "branch_id",
                      .type = FIELD_REF,
                      .storage = STORE_INT,
                      .ref = "branch",
                      .label = N_("Branch"),
                      .help = N_("Where the record belongs; who sees it follows from that.")},
    [BUILT_CREATED] = BUILT_IN("created_at", FIELD_TIME, STORE_TIME, .label = N_("Created"), .filled = true,
                               .sortable = true, .help = N_("When the record was entered.")),
    [BUILT_BY] = BUILT_IN("created_by", FIELD_REF, STORE_INT, .ref = "employee", .label = N_("Created by"),
                          .help = N_("Who entered the record.")),
    [BUILT_UPDATED] = BUILT_IN("updated_at", FIELD_TIME, STORE_TIME, .label = N_("Changed"),
                               .help = N_("When the record was last changed.")),
    [BUILT_DISABLED] =
        BUILT_IN("disabled_at", FIELD_TIME, STORE_TIME, .label = N_("Disabled"),
                 .help = N_("When the record was taken out of use; empty while it is in use.")),
};

bool entity_is_branch(const struct entity *entity)
{
    return !strcmp(entity->table, "branch");
}

bool entity_is_scoped(const struct entity *entity)
{
    return entity->scope != SCOPE_COMPANY && !entity->parent;
}

bool entity_has_version(const struct entity *entity)
{
    return !(entity->flags & ENTITY_BARE) && !entity->parent;
}

static bool built_in_here(const struct entity *entity, int which)
{
    if (which == BUILT_ID)
        return true;
    if (which == BUILT_BRANCH)
        return entity_is_scoped(entity);
    return entity_has_version(entity);
}

int entity_field_index(const struct entity *entity, const char *name)
{
    for (size_t i = 0; i < entity->nfields; i++) {
        if (!strcmp(entity->fields[i].name, name))
            return (int)i;
    }
    return -1;
}

const struct field *entity_field(const struct entity *entity, const char *name)
{
    int index = entity_field_index(entity, name);
    if (index >= 0)
        return &entity->fields[index];
    for (int i = 0; i < BUILT_INS; i++) {
        if (built_in_here(entity, i) && !strcmp(built_in[i].name, name))
            return &built_in[i];
    }
    return NULL;
}

static size_t add_built_in(const struct entity *entity, const struct field **fields, size_t n, int which)
{
    if (built_in_here(entity, which) && entity_field_index(entity, built_in[which].name) < 0)
        fields[n++] = &built_in[which];
    return n;
}

size_t entity_all_fields(const struct entity *entity, const struct field **fields)
{
    size_t n = 0;
    for (int i = BUILT_ID; i <= BUILT_BRANCH; i++)
        n = add_built_in(entity, fields, n, i);
    for (size_t i = 0; i < entity->nfields; i++)
        fields[n++] = &entity->fields[i];
    for (int i = BUILT_CREATED; i < BUILT_INS; i++)
        n = add_built_in(entity, fields, n, i);
    return n;
}

const char *field_column(const struct field *field)
{
    return field->column ? field->column : field->name;
}

bool field_is_stored(const struct field *field)
{
    return !field->virtual_ && !field->no_column && field_storage_of(field) != STORE_LINES;
}

bool field_is_readable(const struct field *field)
{
    return (!field->no_column || field->sql) && !field->secret && field_storage_of(field) != STORE_LINES;
}

bool field_never_null(const struct entity *entity, const struct field *field)
{
    enum field_storage storage = field_storage_of(field);
    if (field->virtual_)
        return false;
    if ((field->required && !field->show_if) || field->filled || storage == STORE_BOOL ||
        storage == STORE_SET)
        return true;
    if (!strcmp(field->name, "id"))
        return true;
    if (entity_has_version(entity) && (!strcmp(field->name, "created_at") || !strcmp(field->name, "version")))
        return true;
    if (!strcmp(field->name, "branch_id"))
        return entity->scope == SCOPE_BRANCH;
    return entity->state && !strcmp(field->name, entity->state);
}

bool field_is_indexed(const struct entity *entity, const struct field *field)
{
    if (field == &built_in[BUILT_CREATED])
        return !entity->sort || strstr(entity->sort, field->name);
    if (field ==
        &built_in[BUILT_ID]) /* one index, not led by a branch: fit where it is the list's own order */
        return !(entity->flags & ENTITY_BIG) || !entity_has_version(entity);
    return field->sortable && !field->virtual_;
}

size_t entity_state_columns(const struct entity *entity, const char *columns[ENTITY_STATES_MAX])
{
    size_t n = 0;
    if (entity->state)
        columns[n++] = entity->state;
    for (size_t i = 0; i < entity->nactions; i++) {
        const char *state = entity->actions[i].state;
        bool known = !state;
        for (size_t j = 0; j < n && !known; j++)
            known = !strcmp(columns[j], state);
        if (!known && n < ENTITY_STATES_MAX)
            columns[n++] = state;
    }
    return n;
}

const struct action *entity_action(const struct entity *entity, const char *name)
{
    for (size_t i = 0; i < entity->nactions; i++) {
        if (!strcmp(entity->actions[i].name, name))
            return &entity->actions[i];
    }
    return NULL;
}

struct entity_verb *entity_verb_create(const struct entity *entity, const char *name, enum act_kind kind,
                                       unsigned flags, int (*run)(struct request *))
{
    struct entity_verb *verb = memory_zeroed(1, sizeof(*verb));
    size_t size = strlen(entity->name) + strlen(name) + 2;
    char *full = memory_alloc(size);
    snprintf(full, size, "%s.%s", entity->name, name);
    verb->entity = entity;
    verb->kind = kind;
    verb->row = (struct verb){
        .name = full, .permission = full, .flags = flags, .run = run, .data = verb, .failed = entity_failed};
    return verb;
}

static const struct field list_args[] = {
    ARG(filter, FIELD_NONE, .label = N_("Filter"),
        .help = N_("Columns with a value or an object of comparisons.")),
    ARG(q, FIELD_TEXT, .label = N_("Search"),
        .help = N_("Words looked up in names, pinyin, numbers, phones, plates.")),
    ARG(sort, FIELD_SET, .label = N_("Sort"), .help = N_("Columns; - in front of one: descending.")),
    ARG(limit, FIELD_INT, .label = N_("Limit"), .help = N_("Rows of a page, at most 500.")),
    ARG(after, FIELD_TEXT, .label = N_("After"), .help = N_("The cursor `next` of the page before.")),
    ARG(columns, FIELD_SET, .label = N_("Columns"), .help = N_("The fields wanted; left out: all.")),
    ARG(total, FIELD_BOOL, .label = N_("Total"), .help = N_("Counts all rows of the filter.")),
    ARG(sum, FIELD_SET, .label = N_("Sums"),
        .help = N_("Number columns to be added up over all rows of the filter.")),
    ARG(cannot, FIELD_BOOL, .label = N_("Not now"),
        .help =
            N_("Each row says which actions its state would let through and it does not itself, and why.")),
};

static const struct field get_args[] = {
    ARG(at, FIELD_TIME, .label = N_("As of"),
        .help = N_("The record as it stood at this time, from the trail; needs the right to its history.")),
};

bool entity_has_persons_data(const struct entity *entity)
{
    for (size_t i = 0; i < entity->nfields; i++) {
        if (entity->fields[i].pii)
            return true;
    }
    return false;
}

/* Who looks at persons' data in full leaves a trace, so this listing counts as a change. */
static void register_unmask(const struct entity *entity)
{
    struct entity_verb *verb = entity_verb_create(entity, "unmask", ACT_GET, VERB_CHANGES, entity_run_list);
    verb->row.permission = "pii.view";
    verb->row.label = N_("List in full");
    verb->row.help = N_("A page like list, with phones and other personal data in full; it is in the trail.");
    verb->row.takes = TAKES_ANY;
    verb->row.args = list_args;
    verb->row.nargs = array_len(list_args);
    verb_register(&verb->row);
}

/* What a client may give in create or update, for help and the manual. */
static const struct field *settable_fields(const struct entity *entity, bool create, size_t *count_r)
{
    struct field *fields = memory_zeroed(entity->nfields + 2, sizeof(*fields));
    size_t n = 0;
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (field->readonly || field->virtual_ || (field->create_only && !create))
            continue;
        fields[n] = *field;
        fields[n++].required =
            field->required && create && !field->init && strcmp(field->name, "branch_id") != 0;
    }
    if (entity_is_scoped(entity) && !entity_is_branch(entity) && entity_field_index(entity, "branch_id") < 0)
        fields[n++] = built_in[BUILT_BRANCH];
    *count_r = n;
    return fields;
}

static void register_reading(const struct entity *entity)
{
    if (entity->verbs & VERB_LIST) {
        struct entity_verb *verb = entity_verb_create(entity, "list", ACT_GET, 0, entity_run_list);
        verb->row.label = N_("List");
        verb->row.help = N_("A page of the records that match a filter.");
        verb->row.takes = TAKES_ANY;
        verb->row.args = list_args;
        verb->row.nargs = array_len(list_args);
        verb_register(&verb->row);
        if (entity_has_persons_data(entity))
            register_unmask(entity);
        summary_register(entity, verb->row.name);
    }
    if (entity->verbs & VERB_GET) {
        struct entity_verb *verb = entity_verb_create(entity, "get", ACT_GET, 0, entity_run_get);
        verb->row.label = N_("Show");
        verb->row.help = N_("One record with its lines and the actions allowed now.");
        verb->row.takes = TAKES_ID;
        verb->row.args = get_args;
        verb->row.nargs = array_len(get_args);
        verb_register(&verb->row);
    }
    if (entity->verbs & VERB_HISTORY) {
        struct entity_verb *verb = entity_verb_create(entity, "history", ACT_GET, 0, entity_run_history);
        verb->row.label = N_("History");
        verb->row.help = N_("The changes of one record: who, when, from which terminal, before and after.");
        verb->row.takes = TAKES_ID;
        verb_register(&verb->row);
    }
}

static void register_changing(const struct entity *entity, unsigned bit, const char *name, enum act_kind kind,
                              const char *label, const char *help)
{
    if (!(entity->verbs & bit))
        return;
    bool create = kind == ACT_CREATE, many = kind == ACT_DISABLE || kind == ACT_ENABLE;
    struct entity_verb *verb =
        entity_verb_create(entity, name, kind, VERB_CHANGES | VERB_KEYED | (many ? VERB_BATCH : 0),
                           create ? entity_run_create : entity_run_change);
    verb->action = entity_action(entity, name);
    verb->row.label = label;
    verb->row.help = help;
    if (create && entity->flags & ENTITY_HASHES)
        verb->row.lane = LANE_HASH;
    if (create || kind == ACT_UPDATE) {
        verb->row.takes = TAKES_ANY | (create ? 0 : TAKES_ID | TAKES_VERSION | TAKES_REASON);
        verb->row.args = settable_fields(entity, create, &verb->row.nargs);
    } else {
        verb->row.takes = TAKES_ID | TAKES_VERSION | TAKES_REASON;
    }
    verb_register(&verb->row);
}

static bool action_is_generic(const struct action *action)
{
    static const char *const names[] = {"update", "disable", "enable", "delete"};
    for (size_t i = 0; i < array_len(names); i++) {
        if (!strcmp(action->name, names[i]))
            return true;
    }
    return false;
}

static void register_action(const struct entity *entity, const struct action *action)
{
    if (action_is_generic(action))
        return;
    struct entity_verb *verb = entity_verb_create(entity, action->name, ACT_ACTION,
                                                  VERB_CHANGES | VERB_KEYED | (action->bulk ? VERB_BATCH : 0),
                                                  action->run ? action->run : entity_run_change);
    verb->action = action;
    if (action->permission)
        verb->row.permission = action->permission;
    verb->row.label = action->label;
    verb->row.help = action->help;
    verb->row.lane = action->lane;
    verb->row.args = action->args;
    verb->row.nargs = action->nargs;
    verb->row.takes = TAKES_ID | TAKES_VERSION | (action->reason ? TAKES_REASON_REQUIRED : TAKES_REASON);
    verb_register(&verb->row);
}

void entity_register(const struct entity *entity)
{
    if (!nentities) {
        map_init(&by_name);
        describe_register();
        hold_register();
    }
    entity_check(entity);
    entities[nentities++] = entity;
    map_put(&by_name, entity->name, (void *)(uintptr_t)entity);
    register_reading(entity);
    export_register(entity);
    if (entity->verbs & VERB_CREATE)
        import_register(entity);
    register_changing(entity, VERB_CREATE, "create", ACT_CREATE, N_("New"), N_("Makes a new record."));
    register_changing(entity, VERB_UPDATE, "update", ACT_UPDATE, N_("Edit"),
                      N_("Changes the fields given; null clears one."));
    register_changing(entity, VERB_DISABLE, "disable", ACT_DISABLE, N_("Disable"),
                      N_("Takes a record out of use; what refers to it stays."));
    register_changing(entity, VERB_DISABLE, "enable", ACT_ENABLE, N_("Enable"),
                      N_("Takes a disabled record into use again."));
    register_changing(entity, VERB_DELETE, "delete", ACT_DELETE, N_("Delete"),
                      N_("Removes a record that nothing refers to."));
    for (size_t i = 0; i < entity->nactions; i++)
        register_action(entity, &entity->actions[i]);
}

const struct entity *entity_find(const char *name)
{
    return nentities && name ? map_get(&by_name, name) : NULL;
}

size_t entity_count(void)
{
    return nentities;
}

const struct entity *entity_at(size_t index)
{
    return entities[index];
}

void entity_set_choices_source(entity_choices *source)
{
    choices_source = source;
}

entity_choices *entity_choices_source(void)
{
    return choices_source;
}
