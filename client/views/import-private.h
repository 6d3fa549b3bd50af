/* The import of a file into a list, step by step: sent, its columns given to fields, looked through, done. For import*.c. */
#pragma once

#include "client/ui/table.h"
#include "client/views/context.h"
#include "model/catalogue.h"
#include "wire/json.h"

enum import_step {
    IMPORT_SENDING,
    IMPORT_MAPPING,
    IMPORT_CHECKING,
    IMPORT_CHECKED,
    IMPORT_RUNNING,
    IMPORT_DONE
};

struct import_view {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    char *path, *name;
    enum import_step step;
    int64_t upload, run; /* NIL: none yet */
    uint64_t asked;
    int64_t done, total;    /* of what runs */
    char *bad, *duplicates; /* what is asked for: refuse, skip, update */

    json_t *kept;    /* of a draft: the mapping as it was left; NULL: none */
    json_t *columns; /* as the server reads the file: column, field, samples */
    json_t *result;  /* of the dry run, or of the import */
    json_t *lines;   /* bad ones */
    char key[64];    /* of the import under way: the same again when it is gone on with */
    struct table table;
    struct arena *arena; /* of the cell drawn last */
};

static inline struct import_view *import_view_of(struct screen *screen)
{
    return container_of(screen, struct import_view, screen);
}

/* ---- import_steps.c: what is asked of the server */
void import_send(struct import_view *view);
void import_look(struct import_view *view);
void import_check(struct import_view *view);
void import_go(struct import_view *view);
/* {title: field}; null leaves a column out. A new reference. */
json_t *import_mapping(const struct import_view *view);

/* ---- import_map.c: columns and fields */
extern const struct table_model import_map_model;
void import_map_columns(struct import_view *view);
void import_map_choose(struct import_view *view);
void import_map_leave_out(struct import_view *view);
void import_map_keep(struct import_view *view);
void import_map_recall(struct import_view *view, const char *name);
void import_map_take(struct import_view *view, const json_t *mapping); /* NULL: nothing changes */
void import_map_pick(struct import_view *view);
/* Labels of required fields that no column goes to, joined; "" for none. In the view's arena. */
const char *import_map_missing(struct import_view *view);

/* ---- import_bad.c: lines that are none */
extern const struct table_model import_bad_model;
void import_bad_columns(struct import_view *view);
void import_bad_add(struct import_view *view, const json_t *row);
void import_bad_write(struct import_view *view);

/* ---- import.c */
void import_show(struct import_view *view, enum import_step step);
struct import_view *import_open(struct app_context *app, const struct catalogue_entity *entity,
                                const char *path); /* and sends the file */
void import_language_register(void);
