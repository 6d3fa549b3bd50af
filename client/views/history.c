/* Who changed a record, when, by which verb, and what: field by field, was → now. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "client/ui/linear.h"
#include "client/ui/table.h"
#include "client/ui/words.h"
#include "client/views/as_of.h"
#include "client/views/ask.h"
#include "client/views/live.h"
#include "client/views/lookup.h"
#include "client/views/open.h"
#include "client/views/shorthand.h"
#include "client/views/text.h"
#include "client/views/value_text.h"
#include "client/views/views.h"
#include "model/catalogue.h"
#include "wire/json.h"

struct history {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    int64_t id;
    char *title;
    json_t *rows;          /* NULL: not here yet */
    json_t *titles;        /* "customer:7" → words, as far as this person may list them */
    size_t cursor, marked; /* the change to compare from; their count or more: none */
    int page;
    struct arena *arena;
};

static struct history *history_of(struct screen *screen)
{
    return container_of(screen, struct history, screen);
}

/* ---- one change in words ---- */

/* "empty_run" is called "Empty run" wherever it has a label: the words of an action that this person does not have. */
static const char *plain_words(struct history *history, const char *name)
{
    char *words = arena_strdup(history->arena, name);
    for (char *c = words; *c; c++)
        if (*c == '_')
            *c = ' ';
    if (*words >= 'a' && *words <= 'z')
        *words = (char)(*words - 'a' + 'A');
    return *words ? _(words) : words;
}

static const char *verb_words(struct history *history, const char *verb)
{
    static const struct {
        const char *verb, *words;
    } generic[] = {{"create", N_("Created")},
                   {"update", N_("Changed")},
                   {"disable", N_("Disabled")},
                   {"enable", N_("Enabled")},
                   {"delete", N_("Deleted")},
                   {"import", N_("Imported")},
                   {"repaired", N_("Repaired")},
                   {"request", N_("Asked for")},
                   {"password", N_("Password changed")},
                   {"moved", N_("Moved with its order")}};
    const char *dot = strchr(verb, '.'), *name = dot ? dot + 1 : verb;
    const struct catalogue_action *action = catalogue_action(history->entity, name);
    if (action)
        return _(action->label);
    for (size_t i = 0; i < array_len(generic); i++)
        if (strcmp(generic[i].verb, name) == 0)
            return _(generic[i].words);
    return plain_words(history, name);
}

/* What stood in the lines of a record: each with its fields that are not empty. */
static void add_lines(struct history *history, struct str *out, const struct field *field,
                      const json_t *lines)
{
    size_t i;
    const json_t *line;
    json_array_foreach(lines, i, line)
    {
        bool any = false;
        for (size_t k = 0; k < field->nline_fields; k++) {
            const char *words = value_show_row(history->app, history->arena, &field->line_fields[k], line);
            if (!*words)
                continue;
            str_addf(out, "%s%s", any ? " · " : i ? "; " : "", words);
            any = true;
        }
    }
}

static const char *show(struct history *history, const struct field *field, const json_t *values,
                        const char *name)
{
    const json_t *value = json_object_get(values, name);
    struct str text;
    if (!value || json_is_null(value))
        return "";
    if (field && field_type_of(field) == FIELD_REF && json_is_integer(value)) {
        const char *key =
            arena_printf(history->arena, "%s:%lld", field->ref, (long long)json_integer_value(value));
        const char *words = json_string_value(json_object_get(history->titles, key));
        if (words)
            return words;
    }
    if (field && field_type_of(field) == FIELD_REF && strcmp(field->ref, "branch") == 0 &&
        json_integer_value(value) == history->app->who.branch_id)
        return history->app->who.branch;
    if (field && field_type_of(field) != FIELD_LINES)
        return value_show_row(history->app, history->arena, field, values);
    str_init(&text, history->arena);
    if (field && json_is_array(value) && field->nline_fields)
        add_lines(history, &text, field, value);
    else
        json_write(value, &text);
    return text.data;
}

static void add_change(struct history *history, struct str *out, const json_t *was, const json_t *now,
                       const char *name)
{
    const struct field *field = catalogue_field(history->entity, name);
    size_t len = strlen(name);
    if (!field && len > 6 && strcmp(name + len - 6, "_label") == 0)
        return;
    const char *before = show(history, field, was, name), *after = show(history, field, now, name);
    str_addf(out, "  %s: ", field && field->label ? _(field->label) : name);
    if (*before)
        str_addf(out, "%s → ", before);
    str_addf(out, "%s\n", *after ? after : "—");
}

/* In the order of the record's form; behind them what does not stand there. */
static void add_details(struct history *history, struct str *out, const json_t *row)
{
    json_t *was = json_object_get(row, "was"), *now = json_object_get(row, "now"), *all = json_object(),
           *value;
    const char *name, *reason = NULL;
    if (json_get_text(row, "reason", &reason) == JSON_GET_FOUND && *reason)
        str_addf(out, "  %s: %s\n", _("Reason"), reason);
    json_object_update(all, now);
    json_object_update(all, was);
    for (size_t i = 0; i < history->entity->ntabs; i++)
        for (const char *const *at = history->entity->tabs[i].fields; *at; at++)
            if (json_object_del(all, *at) == 0)
                add_change(history, out, was, now, *at);
    json_object_foreach(all, name, value) add_change(history, out, was, now, name);
    json_decref(all);
}

static void add_head(struct history *history, struct str *out, const json_t *row)
{
    char at[32] = "";
    struct instant when;
    const char *text = "", *who = "", *terminal = "", *verb = "";
    json_get_text(row, "at", &text);
    json_get_text(row, "who_label", &who);
    json_get_text(row, "terminal", &terminal);
    json_get_text(row, "verb", &verb);
    if (time_parse(text, &when) == 0)
        shorthand_print(at, sizeof(at), history->app->who.zone, when);
    str_addf(out, "%s  %s  %s%s%s", at, verb_words(history, verb), *who ? who : _("the system"),
             *terminal ? " @ " : "", terminal);
}

/* ---- the screen ---- */

static void on_titles(struct screen *screen, const struct answer *answer, void *context)
{
    struct history *history = history_of(screen);
    const struct catalogue_entity *entity = context;
    const json_t *rows = json_object_get(answer->object, "rows");
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        int64_t id = 0;
        const char *detail;
        json_get_int(row, "id", &id);
        json_object_set_new(history->titles, arena_printf(arena, "%s:%lld", entity->name, (long long)id),
                            json_string(lookup_title(history->app, arena, entity, row, &detail)));
    }
}

static void note_ids(const json_t *values, const struct field *field, json_t *ids)
{
    const json_t *value = json_object_get(values, field->name);
    if (json_is_integer(value))
        json_array_append_new(ids, json_integer(json_integer_value(value)));
}

/* One question for each kind of record the changes speak of. */
static void ask_titles(struct history *history)
{
    enum { IDS_MOST = 200 };
    for (size_t i = 0; i < history->entity->nfields; i++) {
        const struct field *field = &history->entity->fields[i];
        const struct catalogue_entity *to =
            field_type_of(field) == FIELD_REF ? catalogue_entity(history->app->catalogue, field->ref) : NULL;
        if (!to || !to->title || !lookup_may(history->app, field->ref))
            continue;
        json_t *ids = json_array();
        for (size_t r = 0; r < json_array_size(history->rows) && json_array_size(ids) < IDS_MOST; r++) {
            note_ids(json_object_get(json_array_get(history->rows, r), "was"), field, ids);
            note_ids(json_object_get(json_array_get(history->rows, r), "now"), field, ids);
        }
        if (json_array_size(ids))
            ask(history->app, &history->screen, verb_of(to->name, "list"),
                json_pack("{s:{s:{s:O}}, s:[s], s:i}", "filter", "id", "in", ids, "columns", to->title,
                          "limit", 500),
                CALL_READ, NULL, on_titles, (void *)to);
        json_decref(ids);
    }
}

static void on_rows(struct screen *screen, const struct answer *answer, void *context)
{
    struct history *history = context;
    (void)screen;
    if (answer->code) {
        answer_say(history->app, history->entity, answer);
        return;
    }
    json_decref(history->rows);
    history->rows = json_deep_copy(json_object_get(answer->object, "rows"));
    ask_titles(history);
}

static void read_rows(struct history *history)
{
    ask(history->app, &history->screen, verb_of(history->entity->name, "history"),
        json_pack("{s:I}", "id", (json_int_t)history->id), CALL_READ, NULL, on_rows, history);
}

static void on_live(struct screen *screen, const struct live_event events[], size_t count)
{
    struct history *history = history_of(screen);
    bool mine = count == 0;
    for (size_t i = 0; i < count; i++)
        mine |= events[i].id == history->id;
    if (mine)
        read_rows(history);
}

static void history_opened(struct screen *screen)
{
    struct history *history = history_of(screen);
    read_rows(history);
    live_watch(history->app->live, screen, history->entity->name, on_live);
}

static void move(struct history *history, int by)
{
    int64_t count = (int64_t)json_array_size(history->rows), to = (int64_t)history->cursor + by;
    to = MIN(to, count - 1);
    history->cursor = to > 0 ? (size_t)to : 0;
}

/* ---- as it stood ---- */

static struct instant time_of(const struct history *history, size_t index)
{
    const char *text = "";
    struct instant at = INSTANT_NIL;
    json_get_text(json_array_get(history->rows, index), "at", &text);
    return time_parse(text, &at) == 0 ? at : INSTANT_NIL;
}

static void show_at(struct screen *screen, struct instant at)
{
    struct history *history = history_of(screen);
    as_of_open(history->app, history->entity, history->id, history->title, history->rows, at);
}

/* From the marked change to the one under the cursor; without a mark, from that one to now. */
static void compare(struct history *history)
{
    struct instant here = time_of(history, history->cursor), there = INSTANT_NIL;
    if (history->marked < json_array_size(history->rows) && history->marked != history->cursor)
        there = time_of(history, history->marked);
    bool turned = !instant_is_nil(there) && there.us < here.us;
    difference_open(history->app, history->entity, history->id, history->title, turned ? there : here,
                    turned ? here : there);
}

static bool may_look_back(const struct history *history)
{
    return json_array_size(history->rows) && app_may(history->app, verb_of(history->entity->name, "get"));
}

static unsigned look_back(struct history *history, const struct key *key)
{
    if (!may_look_back(history))
        return SCREEN_UNUSED;
    switch (key->code) {
    case K_ENTER: show_at(&history->screen, time_of(history, history->cursor)); return SCREEN_REDRAW;
    case ' ':
        history->marked = history->marked == history->cursor ? SIZE_MAX : history->cursor;
        return SCREEN_REDRAW;
    case '=': compare(history); return SCREEN_REDRAW;
    case 't': as_of_ask(history->app, &history->screen, show_at); return SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

static unsigned history_key(struct screen *screen, const struct key *key)
{
    struct history *history = history_of(screen);
    unsigned flags = look_back(history, key);
    if (!(flags & SCREEN_UNUSED))
        return flags;
    switch (key->code) {
    case K_UP: move(history, -1); return SCREEN_REDRAW;
    case K_DOWN: move(history, 1); return SCREEN_REDRAW;
    case K_PAGE_UP: move(history, -history->page); return SCREEN_REDRAW;
    case K_PAGE_DOWN: move(history, history->page); return SCREEN_REDRAW;
    case K_HOME: history->cursor = 0; return SCREEN_REDRAW;
    case K_END: move(history, 1 << 20); return SCREEN_REDRAW;
    case K_REFRESH: read_rows(history); return SCREEN_REDRAW;
    case K_VIEW: return SCREEN_REDRAW | SCREEN_CLOSE;
    default: return SCREEN_UNUSED;
    }
}

static void draw_one(struct history *history, struct canvas *canvas, struct area area, size_t index,
                     bool current)
{
    const json_t *row = json_array_get(history->rows, index);
    struct str head cleanup(cleanup_str), details cleanup(cleanup_str);
    str_init(&head, NULL);
    str_init(&details, NULL);
    if (index == history->marked)
        str_add(&head, "* ");
    add_head(history, &head, row);
    add_details(history, &details, row);
    canvas_text(canvas, area.row, area.col, area.cols, current ? ROLE_SELECT : ROLE_HEAD, ALIGN_LEFT,
                head.data);
    area.row++;
    area.rows--;
    if (area.rows > 0 && details.len)
        canvas_paragraph(canvas, area, ROLE_NORMAL, details.data, 0);
}

static int rows_of(struct history *history, size_t index, int width)
{
    struct str details cleanup(cleanup_str);
    str_init(&details, NULL);
    add_details(history, &details, json_array_get(history->rows, index));
    if (details.len && details.data[details.len - 1] == '\n')
        str_truncate(&details, details.len - 1);
    return 1 + (details.len ? canvas_wrap_count(details.data, width) : 0);
}

static void history_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct history *history = history_of(screen);
    size_t count = json_array_size(history->rows);
    arena_reset(history->arena);
    history->page = MAX(body.rows / 4, 1);
    if (!count) {
        canvas_text(canvas, body.row, body.col, body.cols, ROLE_DIM, ALIGN_LEFT,
                    history->rows ? _("No changes") : "…");
        return;
    }
    /* The chosen one stands in the upper half, with what came after it above. */
    size_t first = history->cursor;
    int above = 0;
    while (first > 0) {
        int more = rows_of(history, first - 1, body.cols);
        if (above + more > body.rows / 3)
            break;
        above += more;
        first--;
    }
    int row = body.row;
    for (size_t i = first; i < count && row < body.row + body.rows; i++) {
        draw_one(history, canvas, (struct area){row, body.col, body.row + body.rows - row, body.cols}, i,
                 i == history->cursor);
        row += rows_of(history, i, body.cols);
    }
    canvas_cursor(canvas, body.row + above, body.col);
}

static void history_title(struct screen *screen, struct str *out)
{
    struct history *history = history_of(screen);
    str_addf(out, "%s: %s", _("History"), history->title);
}

static void history_crumb(struct screen *screen, struct str *out)
{
    struct history *history = history_of(screen);
    str_addf(out, "%s  %zu/%zu", history->entity->label ? _(history->entity->label) : "",
             MIN(history->cursor + 1, json_array_size(history->rows)), json_array_size(history->rows));
}

static void history_keys(struct screen *screen, struct key_bar *bar)
{
    if (may_look_back(history_of(screen))) {
        key_bar_add(bar, K_ENTER, _("As it stood"), 0);
        key_bar_add(bar, 't', _("Other time"), 3);
        key_bar_add(bar, ' ', _("Mark"), 5);
        key_bar_add(bar, '=', _("Compare"), 4);
    }
    key_bar_add(bar, K_DOWN, _("Older"), 6);
    key_bar_add(bar, K_UP, _("Newer"), 7);
    key_bar_add(bar, K_CANCEL, _("Back"), 2);
    key_bar_add(bar, K_HELP, _("Help"), 8);
}

static void history_plain(struct screen *screen, struct str *out)
{
    struct history *history = history_of(screen);
    arena_reset(history->arena);
    for (size_t i = 0; i < json_array_size(history->rows); i++) {
        str_add(out, i == history->cursor ? "> " : "");
        add_head(history, out, json_array_get(history->rows, i));
        str_add_char(out, '\n');
        add_details(history, out, json_array_get(history->rows, i));
    }
}

static size_t linear_count(void *context)
{
    return json_array_size(((struct history *)context)->rows);
}

static size_t linear_cursor(void *context)
{
    return ((struct history *)context)->cursor;
}

static int64_t linear_id(void *context, size_t row)
{
    (void)context;
    return (int64_t)row;
}

static void linear_text(void *context, size_t row, struct str *out)
{
    struct history *history = context;
    add_head(history, out, json_array_get(history->rows, row));
    str_add_char(out, '\n');
    add_details(history, out, json_array_get(history->rows, row));
}

static void linear_go(void *context, size_t row)
{
    ((struct history *)context)->cursor = row;
}

static void history_linear(struct screen *screen, struct linear *linear)
{
    static const struct linear_rows rows = {linear_count, linear_cursor, linear_id, linear_text,
                                            linear_go,    NULL,          NULL};
    struct history *history = history_of(screen);
    arena_reset(history->arena);
    linear->waits = !history->rows;
    linear->rows = &rows;
    linear->rows_context = history;
}

static void history_close(struct screen *screen)
{
    struct history *history = history_of(screen);
    json_decref(history->rows);
    json_decref(history->titles);
    arena_destroy(history->arena);
    free(history->title);
    free(history);
}

static const struct screen_ops history_ops = {
    .name = "history",
    .open = history_opened,
    .key = history_key,
    .draw = history_draw,
    .title = history_title,
    .crumb = history_crumb,
    .keys = history_keys,
    .plain = history_plain,
    .linear = history_linear,
    .close = history_close,
};

void history_open(struct app_context *app, const struct catalogue_entity *entity, int64_t id,
                  const char *title)
{
    struct history *history = memory_zeroed(1, sizeof(*history));
    *history = (struct history){.app = app, .entity = entity, .id = id, .marked = SIZE_MAX};
    history->screen.ops = &history_ops;
    history->title = memory_strdup(title);
    history->titles = json_object();
    history->arena = arena_create(0);
    open_screen(app, &history->screen);
}
