/* What is to be exported or printed, and where to: a box. The file is fetched by export_fetch.c. */
#include "client/views/export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/vec.h"
#include "client/link/part.h"
#include "client/ui/dialog.h"
#include "client/ui/key.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/rows-private.h"
#include "client/views/sheet_dialog.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "client/views/views.h"
#include "model/catalogue.h"
#include "wire/json.h"

enum { MARKED_MAX = 200, PATH_MOST = 1000 };

/* One box, from its opening until it is confirmed or left. */
struct wish {
    struct app_context *app;
    uint64_t dialog;
    char *verb, *what;
    json_t *args, *shown; /* of the verb; the columns the list shows */
    json_t *marked;       /* ids; NULL: none */
    char *path;           /* asked about, since it is there already */
};

static VEC(struct wish *) wishes;

static const struct choice formats[] = {
    {.code = "csv", .label = N_("CSV, for any program")},
    {.code = "xlsx", .label = N_("XLSX, a spreadsheet")},
    {.code = "pdf", .label = N_("PDF, on paper")},
    {0},
};
static const struct choice extents[] = {
    {.code = "marked", .label = N_("the marked rows")},
    {.code = "all", .label = N_("all rows of the list")},
    {0},
};
static const struct choice column_sets[] = {
    {.code = "shown", .label = N_("as the list shows them")},
    {.code = "all", .label = N_("every field")},
    {0},
};

#define FILE_FIELD                                                                                           \
    ARG(file, FIELD_TEXT, .label = N_("File"), .required = true, .max = PATH_MOST,                           \
        .help = N_("Where it is written, on this machine; ~ is your home. Nothing is overwritten unasked."))

static const struct field export_fields[] = {
    ARG(rows, FIELD_CHOICE, .choices = extents, .label = N_("Rows"), .required = true,
        .help = N_("What of the list is written.")),
    ARG(format, FIELD_CHOICE, .choices = formats, .label = N_("Format"), .required = true,
        .help = N_("CSV and XLSX have a column of codes beside each column of words; PDF is for reading.")),
    ARG(columns, FIELD_CHOICE, .choices = column_sets, .label = N_("Columns"), .required = true,
        .help = N_("Which fields are written.")),
    FILE_FIELD,
};
static const struct field print_fields[] = {FILE_FIELD};

static void wish_free(struct wish *wish)
{
    size_t i = 0;
    while (wishes.items[i] != wish)
        i++;
    wishes.items[i] = vec_pop(&wishes);
    if (!wishes.count)
        vec_finish(&wishes);
    json_decref(wish->args);
    json_decref(wish->shown);
    json_decref(wish->marked);
    free(wish->verb);
    free(wish->what);
    free(wish->path);
    free(wish);
}

void export_finish(void)
{
    export_fetch_finish();
    while (wishes.count)
        wish_free(wishes.items[0]);
}

/* ---- going on ---- */

static void begin(struct wish *wish, bool replace)
{
    int failed =
        export_fetch(wish->app, wish->verb, json_deep_copy(wish->args), wish->path, replace, wish->what);
    if (failed) {
        sheet_dialog_accuse(wish->app, wish->dialog, "file", export_fault_words(failed));
        return;
    }
    sheet_dialog_close(wish->app, wish->dialog);
    wish_free(wish);
}

static void on_overwrite(void *context, const struct dialog_answer *answer)
{
    struct wish *wish = context;
    if (answer->key == 'o')
        begin(wish, true);
    else
        sheet_dialog_accuse(wish->app, wish->dialog, "file", _("A file of this name is there already"));
}

static void ask_overwrite(struct wish *wish)
{
    const struct dialog_button buttons[] = {{'o', _("Overwrite")}, {'n', _("Another name")}};
    dialog_confirm(wish->app->ui, _("The file is there already"), wish->path, buttons, array_len(buttons),
                   true, on_overwrite, wish);
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);
    return len > n && strcmp(text + len - n, end) == 0;
}

/* The name follows the format where it ends in another's. */
static char *path_of(const char *typed, const char *format)
{
    char *path = part_path(typed), *fit = NULL;
    for (const struct choice *other = formats; format && other->code; other++) {
        char end[8];
        snprintf(end, sizeof(end), ".%s", other->code);
        if (strcmp(other->code, format) == 0 || !ends_with(path, end))
            continue;
        if (asprintf(&fit, "%.*s.%s", (int)(strlen(path) - strlen(end)), path, format) < 0)
            memory_exhausted();
        free(path);
        return fit;
    }
    return path;
}

static const char *chosen(const json_t *values, const char *name)
{
    const char *value = json_string_value(json_object_get(values, name));
    return value ? value : "";
}

static void take_choices(struct wish *wish, const json_t *values)
{
    const char *format = json_string_value(json_object_get(values, "format"));
    if (!format) /* a record: there is nothing to choose */
        return;
    json_object_set_new(wish->args, "format", json_string(format));
    if (strcmp(chosen(values, "columns"), "shown") == 0)
        json_object_set(wish->args, "columns", wish->shown);
    else
        json_object_del(wish->args, "columns");
    json_t *filter = json_object_get(wish->args, "filter");
    if (strcmp(chosen(values, "rows"), "marked") == 0)
        json_object_set_new(filter, "id", json_pack("{s:O}", "in", wish->marked));
}

static void submit(struct screen *below, uint64_t dialog, json_t *values, void *context)
{
    struct wish *wish = context;
    (void)below;
    wish->dialog = dialog;
    take_choices(wish, values);
    free(wish->path);
    wish->path = path_of(chosen(values, "file"), json_string_value(json_object_get(values, "format")));
    json_decref(values);
    struct stat about;
    if (stat(wish->path, &about) == 0 && !S_ISDIR(about.st_mode))
        ask_overwrite(wish);
    else
        begin(wish, false);
}

static void cancelled(struct screen *below, void *context)
{
    (void)below;
    wish_free(context);
}

/* ---- what is asked ---- */

static struct wish *wish_create(const struct subject *subject, const char *verb, json_t *args)
{
    struct wish *wish = memory_zeroed(1, sizeof(*wish));
    *wish = (struct wish){
        .app = subject->app, .verb = memory_strdup(verb_of(subject->entity->name, verb)), .args = args};
    json_object_set_new(args, "language", json_string(subject->app->language));
    vec_push(&wishes, wish);
    return wish;
}

/* <what>-<today>.<extension> */
static const char *file_name(const struct app_context *app, struct arena *arena, const char *what,
                             const char *extension)
{
    struct instant now = time_now();
    int offset = 0, year, month, day;
    if (*app->who.zone && time_zone_offset(app->who.zone, now, &offset) < 0)
        offset = 0;
    day_split(day_of(now, offset), &year, &month, &day);
    return arena_printf(arena, "%s-%04d%02d%02d.%s", what, year, month, day, extension);
}

static json_t *shown_columns(const struct rows *rows)
{
    json_t *names = json_array();
    vec_each(const struct field *, column, &rows->columns)
        json_array_append_new(names, json_string((*column)->name));
    return names;
}

static json_t *marked_ids(const struct rows *rows)
{
    json_t *ids = json_array();
    vec_each(const int64_t, id, &rows->table.marks) json_array_append_new(ids, json_integer(*id));
    return ids;
}

/* What the list is filtered by, as it was typed; how many are marked. */
static const char *extent_words(const struct rows *rows, struct arena *arena)
{
    const char *filter = rows->line && *rows->line ? rows->line : _("not filtered");
    if (!rows->table.marks.count)
        return text_fill(arena, _("{list}: {filter}"), "list", _(rows->entity->plural), "filter", filter,
                         NULL);
    return text_fill(arena, _("{list}: {filter}; {count} marked"), "list", _(rows->entity->plural), "filter",
                     filter, "count", arena_printf(arena, "%zu", rows->table.marks.count), NULL);
}

static void export_run(const struct subject *subject)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct rows *rows = subject->rows;
    size_t marks = rows->table.marks.count;
    if (marks > MARKED_MAX) {
        ui_say(subject->app->ui, ROLE_ERROR,
               _("At most %d marked rows are exported at once: filter the list instead"), MARKED_MAX);
        return;
    }
    json_t *args = rows_arguments(rows);
    json_object_del(args, "from");
    struct wish *wish = wish_create(subject, "export", args);
    wish->what = memory_strdup(_(subject->entity->plural));
    wish->shown = shown_columns(rows);
    wish->marked = marks ? marked_ids(rows) : NULL;
    json_object_set_new(args, "title", json_string(wish->what));
    json_object_set_new(args, "total", json_true());
    json_t *values =
        json_pack("{s:s, s:s, s:s, s:s}", "rows", marks ? "marked" : "all", "format", "csv", "columns",
                  "shown", "file", file_name(subject->app, arena, subject->entity->name, "csv"));
    struct sheet_dialog box = {.title = _("Export"),
                               .text = extent_words(rows, arena),
                               .fields = marks ? export_fields : export_fields + 1,
                               .nfields = array_len(export_fields) - (marks ? 0 : 1),
                               .values = values,
                               .whole = true,
                               .submit = submit,
                               .cancelled = cancelled,
                               .context = wish};
    sheet_dialog_open(subject->app, subject->screen, &box);
    json_decref(values);
}

static void print_run(const struct subject *subject)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct wish *wish = wish_create(subject, "print", json_pack("{s:I}", "id", (json_int_t)subject->id));
    const char *name = arena_printf(arena, "%s-%lld", subject->entity->name, (long long)subject->id);
    wish->what = memory_strdup(_(subject->entity->label));
    json_t *values = json_pack("{s:s}", "file", file_name(subject->app, arena, name, "pdf"));
    struct sheet_dialog box = {.title = _("Print"),
                               .text = _("This record on paper (PDF): its fields, lines and steps."),
                               .fields = print_fields,
                               .nfields = array_len(print_fields),
                               .values = values,
                               .whole = true,
                               .submit = submit,
                               .cancelled = cancelled,
                               .context = wish};
    sheet_dialog_open(subject->app, subject->screen, &box);
    json_decref(values);
}

static bool may_export(const struct subject *subject)
{
    return app_may(subject->app, verb_of(subject->entity->name, "export"));
}

static bool may_print(const struct subject *subject)
{
    return app_may(subject->app, verb_of(subject->entity->name, "get"));
}

static const struct tool tools[] = {
    {
        .name = "export",
        .label = N_("Export"),
        .help = N_("Writes the list, or its marked rows, into a file: CSV, XLSX or PDF."),
        .search = "export save download csv xlsx excel pdf daochu",
        .key = 'E',
        .priority = 41,
        .places = TOOL_LIST,
        .may = may_export,
        .run = export_run,
    },
    {
        .name = "print",
        .label = N_("Print"),
        .help = N_("Writes one record into a file for paper (PDF)."),
        .search = "print paper pdf dayin",
        .key = K_CTRL('P'),
        .priority = 61,
        .places = TOOL_RECORD,
        .may = may_print,
        .run = print_run,
    },
};

void export_views_register(void)
{
    tool_register(tools, array_len(tools));
}
