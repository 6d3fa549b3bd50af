/*
 * A desk is a screen made for one job (the dispatch board, the intake of calls) that stands in place of the generic list or form. It is named
 * by an entity's `view` or by a menu line's `desk`; a client that lacks it shows the generic screens.
 */
#pragma once

#include "client/views/context.h"

struct desk {
    const char *name;
    const char *label; /* msgid, for the menu and the command line where the server gives none */
    const char *help;  /* msgid: what is done there */
    const char *code;  /* typed on the command line, e.g. "dp"; NULL: none */
    bool start;        /* who has no other desk begins here */
    bool beside;       /* belongs to the work at another desk: it is none of its own to begin at */
    const char *verb;  /* without the right to this verb it is not offered; NULL: always */

    /* From the menu, or in place of the entity's list. NULL: the generic list. `entity` is NULL where the catalogue lacks it. */
    void (*open)(struct app_context *app, const struct catalogue_entity *entity);

    /* In place of the generic form. `prefill` holds values by field name, borrowed, or NULL. NULL: the generic form. */
    void (*open_new)(struct app_context *app, const struct catalogue_entity *entity, const json_t *prefill);
    void (*open_record)(struct app_context *app, const struct catalogue_entity *entity, int64_t id);
};

/* Before the ui starts; the row must live for ever. */
void desk_register(const struct desk *desk);
const struct desk *desk_find(const char *name); /* NULL: unknown, or no name */
size_t desk_count(void);
const struct desk *desk_at(size_t index);

/* Registered, and permitted to who is logged in. */
bool desk_allowed(const struct app_context *app, const struct desk *desk);
