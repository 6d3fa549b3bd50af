#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/uuid.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/fault.h"
#include "client/views/import-private.h"
#include "client/views/text.h"
#include "client/views/transfer.h"

/* ---- sending */

static void on_sent(struct app_context *app, struct screen *screen, const struct transfer_result *result,
                    void *context)
{
    (void)context;
    if (!screen)
        return;
    struct import_view *view = import_view_of(screen);
    if (result->failed == -ECANCELED)
        ui_say(app->ui, ROLE_WARNING, "%s", _("Stopped. F5 goes on where it was"));
    else if (result->failed)
        ui_say(app->ui, ROLE_ERROR, "%s: %s", view->path, fault_words(-result->failed));
    else if (result->answer->code)
        answer_say(app, NULL, result->answer);
    if (result->failed || result->answer->code)
        return;
    view->upload = result->id;
    import_look(view);
}

void import_send(struct import_view *view)
{
    import_show(view, IMPORT_SENDING);
    int failed = transfer_send(view->app, &view->screen, view->path, NULL, on_sent, NULL);
    if (failed)
        ui_say(view->app->ui, ROLE_ERROR, "%s: %s", view->path, fault_words(-failed));
}

/* ---- asking */

json_t *import_mapping(const struct import_view *view)
{
    json_t *mapping = json_object();
    for (size_t i = 0; i < json_array_size(view->columns); i++) {
        const json_t *column = json_array_get(view->columns, i);
        const char *title = json_string_value(json_object_get(column, "column"));
        json_t *field = json_object_get(column, "field");
        if (title && *title)
            json_object_set(mapping, title, field);
    }
    return mapping;
}

static json_t *arguments(const struct import_view *view)
{
    json_t *args = json_object();
    json_object_set_new(args, "upload", json_integer(view->upload));
    json_object_set_new(args, "mapping", import_mapping(view));
    json_object_set_new(args, "bad", json_string(view->bad));
    json_object_set_new(args, "duplicates", json_string(view->duplicates));
    return args;
}

static void on_row(struct screen *screen, const json_t *row, void *context)
{
    struct import_view *view = context;
    if (!screen)
        return;
    if (json_object_get(row, "line")) {
        import_bad_add(view, row);
    } else {
        json_get_int(row, "done", &view->done);
        json_get_int(row, "total", &view->total);
    }
    ui_redraw(view->app->ui);
}

static void on_looked(struct screen *screen, const struct answer *answer, void *context)
{
    struct import_view *view = context;
    (void)screen;
    view->asked = 0;
    if (answer->code) {
        answer_say(view->app, view->entity, answer);
        return;
    }
    json_decref(view->columns);
    view->columns = json_deep_copy(json_object_get(answer->object, "columns"));
    json_decref(view->result);
    view->result = json_deep_copy(answer->object);
    import_map_recall(view, view->name);
    import_map_take(view, view->kept);
    json_decref(view->kept);
    view->kept = NULL;
    import_show(view, IMPORT_MAPPING);
}

void import_look(struct import_view *view)
{
    json_t *args = json_object();
    json_object_set_new(args, "upload", json_integer(view->upload));
    json_object_set_new(args, "look", json_true());
    view->asked = ask(view->app, &view->screen, verb_of(view->entity->name, "import"), args, CALL_CHANGES,
                      NULL, on_looked, view);
}

static void forget_lines(struct import_view *view)
{
    json_array_clear(view->lines);
    table_reset(&view->table);
    view->done = view->total = 0;
}

static void on_checked(struct screen *screen, const struct answer *answer, void *context)
{
    struct import_view *view = context;
    (void)screen;
    view->asked = 0;
    if (answer->code) {
        answer_say(view->app, view->entity, answer);
        import_show(view, IMPORT_MAPPING);
        return;
    }
    json_decref(view->result);
    view->result = json_deep_copy(answer->object);
    import_show(view, IMPORT_CHECKED);
}

void import_check(struct import_view *view)
{
    json_t *args = arguments(view);
    json_object_set_new(args, "dry_run", json_true());
    import_show(view, IMPORT_CHECKING);
    forget_lines(view);
    view->asked = ask(view->app, &view->screen, verb_of(view->entity->name, "import"), args, CALL_CHANGES,
                      on_row, on_checked, view);
}

/* Broken off, by the person or by a server that is away: the same key goes on with it. */
static void broken_off(struct import_view *view, const struct answer *answer)
{
    const json_t *result = json_object_get(answer->object, "result");
    answer_say(view->app, view->entity, answer);
    if (result) {
        json_decref(view->result);
        view->result = json_deep_copy(result);
        json_get_int(result, "run", &view->run);
    }
    import_show(view, IMPORT_CHECKED);
}

static void on_gone(struct screen *screen, const struct answer *answer, void *context)
{
    struct import_view *view = context;
    (void)screen;
    view->asked = 0;
    if (answer->code) {
        if (answer->code != ERR_UNAVAILABLE)
            *view->key = '\0'; /* refused, not broken off */
        broken_off(view, answer);
        return;
    }
    json_decref(view->result);
    view->result = json_deep_copy(answer->object);
    *view->key = '\0';
    import_show(view, IMPORT_DONE);
}

void import_go(struct import_view *view)
{
    json_t *args = arguments(view);
    if (!*view->key) {
        char key[37];
        uuid_v7(key);
        memcpy(view->key, key, sizeof(key));
    }
    json_object_set_new(args, "key", json_string(view->key));
    import_show(view, IMPORT_RUNNING);
    forget_lines(view);
    view->asked = ask(view->app, &view->screen, verb_of(view->entity->name, "import"), args, CALL_CHANGES,
                      on_row, on_gone, view);
}
