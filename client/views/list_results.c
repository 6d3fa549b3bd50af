/* What came of an action on many records: those that were refused, and why. They stay marked in the list. */
#include <stdlib.h>
#include <string.h>

#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/list-private.h"
#include "client/views/list_tools.h"
#include "client/views/open.h"
#include "model/catalogue.h"

struct result {
    int64_t id;
    char *title, *words;
};

struct results {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    VEC(struct result) items;
    size_t done;
    char *label;
    struct table table;
};

static struct results *results_of(struct screen *screen)
{
    return container_of(screen, struct results, screen);
}

static size_t model_count(void *context)
{
    return ((struct results *)context)->items.count;
}

static enum table_state model_state(void *context)
{
    (void)context;
    return TABLE_COMPLETE;
}

static int64_t model_id(void *context, size_t row)
{
    return ((struct results *)context)->items.items[row].id;
}

static unsigned model_flags(void *context, size_t row)
{
    (void)context, (void)row;
    return ROW_FAILED;
}

static const char *model_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    const struct result *result = &((struct results *)context)->items.items[row];
    (void)role;
    str_add(scratch, column ? result->words : result->title);
    return scratch->data;
}

static const struct table_model model = {
    .count = model_count, .state = model_state, .id = model_id, .flags = model_flags, .cell = model_cell};

static void set_titles(struct results *results)
{
    table_clear_columns(&results->table);
    table_add_column(&results->table,
                     &(struct table_column){.title = results->entity->label ? _(results->entity->label) : "",
                                            .width = 14,
                                            .width_max = 24});
    table_add_column(
        &results->table,
        &(struct table_column){.title = _("Refused"), .width = 20, .width_max = 120, .priority = 1});
}

static unsigned results_key(struct screen *screen, const struct key *key)
{
    struct results *results = results_of(screen);
    if (key->code == K_CANCEL || key->code == K_LEAVE)
        return SCREEN_REDRAW | SCREEN_CLOSE;
    if (key->code == ' ' || key->code == '*')
        return SCREEN_BELL;
    switch (table_key(&results->table, key)) {
    case TABLE_OPENED:
        open_record(results->app, results->entity, table_current(&results->table), OPEN_HERE);
        return SCREEN_REDRAW;
    case TABLE_UNUSED: return SCREEN_UNUSED;
    default: return SCREEN_REDRAW;
    }
}

/* The words of the row under the cursor stand whole below the list: they may be longer than their column. */
static void results_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    enum { WORDS_ROWS = 3 };
    struct results *results = results_of(screen);
    struct area below = {body.row + body.rows - WORDS_ROWS, body.col, WORDS_ROWS, body.cols};
    bool room = body.rows > 2 * WORDS_ROWS;
    if (room)
        body.rows -= WORDS_ROWS;
    table_draw(&results->table, canvas, body, true);
    if (room && table_has_row(&results->table))
        canvas_paragraph(canvas, below, ROLE_ERROR, results->items.items[results->table.cursor].words, 0);
}

static void results_title(struct screen *screen, struct str *out)
{
    str_addf(out, "%s · %s", results_of(screen)->label, _("Results"));
}

static void results_crumb(struct screen *screen, struct str *out)
{
    struct results *results = results_of(screen);
    str_addf(out, _("%zu done, %zu refused; these stay marked"), results->done, results->items.count);
}

static void results_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_ENTER, _("Open"), 0);
    key_bar_add(bar, K_CANCEL, _("Back"), 1);
}

static void results_linear(struct screen *screen, struct linear *linear)
{
    linear_table(linear, &results_of(screen)->table);
}

static void results_plain(struct screen *screen, struct str *out)
{
    vec_each(const struct result, result, &results_of(screen)->items)
        str_addf(out, "%s: %s\n", result->title, result->words);
}

static void results_close(struct screen *screen)
{
    struct results *results = results_of(screen);
    vec_each(struct result, result, &results->items)
    {
        free(result->title);
        free(result->words);
    }
    vec_finish(&results->items);
    table_finish(&results->table);
    free(results->label);
    free(results);
}

static const struct screen_ops results_ops = {
    .name = "results",
    .key = results_key,
    .draw = results_draw,
    .title = results_title,
    .crumb = results_crumb,
    .keys = results_keys,
    .linear = results_linear,
    .plain = results_plain,
    .close = results_close,
};

static void add_result(struct results *results, struct list *list, int64_t id, const char *words)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct rows_record *record = rows_find(&list->rows, id);
    const char *title =
        record ? list_record_title(list, arena, record->row) : arena_printf(arena, "#%lld", (long long)id);
    vec_push(&results->items, ((struct result){id, memory_strdup(title), memory_strdup(words)}));
}

void list_results_open(struct list *list, const struct action_outcome *outcome)
{
    struct results *results = memory_zeroed(1, sizeof(*results));
    results->app = list->app;
    results->entity = list->entity;
    results->label = memory_strdup(outcome->label);
    results->screen.ops = &results_ops;
    table_init(&results->table, &model, results);
    set_titles(results);
    for (size_t i = 0; i < outcome->count; i++) {
        results->done += outcome->done[i];
        if (outcome->words[i])
            add_result(results, list, outcome->targets[i].id, outcome->words[i]);
    }
    table_reset(&results->table);
    ui_open(list->app->ui, &results->screen);
}

static void results_language(struct screen *screen)
{
    set_titles(results_of(screen));
}

void list_results_register(void)
{
    language_register(&results_ops, results_language);
}
