#include "client/views/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/time.h"
#include "base/utf8.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/filter_spell.h"
#include "client/views/holder.h"
#include "client/views/rows-private.h"
#include "client/views/text.h"
#include "client/views/value_text.h"
#include "model/catalogue.h"
#include "model/filter.h"
#include "wire/json.h"

enum { CHANGED_SHOWN_MS = 8000 };

/* ---- the table's model ---- */

static size_t model_count(void *context)
{
    return ((struct rows *)context)->records.count;
}

static enum table_state model_state(void *context)
{
    const struct rows *rows = context;
    if (rows->asked)
        return TABLE_LOADING;
    return rows->complete || rows->broken ? TABLE_COMPLETE : TABLE_MORE;
}

static void model_more(void *context)
{
    rows_ask_page(context);
}

static int64_t model_id(void *context, size_t row)
{
    return ((struct rows *)context)->records.items[row].id;
}

static unsigned model_flags(void *context, size_t row)
{
    struct rows *rows = context;
    const struct rows_record *record = &rows->records.items[row];
    unsigned flags = record->flags;
    const json_t *disabled = json_object_get(record->row, "disabled_at");
    if (disabled && !json_is_null(disabled))
        flags |= ROW_DIM;
    if (holder_name(rows->app, rows->entity, record->id))
        flags |= ROW_HELD;
    if (rows->ops && rows->ops->flags)
        flags |= rows->ops->flags(rows, record->row);
    return flags;
}

/* Words and a colour; never the colour alone. */
static enum role state_role(const struct rows *rows, const struct field *field, const char *value)
{
    const struct choice *states = rows->entity->states;
    if (!value || !rows->entity->state || strcmp(field->name, rows->entity->state) != 0 || !states)
        return ROLE_NORMAL;
    if (strcmp(states[0].code, value) == 0)
        return ROLE_WARNING;
    for (size_t i = 0; i < rows->entity->nactions; i++)
        if (catalogue_action_from(&rows->entity->actions[i], value) && rows->entity->actions[i].from[0] &&
            strcmp(rows->entity->actions[i].from[0], "*") != 0)
            return ROLE_GOOD;
    return ROLE_DIM;
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct rows *rows = context;
    const struct field *field = rows->columns.items[column];
    const json_t *json = rows->records.items[row].row;
    arena_reset(rows->arena);
    if (rows->ops && rows->ops->cell && rows->ops->cell(rows, json, field, scratch, role))
        return scratch->data;
    if (*role == ROLE_NORMAL)
        *role = state_role(rows, field, json_string_value(json_object_get(json, field->name)));
    str_add(scratch, value_show_row(rows->app, rows->arena, field, json));
    for (char *c = scratch->data; *c; c++)
        if (*c == '\n')
            *c = ' ';
    return scratch->data;
}

static const struct table_model model = {
    .count = model_count,
    .state = model_state,
    .more = model_more,
    .id = model_id,
    .flags = model_flags,
    .cell = model_cell,
    .sum = rows_model_sum,
};

/* ---- setting up ---- */

void rows_init(struct rows *rows, struct app_context *app, struct screen *screen,
               const struct catalogue_entity *entity, const struct rows_ops *ops)
{
    *rows = (struct rows){.app = app, .screen = screen, .entity = entity, .ops = ops, .counts.total = NIL};
    rows->arena = arena_create(0);
    rows->line = memory_strdup("");
    rows->sort = memory_strdup(entity->sort ? entity->sort : "-id");
    table_init(&rows->table, &model, rows);
    rows_set_columns(rows, NULL);
}

void rows_clear_from(struct rows *rows, size_t first)
{
    for (size_t i = first; i < rows->records.count; i++)
        json_decref(rows->records.items[i].row);
    rows->records.count = MIN(rows->records.count, first);
}

void rows_finish(struct rows *rows)
{
    rows_stop(rows);
    rows_clear_from(rows, 0);
    vec_finish(&rows->records);
    vec_finish(&rows->columns);
    vec_finish(&rows->widths);
    table_finish(&rows->table);
    json_decref(rows->filter);
    json_decref(rows->condition);
    free(rows->line);
    free(rows->q);
    free(rows->sort);
    free(rows->sort_before);
    free(rows->next);
    free(rows->prev);
    free(rows->from);
    json_decref(rows->counts.sums);
    arena_destroy(rows->arena);
}

void rows_set_condition(struct rows *rows, json_t *condition)
{
    json_decref(rows->condition);
    rows->condition = condition;
}

static void take_filter(struct rows *rows, const struct filter *filter, const char *line)
{
    struct str text cleanup(cleanup_str);
    struct json_fault fault;
    str_init(&text, NULL);
    filter_write(filter, &text);
    json_decref(rows->filter);
    rows->filter = filter->count ? json_read_reply(text.data, text.len, &fault) : NULL;
    free(rows->q);
    rows->q = filter->q ? memory_strdup(filter->q) : NULL;
    char *copy = memory_strdup(line);
    free(rows->line);
    rows->line = copy;
}

void rows_say_fault(const struct rows *rows, const char *line, const struct filter_fault *fault)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct field *field = fault->field ? catalogue_field(rows->entity, fault->field) : NULL;
    const char *name = field && field->label ? _(field->label) : fault->field ? fault->field : line;
    ui_say(rows->app->ui, ROLE_ERROR, "%s: %s", name,
           text_fill(arena, _(fault->msgid), "field", name, "value", "", "max", "", "min", "", NULL));
}

int rows_set_filter(struct rows *rows, const char *line)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct filter *filter = arena_new(arena, struct filter);
    struct filter_fault fault = {0};
    line = filter_spell(rows->app, rows->entity, arena, line);
    int result = filter_parse_line(line, catalogue_field_guess, rows->entity, arena, rows->app->who.zone,
                                   filter, &fault);
    if (result < 0) {
        rows_say_fault(rows, line, &fault);
        return result;
    }
    take_filter(rows, filter, line);
    free(rows->from);
    rows->from = NULL;
    rows_count_anew(rows);
    table_reset(&rows->table);
    rows_read(rows);
    return 0;
}

/* ---- looking at them ---- */

struct rows_record *rows_find(struct rows *rows, int64_t id)
{
    vec_each(struct rows_record, record, &rows->records) if (record->id == id) return record;
    return NULL;
}

struct rows_record *rows_current(struct rows *rows)
{
    return table_has_row(&rows->table) ? rows_find(rows, table_current(&rows->table)) : NULL;
}

void rows_flag(struct rows *rows, int64_t id, unsigned set, unsigned clear)
{
    struct rows_record *record = rows_find(rows, id);
    if (!record)
        return;
    record->flags = (record->flags & ~clear) | set;
    if (set & ROW_CHANGED)
        record->changed_ms = time_monotonic_ms();
    ui_redraw(rows->app->ui);
}

unsigned rows_tick(struct rows *rows, int64_t now_ms)
{
    unsigned flags = 0;
    if (rows->missed && !rows->asked && app_in_sight(rows->app, rows->screen))
        rows_heard(rows, NULL, 0);
    flags |= rows_count_tick(rows, now_ms);
    vec_each(struct rows_record, record, &rows->records)
    {
        if (!(record->flags & ROW_CHANGED) || now_ms - record->changed_ms < CHANGED_SHOWN_MS)
            continue;
        record->flags &= ~(unsigned)ROW_CHANGED;
        flags |= SCREEN_REDRAW;
    }
    return flags;
}
