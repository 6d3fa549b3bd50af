/* The files of a record: attached, looked at, fetched, removed. Removed ones stay in the list, dim, with their reason. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/linear.h"
#include "client/ui/table.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/fault.h"
#include "client/views/files_view.h"
#include "client/views/path.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "client/views/transfer.h"
#include "client/views/views.h"
#include "model/catalogue.h"
#include "wire/json.h"

struct files {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    int64_t id;
    char *title;
    json_t *rows; /* NULL: not here yet */
    bool may_attach;
    struct table table;
};

enum { COLUMN_NAME, COLUMN_TYPE, COLUMN_SIZE, COLUMN_BY, COLUMN_AT, COLUMN_NOTE };

static struct files *files_of(struct screen *screen)
{
    return container_of(screen, struct files, screen);
}

/* ---- the model */

static const json_t *row_at(const struct files *files, size_t row)
{
    return json_array_get(files->rows, row);
}

static const char *text_at(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text ? text : "";
}

static bool is_removed(const json_t *row)
{
    return *text_at(row, "removed_at");
}

static size_t model_count(void *context)
{
    return json_array_size(((struct files *)context)->rows);
}

static enum table_state model_state(void *context)
{
    return ((struct files *)context)->rows ? TABLE_COMPLETE : TABLE_LOADING;
}

static int64_t model_id(void *context, size_t row)
{
    return json_integer_value(json_object_get(row_at(context, row), "id"));
}

static unsigned model_flags(void *context, size_t row)
{
    return is_removed(row_at(context, row)) ? ROW_DIM : 0;
}

static void add_size(struct str *out, int64_t size)
{
    if (size < 1024)
        str_addf(out, "%lld B", (long long)size);
    else if (size < 1024 * 1024)
        str_addf(out, "%.1f KiB", (double)size / 1024);
    else
        str_addf(out, "%.1f MiB", (double)size / (1024 * 1024));
}

static void add_time(const struct files *files, struct str *out, const char *at)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    static const struct field time = ARG(at, FIELD_TIME, .label = "");
    if (*at)
        str_add(out, field_print(&time, arena, at, *files->app->who.zone ? files->app->who.zone : NULL));
}

static const char *model_cell(void *context, size_t at, size_t column, struct str *scratch, enum role *role)
{
    struct files *files = context;
    const json_t *row = row_at(files, at);
    (void)role;
    switch (column) {
    case COLUMN_NAME: return text_at(row, "name");
    case COLUMN_TYPE: return text_at(row, "type");
    case COLUMN_SIZE: add_size(scratch, json_integer_value(json_object_get(row, "size"))); break;
    case COLUMN_BY: return text_at(row, "by_label");
    case COLUMN_AT: add_time(files, scratch, text_at(row, "at")); break;
    default:
        if (is_removed(row))
            str_addf(scratch, "%s: %s", _("removed"), text_at(row, "removed_reason"));
        else
            str_add(scratch, text_at(row, "note"));
    }
    return scratch->data;
}

static const struct table_model model = {
    .count = model_count,
    .state = model_state,
    .id = model_id,
    .flags = model_flags,
    .cell = model_cell,
};

static void add_columns(struct files *files)
{
    const struct table_column columns[] = {
        [COLUMN_NAME] = {.title = _("Name"), .width = 16, .width_max = 40},
        [COLUMN_TYPE] = {.title = _("Type"), .width = 5, .priority = 3},
        [COLUMN_SIZE] = {.title = _("Size"), .width = 10, .align = ALIGN_RIGHT, .priority = 1},
        [COLUMN_BY] = {.title = _("By"), .width = 10, .width_max = 16, .priority = 4},
        [COLUMN_AT] = {.title = _("At"), .width = 11, .priority = 2},
        [COLUMN_NOTE] = {.title = _("Note"), .width = 14, .width_max = 60, .priority = 5},
    };
    table_clear_columns(&files->table);
    for (size_t i = 0; i < array_len(columns); i++)
        table_add_column(&files->table, &columns[i]);
}

/* ---- reading */

static void on_rows(struct screen *screen, const struct answer *answer, void *context)
{
    struct files *files = context;
    (void)screen;
    if (answer->code) {
        answer_say(files->app, files->entity, answer);
        return;
    }
    json_decref(files->rows);
    files->rows = json_deep_copy(json_object_get(answer->object, "rows"));
    files->may_attach = json_is_true(json_object_get(answer->object, "may_attach"));
    table_changed(&files->table);
}

static void read_rows(struct files *files)
{
    json_t *args = json_object();
    json_object_set_new(args, "entity", json_string(files->entity->name));
    json_object_set_new(args, "id", json_integer(files->id));
    ask(files->app, &files->screen, "file.list", args, CALL_READ, NULL, on_rows, files);
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
        read_rows(files_of(screen));
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

static void ask_attach(struct files *files)
{
    path_ask(files->app, &files->screen, _("Attach a file"),
             _("A photo, a paper (PDF), a sheet or a text, at most 20 MB."), NULL, PATH_TO_READ, attach, NULL,
             NULL);
}

/* ---- fetching, looking, removing */

static const json_t *current(struct files *files)
{
    return table_has_row(&files->table) ? row_at(files, files->table.cursor) : NULL;
}

static struct transfer_file file_of(const json_t *row)
{
    return (struct transfer_file){.id = json_integer_value(json_object_get(row, "id")),
                                  .size = json_integer_value(json_object_get(row, "size")),
                                  .name = text_at(row, "name"),
                                  .sha256 = text_at(row, "sha256")};
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
    const json_t *row = current(files);
    (void)context;
    if (!row)
        return;
    struct transfer_file file = file_of(row);
    int failed = transfer_fetch(files->app, below, &file, path, on_fetched, NULL);
    if (failed)
        ui_say(files->app->ui, ROLE_ERROR, "%s: %s", path, fault_words(-failed));
}

static void on_seen(struct app_context *app, struct screen *screen, const struct transfer_result *result,
                    void *context)
{
    (void)context;
    if (result->failed || result->answer->code) {
        say_failed(app, NULL, result);
        return;
    }
    const json_t *row = screen ? current(files_of(screen)) : NULL;
    if (row)
        file_view_open(app, text_at(row, "name"), text_at(row, "type"), result->bytes, result->size);
}

static void view(struct files *files, const json_t *row)
{
    struct transfer_file file = file_of(row);
    if (!file_view_can(text_at(row, "type"))) {
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
    read_rows(files);
}

static void on_reason(void *context, const struct dialog_answer *answer)
{
    struct files *files = context;
    const json_t *row = current(files);
    if (answer->key != K_ENTER || !row)
        return;
    json_t *args = json_object();
    json_object_set(args, "id", json_object_get(row, "id"));
    json_object_set_new(args, "reason", json_string(answer->text));
    ask(files->app, &files->screen, "file.remove", args, CALL_CHANGES, NULL, on_removed, files);
}

static void remove_file(struct files *files, const json_t *row)
{
    struct dialog_ask what = {.title = _("Remove the file"),
                              .text = text_at(row, "name"),
                              .label = _("Reason"),
                              .kind = INPUT_TEXT,
                              .max = 200,
                              .required = true};
    dialog_ask(files->app->ui, &what, on_reason, files);
}

static unsigned row_key(struct files *files, const struct key *key)
{
    const json_t *row = current(files);
    if (!row || is_removed(row))
        return SCREEN_UNUSED;
    switch (key->code) {
    case 'v': view(files, row); return SCREEN_REDRAW;
    case 's':
        path_ask(files->app, &files->screen, _("Fetch the file"), text_at(row, "name"), text_at(row, "name"),
                 PATH_TO_WRITE, fetch, NULL, NULL);
        return SCREEN_REDRAW;
    case K_DELETE:
    case 'd':
        if (!files->may_attach)
            return SCREEN_UNUSED;
        remove_file(files, row);
        return SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

static unsigned files_key(struct screen *screen, const struct key *key)
{
    struct files *files = files_of(screen);
    switch (table_key(&files->table, key)) {
    case TABLE_OPENED: return row_key(files, &(struct key){.kind = KEY_TEXT, .code = 'v'});
    case TABLE_UNUSED: break;
    default: return SCREEN_REDRAW;
    }
    switch (key->code) {
    case 'a':
    case K_NEW:
        if (!files->may_attach)
            return SCREEN_UNUSED;
        ask_attach(files);
        return SCREEN_REDRAW;
    case K_REFRESH: read_rows(files); return SCREEN_REDRAW;
    case K_LEAVE:
    case K_CANCEL: return SCREEN_REDRAW | SCREEN_CLOSE;
    default: return row_key(files, key);
    }
}

/* ---- the rest of the screen */

static void files_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct files *files = files_of(screen);
    if (files->rows && !json_array_size(files->rows)) {
        canvas_paragraph(canvas, body, ROLE_DIM,
                         files->may_attach
                             ? _("No files yet. a attaches one: a photo of the scene, a paper, a sheet.")
                             : _("No files."),
                         0);
        return;
    }
    table_draw(&files->table, canvas, body, true);
}

static void files_keys(struct screen *screen, struct key_bar *bar)
{
    struct files *files = files_of(screen);
    const json_t *row = current(files);
    if (files->may_attach)
        key_bar_add(bar, 'a', _("Attach"), 0);
    if (row && !is_removed(row)) {
        key_bar_add(bar, 'v', _("View"), 1);
        key_bar_add(bar, 's', _("Fetch"), 2);
        if (files->may_attach)
            key_bar_add(bar, 'd', _("Remove"), 3);
    }
    key_bar_add(bar, K_REFRESH, _("Refresh"), 5);
    key_bar_add(bar, K_LEAVE, _("Leave"), 4);
    key_bar_add(bar, K_HELP, _("Help"), 6);
}

static void files_title(struct screen *screen, struct str *out)
{
    struct files *files = files_of(screen);
    str_addf(out, "%s %s", _("Files"), files->title);
}

static void files_crumb(struct screen *screen, struct str *out)
{
    table_position(&files_of(screen)->table, out);
}

static const char *files_help(struct screen *screen)
{
    (void)screen;
    return _("Files of this record. They are sent in parts: after a broken line, or on another day, the same "
             "file goes on where it "
             "was. What is fetched is checked against its checksum and overwrites nothing.");
}

static void files_linear(struct screen *screen, struct linear *linear)
{
    linear_table(linear, &files_of(screen)->table);
}

static void files_plain(struct screen *screen, struct str *out)
{
    table_plain(&files_of(screen)->table, out);
}

static void files_close(struct screen *screen)
{
    struct files *files = files_of(screen);
    table_finish(&files->table);
    json_decref(files->rows);
    free(files->title);
    free(files);
}

static const struct screen_ops files_ops = {
    .name = "files",
    .key = files_key,
    .draw = files_draw,
    .title = files_title,
    .crumb = files_crumb,
    .keys = files_keys,
    .help = files_help,
    .plain = files_plain,
    .linear = files_linear,
    .close = files_close,
};

static void language(struct screen *screen)
{
    add_columns(files_of(screen));
}

static const char *title_of(const struct subject *subject)
{
    const char *name = subject->entity->title ? subject->entity->title : "id";
    return json_string_value(json_object_get(subject->row, name));
}

static void files_run(const struct subject *subject)
{
    struct files *files = memory_zeroed(1, sizeof(*files));
    char number[32];
    const char *title = title_of(subject);
    snprintf(number, sizeof(number), "#%lld", (long long)subject->id);
    *files = (struct files){.app = subject->app, .entity = subject->entity, .id = subject->id};
    files->screen.ops = &files_ops;
    files->title = memory_strdup(title ? title : number);
    table_init(&files->table, &model, files);
    add_columns(files);
    ui_open(files->app->ui, &files->screen);
    read_rows(files);
}

static bool may(const struct subject *subject)
{
    return subject->entity->files && app_may(subject->app, verb_of(subject->entity->name, "get"));
}

static const struct tool tools[] = {
    {
        .name = "files",
        .label = N_("Files"),
        .help = N_("Photos and papers of a record: attach, look at, fetch, remove."),
        .search = "attach photo picture upload download fujian zhaopian wenjian",
        .key = 'F',
        .priority = 42,
        .places = TOOL_RECORD,
        .may = may,
        .run = files_run,
    },
};

void files_view_register(void)
{
    tool_register(tools, array_len(tools));
    language_register(&files_ops, language);
}
