/* A file on its way: beside the screens, over a line that may break, until it is whole or not wanted any more. */
#include "client/views/export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "client/link/part.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/busy.h"
#include "client/views/fault.h"
#include "client/views/text.h"
#include "wire/json.h"

struct fetch {
    struct app_context *app;
    struct part part;
    char *path, *what;
    bool replace;
    uint64_t asked;
    int64_t done, total;
};

static VEC(struct fetch *) fetches;

static void fetch_free(struct fetch *fetch)
{
    size_t i = 0;
    while (fetches.items[i] != fetch)
        i++;
    fetches.items[i] = vec_pop(&fetches);
    if (!fetches.count)
        vec_finish(&fetches);
    busy_end(fetch);
    free(fetch->path);
    free(fetch->what);
    free(fetch);
}

/* "Customers: 12,000 of 100,000" */
static void look(void *context, struct str *words, int *permille_r)
{
    struct fetch *fetch = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    if (link_state(fetch->app->link) != LINK_READY) {
        str_add(words, text_fill(arena, _("{what}: waits for the line, then begins again (Ctrl-C gives up)"),
                                 "what", fetch->what, NULL));
        return;
    }
    char done[24], total[24];
    snprintf(done, sizeof(done), "%lld", (long long)fetch->done);
    snprintf(total, sizeof(total), "%lld", (long long)fetch->total);
    if (fetch->total > 0)
        *permille_r = (int)(fetch->done * 1000 / fetch->total);
    const char *text = fetch->total > 0 ? _("{what}: {done} of {total} (Ctrl-C stops it)")
                                        : _("{what}: on its way (Ctrl-C stops it)");
    str_add(words, text_fill(arena, text, "what", fetch->what, "done", done, "total", total, NULL));
}

/* As a person would type it. */
static const char *path_shown(const struct fetch *fetch, struct arena *arena)
{
    const char *home = getenv("HOME");
    size_t len = home ? strlen(home) : 0;
    bool inside = len > 1 && strncmp(fetch->path, home, len) == 0 && fetch->path[len] == '/';
    return inside ? arena_printf(arena, "~%s", fetch->path + len) : fetch->path;
}

const char *export_fault_words(int failed)
{
    switch (-failed) {
    case EBADMSG: return _("it is not what was sent");
    case ENOENT:
    case ENOTDIR: return _("there is no such folder");
    case EISDIR: return _("this is a folder");
    case EACCES:
    case EPERM:
    case EROFS: return _("you may not write there");
    case ENOSPC:
    case EDQUOT: return _("the disk is full");
    case EEXIST: return _("A file of this name is there already");
    default: return fault_words(-failed);
    }
}

static void say_failed(struct fetch *fetch, int failed)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *why = export_fault_words(failed);
    ui_say(fetch->app->ui, ROLE_ERROR, "%s",
           text_fill(arena, _("{path} was not written: {why}"), "path", path_shown(fetch, arena), "why", why,
                     NULL));
    ui_redraw(fetch->app->ui);
}

/* The file cannot be written on: nobody wants the rest. */
static void give_up(struct fetch *fetch, int failed)
{
    say_failed(fetch, failed);
    ask_cancel(fetch->app, fetch->asked);
    part_drop(&fetch->part);
    fetch_free(fetch);
}

static void on_row(struct screen *screen, const json_t *row, void *context)
{
    struct fetch *fetch = context;
    int restarts = fetch->part.restarts;
    (void)screen;
    json_get_int(row, "done", &fetch->done);
    json_get_int(row, "total", &fetch->total);
    int failed = part_take(&fetch->part, row);
    if (failed) {
        give_up(fetch, failed);
    } else if (fetch->part.restarts > restarts) {
        struct arena *arena cleanup(cleanup_arena) = arena_create(0);
        fetch->done = 0;
        ui_say(fetch->app->ui, ROLE_WARNING, "%s",
               text_fill(arena, _("{what}: the line broke, it has begun again"), "what", fetch->what, NULL));
        ui_redraw(fetch->app->ui);
    }
}

static void say_done(struct fetch *fetch, const struct answer *answer)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    int64_t rows = 0;
    json_get_int(answer->object, "rows", &rows);
    ui_say(fetch->app->ui, ROLE_GOOD, "%s",
           text_fill(arena, _("Written: {rows} rows, {path}"), "path", path_shown(fetch, arena), "rows",
                     arena_printf(arena, "%lld", (long long)rows), NULL));
}

static void on_done(struct screen *screen, const struct answer *answer, void *context)
{
    struct fetch *fetch = context;
    (void)screen;
    int failed = 0;
    if (answer->code) {
        part_drop(&fetch->part);
        answer_say(fetch->app, NULL, answer);
    } else if ((failed = part_keep(&fetch->part, answer->object, fetch->replace))) {
        say_failed(fetch, failed);
    } else {
        say_done(fetch, answer);
    }
    fetch_free(fetch);
}

int export_fetch(struct app_context *app, const char *verb, json_t *args, const char *path, bool replace,
                 const char *what)
{
    struct part part;
    int failed = part_open(&part, path);
    if (failed) {
        json_decref(args);
        return failed;
    }
    struct fetch *fetch = memory_zeroed(1, sizeof(*fetch));
    *fetch = (struct fetch){.app = app,
                            .part = part,
                            .path = memory_strdup(path),
                            .what = memory_strdup(what),
                            .replace = replace};
    vec_push(&fetches, fetch);
    busy_begin(look, fetch);
    fetch->asked = ask(app, NULL, verb, args, CALL_READ, on_row, on_done, fetch);
    return 0;
}

void export_fetch_finish(void)
{
    while (fetches.count) {
        part_drop(&fetches.items[0]->part);
        fetch_free(fetches.items[0]);
    }
}
