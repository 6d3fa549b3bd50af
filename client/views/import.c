/* A file becomes records: chosen, sent, its columns given to fields, looked through, imported. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/import-private.h"
#include "client/views/open.h"
#include "client/views/rows.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "client/views/views.h"

static const struct table_model *model_of(enum import_step step)
{
    return step <= IMPORT_MAPPING ? &import_map_model : &import_bad_model;
}

void import_show(struct import_view *view, enum import_step step)
{
    view->step = step;
    view->table.model = model_of(step);
    table_reset(&view->table);
    if (step <= IMPORT_MAPPING)
        import_map_columns(view);
    else
        import_bad_columns(view);
    ui_redraw(view->app->ui);
}

static int64_t number(const struct import_view *view, const char *name)
{
    int64_t n = 0;
    json_get_int(view->result, name, &n);
    return n;
}

static const char *digits(struct import_view *view, int64_t n)
{
    return arena_printf(view->arena, "%lld", (long long)n);
}

/* ---- keys */

static void on_sure(void *context, const struct dialog_answer *answer)
{
    struct import_view *view = context;
    if (answer->key == 'y')
        import_go(view);
}

static void ask_go(struct import_view *view)
{
    int64_t bad = number(view, "bad"), good = number(view, "created") + number(view, "updated");
    arena_reset(view->arena);
    if (bad && strcmp(view->bad, "skip") != 0) {
        ui_say(view->app->ui, ROLE_ERROR, "%s",
               _("Lines are bad: mend the file, or let them be skipped (b)"));
        return;
    }
    const char *text =
        text_fill(view->arena, _("{good} records are made or changed, {bad} bad lines are left out."), "good",
                  digits(view, good), "bad", digits(view, bad), NULL);
    dialog_yes_no(view->app->ui, _("Import"), text, true, on_sure, view);
}

static void turn(char **what, const char *const *ways)
{
    size_t i = 0;
    while (ways[i] && strcmp(*what, ways[i]) != 0)
        i++;
    const char *next = ways[i] && ways[i + 1] ? ways[i + 1] : ways[0];
    free(*what);
    *what = memory_strdup(next);
}

static unsigned map_key(struct import_view *view, const struct key *key)
{
    static const char *const doubles[] = {"refuse", "skip", "update", NULL};
    switch (key->code) {
    case '0':
    case K_DELETE: import_map_leave_out(view); break;
    case 'k': import_map_keep(view); break;
    case 'o': import_map_pick(view); break;
    case 'd': turn(&view->duplicates, doubles); break;
    case K_SAVE: import_check(view); break;
    default: return SCREEN_UNUSED;
    }
    return SCREEN_REDRAW;
}

static unsigned checked_key(struct import_view *view, const struct key *key)
{
    static const char *const bads[] = {"refuse", "skip", NULL};
    switch (key->code) {
    case 'b': turn(&view->bad, bads); break;
    case 'w':
        if (!json_array_size(view->lines))
            return SCREEN_UNUSED;
        import_bad_write(view);
        break;
    case 'm':
        *view->key = '\0';
        import_show(view, IMPORT_MAPPING);
        break;
    case K_SAVE:
        if (*view->key)
            import_go(view); /* broken off: it goes on */
        else
            ask_go(view);
        break;
    default: return SCREEN_UNUSED;
    }
    return SCREEN_REDRAW;
}

static unsigned step_key(struct import_view *view, const struct key *key)
{
    if (view->asked)
        return SCREEN_UNUSED;
    switch (view->step) {
    case IMPORT_SENDING:
        if (key->code != K_REFRESH)
            return SCREEN_UNUSED;
        import_send(view);
        return SCREEN_REDRAW;
    case IMPORT_MAPPING: return map_key(view, key);
    case IMPORT_CHECKED: return checked_key(view, key);
    case IMPORT_DONE:
        if (key->code != 'w' || !json_array_size(view->lines))
            return SCREEN_UNUSED;
        import_bad_write(view);
        return SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

static unsigned import_key(struct screen *screen, const struct key *key)
{
    struct import_view *view = import_view_of(screen);
    if (key->code == K_ENTER && view->step == IMPORT_MAPPING && table_has_row(&view->table)) {
        import_map_choose(view);
        return SCREEN_REDRAW;
    }
    if (table_key(&view->table, key) != TABLE_UNUSED)
        return SCREEN_REDRAW;
    if ((key->code == K_LEAVE || key->code == K_CANCEL) && !view->asked)
        return SCREEN_REDRAW | SCREEN_CLOSE;
    return step_key(view, key);
}

static bool import_may_close(struct screen *screen)
{
    struct import_view *view = import_view_of(screen);
    if (view->step == IMPORT_RUNNING)
        ui_say(view->app->ui, ROLE_WARNING, "%s",
               _("The import is under way: Ctrl-C stops it after a whole chunk"));
    return view->step != IMPORT_RUNNING;
}

/* ---- drawing */

static const char *duplicates_words(const struct import_view *view)
{
    return strcmp(view->duplicates, "skip") == 0     ? _("records that are there: passed over (d)")
           : strcmp(view->duplicates, "update") == 0 ? _("records that are there: changed (d)")
                                                     : _("records that are there: bad lines (d)");
}

static const char *mapping_words(struct import_view *view)
{
    const char *missing = import_map_missing(view);
    const char *encoding = json_string_value(json_object_get(view->result, "encoding"));
    const char *rows =
        text_fill(view->arena, _("{rows} rows, {encoding}"), "rows", digits(view, number(view, "rows")),
                  "encoding", encoding ? encoding : "", NULL);
    if (*missing)
        return arena_printf(view->arena, "%s; %s: %s", rows, _("no column goes to"), missing);
    return arena_printf(view->arena, "%s; %s", rows, duplicates_words(view));
}

static const char *result_words(struct import_view *view, const char *text)
{
    return text_fill(view->arena, text, "rows", digits(view, number(view, "rows")), "created",
                     digits(view, number(view, "created")), "updated", digits(view, number(view, "updated")),
                     "skipped", digits(view, number(view, "skipped")), "bad",
                     digits(view, number(view, "bad")), NULL);
}

static const char *words(struct import_view *view)
{
    arena_reset(view->arena);
    switch (view->step) {
    case IMPORT_SENDING: return _("The file is being sent.");
    case IMPORT_MAPPING: return mapping_words(view);
    case IMPORT_CHECKING: return _("Every line is looked through; nothing is written.");
    case IMPORT_CHECKED:
        if (*view->key)
            return result_words(view, _("Stopped: {created} made, {updated} changed so far. F10 goes on."));
        return arena_printf(
            view->arena, "%s %s",
            result_words(
                view, _("{rows} lines: {created} new, {updated} changes, {skipped} passed over, {bad} bad.")),
            !number(view, "bad")             ? ""
            : strcmp(view->bad, "skip") == 0 ? _("Bad lines are skipped (b).")
                                             : _("A bad line refuses all (b)."));
    case IMPORT_RUNNING: return _("Importing; Ctrl-C stops after a whole chunk.");
    default:
        return arena_printf(
            view->arena, "%s %s",
            result_words(view,
                         _("Done: {created} made, {updated} changed, {skipped} passed over, {bad} bad.")),
            _("They stand first in the list, newest above; marked, they can be disabled together."));
    }
}

static void draw_progress(struct import_view *view, struct canvas *canvas, struct area body)
{
    int permille = view->total > 0 ? (int)(view->done * 1000 / view->total) : -1;
    const char *label = view->total > 0
                            ? text_fill(view->arena, _("{done} of {total}"), "done", digits(view, view->done),
                                        "total", digits(view, view->total), NULL)
                            : "";
    progress_draw(canvas, body.row, body.col, body.cols, label, permille);
}

static void import_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct import_view *view = import_view_of(screen);
    enum role role = view->step == IMPORT_DONE ? ROLE_GOOD : ROLE_NORMAL;
    const char *text = arena_strdup(view->arena, words(view));
    int used = canvas_paragraph(canvas, body, role, text, 0);
    body.row += MIN(used, body.rows);
    body.rows -= MIN(used, body.rows);
    if (body.rows > 1 && (view->step == IMPORT_CHECKING || view->step == IMPORT_RUNNING)) {
        draw_progress(view, canvas, body);
        body.row++;
        body.rows--;
    }
    bool empty = view->step > IMPORT_MAPPING && !json_array_size(view->lines);
    if (body.rows > 1 && view->step != IMPORT_SENDING && !empty)
        table_draw(&view->table, canvas, body, true);
}

static void import_keys(struct screen *screen, struct key_bar *bar)
{
    struct import_view *view = import_view_of(screen);
    bool free_ = !view->asked;
    if (view->step == IMPORT_SENDING)
        key_bar_add(bar, K_REFRESH, _("Go on"), 1);
    if (view->step == IMPORT_MAPPING && free_) {
        key_bar_add(bar, K_SAVE, _("Look through"), 0);
        key_bar_add(bar, K_ENTER, _("Field"), 1);
        key_bar_add(bar, '0', _("Leave out"), 2);
        key_bar_add(bar, 'd', _("Duplicates"), 3);
        key_bar_add(bar, 'k', _("Keep"), 4);
        key_bar_add(bar, 'o', _("Kept ones"), 5);
    }
    if (view->step == IMPORT_CHECKED && free_) {
        key_bar_add(bar, K_SAVE, *view->key ? _("Go on") : _("Import"), 0);
        if (number(view, "bad"))
            key_bar_add(bar, 'b', _("Bad lines"), 1);
        key_bar_add(bar, 'm', _("Columns"), 3);
    }
    if (json_array_size(view->lines) && free_)
        key_bar_add(bar, 'w', _("Write to a file"), 2);
    if (!free_)
        key_bar_add(bar, K_CTRL('C'), _("Stop"), 0);
    else
        key_bar_add(bar, K_LEAVE, _("Leave"), 6);
    key_bar_add(bar, K_HELP, _("Help"), 7);
}

static void import_title(struct screen *screen, struct str *out)
{
    struct import_view *view = import_view_of(screen);
    str_addf(out, "%s: %s", _("Import"), _(view->entity->plural));
}

static void import_crumb(struct screen *screen, struct str *out)
{
    struct import_view *view = import_view_of(screen);
    const char *slash = strrchr(view->path, '/');
    str_addf(out, "%s  ", slash ? slash + 1 : view->path);
    table_position(&view->table, out);
}

static void import_linear(struct screen *screen, struct linear *linear)
{
    struct import_view *view = import_view_of(screen);
    str_addf(&linear->text, "%s\n", words(view));
    linear->waits = view->asked;
    linear_table(linear, &view->table);
}

static void import_plain(struct screen *screen, struct str *out)
{
    struct import_view *view = import_view_of(screen);
    str_addf(out, "%s\n", words(view));
    table_plain(&view->table, out);
}

static void import_close(struct screen *screen)
{
    struct import_view *view = import_view_of(screen);
    table_finish(&view->table);
    json_decref(view->kept);
    json_decref(view->columns);
    json_decref(view->result);
    json_decref(view->lines);
    arena_destroy(view->arena);
    free(view->path);
    free(view->name);
    free(view->bad);
    free(view->duplicates);
    free(view);
}

static const struct screen_ops import_ops = {
    .name = "import",
    .key = import_key,
    .draw = import_draw,
    .may_close = import_may_close,
    .title = import_title,
    .crumb = import_crumb,
    .keys = import_keys,
    .about = N_("Import of a CSV file or a spreadsheet. Each column goes to a field: Enter chooses it, 0 "
                "leaves the column out. Then every line is looked through, and those that cannot be are "
                "shown with the field and the reason; nothing is written before you say so. An import that "
                "was stopped goes on where it was."),
    .plain = import_plain,
    .linear = import_linear,
    .close = import_close,
};

static void language(struct screen *screen)
{
    struct import_view *view = import_view_of(screen);
    if (view->step <= IMPORT_MAPPING)
        import_map_columns(view);
    else
        import_bad_columns(view);
}

struct import_view *import_open(struct app_context *app, const struct catalogue_entity *entity,
                                const char *path)
{
    struct import_view *view = memory_zeroed(1, sizeof(*view));
    *view = (struct import_view){.app = app,
                                 .entity = entity,
                                 .path = memory_strdup(path),
                                 .upload = NIL,
                                 .run = NIL,
                                 .bad = memory_strdup("refuse"),
                                 .duplicates = memory_strdup("refuse"),
                                 .lines = json_array(),
                                 .arena = arena_create(0)};
    view->screen.ops = &import_ops;
    table_init(&view->table, &import_map_model, view);
    open_screen(app, &view->screen);
    import_send(view);
    return view;
}

void import_language_register(void)
{
    language_register(&import_ops, language);
}
