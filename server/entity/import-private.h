/* The files of the import: what is asked, how a column becomes a field, how a chunk of rows is judged and written. */
#pragma once

#include "base/map.h"
#include "server/entity/entity-private.h"
#include "server/entity/import.h"
#include "server/entity/import_sheet.h"

enum {
    IMPORT_CHUNK = 1000,       /* rows of a transaction */
    IMPORT_UPDATE_CHUNK = 100, /* where records that are there are changed, one after another */
    IMPORT_COLUMNS_MAX = ENTITY_FIELDS_MAX + 1,
    IMPORT_KEYS_MAX = 8,
    IMPORT_KEY_COLUMNS_MAX = 6,
    IMPORT_TRIES_MAX = 3, /* of a transaction whose user's rights changed */
    IMPORT_SAMPLES = 3
};

enum import_bad { BAD_REFUSE, BAD_SKIP };
enum import_duplicates { DUPLICATES_REFUSE, DUPLICATES_SKIP, DUPLICATES_UPDATE };

/* A unique field of the file: the lines that have each value, and how the table keeps it unique. */
struct import_unique {
    struct map lines; /* value, with its branch where that counts → line, as a number */
    bool by_branch, live_only;
    bool folded; /* the index begins with coalesce(branch_id, 0) */
};

struct import_key {
    const struct field *fields[IMPORT_KEY_COLUMNS_MAX];
    size_t count;
    struct map lines; /* values → line */
};

struct import_column {
    const char *title;         /* as it stands in the file */
    const struct field *field; /* NULL: left out */
    int index;        /* of the declared field; -1: the branch of an entity that does not declare it */
    bool by_name;     /* the title is the field's name: codes and ids stand in it, not words */
    struct map codes; /* folded word or code → code, for choices */
    bool has_codes;
    struct map ids; /* references found so far: text → id, as a pointer to it */
    struct import_unique *unique;
};

struct import {
    struct request *request;
    const struct entity *entity;
    struct arena *arena; /* of the whole run; request->arena is the chunk's, while one is under way */
    struct arena *chunk;
    struct arena *whole; /* the request's own */
    const char *key, *zone;

    /* what is asked */
    int64_t upload, run;
    bool dry, look;
    enum import_bad bad;
    enum import_duplicates duplicates;
    const json_t *mapping;
    const char *hash; /* of all that: the same run */

    struct import_file file;
    struct sheet sheet;
    struct import_column *columns;
    size_t ncolumns;
    struct map types; /* column of the table → its type */
    struct import_key keys[IMPORT_KEYS_MAX];
    size_t nkeys;

    /* how far it is */
    size_t next; /* row of the sheet; 0 is the head */
    bool checked;
    int64_t created, updated, skipped, bad_lines;
    int64_t progress_ms;
};

struct import_counts {
    int64_t created, updated, skipped, bad;
};

enum import_state { ROW_NEW, ROW_KNOWN, ROW_SKIPPED, ROW_BAD };

/* One row of a chunk. */
struct import_row {
    const struct sheet_row *row;
    enum import_state state;
    const char *fault; /* ROW_BAD: the error object */
    struct command *command;
    const char **texts;  /* by column: what is looked up in other tables; NULL: nothing */
    int64_t id, version; /* ROW_KNOWN */
};

/* ---- import_columns.c */
must_check int import_map_columns(struct import *import);
void import_columns_finish(struct import *import);
const struct field *import_branch_field(const struct entity *entity);
/* {"columns":[{"column","field","samples"}]…}, for who maps them. */
void import_write_columns(struct import *import, struct str *out);

/* ---- import_values.c */
/* Takes the cells into the row's command. False: a value is none, and the refusal was made. */
must_check bool import_bind(struct import *import, struct import_row *row);
/* The protocol's text of a cell of a unique field; NULL: empty, or none. */
const char *import_plain(struct import *import, const struct import_column *column, const char *cell,
                         struct arena *arena);
const char *import_cell(const struct import *import, const struct sheet_row *row, size_t column);
/* A word as choices are compared: small, without spaces around. */
const char *import_fold(struct arena *arena, const char *text);

/* ---- import_refs.c: names, codes and numbers of other records */
struct import_search;
struct import_search *import_refs_queue(struct import *import, struct import_row *rows, size_t count);
/* Puts the ids into the commands; false: the refusal for this row was made. */
void import_refs_take(struct import *import, struct import_search *search);
must_check bool import_refs_bind(struct import *import, struct import_row *row);

/* ---- import_unique.c */
/* Which values stand twice in the file; needs the unique indexes as read. */
void import_unique_queue(struct import *import, struct rows **indexes_r, struct rows **keys_r);
void import_unique_read(struct import *import, struct rows *indexes, struct rows *keys);
/* A new row beside the rows before it, by values that together stand once. A pass begins with none. */
void import_keys_judge(struct import *import, struct import_row *row);
void import_keys_clear(struct import *import);
void import_keys_finish(struct import *import);
struct rows **import_known_queue(struct import *import, struct import_row *rows, size_t count);
/* Judges a row by the file's other lines and by the table: new, known, skipped, or bad. */
void import_known_judge(struct import *import, struct import_row *row, struct rows **known);

/* ---- import_write.c */
struct rows *import_types_queue(struct import *import);
void import_types_read(struct import *import, struct rows *types);
void import_write_rows(struct import *import, struct import_row *rows, size_t count);

/* ---- import_chunk.c */
/* Rows [from, to): judged, and written unless it is dry. 0, or what is to be returned. */
must_check int import_chunk(struct import *import, size_t from, size_t to);
/* Rights changed each time they were looked at. */
int import_unsettled(struct import *import);
/* The refusal just made becomes the fault of this row. */
void import_row_fail(struct import *import, struct import_row *row);

/* ---- import_run.c: how far it is, kept in the database */
must_check int import_open(struct import *import);
must_check int import_run_begin(struct import *import);
/* In the open transaction of these rows. */
void import_run_note(struct import *import, size_t next, const struct import_counts *counts,
                     const struct import_row *rows, size_t count);
must_check int import_run_end(struct import *import);
void import_write_result(struct import *import, struct str *out);
