/* The lines: what is open first, then by time, whatever kind of record it is. */
#include <stdlib.h>
#include <string.h>

#include "client/desks/customer_view-private.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "client/views/value_text.h"

enum column { COL_AT, COL_KIND, COL_TITLE, COL_STATE, COL_REST, COL_BRANCH, COLUMNS };

static const struct {
    const char *title;
    int width, width_max, priority;
} columns[COLUMNS] = {
    [COL_AT] = {N_("Time"), 11, 16, 0},      [COL_KIND] = {N_("Kind"), 12, 14, 2},
    [COL_TITLE] = {N_("Record"), 12, 16, 4}, [COL_STATE] = {N_("State"), 8, 14, 1},
    [COL_REST] = {N_("Details"), 16, 60, 3}, [COL_BRANCH] = {N_("Branch"), 8, 16, 5},
};

/* Where one kind is chosen, it goes without saying. */
static bool is_shown(const struct customer_view *view, size_t column)
{
    return column != COL_KIND || !view->part;
}

void customer_name_columns(struct customer_view *view)
{
    table_clear_columns(&view->table);
    for (size_t i = 0; i < COLUMNS; i++)
        if (is_shown(view, i))
            table_add_column(&view->table, &(struct table_column){.title = _(columns[i].title),
                                                                  .width = columns[i].width,
                                                                  .width_max = columns[i].width_max,
                                                                  .priority = columns[i].priority});
}

/* ---- the parts */

const json_t *customer_part(const struct customer_view *view, size_t index)
{
    return json_array_get(json_object_get(view->answer, "parts"), index);
}

const struct catalogue_entity *customer_part_entity(const struct customer_view *view, size_t index)
{
    const char *name = json_string_value(json_object_get(customer_part(view, index), "entity"));
    return name ? catalogue_entity(view->app->catalogue, name) : NULL;
}

/* ---- the lines */

static bool is_open(const struct customer_line *line)
{
    if (strcmp(line->entity->name, "order_notice") == 0)
        return order_is(line->row, "received");
    return strcmp(line->entity->name, "rescue") == 0 &&
           (order_is_live(line->row) || order_is_waiting(line->row));
}

/* Unique over all kinds; what is elsewhere has no id, and its place stands for it. */
static int64_t id_of(size_t part, int64_t id, bool elsewhere)
{
    return ((int64_t)(part + 1) << 52) | ((int64_t)elsewhere << 51) | id;
}

/* When it was: calls begin, notices are received, the rest is made. */
static const char *time_of(const json_t *row)
{
    static const char *const names[] = {"started_at", "received_at"};
    for (size_t i = 0; i < array_len(names); i++)
        if (json_is_string(json_object_get(row, names[i])))
            return names[i];
    return "created_at";
}

static void add_lines(struct customer_view *view, size_t part, const char *name, bool elsewhere)
{
    const struct catalogue_entity *entity = customer_part_entity(view, part);
    const json_t *rows = json_object_get(customer_part(view, part), name), *row;
    size_t i;
    if (!entity)
        return;
    json_array_foreach(rows, i, row)
    {
        struct customer_line line = {.entity = entity, .row = row, .part = part, .elsewhere = elsewhere};
        line.at = order_time(row, elsewhere ? "at" : time_of(row));
        line.id = id_of(part, elsewhere ? (int64_t)i : order_number(row, "id"), elsewhere);
        line.open = is_open(&line);
        vec_push(&view->lines, line);
    }
}

static int compare(const void *a, const void *b)
{
    const struct customer_line *one = a, *other = b;
    if (one->open != other->open)
        return one->open ? -1 : 1;
    if (one->at.us != other->at.us)
        return one->at.us > other->at.us ? -1 : 1;
    return one->id < other->id ? -1 : one->id > other->id;
}

void customer_build_lines(struct customer_view *view)
{
    vec_clear(&view->lines);
    for (size_t part = 0; customer_part(view, part); part++) {
        if (view->part && view->part != part + 1)
            continue;
        add_lines(view, part, "rows", false);
        add_lines(view, part, "elsewhere", true);
    }
    if (view->lines.count)
        qsort(view->lines.items, view->lines.count, sizeof(*view->lines.items), compare);
    table_changed(&view->table);
}

const struct customer_line *customer_current(const struct customer_view *view)
{
    return view->table.cursor < view->lines.count ? &view->lines.items[view->table.cursor] : NULL;
}

/* ---- the cells */

static const char *show(struct customer_view *view, const struct customer_line *line, const char *name)
{
    const struct field *field = name ? catalogue_field(line->entity, name) : NULL;
    return field ? value_show_row(view->app, view->arena, field, line->row) : "";
}

/* The year goes without saying in its own. */
static const char *time_cell(struct customer_view *view, const struct customer_line *line)
{
    static const struct field field = {.name = "at", .type = FIELD_TIME, .storage = STORE_TIME};
    char now[TIME_TEXT_SIZE];
    const char *text = line->elsewhere ? value_show_row(view->app, view->arena, &field, line->row)
                                       : show(view, line, time_of(line->row));
    time_print(now, sizeof(now), time_now());
    return strlen(text) > strlen("2026-11-22") && strncmp(text, now, strlen("2026-")) == 0
               ? text + strlen("2026-")
               : text;
}

static const char *state_cell(struct customer_view *view, const struct customer_line *line)
{
    if (!line->elsewhere)
        return show(view, line, line->entity->state);
    return line->entity->states
               ? choice_label_in(view->app, line->entity->states, order_text(line->row, "state"))
               : order_text(line->row, "state");
}

/* Or goes without saying: whose view it is. */
static bool has_own_column(const struct customer_view *view, const struct customer_line *line,
                           const char *name)
{
    static const char *const own[] = {"created_at", "started_at", "received_at", "branch_id"};
    for (size_t i = 0; i < array_len(own); i++)
        if (strcmp(own[i], name) == 0)
            return true;
    return strcmp(order_text(customer_part(view, line->part), "by"), name) == 0 ||
           (line->entity->title && strcmp(line->entity->title, name) == 0) ||
           (line->entity->state && strcmp(line->entity->state, name) == 0);
}

/* Whatever else the server thought worth showing, in its order. */
static void add_details(struct customer_view *view, const struct customer_line *line, struct str *out)
{
    const json_t *names = json_object_get(customer_part(view, line->part), "columns"), *name;
    size_t i;
    json_array_foreach(names, i, name)
    {
        const char *text = has_own_column(view, line, json_string_value(name))
                               ? ""
                               : show(view, line, json_string_value(name));
        if (!*text)
            continue;
        str_add(out, out->len ? " · " : "");
        for (; *text; text++)
            str_add_char(out, *text == '\n' ? ' ' : *text);
    }
}

static const char *cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    struct customer_view *view = context;
    const struct customer_line *line = &view->lines.items[row];
    arena_reset(view->arena);
    (void)role;
    if (column >= COL_KIND && !is_shown(view, COL_KIND))
        column++;
    switch (column) {
    case COL_AT: return time_cell(view, line);
    case COL_KIND: return line->entity->label ? _(line->entity->label) : line->entity->name;
    case COL_TITLE: return line->elsewhere ? "" : show(view, line, line->entity->title);
    case COL_STATE: return state_cell(view, line);
    case COL_BRANCH: return line->elsewhere ? order_text(line->row, "branch") : show(view, line, "branch_id");
    default: break;
    }
    if (line->elsewhere)
        return _("(of another branch)");
    add_details(view, line, scratch);
    return scratch->data;
}

static size_t count(void *context)
{
    return ((struct customer_view *)context)->lines.count;
}

static enum table_state state(void *context)
{
    return ((struct customer_view *)context)->answer ? TABLE_COMPLETE : TABLE_LOADING;
}

static int64_t id(void *context, size_t row)
{
    return ((struct customer_view *)context)->lines.items[row].id;
}

static unsigned flags(void *context, size_t row)
{
    const struct customer_line *line = &((struct customer_view *)context)->lines.items[row];
    return line->elsewhere ? ROW_DIM : 0;
}

const struct table_model customer_model = {
    .count = count, .state = state, .id = id, .flags = flags, .cell = cell};
