/* A file into a list, for scripts: sent, looked through, imported. Bad lines go to standard output, how it ended too. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "client/batch-private.h"
#include "client/link/upload.h"
#include "wire/json.h"
#include "wire/message.h"

struct import {
    struct batch batch;
    const char *entity, *path, *mapping, *bad, *duplicates, *run, *kept;
    bool dry, quiet;
    char verb[128];
    struct upload *upload;
    int64_t sent;    /* upload */
    json_t *columns; /* kept under that name */
    int64_t last;    /* bad line said last: a server that took over tells them again */
};

static const char usage[] =
    "usage: yizhan [OPTIONS] import ENTITY FILE [-n] [-m JSON | -M NAME] [-b refuse|skip] [-d "
    "refuse|skip|update] [-q]\n"
    "\n"
    "  -n, --dry-run             says which lines are bad, and writes nothing\n"
    "  -m, --mapping JSON        {\"column\": \"field\"}; null leaves a column out\n"
    "  -M, --kept NAME           the mapping kept under this name (screen, k)\n"
    "  -b, --bad WAY             refuse all when a line is bad, or skip it (refuse)\n"
    "  -d, --duplicates WAY      of records that are there: refuse, skip or update (refuse)\n"
    "  -q, --quiet               nothing about how far it is\n";

static const struct option rows[] = {
    {"dry-run", no_argument, NULL, 'n'},
    {"mapping", required_argument, NULL, 'm'},
    {"kept", required_argument, NULL, 'M'},
    {"bad", required_argument, NULL, 'b'},
    {"duplicates", required_argument, NULL, 'd'},
    {"quiet", no_argument, NULL, 'q'},
    {NULL, 0, NULL, 0},
};

static void fail(struct import *import, int code)
{
    import->batch.code = code;
    batch_leave(&import->batch);
}

static void print(const json_t *object)
{
    struct str line;
    str_init(&line, NULL);
    json_write(object, &line);
    printf("%s\n", line.data);
    str_finish(&line);
}

static void say_progress(struct import *import, const char *what, int64_t done, int64_t total)
{
    if (!import->quiet)
        batch_complain("%s: %lld of %lld", what, (long long)done, (long long)total);
}

/* ---- the import */

static void on_row(void *context, const json_t *row)
{
    struct import *import = context;
    int64_t line, done = 0, total = 0;
    if (json_get_int(row, "line", &line) == JSON_GET_FOUND) {
        if (line > import->last)
            print(row);
        import->last = MAX(import->last, line);
        return;
    }
    json_get_int(row, "done", &done);
    json_get_int(row, "total", &total);
    say_progress(import, import->entity, done, total);
}

static void on_answer(void *context, const struct answer *answer)
{
    struct import *import = context;
    print(answer->object);
    if (answer->code) {
        batch_complain_of(import->verb, answer);
        fail(import, error_code_exit(answer->code));
        return;
    }
    int64_t bad = 0;
    json_get_int(answer->object, "bad", &bad);
    fail(import, bad && import->dry ? EX_DATAERR : 0);
}

static void ask_import(struct import *import, int64_t upload, json_t *mapping)
{
    json_t *args = json_object();
    json_object_set_new(args, "upload", json_integer(upload));
    if (mapping)
        json_object_set(args, "mapping", mapping);
    if (import->bad)
        json_object_set_new(args, "bad", json_string(import->bad));
    if (import->duplicates)
        json_object_set_new(args, "duplicates", json_string(import->duplicates));
    if (import->dry)
        json_object_set_new(args, "dry_run", json_true());
    link_call(import->batch.link, import->verb, args, CALL_CHANGES, on_row, on_answer, import);
}

/* ---- the columns */

/* One's own before another's: they come in this order. */
static void on_kept_row(void *context, const json_t *row)
{
    struct import *import = context;
    const char *name = json_string_value(json_object_get(row, "name"));
    if (!import->columns && name && strcmp(name, import->kept) == 0)
        import->columns = json_deep_copy(json_object_get(row, "body"));
}

static void on_kept(void *context, const struct answer *answer)
{
    struct import *import = context;
    if (answer->code) {
        batch_complain_of("preference.list", answer);
        fail(import, error_code_exit(answer->code));
    } else if (!import->columns) {
        batch_complain("%s: no columns are kept under this name for %s", import->kept, import->entity);
        fail(import, EX_USAGE);
    } else {
        ask_import(import, import->sent, import->columns);
    }
}

static void ask_kept(struct import *import)
{
    json_t *args = json_object();
    json_object_set_new(args, "kind", json_string("mapping"));
    json_object_set_new(args, "about", json_string(import->entity));
    link_call(import->batch.link, "preference.list", args, CALL_READ, on_kept_row, on_kept, import);
}

/* ---- the file */

static void on_sent_part(void *context, int64_t done, int64_t total)
{
    struct import *import = context;
    if (done == total)
        say_progress(import, import->path, done, total);
}

static void on_sent(void *context, int failed, const struct answer *answer, int64_t id)
{
    struct import *import = context;
    import->upload = NULL;
    import->sent = id;
    if (failed) {
        batch_complain("%s: %s", import->path, strerror(-failed));
        fail(import, EX_IOERR);
    } else if (answer->code) {
        batch_complain_of("file.end", answer);
        fail(import, error_code_exit(answer->code));
    } else if (import->kept) {
        ask_kept(import);
    } else {
        json_t *mapping = import->mapping ? json_loads(import->mapping, 0, NULL) : NULL;
        ask_import(import, id, mapping);
        json_decref(mapping);
    }
}

static const struct upload_ops ops = {.progress = on_sent_part, .done = on_sent};

static void begin(struct batch *batch)
{
    struct import *import = container_of(batch, struct import, batch);
    int failed = upload_start(batch->link, import->path, NULL, &ops, import, &import->upload);
    if (failed) {
        batch_complain("%s: %s", import->path, strerror(-failed));
        fail(import, EX_NOINPUT);
    }
}

/* ---- the command line */

static int refuse(const char *what, const char *value)
{
    batch_complain("%s: %s", what, value);
    return EX_USAGE;
}

static bool among(const char *value, const char *a, const char *b, const char *c)
{
    return !value || strcmp(value, a) == 0 || strcmp(value, b) == 0 || (c && strcmp(value, c) == 0);
}

static int check(struct import *import)
{
    json_t *mapping = import->mapping ? json_loads(import->mapping, 0, NULL) : NULL;
    bool object = !import->mapping || json_is_object(mapping);
    json_decref(mapping);
    if (!message_verb_valid(import->verb))
        return refuse("no entity; they look like customer", import->entity);
    if (!object)
        return refuse("--mapping is no JSON object", import->mapping);
    if (!among(import->bad, "refuse", "skip", NULL))
        return refuse("no such way (refuse, skip)", import->bad);
    if (!among(import->duplicates, "refuse", "skip", "update"))
        return refuse("no such way (refuse, skip, update)", import->duplicates);
    return 0;
}

static int read_options(struct import *import, const struct options *options)
{
    int option;
    optind = 0; /* begins anew, behind the word `import` */
    while ((option = getopt_long(options->nrest, options->rest, "nm:M:b:d:q", rows, NULL)) != -1) {
        switch (option) {
        case 'n': import->dry = true; break;
        case 'm': import->mapping = optarg; break;
        case 'M': import->kept = optarg; break;
        case 'b': import->bad = optarg; break;
        case 'd': import->duplicates = optarg; break;
        case 'q': import->quiet = true; break;
        default: fputs(usage, stderr); return EX_USAGE;
        }
    }
    if (options->nrest - optind != 2) {
        fputs(usage, stderr);
        return EX_USAGE;
    }
    import->entity = options->rest[optind];
    import->path = options->rest[optind + 1];
    snprintf(import->verb, sizeof(import->verb), "%s.import", import->entity);
    return check(import);
}

int batch_import(const struct options *options)
{
    struct import import = {.batch = {.options = options, .begin = begin, .json = "{}"}};
    int code = read_options(&import, options);
    if (code)
        return code;
    import.batch.verb = import.verb;
    code = batch_go(&import.batch);
    upload_forget(import.upload); /* broken off */
    json_decref(import.columns);
    return fflush(stdout) == 0 ? code : EX_IOERR;
}
