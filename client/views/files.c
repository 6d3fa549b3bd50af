/* The files of a record: attached, looked at, fetched, removed. Removed ones stay in the list, dim, with their reason. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/files-private.h"
#include "client/views/open.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "client/views/views.h"

enum { COLUMN_NAME, COLUMN_TYPE, COLUMN_SIZE, COLUMN_BY, COLUMN_AT, COLUMN_NOTE };

/* ---- the model */

static const json_t *row_at(const struct files *files, size_t row)
{
    return json_array_get(files->rows, row);
}

const char *files_text(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text ? text : "";
}

static bool is_removed(const json_t *row)
{
    return *files_text(row, "removed_at");
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
    case COLUMN_NAME: return files_text(row, "name");
    case COLUMN_TYPE: return files_text(row, "type");
    case COLUMN_SIZE: add_size(scratch, json_integer_value(json_object_get(row, "size"))); break;
    case COLUMN_BY: return files_text(row, "by_label");
    case COLUMN_AT: add_time(files, scratch, files_text(row, "at")); break;
    default:
        if (is_removed(row))
            str_addf(scratch, "%s: %s", _("removed"), files_text(row, "removed_reason"));
        else
            str_add(scratch, files_text(row, "note"));
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

const json_t *files_current(struct files *files)
{
    return table_has_row(&files->table) ? row_at(files, files->table.cursor) : NULL;
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

void files_read(struct files *files)
{
    json_t *args = json_object();
    json_object_set_new(args, "entity", json_string(files->entity->name));
    json_object_set_new(args, "id", json_integer(files->id));
    ask(files->app, &files->screen, "file.list", args, CALL_READ, NULL, on_rows, files);
}

static unsigned row_key(struct files *files, const struct key *key)
{
    const json_t *row = files_current(files);
    if (!row || is_removed(row))
        return SCREEN_UNUSED;
    switch (key->code) {
    case 'v': files_look(files, row); return SCREEN_REDRAW;
    case 's': files_ask_fetch(files, row, NULL); return SCREEN_REDRAW;
    case K_DELETE:
    case 'd':
        if (!files->may_attach)
            return SCREEN_UNUSED;
        files_ask_remove(files, row, NULL);
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
        files_ask_attach(files, NULL, NULL);
        return SCREEN_REDRAW;
    case K_REFRESH: files_read(files); return SCREEN_REDRAW;
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
    const json_t *row = files_current(files);
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
    json_decref(files->about);
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
    .about = N_(
        "Files of this record. They are sent in parts: after a broken line, or on another day, the same file "
        "goes on where it was. What is fetched is checked against its checksum and overwrites nothing."),
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

struct files *files_open(struct app_context *app, const struct catalogue_entity *entity, int64_t id,
                         const char *title)
{
    struct files *files = memory_zeroed(1, sizeof(*files));
    *files = (struct files){.app = app, .entity = entity, .id = id, .title = memory_strdup(title)};
    files->screen.ops = &files_ops;
    table_init(&files->table, &model, files);
    add_columns(files);
    open_screen(app, &files->screen);
    files_read(files);
    return files;
}

static void files_run(const struct subject *subject)
{
    char number[32];
    const char *title = title_of(subject);
    snprintf(number, sizeof(number), "#%lld", (long long)subject->id);
    files_open(subject->app, subject->entity, subject->id, title ? title : number);
}

bool files_may_see(const struct app_context *app, const struct catalogue_entity *entity)
{
    return entity->files && app_may(app, verb_of(entity->name, "get"));
}

static bool may(const struct subject *subject)
{
    return files_may_see(subject->app, subject->entity);
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
    files_ask_register();
    language_register(&files_ops, language);
}
