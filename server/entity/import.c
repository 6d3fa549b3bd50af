#include "server/entity/import-private.h"

#include "base/arena.h"
#include "wire/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BLOCK = 1024 * 1024 };

static const struct choice bads[] = {{"refuse", N_("Refuse all")}, {"skip", N_("Skip the line")}, {NULL}};
static const struct choice doubles[] = {
    {"refuse", N_("Bad line")}, {"skip", N_("Skip the line")}, {"update", N_("Change the record")}, {NULL}};

static const struct field import_args[] = {
    ARG(upload, FIELD_ID, .label = N_("Upload"), .min = 1,
        .help = N_("A finished upload (file.end) with CSV or XLSX in it, one's own.")),
    ARG(dry_run, FIELD_BOOL, .label = N_("Dry run"),
        .help = N_("Says which lines are bad, and why, and writes nothing.")),
    ARG(look, FIELD_BOOL, .label = N_("Look"),
        .help = N_("Only says which columns the file has, and which fields they would go to.")),
    ARG(mapping, FIELD_NONE, .label = N_("Mapping"),
        .help = N_("An object of column titles and the fields they go to; null leaves a column out.")),
    ARG(bad, FIELD_CHOICE, .label = N_("Bad lines"), .choices = bads,
        .help =
            N_("refuse: nothing is imported when a line is bad; skip: the others are. Left out: refuse.")),
    ARG(duplicates, FIELD_CHOICE, .label = N_("Duplicates"), .choices = doubles,
        .help = N_("A record with the same unique value is there: refuse, skip the line, or update it.")),
    ARG(run, FIELD_ID, .label = N_("Run"), .min = 1, .help = N_("Goes on with an import that was stopped.")),
};

static int check_arguments(struct request *request)
{
    const char *name;
    json_t *value;
    json_object_foreach(request->args, name, value)
    {
        bool known = strcmp(name, "key") == 0;
        for (size_t i = 0; i < array_len(import_args) && !known; i++)
            known = strcmp(name, import_args[i].name) == 0;
        if (!known)
            return request_fail(request, ERR_INVALID, name, N_("There is no argument {name}"), "name", name,
                                NULL);
    }
    for (size_t i = 0; i < array_len(import_args); i++) {
        const struct field *field = &import_args[i];
        const json_t *given = json_object_get(request->args, field->name);
        struct value read;
        if (!given || json_is_null(given) || field->type == FIELD_NONE)
            continue;
        enum field_fault fault = value_read(field, request->arena, given, &read);
        if (fault)
            return bind_fault(request, field, field->name, fault, given);
    }
    return 0;
}

static int read_mapping(struct import *import)
{
    struct request *request = import->request;
    const char *name;
    json_t *value;
    import->mapping = json_object_get(request->args, "mapping");
    if (json_is_null(import->mapping))
        import->mapping = NULL;
    if (import->mapping && !json_is_object(import->mapping))
        return request_fail(request, ERR_INVALID, "mapping", N_("This is not a valid value"), NULL);
    json_object_foreach((json_t *)(uintptr_t)import->mapping, name, value)
    {
        if (!json_is_string(value) && !json_is_null(value))
            return request_fail(request, ERR_INVALID, "mapping", N_("This is not a valid value"), NULL);
    }
    return 0;
}

static bool is_choice(const struct request *request, const char *argument, const char *code)
{
    const char *given = request_text(request, argument);
    return given && strcmp(given, code) == 0;
}

static int read_all(struct import *import)
{
    struct request *request = import->request;
    int rc = check_arguments(request);
    if (!rc)
        rc = read_mapping(import);
    if (rc)
        return rc;
    import->key = request->key;
    import->zone =
        arena_strdup(request->arena, session_zone(request->session)); /* the session may become another */
    import->upload = request_int(request, "upload");
    import->run = request_int(request, "run");
    import->look = request_bool(request, "look");
    import->dry = request_bool(request, "dry_run");
    import->bad = is_choice(request, "bad", "skip") ? BAD_SKIP : BAD_REFUSE;
    import->duplicates = is_choice(request, "duplicates", "skip")     ? DUPLICATES_SKIP
                         : is_choice(request, "duplicates", "update") ? DUPLICATES_UPDATE
                                                                      : DUPLICATES_REFUSE;
    if (import->duplicates == DUPLICATES_UPDATE &&
        !grant_of(request->session, import->entity->name, "update"))
        return request_fail(request, ERR_FORBIDDEN, "duplicates", N_("This is not for you"), NULL);
    json_t *asked = json_copy(request->args);
    json_object_del(asked, "run");
    json_object_del(asked, "upload");
    json_object_del(asked, "key");
    import->hash = json_dumps(asked, JSON_COMPACT | JSON_SORT_KEYS);
    return 0;
}

static int stopped(struct import *import)
{
    struct request *request = import->request;
    char number[24];
    struct str result;
    str_init(&result, import->whole);
    import_write_result(import, &result);
    request_fail_detail(request, "result", result.data);
    snprintf(number, sizeof(number), "%" PRId64, import->created + import->updated);
    return request_fail(request, ERR_UNAVAILABLE, NULL,
                        N_("Stopped; {done} records were imported before. It can be gone on with"), "done",
                        number, NULL);
}

static int progress(struct import *import)
{
    int64_t now = time_monotonic_ms(), rows = (int64_t)import->sheet.rows.count - 1;
    bool twice = import->bad == BAD_REFUSE && !request_bool(import->request, "dry_run");
    if (now < import->progress_ms)
        return 0;
    import->progress_ms = now + WIRE_PROGRESS_AFTER_MS;
    int64_t done = (int64_t)import->next - 1 + (twice && !import->dry ? rows : 0);
    return request_send_progress(import->request, done, twice ? 2 * rows : rows);
}

/* One pass over the rows that are left. */
static int pass(struct import *import)
{
    struct request *request = import->request;
    import_keys_clear(import);
    size_t most = import->duplicates == DUPLICATES_UPDATE ? IMPORT_UPDATE_CHUNK : IMPORT_CHUNK;
    int rc = 0;
    while (!rc && import->next < import->sheet.rows.count) {
        size_t to = MIN(import->next + most, import->sheet.rows.count);
        arena_reset(import->chunk);
        rc = request_cancelled(request) ? -ECANCELED : import_chunk(import, import->next, to);
        if (!rc)
            rc = progress(import);
        if (!rc && time_monotonic_ms() > request->deadline_ms)
            rc = -ECANCELED;
    }
    return rc;
}

static int refuse_all(struct import *import)
{
    char bad[24], rows[24];
    snprintf(bad, sizeof(bad), "%" PRId64, import->bad_lines);
    snprintf(rows, sizeof(rows), "%zu", import->sheet.rows.count - 1);
    return request_fail(import->request, ERR_INVALID, "upload",
                        N_("{bad} of {rows} lines are bad; nothing was imported"), "bad", bad, "rows", rows,
                        NULL);
}

/* What refuses everything for one line looks at all of them first. */
static int check(struct import *import)
{
    bool asked = import->dry;
    import->dry = true;
    int rc = pass(import);
    import->dry = asked;
    if (rc || asked)
        return rc;
    if (import->bad_lines)
        return refuse_all(import);
    import->created = import->updated = import->skipped = 0;
    import->next = 1;
    return 0;
}

static int work(struct import *import)
{
    struct request *request = import->request;
    int rc = import_open(import);
    if (rc)
        return rc;
    request_next(request, true);
    if (import->look) {
        import_write_result(import, &request->out);
        str_truncate(&request->out, request->out.len - 1);
        import_write_columns(import, &request->out);
        str_add_char(&request->out, '}');
        return 0;
    }
    if (import->dry || (import->bad == BAD_REFUSE && !import->checked))
        rc = check(import);
    if (!rc && import->dry) {
        import_write_result(import, &request->out);
        str_truncate(&request->out, request->out.len - 1);
        import_write_columns(import, &request->out);
        str_add_char(&request->out, '}');
        return 0;
    }
    if (!rc)
        rc = import_run_begin(import);
    if (!rc)
        rc = pass(import);
    return rc ? rc : import_run_end(import);
}

/* Who asked is not there any more, or does not listen: it stops after a whole chunk, and is gone on with by the same key. */
static int told(struct import *import, int rc)
{
    struct request *request = import->request;
    bool gone = rc == -EPIPE || rc == -ETIMEDOUT;
    bool begun = import->run != NIL;
    if (rc == 0 || rc == REQUEST_REPLAY)
        return rc;
    if (gone || rc == -ECANCELED || (rc > 0 && request_cancelled(request) && begun)) {
        request_forgive(request);
        return stopped(import);
    }
    return rc;
}

static int run_import(struct request *request)
{
    if (request->session->party_id > 0) /* one by one: how many they tell is counted */
        return request_fail(request, ERR_FORBIDDEN, NULL, N_("This is not for you"), NULL);
    struct import import = {.request = request,
                            .entity = entity_verb_of(request)->entity,
                            .whole = request->arena,
                            .run = NIL,
                            .next = 1,
                            .progress_ms = time_monotonic_ms() + WIRE_PROGRESS_AFTER_MS};
    int rc = read_all(&import);
    if (rc)
        return rc;
    import.arena = arena_create(CHUNK_BLOCK);
    import.chunk = arena_create(CHUNK_BLOCK);
    sheet_init(&import.sheet);
    map_init(&import.types);
    request->arena = import.chunk;
    rc = told(&import, work(&import));
    request_use_arena(request, import.whole);
    request->key = import.key;
    import_columns_finish(&import);
    import_keys_finish(&import);
    map_finish(&import.types);
    sheet_finish(&import.sheet);
    arena_destroy(import.chunk);
    arena_destroy(import.arena);
    free(import.file.bytes);
    return rc;
}

void import_register(const struct entity *entity)
{
    struct entity_verb *verb =
        entity_verb_create(entity, "import", ACT_CREATE, VERB_CHANGES | VERB_KEYED | VERB_NO_TX, run_import);
    size_t size = strlen(entity->name) + sizeof(".create");
    char *permission = memory_alloc(size);
    snprintf(permission, size, "%s.create",
             entity->name); /* who enters them one by one may do so by the file */
    verb->row.permission = permission;
    verb->row.label = N_("Import");
    verb->row.help =
        N_("Makes records of the rows of a file. Bad lines come as rows, before anything is done.");
    verb->row.lane = LANE_LONG;
    verb->row.takes = TAKES_ANY;
    verb->row.args = import_args;
    verb->row.nargs = array_len(import_args);
    verb_register(&verb->row);
}
