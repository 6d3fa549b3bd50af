/* For the files of the screen of a record's files only: files.c (screen, rows), files_ask.c (attached, fetched, looked at, removed). */
#pragma once

#include "client/ui/table.h"
#include "client/views/context.h"
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
    json_t *about; /* the row that a box over this screen asks of */
    struct table table;
};

static inline struct files *files_of(struct screen *screen)
{
    return container_of(screen, struct files, screen);
}

const char *files_text(const json_t *row, const char *name); /* "" where it has none */
const json_t *files_current(struct files *files);            /* NULL: the cursor is on none */
void files_read(struct files *files);                        /* the rows, anew */
bool files_may_see(const struct app_context *app, const struct catalogue_entity *entity);
struct files *files_open(struct app_context *app, const struct catalogue_entity *entity, int64_t id,
                         const char *title);

/* files_ask.c: `typed` stands in the box already; NULL: nothing does */
void files_ask_attach(struct files *files, const json_t *row, const char *typed);
void files_ask_fetch(struct files *files, const json_t *row, const char *typed);
void files_ask_remove(struct files *files, const json_t *row, const char *typed);
void files_look(struct files *files, const json_t *row);
void files_ask_register(void);
