/* The catalogue as the client reads it: lines of session.describe become structs. */
#include "model/catalogue.h"

#include "base/arena.h"

#include <string.h>

static const char *text_of(struct arena *arena, const json_t *object, const char *name)
{
    return arena_strdup(arena, json_string_value(json_object_get(object, name)));
}

static bool is_true(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

static const char *const *texts_of(struct arena *arena, const json_t *list)
{
    size_t n = json_array_size(list);
    const char **texts = arena_alloc(arena, (n + 1) * sizeof(*texts));
    for (size_t i = 0, kept = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text)
            texts[kept++] = arena_strdup(arena, text);
    }
    return texts;
}

static const struct choice *choices_of(struct arena *arena, const json_t *list)
{
    size_t n = json_array_size(list), kept = 0;
    if (!json_is_array(list))
        return NULL;
    struct choice *choices = arena_alloc(arena, (n + 1) * sizeof(*choices));
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);
        const char *code = text_of(arena, item, "code");
        if (!code)
            continue;
        const char *label = text_of(arena, item, "label");
        choices[kept++] = (struct choice){
            .code = code,
            .label = label ? label : code,
            .label_zh_cn = text_of(arena, item, "zh_CN"),
            .label_zh_tw = text_of(arena, item, "zh_TW"),
            .disabled = is_true(item, "disabled"),
            .side = is_true(item, "side"),
        };
    }
    return choices;
}

static const struct field *fields_of(struct arena *arena, const json_t *list, size_t *count_r);

static void read_field(struct arena *arena, const json_t *json, struct field *field)
{
    const json_t *lines = json_object_get(json, "lines");
    *field = (struct field){
        .name = text_of(arena, json, "name"),
        .label = text_of(arena, json, "label"),
        .help = text_of(arena, json, "help"),
        .type = field_type_parse(json_string_value(json_object_get(json, "type"))),
        .width = (uint8_t)json_integer_value(json_object_get(json, "width")),
        .max = (uint32_t)json_integer_value(json_object_get(json, "max")),
        .min = json_integer_value(json_object_get(json, "min")),
        .required = is_true(json, "required"),
        .readonly = is_true(json, "readonly"),
        .create_only = is_true(json, "create_only"),
        .secret = is_true(json, "secret"),
        .pii = is_true(json, "pii"),
        .search = is_true(json, "search"),
        .unique = is_true(json, "unique"),
        .sms = is_true(json, "sms"),
        .sortable = is_true(json, "sortable"),
        .init = text_of(arena, json, "default"),
        .ref = text_of(arena, json, "ref"),
        .base = text_of(arena, json, "base"),
        .show_if = text_of(arena, json, "show_if"),
        .choices = choices_of(arena, json_object_get(json, "choices")),
    };
    if (json_is_array(lines))
        field->line_fields = fields_of(arena, lines, &field->nline_fields);
    if (field->type == FIELD_NONE) /* a later server's kind of field: shown as text, not typed */
        field->type = FIELD_TEXT, field->readonly = true;
}

static const struct field *fields_of(struct arena *arena, const json_t *list, size_t *count_r)
{
    size_t n = json_array_size(list);
    struct field *fields = arena_alloc(arena, (n + 1) * sizeof(*fields));
    *count_r = 0;
    for (size_t i = 0; i < n; i++) {
        if (!json_string_value(json_object_get(json_array_get(list, i), "name")))
            continue;
        read_field(arena, json_array_get(list, i), &fields[(*count_r)++]);
    }
    return fields;
}

static void read_action(struct arena *arena, const json_t *json, const char *state,
                        struct catalogue_action *action)
{
    const char *key = json_string_value(json_object_get(json, "key"));
    const char *own = text_of(arena, json, "state");
    *action = (struct catalogue_action){
        .name = text_of(arena, json, "name"),
        .label = text_of(arena, json, "label"),
        .help = text_of(arena, json, "help"),
        .key = key ? key[0] : '\0',
        .quick = text_of(arena, json, "quick"),
        .from = texts_of(arena, json_object_get(json, "from")),
        .to = text_of(arena, json, "to"),
        .state = own ? own : state,
        .confirm = text_of(arena, json, "confirm"),
        .undo = text_of(arena, json, "undo"),
        .bulk = is_true(json, "bulk"),
        .checked = is_true(json, "checked"),
        .danger = is_true(json, "danger"),
        .reason = is_true(json, "reason"),
        .beside = is_true(json, "beside"),
        .reasons = choices_of(arena, json_object_get(json, "choices")),
    };
    action->args = fields_of(arena, json_object_get(json, "args"), &action->nargs);
}

static void read_actions(struct arena *arena, const json_t *list, struct catalogue_entity *entity)
{
    size_t n = json_array_size(list);
    struct catalogue_action *actions = arena_alloc(arena, (n + 1) * sizeof(*actions));
    for (size_t i = 0; i < n; i++) {
        if (json_string_value(json_object_get(json_array_get(list, i), "name")))
            read_action(arena, json_array_get(list, i), entity->state, &actions[entity->nactions++]);
    }
    entity->actions = actions;
}

static void read_tabs(struct arena *arena, const json_t *list, struct catalogue_entity *entity)
{
    size_t n = json_array_size(list);
    struct catalogue_tab *tabs = arena_alloc(arena, (n + 1) * sizeof(*tabs));
    for (size_t i = 0; i < n; i++) {
        const json_t *json = json_array_get(list, i);
        tabs[i].label = text_of(arena, json, "label");
        tabs[i].fields = texts_of(arena, json_object_get(json, "fields"));
    }
    entity->tabs = tabs;
    entity->ntabs = n;
}

static void read_verbs(struct arena *arena, const json_t *list, struct catalogue_entity *entity)
{
    size_t n = json_array_size(list), kept = 0;
    const char **verbs = arena_alloc(arena, (n + 1) * sizeof(*verbs));
    for (size_t i = 0; i < n; i++) {
        const char *name = text_of(arena, json_array_get(list, i), "name");
        if (name)
            verbs[kept++] = name;
    }
    entity->verbs = verbs;
}

static void read_entity(struct arena *arena, const json_t *json, struct catalogue_entity *entity)
{
    const json_t *list = json_object_get(json, "list");
    *entity = (struct catalogue_entity){
        .name = text_of(arena, json, "name"),
        .area = text_of(arena, json, "area"),
        .label = text_of(arena, json, "label"),
        .plural = text_of(arena, json, "plural"),
        .help = text_of(arena, json, "help"),
        .scope = text_of(arena, json, "scope"),
        .code = text_of(arena, json, "code"),
        .quick = text_of(arena, json, "quick"),
        .title = text_of(arena, json, "title"),
        .view = text_of(arena, json, "view"),
        .state = text_of(arena, json, "state"),
        .states = choices_of(arena, json_object_get(json, "states")),
        .sort = text_of(arena, list, "sort"),
        .hidden = is_true(json, "hidden"),
        .big = is_true(json, "big"),
        .files = is_true(json, "files"),
        .columns = texts_of(arena, json_object_get(list, "columns")),
        .hash = text_of(arena, json, "hash"),
    };
    entity->fields = fields_of(arena, json_object_get(json, "fields"), &entity->nfields);
    read_tabs(arena, json_object_get(json_object_get(json, "form"), "tabs"), entity);
    read_actions(arena, json_object_get(json, "actions"), entity);
    read_verbs(arena, json_object_get(json, "verbs"), entity);
}

struct catalogue_entity *catalogue_parse_entity(struct arena *arena, const char *text)
{
    struct catalogue_entity *entity = NULL;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(json) && json_string_value(json_object_get(json, "name")) &&
        json_string_value(json_object_get(json, "hash"))) {
        entity = arena_new(arena, struct catalogue_entity);
        read_entity(arena, json, entity);
        entity->json = arena_strdup(arena, text);
    }
    json_decref(json);
    return entity;
}

enum { MENU_DEPTH_MAX = 6 };

static const struct catalogue_item *parse_items(struct arena *arena, const json_t *menu, size_t *count_r,
                                                int depth)
{
    size_t n = depth < MENU_DEPTH_MAX ? json_array_size(menu) : 0;
    struct catalogue_item *items = arena_alloc(arena, (n + 1) * sizeof(*items));
    for (size_t i = 0; i < n; i++) {
        const json_t *json = json_array_get(menu, i);
        items[i] = (struct catalogue_item){
            .label = text_of(arena, json, "label"),
            .key = text_of(arena, json, "key"),
            .entity = text_of(arena, json, "entity"),
            .desk = text_of(arena, json, "desk"),
            .report = text_of(arena, json, "report"),
        };
        items[i].children =
            parse_items(arena, json_object_get(json, "children"), &items[i].nchildren, depth + 1);
    }
    *count_r = n;
    return items;
}

const struct catalogue_item *catalogue_parse_menu(struct arena *arena, const json_t *menu, size_t *count_r)
{
    return parse_items(arena, menu, count_r, 0);
}
