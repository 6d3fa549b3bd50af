/* The columns of a list: which, in what order, how wide, sorted by which. Kept for the person who chose them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/list_tools.h"
#include "client/views/preference.h"
#include "client/views/tool.h"
#include "model/catalogue.h"

enum { WIDTH_LEAST = 3, WIDTH_MOST = 120 };

struct choice_of_column {
    const struct field *field;
    bool shown;
    int width; /* 0: as the field has it */
};

struct columns {
    struct screen screen;
    struct app_context *app;
    struct rows *rows;
    uint64_t below;
    VEC(struct choice_of_column) items;
    char *sort;
    bool standard; /* nothing of one's own is to be kept */
    struct table table;
};

static struct columns *columns_of(struct screen *screen)
{
    return container_of(screen, struct columns, screen);
}

/* ---- the model of its table ---- */

static size_t model_count(void *context)
{
    return ((struct columns *)context)->items.count;
}

static enum table_state model_state(void *context)
{
    (void)context;
    return TABLE_COMPLETE;
}

static int64_t model_id(void *context, size_t row)
{
    const struct columns *columns = context;
    return columns->items.items[row].field - columns->rows->entity->fields + 1;
}

static const char *label_of(const struct field *field)
{
    return field->label ? _(field->label) : field->name;
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    const struct columns *columns = context;
    const struct choice_of_column *item = &columns->items.items[row];
    int place = rows_sort_place(columns->sort, item->field->name);
    if (!item->shown)
        *role = ROLE_DIM;
    switch (column) {
    case 0: str_add(scratch, item->shown ? "[x]" : "[ ]"); break;
    case 1: str_add(scratch, label_of(item->field)); break;
    case 2: str_addf(scratch, "%d", item->width ? item->width : field_width(item->field)); break;
    default:
        if (place)
            str_addf(scratch, "%d%s", abs(place), place < 0 ? "↓" : "↑");
    }
    return scratch->data;
}

static const struct table_model model = {
    .count = model_count, .state = model_state, .id = model_id, .cell = model_cell};

static void set_titles(struct columns *columns)
{
    table_clear_columns(&columns->table);
    table_add_column(&columns->table, &(struct table_column){.title = "", .width = 3});
    table_add_column(&columns->table, &(struct table_column){
                                          .title = _("Column"), .width = 18, .width_max = 30, .priority = 1});
    table_add_column(
        &columns->table,
        &(struct table_column){.title = _("Width"), .width = 6, .align = ALIGN_RIGHT, .priority = 2});
    table_add_column(&columns->table,
                     &(struct table_column){.title = _("Sorted"), .width = 6, .priority = 3});
}

/* ---- which there are ---- */

static bool can_be_shown(const struct field *field)
{
    return field_type_of(field) != FIELD_LINES && !field->secret;
}

static struct choice_of_column *find(struct columns *columns, const struct field *field)
{
    vec_each(struct choice_of_column, item, &columns->items) if (item->field == field) return item;
    return NULL;
}

static void add(struct columns *columns, const struct field *field, bool shown, int width)
{
    if (can_be_shown(field) && !find(columns, field))
        vec_push(&columns->items, ((struct choice_of_column){field, shown, width}));
}

static void set_sort(struct columns *columns, const char *sort)
{
    char *copy = memory_strdup(sort);
    free(columns->sort);
    columns->sort = copy;
}

static void fill(struct columns *columns)
{
    const struct rows *rows = columns->rows;
    vec_clear(&columns->items);
    for (size_t i = 0; i < rows->columns.count; i++)
        add(columns, rows->columns.items[i], true, rows->widths.items[i]);
    for (size_t i = 0; i < rows->entity->nfields; i++)
        add(columns, &rows->entity->fields[i], false, 0);
    set_sort(columns, rows->sort);
}

static const char *standard_sort(const struct catalogue_entity *entity)
{
    return entity->sort ? entity->sort : "-id";
}

static void fill_standard(struct columns *columns)
{
    const struct catalogue_entity *entity = columns->rows->entity;
    vec_clear(&columns->items);
    for (const char *const *name = entity->columns; *name; name++) {
        const struct field *field = catalogue_field(entity, *name);
        if (field)
            add(columns, field, true, 0);
    }
    for (size_t i = 0; i < entity->nfields; i++)
        add(columns, &entity->fields[i], false, 0);
    set_sort(columns, standard_sort(entity));
    columns->standard = true;
}

/* ---- changing them ---- */

static struct choice_of_column *current(struct columns *columns)
{
    return table_has_row(&columns->table) ? &columns->items.items[columns->table.cursor] : NULL;
}

static unsigned move(struct columns *columns, int step)
{
    size_t at = columns->table.cursor, to = at + (size_t)step;
    if (!current(columns) || to >= columns->items.count)
        return SCREEN_BELL;
    struct choice_of_column item = columns->items.items[at];
    columns->items.items[at] = columns->items.items[to];
    columns->items.items[to] = item;
    table_changed(&columns->table); /* the cursor goes with it */
    return SCREEN_REDRAW;
}

static unsigned widen(struct columns *columns, int step)
{
    struct choice_of_column *item = current(columns);
    int width = item->width ? item->width : field_width(item->field);
    if (width + step < WIDTH_LEAST || width + step > WIDTH_MOST)
        return SCREEN_BELL;
    item->width = width + step;
    return SCREEN_REDRAW;
}

static unsigned show(struct columns *columns)
{
    struct choice_of_column *item = current(columns);
    size_t shown = 0;
    vec_each(const struct choice_of_column, other, &columns->items) shown += other->shown;
    if (item->shown && shown == 1)
        return SCREEN_BELL; /* one has to stay */
    item->shown = !item->shown;
    table_key(&columns->table, &(struct key){.kind = KEY_CODE, .code = K_DOWN});
    return SCREEN_REDRAW;
}

/* Into the order, the other way round, or out of it again. */
static unsigned sort(struct columns *columns, bool descending)
{
    enum { ORDER_MOST = 3 };
    const char *name = current(columns)->field->name;
    int place = rows_sort_place(columns->sort, name), count = 0;
    struct str order cleanup(cleanup_str);
    str_init(&order, NULL);
    for (const char *at = columns->sort; *at;) {
        size_t len = strcspn(at, " ,"), minus = *at == '-';
        bool mine = len == strlen(name) + minus && strncmp(at + minus, name, len - minus) == 0;
        bool turned = mine && place != 0 && (place < 0) != descending;
        if (len && (!mine || turned)) {
            str_addf(&order, "%s%s%.*s", count ? " " : "", (mine ? descending : minus) ? "-" : "",
                     (int)(len - minus), at + minus);
            count++;
        }
        at += len + (at[len] != '\0');
    }
    if (!place && count == ORDER_MOST)
        return SCREEN_BELL;
    if (!place)
        str_addf(&order, "%s%s%s", count ? " " : "", descending ? "-" : "", name);
    set_sort(columns, order.len ? order.data : standard_sort(columns->rows->entity));
    return SCREEN_REDRAW;
}

/* ---- keeping them ---- */

static json_t *shown_columns(const struct columns *columns)
{
    json_t *list = json_array();
    vec_each(const struct choice_of_column, item, &columns->items)
    {
        if (!item->shown)
            continue;
        json_t *column = json_pack("{s:s}", "name", item->field->name);
        if (item->width)
            json_object_set_new(column, "width", json_integer(item->width));
        json_array_append_new(list, column);
    }
    return list;
}

static void forget(struct app_context *app, const char *about)
{
    struct preference preference;
    for (size_t i = 0; preference_each(app, "columns", about, i, &preference); i++)
        if (preference.mine) {
            preference_remove(app, preference.id);
            return;
        }
}

static unsigned apply(struct columns *columns)
{
    struct screen *below = ui_find(columns->app->ui, columns->below);
    json_t *list = shown_columns(columns);
    const char *about = columns->rows->entity->name;
    if (below) {
        rows_take_columns(columns->rows, list);
        rows_set_sort(columns->rows, columns->sort);
        rows_count_anew(columns->rows);
        if (columns->standard)
            forget(columns->app, about);
        else
            preference_set(columns->app, "columns", about, "",
                           json_pack("{s:O, s:s}", "columns", list, "sort", columns->sort), false);
    }
    json_decref(list);
    return SCREEN_REDRAW | SCREEN_CLOSE;
}

void list_columns_load(struct rows *rows)
{
    const json_t *body = preference_get(rows->app, "columns", rows->entity->name, "");
    const char *sort = json_string_value(json_object_get(body, "sort"));
    if (!rows_take_columns(rows, json_object_get(body, "columns")))
        rows_set_columns(rows, NULL);
    rows_use_sort(rows, sort && *sort ? sort : standard_sort(rows->entity));
}

/* ---- the screen ---- */

static unsigned change_key(struct columns *columns, const struct key *key)
{
    unsigned done = SCREEN_UNUSED;
    switch (key->code) {
    case ' ': done = show(columns); break;
    case K_LEFT: done = widen(columns, -1); break;
    case K_RIGHT: done = widen(columns, 1); break;
    case 'u': done = move(columns, -1); break;
    case 'd': done = move(columns, 1); break;
    case '<': done = sort(columns, false); break;
    case '>': done = sort(columns, true); break;
    default: return SCREEN_UNUSED;
    }
    if (done & SCREEN_REDRAW)
        columns->standard = false;
    return done;
}

static unsigned columns_key(struct screen *screen, const struct key *key)
{
    struct columns *columns = columns_of(screen);
    switch (key->code) {
    case K_ENTER:
    case K_SAVE: return apply(columns);
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    case K_REFRESH:
        fill_standard(columns);
        table_reset(&columns->table);
        return SCREEN_REDRAW;
    default: break;
    }
    unsigned done = current(columns) ? change_key(columns, key) : SCREEN_UNUSED;
    if (done != SCREEN_UNUSED)
        return done;
    return table_key(&columns->table, key) == TABLE_UNUSED ? SCREEN_UNUSED : SCREEN_REDRAW;
}

static void columns_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    table_draw(&columns_of(screen)->table, canvas, body, true);
}

static void columns_title(struct screen *screen, struct str *out)
{
    const struct catalogue_entity *entity = columns_of(screen)->rows->entity;
    str_addf(out, "%s · %s", entity->plural ? _(entity->plural) : entity->name, _("Columns"));
}

static void columns_crumb(struct screen *screen, struct str *out)
{
    table_position(&columns_of(screen)->table, out);
}

static void columns_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_SAVE, _("Done"), 0);
    key_bar_add(bar, ' ', _("Show"), 1);
    key_bar_add(bar, 'u', _("Up"), 2);
    key_bar_add(bar, 'd', _("Down"), 2);
    key_bar_add(bar, K_RIGHT, _("Wider"), 4);
    key_bar_add(bar, K_LEFT, _("Narrower"), 4);
    key_bar_add(bar, '<', _("Sort"), 5);
    key_bar_add(bar, '>', _("Sort down"), 5);
    key_bar_add(bar, K_REFRESH, _("Standard"), 6);
    key_bar_add(bar, K_CANCEL, _("Cancel"), 7);
}

static void columns_linear(struct screen *screen, struct linear *linear)
{
    linear_table(linear, &columns_of(screen)->table);
    linear->take = ' ';
}

static void columns_plain(struct screen *screen, struct str *out)
{
    table_plain(&columns_of(screen)->table, out);
}

static void columns_close(struct screen *screen)
{
    struct columns *columns = columns_of(screen);
    table_finish(&columns->table);
    vec_finish(&columns->items);
    free(columns->sort);
    free(columns);
}

static const struct screen_ops columns_ops = {
    .name = "columns",
    .key = columns_key,
    .draw = columns_draw,
    .title = columns_title,
    .crumb = columns_crumb,
    .keys = columns_keys,
    .about = N_("The first column shown stays in sight when the others are scrolled. The order counts the "
                "columns it goes by; < and > put one into it, turn it round, and take it out again. It is "
                "kept for you on every terminal."),
    .linear = columns_linear,
    .plain = columns_plain,
    .close = columns_close,
};

static void columns_language(struct screen *screen)
{
    set_titles(columns_of(screen));
}

static void open_columns(const struct subject *subject)
{
    struct columns *columns = memory_zeroed(1, sizeof(*columns));
    columns->app = subject->app;
    columns->rows = subject->rows;
    columns->below = subject->screen->id;
    columns->screen.ops = &columns_ops;
    table_init(&columns->table, &model, columns);
    set_titles(columns);
    fill(columns);
    table_reset(&columns->table);
    ui_open(subject->app->ui, &columns->screen);
}

static const struct tool tools[] = {
    {
        .name = "columns",
        .label = N_("Columns"),
        .help = N_("Which columns the list shows, in what order, how wide, and what it is sorted by"),
        .search = "columns width order sort lie kuan paixu",
        .key = 'L',
        .priority = 40,
        .places = TOOL_LIST,
        .run = open_columns,
    },
};

void list_columns_register(void)
{
    tool_register(tools, array_len(tools));
    language_register(&columns_ops, columns_language);
}
