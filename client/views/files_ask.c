/* What is done with the files of a record: attached, fetched, looked at, removed. */
#include <errno.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/fault.h"
#include "client/views/files-private.h"
#include "client/views/files_view.h"
#include "client/views/path.h"
#include "client/views/prompt.h"
#include "client/views/text.h"
#include "client/views/transfer.h"

/* ---- what is typed into the boxes over it is kept, and asked for again */

enum question { ATTACH, FETCH, REMOVE };

static const struct prompt questions[REMOVE + 1];

static void keep(const struct files *files, enum question question, uint64_t box)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    prompt_keep(files->app, box, &questions[question], arena_printf(arena, "%s %s", _("Files"), files->title),
                json_pack("{s:s, s:I, s:s, s:O?}", "entity", files->entity->name, "id", (json_int_t)files->id,
                          "title", files->title, "row", question == ATTACH ? NULL : files->about));
}

static void be_about(struct files *files, const json_t *row)
{
    json_t *copy = json_deep_copy(row);
    json_decref(files->about);
    files->about = copy;
}

/* ---- attaching */

static void say_failed(struct app_context *app, const struct catalogue_entity *entity,
                       const struct transfer_result *result)
{
    if (result->failed == -ECANCELED)
        ui_say(app->ui, ROLE_WARNING, "%s", _("Stopped. The same file attached again goes on where it was"));
    else if (result->failed == -EBADMSG)
        ui_say(app->ui, ROLE_ERROR, "%s", _("The file is not what was announced: try again"));
    else if (result->failed)
        ui_say(app->ui, ROLE_ERROR, "%s", fault_words(-result->failed));
    else
        answer_say(app, entity, result->answer);
}

static void on_attached(struct app_context *app, struct screen *screen, const struct transfer_result *result,
                        void *context)
{
    const struct catalogue_entity *entity = context;
    if (result->failed || result->answer->code) {
        say_failed(app, entity, result);
        return;
    }
    ui_say(app->ui, ROLE_GOOD, "%s", _("Attached"));
    if (screen)
        files_read(files_of(screen));
}

static void attach(struct screen *below, const char *path, void *context)
{
    struct files *files = files_of(below);
    json_t *end = json_object();
    (void)context;
    json_object_set_new(end, "entity", json_string(files->entity->name));
    json_object_set_new(end, "id", json_integer(files->id));
    int failed = transfer_send(files->app, below, path, end, on_attached, (void *)(uintptr_t)files->entity);
    if (failed)
        ui_say(files->app->ui, ROLE_ERROR, "%s: %s", path, fault_words(-failed));
}

void files_ask_attach(struct files *files, const json_t *row, const char *typed)
{
    (void)row;
    keep(files, ATTACH,
         path_ask(files->app, &files->screen, _("Attach a file"),
                  _("A photo, a paper (PDF), a sheet or a text, at most 20 MB."), typed, PATH_TO_READ, attach,
                  NULL, NULL));
}

/* ---- fetching, looking, removing */

static struct transfer_file file_of(const json_t *row)
{
    return (struct transfer_file){.id = json_integer_value(json_object_get(row, "id")),
                                  .size = json_integer_value(json_object_get(row, "size")),
                                  .name = files_text(row, "name"),
                                  .sha256 = files_text(row, "sha256")};
}

static void on_fetched(struct app_context *app, struct screen *screen, const struct transfer_result *result,
                       void *context)
{
    (void)screen, (void)context;
    if (result->failed == -ECANCELED)
        ui_say(app->ui, ROLE_WARNING, "%s", _("Stopped; nothing was written"));
    else if (result->failed || result->answer->code)
        say_failed(app, NULL, result);
    else
        ui_say(app->ui, ROLE_GOOD, "%s", _("Written, and every byte is as it was sent"));
}

static void fetch(struct screen *below, const char *path, void *context)
{
    struct files *files = files_of(below);
    struct transfer_file file = file_of(files->about);
    (void)context;
    int failed = transfer_fetch(files->app, below, &file, path, on_fetched, NULL);
    if (failed)
        ui_say(files->app->ui, ROLE_ERROR, "%s: %s", path, fault_words(-failed));
}

void files_ask_fetch(struct files *files, const json_t *row, const char *typed)
{
    be_about(files, row);
    keep(files, FETCH,
         path_ask(files->app, &files->screen, _("Fetch the file"), files_text(row, "name"),
                  typed ? typed : files_text(row, "name"), PATH_TO_WRITE, fetch, NULL, NULL));
}

static void on_seen(struct app_context *app, struct screen *screen, const struct transfer_result *result,
                    void *context)
{
    (void)context;
    if (result->failed || result->answer->code) {
        say_failed(app, NULL, result);
        return;
    }
    const json_t *row = screen ? files_of(screen)->about : NULL;
    if (row)
        file_view_open(app, files_text(row, "name"), files_text(row, "type"), result->bytes, result->size);
}

void files_look(struct files *files, const json_t *row)
{
    be_about(files, row);
    struct transfer_file file = file_of(row);
    if (!file_view_can(files_text(row, "type"))) {
        ui_say(files->app->ui, ROLE_NORMAL, "%s",
               _("This kind cannot be shown here: fetch it with s and open it with its own program"));
        return;
    }
    if (transfer_fetch(files->app, &files->screen, &file, NULL, on_seen, NULL))
        ui_say(files->app->ui, ROLE_ERROR, "%s", _("The file cannot be fetched"));
}

static void on_removed(struct screen *screen, const struct answer *answer, void *context)
{
    struct files *files = context;
    (void)screen;
    if (answer->code)
        answer_say(files->app, files->entity, answer);
    else
        ui_say(files->app->ui, ROLE_GOOD, "%s", _("Removed; that it was there is kept"));
    files_read(files);
}

static void on_reason(void *context, const struct dialog_answer *answer)
{
    struct files *files = context;
    if (answer->key != K_ENTER)
        return;
    json_t *args = json_object();
    json_object_set(args, "id", json_object_get(files->about, "id"));
    json_object_set_new(args, "reason", json_string(answer->text));
    ask(files->app, &files->screen, "file.remove", args, CALL_CHANGES, NULL, on_removed, files);
}

void files_ask_remove(struct files *files, const json_t *row, const char *typed)
{
    be_about(files, row);
    struct dialog_ask what = {.title = _("Remove the file"),
                              .text = files_text(row, "name"),
                              .label = _("Reason"),
                              .kind = INPUT_TEXT,
                              .max = 200,
                              .required = true,
                              .value = typed};
    keep(files, REMOVE, dialog_ask(files->app->ui, &what, on_reason, files));
}

/* ---- gone on with */

static bool open_again(struct app_context *app, const json_t *about, const json_t *typed,
                       void (*ask_for)(struct files *files, const json_t *row, const char *typed))
{
    const char *name = "", *title = "";
    int64_t id = 0;
    json_get_text(about, "entity", &name);
    json_get_text(about, "title", &title);
    json_get_int(about, "id", &id);
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, name);
    if (!entity || !files_may_see(app, entity))
        return false;
    ask_for(files_open(app, entity, id, title), json_object_get(about, "row"), prompt_text(typed));
    return true;
}

static bool attach_again(struct app_context *app, const json_t *about, const json_t *typed)
{
    return open_again(app, about, typed, files_ask_attach);
}

static bool fetch_again(struct app_context *app, const json_t *about, const json_t *typed)
{
    return open_again(app, about, typed, files_ask_fetch);
}

static bool remove_again(struct app_context *app, const json_t *about, const json_t *typed)
{
    return open_again(app, about, typed, files_ask_remove);
}

static const struct prompt questions[] = {
    [ATTACH] = {"file.attach", prompt_line, attach_again},
    [FETCH] = {"file.fetch", prompt_line, fetch_again},
    [REMOVE] = {"file.remove", prompt_line, remove_again},
};

void files_ask_register(void)
{
    prompt_register(questions, array_len(questions));
}
