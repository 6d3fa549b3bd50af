#include "server/entity/describe.h"

#include "base/arena.h"
#include "server/entity/entity-private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The generic verbs: which bit declares them, and which says in struct rights that they are permitted. */
static const struct {
    unsigned bit, right;
    const char *name;
    bool keyed;
} generic[] = {
    {VERB_LIST, VERB_LIST, "list", false},          {VERB_GET, VERB_GET, "get", false},
    {VERB_HISTORY, VERB_HISTORY, "history", false}, {VERB_CREATE, VERB_CREATE, "create", true},
    {VERB_UPDATE, VERB_UPDATE, "update", true},     {VERB_DISABLE, VERB_DISABLE, "disable", true},
    {VERB_DISABLE, RIGHT_ENABLE, "enable", true},   {VERB_DELETE, VERB_DELETE, "delete", true},
    {VERB_LIST, RIGHT_EXPORT, "export", false},
};

bool rights_of(const struct entity *entity, const struct session *session, struct rights *rights_r)
{
    bool any = false;
    *rights_r = (struct rights){0};
    for (size_t i = 0; i < array_len(generic); i++) {
        if (!(entity->verbs & generic[i].bit) || !grant_of(session, entity->name, generic[i].name))
            continue;
        rights_r->verbs |= generic[i].right;
        any = true;
    }
    if (rights_r->verbs & VERB_LIST && entity_has_persons_data(entity) && session_grant(session, "pii.view"))
        rights_r->verbs |= RIGHT_UNMASK;
    if (grant_of(session, entity->name, "overview"))
        rights_r->verbs |= RIGHT_OVERVIEW;
    for (size_t i = 0; i < entity->nactions && i < 128; i++) {
        char name[128];
        const char *permission = entity->actions[i].permission;
        if (!permission) {
            snprintf(name, sizeof(name), "%s.%s", entity->name, entity->actions[i].name);
            permission = name;
        }
        if (!session_grant(session, permission))
            continue;
        bit_set(rights_r->actions, i);
        any = true;
    }
    return any;
}

void describe_names(const struct session *session, struct str *out)
{
    struct rights rights;
    bool first = true;
    for (size_t i = 0; i < entity_count(); i++) {
        if (!rights_of(entity_at(i), session, &rights))
            continue;
        if (!first)
            str_add_char(out, ',');
        str_add_json(out, entity_at(i)->name);
        first = false;
    }
}

static void member(struct str *out, const char *name)
{
    if (out->data[out->len - 1] != '{')
        str_add_char(out, ',');
    str_addf(out, "\"%s\":", name);
}

static void add_text(struct str *out, const char *name, const char *text)
{
    if (!text)
        return;
    member(out, name);
    str_add_json(out, text);
}

static void add_true(struct str *out, const char *name, bool truth)
{
    if (!truth)
        return;
    member(out, name);
    str_add(out, "true");
}

static void add_number(struct str *out, const char *name, int64_t number)
{
    member(out, name);
    str_addf(out, "%" PRId64, number);
}

static void add_base_choices(struct str *out, const char *kind, struct arena *arena)
{
    size_t count;
    if (!entity_choices_source())
        return;
    const struct base_choice *choices = entity_choices_source()(kind, arena, &count);
    member(out, "choices");
    str_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        str_add(out, i ? ",{" : "{");
        add_text(out, "code", choices[i].code);
        add_text(out, "label", choices[i].label ? choices[i].label : choices[i].code);
        add_text(out, "zh_CN", choices[i].label_zh_cn);
        add_text(out, "zh_TW", choices[i].label_zh_tw);
        add_true(out, "disabled", choices[i].disabled);
        str_add_char(out, '}');
    }
    str_add_char(out, ']');
}

static void add_choices(struct str *out, const char *name, const struct choice *choices)
{
    member(out, name);
    str_add_char(out, '[');
    for (size_t i = 0; choices[i].code; i++) {
        str_add(out, i ? ",{" : "{");
        add_text(out, "code", choices[i].code);
        add_text(out, "label", choices[i].label ? choices[i].label : choices[i].code);
        add_true(out, "side", choices[i].side);
        str_add_char(out, '}');
    }
    str_add_char(out, ']');
}

static void add_fields(struct str *out, const struct entity *line, struct arena *arena);

static void add_field(struct str *out, const struct field *field, bool sortable, struct arena *arena)
{
    uint32_t max = field_max(field);
    str_add_char(out, '{');
    add_text(out, "name", field->name);
    add_text(out, "label", field->label ? field->label : field->name);
    add_text(out, "help", field->help);
    add_text(out, "type", field_type_name(field_type_of(field)));
    add_number(out, "width", field_width(field));
    add_true(out, "required", field->required);
    add_true(out, "readonly", field->readonly || field->virtual_);
    add_true(out, "create_only", field->create_only);
    add_true(out, "secret", field->secret);
    add_true(out, "pii", field->pii);
    add_true(out, "search", field->search);
    add_true(out, "unique", field->unique);
    add_true(out, "sms", field->sms);
    add_true(out, "sortable", sortable);
    if (max)
        add_number(out, "max", max);
    if (field->min)
        add_number(out, "min", field->min);
    add_text(out, "default", field->init);
    add_text(out, "ref", field->ref);
    add_text(out, "show_if", field->show_if);
    add_text(out, "base", field->base);
    if (field->choices)
        add_choices(out, "choices", field->choices);
    else if (field->base)
        add_base_choices(out, field->base, arena);
    if (field->lines)
        add_fields(out, field->lines, arena);
    str_add_char(out, '}');
}

static void add_fields(struct str *out, const struct entity *line, struct arena *arena)
{
    member(out, "lines");
    str_add_char(out, '[');
    bool first = true;
    for (size_t i = 0; i < line->nfields; i++) {
        if (!strcmp(line->fields[i].name, line->parent) || !strcmp(line->fields[i].name, "id") ||
            !strcmp(line->fields[i].name, "position"))
            continue;
        if (!first)
            str_add_char(out, ',');
        first = false;
        add_field(out, &line->fields[i], line->fields[i].sortable, arena);
    }
    str_add_char(out, ']');
}

static void add_words(struct str *out, const char *name, const char *words)
{
    member(out, name);
    str_add_char(out, '[');
    for (const char *at = words; at && *at;) {
        size_t len = strcspn(at, " ");
        if (at != words)
            str_add_char(out, ',');
        str_add_json_n(out, at, len);
        at += len + strspn(at + len, " ");
    }
    str_add_char(out, ']');
}

static void add_list_of(struct str *out, const char *name, const char *const *items)
{
    member(out, name);
    str_add_char(out, '[');
    for (size_t i = 0; items && items[i]; i++) {
        if (i)
            str_add_char(out, ',');
        str_add_json(out, items[i]);
    }
    str_add_char(out, ']');
}

static void add_all_fields(struct str *out, const struct entity *entity, struct arena *arena)
{
    const struct field *fields[ENTITY_ALL_FIELDS_MAX];
    size_t n = entity_all_fields(entity, fields);
    member(out, "fields");
    str_add_char(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            str_add_char(out, ',');
        bool by_index = !(entity->flags & ENTITY_BIG) || field_is_indexed(entity, fields[i]);
        add_field(out, fields[i], fields[i]->sortable && by_index, arena);
    }
    str_add_char(out, ']');
}

static void add_list(struct str *out, const struct entity *entity)
{
    static const char *const titles[] = {"id", NULL};
    member(out, "list");
    str_add_char(out, '{');
    add_list_of(out, "columns", entity->columns ? entity->columns : titles);
    add_text(out, "sort", entity->sort ? entity->sort : entity_has_version(entity) ? "-created_at" : "-id");
    str_add_char(out, '}');
}

static void add_form(struct str *out, const struct entity *entity)
{
    member(out, "form");
    str_add(out, "{\"tabs\":[");
    for (size_t i = 0; entity->tabs && entity->tabs[i].label; i++) {
        str_add(out, i ? ",{" : "{");
        add_text(out, "label", entity->tabs[i].label);
        add_list_of(out, "fields", entity->tabs[i].fields);
        str_add_char(out, '}');
    }
    str_add(out, "]}");
}

static void add_action(struct str *out, const struct entity *entity, const struct action *action,
                       struct arena *arena)
{
    char key[2] = {action->key, '\0'};
    const char *state = action->state ? action->state : entity->state;
    str_add_char(out, '{');
    add_text(out, "name", action->name);
    if (action->key)
        add_text(out, "key", key);
    add_text(out, "quick", action->quick);
    add_text(out, "label", action->label);
    add_text(out, "help", action->help);
    add_words(out, "from", action->from ? action->from : "*");
    add_text(out, "to", action->to);
    add_text(out, "undo", action->undo);
    if (state && entity->state && strcmp(state, entity->state) != 0)
        add_text(out, "state", state);
    member(out, "args");
    str_add_char(out, '[');
    for (size_t i = 0; i < action->nargs; i++) {
        if (i)
            str_add_char(out, ',');
        add_field(out, &action->args[i], false, arena);
    }
    str_add_char(out, ']');
    add_text(out, "confirm", action->confirm);
    add_true(out, "checked", action->nconditions > 0);
    add_true(out, "bulk", action->bulk);
    add_true(out, "danger", action->danger);
    add_true(out, "reason", action->reason);
    add_true(out, "beside", action->beside);
    if (action->reason_base) {
        add_text(out, "reason_base", action->reason_base);
        add_base_choices(out, action->reason_base, arena);
    }
    str_add_char(out, '}');
}

static bool is_limit(const struct action *action)
{
    return !strcmp(action->name, "update") || !strcmp(action->name, "disable") ||
           !strcmp(action->name, "enable") || !strcmp(action->name, "delete");
}

static void add_actions(struct str *out, const struct entity *entity, const struct rights *rights,
                        struct arena *arena)
{
    bool first = true;
    member(out, "actions");
    str_add_char(out, '[');
    for (size_t i = 0; i < entity->nactions; i++) {
        if (!bit_is_set(rights->actions, i) || is_limit(&entity->actions[i]))
            continue;
        if (!first)
            str_add_char(out, ',');
        first = false;
        add_action(out, entity, &entity->actions[i], arena);
    }
    str_add_char(out, ']');
}

static void add_verb(struct str *out, const struct entity *entity, const char *name, bool keyed)
{
    if (out->data[out->len - 1] != '[')
        str_add_char(out, ',');
    str_addf(out, "{\"name\":\"%s.%s\",\"keyed\":%s}", entity->name, name, keyed ? "true" : "false");
}

static void add_verbs(struct str *out, const struct entity *entity, const struct rights *rights)
{
    member(out, "verbs");
    str_add_char(out, '[');
    for (size_t i = 0; i < array_len(generic); i++) {
        if (rights->verbs & generic[i].right)
            add_verb(out, entity, generic[i].name, generic[i].keyed);
    }
    if (rights->verbs & RIGHT_UNMASK)
        add_verb(out, entity, "unmask", false);
    if (rights->verbs & RIGHT_OVERVIEW)
        add_verb(out, entity, "overview", false);
    for (size_t i = 0; i < entity->nactions; i++) {
        if (bit_is_set(rights->actions, i) && !is_limit(&entity->actions[i]))
            add_verb(out, entity, entity->actions[i].name, true);
    }
    str_add_char(out, ']');
}

void describe_entity(const struct entity *entity, const struct rights *rights, struct arena *arena,
                     struct str *out)
{
    static const char *const scopes[] = {
        [SCOPE_COMPANY] = "company", [SCOPE_BRANCH] = "branch", [SCOPE_SHARED] = "shared"};
    str_add_char(out, '{');
    add_text(out, "name", entity->name);
    add_text(out, "area", entity->area);
    add_text(out, "label", entity->label);
    add_text(out, "plural", entity->plural);
    add_text(out, "help", entity->help);
    add_text(out, "code", entity->code);
    add_text(out, "quick", entity->quick);
    add_text(out, "scope", scopes[entity->scope]);
    add_text(out, "title", entity->title);
    add_true(out, "hidden", entity->flags & ENTITY_HIDDEN);
    add_true(out, "big", entity->flags & ENTITY_BIG);
    add_true(out, "files", entity_takes_files(entity));
    add_all_fields(out, entity, arena);
    add_list(out, entity);
    add_form(out, entity);
    add_text(out, "state", entity->state);
    if (entity->states)
        add_choices(out, "states", entity->states);
    add_actions(out, entity, rights, arena);
    add_verbs(out, entity, rights);
    add_text(out, "view", entity->view);
    str_add_char(out, '}');
}
