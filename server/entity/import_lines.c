#include "server/entity/import_lines.h"

#include "base/arena.h"
#include "server/entity/import-private.h"

struct import_lines {
    struct import import;
};

/* Numbers of other records mean nothing to who is outside. */
static void leave_references_out(struct import *import)
{
    for (size_t i = 0; i < import->ncolumns; i++) {
        struct import_column *column = &import->columns[i];
        if (!column->field || !column->field->ref)
            continue;
        map_finish(&column->ids);
        map_finish(&column->codes);
        column->field = NULL;
    }
}

struct import_lines *import_lines_open(struct request *request, const struct entity *entity,
                                       const struct sheet *sheet, struct arena *arena)
{
    struct import_lines *lines = arena_new(arena, struct import_lines);
    lines->import = (struct import){.request = request,
                                    .entity = entity,
                                    .arena = arena,
                                    .whole = arena,
                                    .zone = session_zone(request->session),
                                    .sheet = *sheet};
    if (import_map_columns(&lines->import) == 0) {
        leave_references_out(&lines->import);
        return lines;
    }
    import_columns_finish(&lines->import);
    return NULL;
}

void import_lines_close(struct import_lines *lines)
{
    if (lines)
        import_columns_finish(&lines->import);
}

const char *import_lines_ignored(const struct import_lines *lines, size_t n)
{
    for (size_t i = 0; i < lines->import.ncolumns; i++) {
        const struct import_column *column = &lines->import.columns[i];
        if (!column->field && *column->title && n-- == 0)
            return column->title;
    }
    return NULL;
}

int import_lines_read(struct import_lines *lines, struct request *request, size_t row, json_t **args_r)
{
    struct import *import = &lines->import;
    struct import_row read = {.row = &import->sheet.rows.items[row]};
    struct str json;
    import->request = request;
    import->zone = session_zone(request->session);
    read.command = command_create(request);
    if (!import_bind(import, &read))
        return ERR_INVALID;
    str_init(&json, request->arena);
    record_write_json(import->entity, read.command->act.now, read.command->act.set, &json);
    *args_r = json_loadb(json.data, json.len, JSON_REJECT_DUPLICATES, NULL);
    return *args_r ? 0 : request_fail(request, ERR_INVALID, NULL, N_("A value does not fit"), NULL);
}
