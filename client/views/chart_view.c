/* The chart of a list: what its filter lets through, counted by a field, drawn, live. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/time.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/chart_view-private.h"
#include "client/views/fault.h"
#include "client/views/live.h"
#include "client/views/open.h"
#include "client/views/text.h"
#include "client/views/views.h"
#include "model/filter.h"

enum { LIVE_MS = 2000 /* between two readings because of others' changes */ };

static struct chart_view *view_of(struct screen *screen)
{
    return container_of(screen, struct chart_view, screen);
}

/* ---- asking ---- */

static void on_answer(struct screen *screen, const struct answer *answer, void *context)
{
    struct chart_view *view = context;
    (void)screen;
    view->asked = 0;
    view->read_ms = time_monotonic_ms();
    if (answer->code) {
        answer_say(view->app, view->entity, answer);
        return;
    }
    bool first = !view->answer;
    json_decref(view->answer);
    view->answer = json_deep_copy(answer->object);
    chart_view_build(view);
    if (first && view->kind != CHART_BARS && view->kind != CHART_STACKED && view->chart.count)
        view->chart.cursor = view->chart.count - 1; /* of times the latest */
    ui_redraw(view->app->ui);
}

void chart_view_ask(struct chart_view *view)
{
    if (view->asked)
        ask_cancel(view->app, view->asked);
    json_t *args = json_pack("{s:s, s:i}", "by", view->by->name, "limit", (int)CHART_GROUPS);
    if (chart_field_is_time(view->by))
        json_object_set_new(args, "step", json_string(chart_step_name(view->step)));
    if (view->and &&view->kind != CHART_HEAT && view->kind != CHART_BARS)
        json_object_set_new(args, "and", json_string(view->and->name));
    if (view->value)
        json_object_set_new(args, view->average ? "average" : "sum", json_pack("[s]", view->value->name));
    if (view->filter)
        json_object_set(args, "filter", view->filter);
    if (view->q)
        json_object_set_new(args, "q", json_string(view->q));
    view->stale = false;
    view->asked = ask(view->app, &view->screen, verb_of(view->entity->name, "summary"), args, CALL_READ, NULL,
                      on_answer, view);
    json_decref(view->answer);
    view->answer = NULL;
    chart_view_build(view);
}

/* What is shown stays until the new numbers are here. */
static void ask_again(struct chart_view *view)
{
    json_t *shown = json_incref(view->answer);
    chart_view_ask(view);
    view->answer = shown;
    chart_view_build(view);
}

static void on_live(struct screen *screen, const struct live_event events[], size_t count)
{
    (void)events, (void)count;
    view_of(screen)->stale = true;
}

static unsigned view_tick(struct screen *screen, int64_t now_ms)
{
    struct chart_view *view = view_of(screen);
    if (view->stale && !view->asked && now_ms - view->read_ms >= LIVE_MS && app_in_sight(view->app, screen))
        ask_again(view);
    return 0;
}

/* ---- the numbers in a file ---- */

static int write_file(const char *path, const struct str *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    ssize_t n = write(fd, text->data, text->len);
    int trouble = n < 0 ? errno : n != (ssize_t)text->len ? ENOSPC : 0;
    if (close(fd) != 0 && !trouble)
        trouble = errno;
    return trouble;
}

static void on_path(void *context, const struct dialog_answer *answer)
{
    struct chart_view *view = context;
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    if (answer->key != K_ENTER || !*answer->text)
        return;
    chart_view_csv(view, &text);
    int trouble = write_file(answer->text, &text);
    if (trouble)
        ui_say(view->app->ui, ROLE_ERROR, "%s: %s", answer->text, fault_words(trouble));
    else
        ui_say(view->app->ui, ROLE_GOOD, _("Written: %s"), answer->text);
}

static void export_numbers(struct chart_view *view)
{
    char path[160];
    snprintf(path, sizeof(path), "%s-%s.csv", view->entity->name, view->by->name);
    dialog_ask(
        view->app->ui,
        &(struct dialog_ask){.title = _("Write the numbers"),
                             .text = _("A CSV file for a spreadsheet. A file that is there stays as it is."),
                             .label = _("File"),
                             .kind = INPUT_TEXT,
                             .max = 300,
                             .required = true,
                             .value = path},
        on_path, view);
}

/* ---- keys ---- */

static unsigned move(struct chart_view *view, int64_t by)
{
    int64_t to = (int64_t)view->chart.cursor + by, last = (int64_t)view->chart.count - 1;
    view->chart.cursor = (size_t)MAX(MIN(to, last), 0);
    return SCREEN_REDRAW;
}

static unsigned open_behind(struct chart_view *view)
{
    struct str line cleanup(cleanup_str);
    str_init(&line, NULL);
    if (!chart_view_filter(view, view->chart.cursor, &line))
        return SCREEN_BELL;
    open_list(view->app, view->entity, line.data, OPEN_HERE);
    return SCREEN_REDRAW;
}

static size_t next_face(const struct chart_view *view)
{
    return view->nfaces ? (view->face + 1) % view->nfaces : 0;
}

static unsigned turn(struct chart_view *view)
{
    if (!view->nfaces)
        return SCREEN_UNUSED;
    for (size_t face = next_face(view); face != view->face; face = (face + 1) % view->nfaces)
        if (chart_view_take_face(view, face)) {
            chart_view_ask(view);
            return SCREEN_REDRAW;
        }
    return SCREEN_BELL;
}

/* Time runs to the right in lines, and down in bars; a calendar has both. */
static unsigned view_key(struct screen *screen, const struct key *key)
{
    struct chart_view *view = view_of(screen);
    bool heat = view->kind == CHART_HEAT;
    switch (key->code) {
    case K_UP: return move(view, -1);
    case K_DOWN: return move(view, 1);
    case K_LEFT: return move(view, heat ? -7 : -1);
    case K_RIGHT: return move(view, heat ? 7 : 1);
    case K_PAGE_UP: return move(view, -20);
    case K_PAGE_DOWN: return move(view, 20);
    case K_HOME: return move(view, INT32_MIN);
    case K_END: return move(view, INT32_MAX);
    case K_ENTER: return open_behind(view);
    case K_REFRESH: ask_again(view); return SCREEN_REDRAW;
    case K_TAB: return turn(view);
    case 'b': chart_view_choose_by(view); return SCREEN_REDRAW;
    case 'a': chart_view_choose_and(view); return SCREEN_REDRAW;
    case 'v': chart_view_choose_value(view); return SCREEN_REDRAW;
    case 'k': chart_view_next_kind(view); return SCREEN_REDRAW;
    case '1':
    case '2':
    case '3':
    case '4':
        return chart_view_set_kind(view, (enum chart_kind)(key->code - '1')) ? SCREEN_REDRAW : SCREEN_BELL;
    case 'w': export_numbers(view); return SCREEN_REDRAW;
    case 's':
        if (!chart_field_is_time(view->by))
            return SCREEN_BELL;
        chart_view_next_step(view);
        return SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

static void view_keys(struct screen *screen, struct key_bar *bar)
{
    struct chart_view *view = view_of(screen);
    if (view->chart.cursor < view->groups.count && view->groups.items[view->chart.cursor])
        key_bar_add(bar, K_ENTER, _("List"), 0);
    if (view->nfaces > 1)
        key_bar_add(bar, K_TAB, _(view->faces[next_face(view)].label), 1);
    key_bar_add(bar, 'b', _("Count by"), 1);
    key_bar_add(bar, 'k', _("Kind"), 2);
    key_bar_add(bar, 'v', _("Show"), 3);
    key_bar_add(bar, 'a', _("Take apart by"), 4);
    if (chart_field_is_time(view->by))
        key_bar_add(bar, 's', _("Step"), 5);
    key_bar_add(bar, 'w', _("Write"), 6);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 7);
}

/* ---- looking at it ---- */

static void view_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct chart_view *view = view_of(screen);
    if (!view->answer)
        canvas_put(canvas, body.row, body.col, body.cols, ROLE_DIM, view->asked ? "…" : "");
    else
        chart_draw(&view->chart, canvas, body);
}

static void view_title(struct screen *screen, struct str *out)
{
    const struct catalogue_entity *entity = view_of(screen)->entity;
    str_addf(out, "%s: %s", _("Chart"), entity->plural ? _(entity->plural) : entity->name);
}

static const char *step_label(enum chart_step step)
{
    static const char *const labels[STEPS] = {N_("by hour"), N_("by day"), N_("by week"), N_("by month"),
                                              N_("by year")};
    return _(labels[step]);
}

static void view_crumb(struct screen *screen, struct str *out)
{
    const struct chart_view *view = view_of(screen);
    str_addf(out, "%s · ", chart_kind_label(view->kind));
    str_addf(out, "%s · %s", view->by->label ? _(view->by->label) : view->by->name, view->value_label);
    if (chart_field_is_time(view->by))
        str_addf(out, " · %s", step_label(view->step));
    if (view->chart.nseries)
        str_addf(out, " · %s", view->and->label ? _(view->and->label) : view->and->name);
    if (*view->line)
        str_addf(out, "  %s", view->line);
}

static void view_plain(struct screen *screen, struct str *out)
{
    struct chart_view *view = view_of(screen);
    view_crumb(screen, out);
    str_add_char(out, '\n');
    if (view->answer)
        chart_plain(&view->chart, out);
}

static void view_opened(struct screen *screen)
{
    struct chart_view *view = view_of(screen);
    live_watch(view->app->live, screen, view->entity->name, on_live);
    chart_view_ask(view);
}

static void view_close(struct screen *screen)
{
    struct chart_view *view = view_of(screen);
    json_decref(view->answer);
    json_decref(view->filter);
    vec_finish(&view->points);
    vec_finish(&view->groups);
    arena_destroy(view->arena);
    free(view->line);
    free(view->q);
    free(view);
}

static void view_language(struct screen *screen)
{
    chart_view_build(view_of(screen));
}

static const struct screen_ops view_ops = {
    .name = "chart",
    .open = view_opened,
    .key = view_key,
    .draw = view_draw,
    .title = view_title,
    .crumb = view_crumb,
    .keys = view_keys,
    .about =
        N_("The records of the list, counted by a field, or a number of theirs added up or averaged. Arrows "
           "go from one to the next, Enter lists the records behind it. k goes through the kinds, 1 bars, 2 "
           "stacked, 3 line, 4 calendar. What is chosen here is kept for the next time."),
    .plain = view_plain,
    .tick = view_tick,
    .close = view_close,
};

/* ---- the tool ---- */

static json_t *filter_of(const struct rows *rows)
{
    if (!rows->filter && !rows->condition)
        return NULL;
    json_t *filter = rows->filter ? json_deep_copy(rows->filter) : json_object();
    filter_join(filter, rows->condition);
    return filter;
}

static struct chart_view *view_create(struct app_context *app, const struct catalogue_entity *entity,
                                      const char *line)
{
    struct chart_view *view = memory_zeroed(1, sizeof(*view));
    view->app = app;
    view->entity = entity;
    view->screen.ops = &view_ops;
    view->line = memory_strdup(line);
    view->arena = arena_create(0);
    return view;
}

static void open_chart(const struct subject *subject)
{
    const struct rows *rows = subject->rows;
    struct chart_view *view = view_create(subject->app, subject->entity, rows->line);
    view->filter = filter_of(rows);
    view->q = rows->q ? memory_strdup(rows->q) : NULL;
    chart_view_begin(view);
    open_screen(view->app, &view->screen);
}

void chart_open(struct app_context *app, const struct catalogue_entity *entity,
                const struct chart_face faces[], size_t count)
{
    struct chart_view *view = view_create(app, entity, "");
    view->faces = faces;
    view->nfaces = count;
    size_t face = 0;
    while (face < count && !chart_view_take_face(view, face))
        face++;
    if (face == count)
        chart_view_begin(view);
    open_screen(app, &view->screen);
}

static bool may_open(const struct subject *subject)
{
    for (size_t i = 0; i < subject->entity->nfields; i++)
        if (chart_field_fits(&subject->entity->fields[i]))
            return true;
    return false;
}

static const struct tool tools[] = {
    {
        .name = "chart",
        .label = N_("Chart"),
        .help = N_("Counts the records of the list by a field and draws bars, lines or a calendar of it."),
        .search = "chart graph statistics bars tubiao tongji",
        .key = 'G',
        .priority = 40,
        .places = TOOL_LIST,
        .may = may_open,
        .run = open_chart,
    },
};

void chart_view_register(void)
{
    tool_register(tools, array_len(tools));
    language_register(&view_ops, view_language);
}
