/* A list into a file, for scripts. The filter is the line a person types, so the catalogue comes first: it knows the fields. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/vec.h"
#include "client/batch-private.h"
#include "client/link/part.h"
#include "model/catalogue.h"
#include "model/filter.h"
#include "wire/json.h"
#include "wire/message.h"

struct export
{
    struct batch batch;
    const char *entity, *format, *filter, *columns, *sort, *output;
    bool replace;
    struct part part;
    bool open;
    char verb[128];
    VEC(char *) rows; /* of the catalogue, as they came */
    struct arena *arena;
};

static const char usage[] =
    "usage: yizhan [OPTIONS] export ENTITY [-F csv|xlsx|pdf] [-f FILTER] [-C COLUMNS] [-S SORT] [-o FILE|-] "
    "[-r]\n"
    "\n"
    "  -F, --format FORMAT       csv, xlsx or pdf (csv)\n"
    "  -f, --filter LINE         as typed after / in a list: 'state=done created>=2026-11-01'\n"
    "  -C, --columns NAMES       parted by commas; all of them else\n"
    "  -S, --sort NAMES          parted by commas, - before those that fall\n"
    "  -o, --output FILE         - is standard output (ENTITY.FORMAT)\n"
    "  -r, --replace             a file that is there already\n";

static const struct option rows[] = {
    {"format", required_argument, NULL, 'F'},
    {"filter", required_argument, NULL, 'f'},
    {"columns", required_argument, NULL, 'C'},
    {"sort", required_argument, NULL, 'S'},
    {"output", required_argument, NULL, 'o'},
    {"replace", no_argument, NULL, 'r'},
    {NULL, 0, NULL, 0},
};

static struct export *export_of(struct batch *batch)
{
    return container_of(batch, struct export, batch);
}

static void fail(struct export *export, int code)
{
    export->batch.code = code;
    batch_leave(&export->batch);
}

/* ---- the file comes ---- */

static int code_of(int failed)
{
    return failed == -ESTALE    ? EX_UNAVAILABLE
           : failed == -EBADMSG ? EX_PROTOCOL
           : failed == -EEXIST  ? EX_CANTCREAT
                                : EX_IOERR;
}

static void complain_of_file(const struct export *export, int failed)
{
    const char *why = failed == -ESTALE
                          ? "the line was lost in the middle, and what went out cannot be taken back"
                      : failed == -EBADMSG ? "it is not what was sent"
                                           : strerror(-failed);
    batch_complain("%s: %s", export->output, why);
}

static void on_row(void *context, const json_t *row)
{
    struct export *export = context;
    int failed = export->open ? part_take(&export->part, row) : 0;
    if (!failed)
        return;
    complain_of_file(export, failed);
    part_drop(&export->part);
    export->open = false;
    batch_end(&export->batch, code_of(failed)); /* the line goes with us, and so the rest */
}

static void on_answer(void *context, const struct answer *answer)
{
    struct export *export = context;
    if (answer->code) {
        batch_complain_of(export->verb, answer);
        fail(export, error_code_exit(answer->code));
        return;
    }
    int failed = export->open ? part_keep(&export->part, answer->object, export->replace) : 0;
    export->open = false;
    if (failed) {
        complain_of_file(export, failed);
        fail(export, code_of(failed));
    } else {
        batch_leave(&export->batch);
    }
}

/* ---- what is asked for ---- */

static json_t *names(const char *text)
{
    json_t *list = json_array();
    for (const char *at = text; at && *at;) {
        size_t len = strcspn(at, ", ");
        if (len)
            json_array_append_new(list, json_stringn(at, len));
        at += len + (at[len] != '\0');
    }
    return list;
}

/* False: what is wrong was said. */
static bool take_filter(struct export *export, const struct catalogue_entity *entity, json_t *args)
{
    struct filter *filter = arena_new(export->arena, struct filter);
    struct filter_fault fault = {0};
    struct json_fault broken;
    struct str text;
    const char *zone = NULL;
    json_get_text(link_identity(export->batch.link), "time_zone", &zone);
    if (filter_parse_line(export->filter, catalogue_field_guess, entity, export->arena, zone, filter,
                          &fault) < 0) {
        batch_complain("--filter: %s%s%s", fault.field ? fault.field : "", fault.field ? ": " : "",
                       fault.msgid);
        return false;
    }
    str_init(&text, export->arena);
    filter_write(filter, &text);
    json_object_set_new(args, "filter", json_read_reply(text.data, text.len, &broken));
    if (filter->q)
        json_object_set_new(args, "q", json_string(filter->q));
    return true;
}

static void ask_for_it(struct export *export, const struct catalogue_entity *entity)
{
    json_t *args = json_pack("{s:s}", "format", export->format);
    const char *language = export->batch.options->lang;
    if (language)
        json_object_set_new(args, "language", json_string(language));
    if (export->columns)
        json_object_set_new(args, "columns", names(export->columns));
    if (export->sort)
        json_object_set_new(args, "sort", names(export->sort));
    if (export->filter && !take_filter(export, entity, args)) {
        json_decref(args);
        fail(export, EX_USAGE);
        return;
    }
    link_call(export->batch.link, export->verb, args, CALL_READ, on_row, on_answer, export);
}

static void on_catalogue_row(void *context, const json_t *row)
{
    struct export *export = context;
    struct str text;
    str_init(&text, NULL);
    json_write(row, &text);
    vec_push(&export->rows, str_steal(&text));
}

static void on_catalogue(void *context, const struct answer *answer)
{
    struct export *export = context;
    if (answer->code) {
        batch_complain_of("session.describe", answer);
        fail(export, error_code_exit(answer->code));
        return;
    }
    struct str text;
    str_init(&text, export->arena);
    json_write(answer->object, &text);
    struct catalogue *catalogue =
        catalogue_create(NULL, (const char *const *)export->rows.items, export->rows.count, text.data);
    const struct catalogue_entity *entity = catalogue ? catalogue_entity(catalogue, export->entity) : NULL;
    if (entity) {
        ask_for_it(export, entity);
    } else {
        batch_complain("%s: there is no such list for you", export->entity);
        fail(export, EX_NOPERM);
    }
    catalogue_destroy(catalogue);
}

static void begin(struct batch *batch)
{
    struct export *export = export_of(batch);
    int failed = part_open(&export->part, export->output);
    if (failed) {
        complain_of_file(export, failed);
        fail(export, EX_CANTCREAT);
        return;
    }
    export->open = true;
    if (export->filter)
        link_call(batch->link, "session.describe", json_object(), CALL_READ, on_catalogue_row, on_catalogue,
                  export);
    else
        ask_for_it(export, NULL);
}

/* ---- the command line ---- */

static int refuse(const char *what, const char *value)
{
    batch_complain("%s: %s", what, value);
    return EX_USAGE;
}

static int read_options(struct export *export, const struct options *options)
{
    int option;
    optind = 0; /* begins anew, behind the word `export` */
    while ((option = getopt_long(options->nrest, options->rest, "F:f:C:S:o:r", rows, NULL)) != -1) {
        switch (option) {
        case 'F': export->format = optarg; break;
        case 'f': export->filter = optarg; break;
        case 'C': export->columns = optarg; break;
        case 'S': export->sort = optarg; break;
        case 'o': export->output = optarg; break;
        case 'r': export->replace = true; break;
        default: fputs(usage, stderr); return EX_USAGE;
        }
    }
    if (options->nrest - optind != 1) {
        fputs(usage, stderr);
        return EX_USAGE;
    }
    export->entity = options->rest[optind];
    snprintf(export->verb, sizeof(export->verb), "%s.export", export->entity);
    if (!message_verb_valid(export->verb))
        return refuse("no entity; they look like customer", export->entity);
    if (strcmp(export->format, "csv") != 0 && strcmp(export->format, "xlsx") != 0 &&
        strcmp(export->format, "pdf") != 0)
        return refuse("no such format (csv, xlsx, pdf)", export->format);
    return 0;
}

int batch_export(const struct options *options)
{
    struct export export = {.format = "csv", .batch = {.options = options, .begin = begin, .json = "{}"}};
    char name[160];
    int code = read_options(&export, options);
    if (code)
        return code;
    snprintf(name, sizeof(name), "%s.%s", export.entity, export.format);
    if (!export.output)
        export.output = name;
    export.batch.verb = export.verb;
    export.arena = arena_create(0);
    if (!export.replace && strcmp(export.output, "-") != 0 && access(export.output, F_OK) == 0) {
        batch_complain("%s: it is there already (--replace)", export.output);
        code = EX_CANTCREAT;
    }
    if (!code)
        code = batch_go(&export.batch);
    if (export.open)
        part_drop(&export.part);
    vec_each(char *, row, &export.rows) free(*row);
    vec_finish(&export.rows);
    arena_destroy(export.arena);
    return code;
}
