/*
 * Who else has a record open for editing: known from the server's events for every entity that is watched. Nobody is kept out; lists and forms
 * show it. And the other way: what is edited here is said to the others.
 */
#pragma once

#include "client/views/context.h"

struct arena;

/* "李 is editing since 10:02", in the language of the screen; NULL: nobody else is. */
const char *holder_text(const struct app_context *app, const struct catalogue_entity *entity,
                        const json_t *row, struct arena *arena);

/* The name alone, for a narrow place; good until the loop goes round. */
const char *holder_name(const struct app_context *app, const struct catalogue_entity *entity, int64_t id);

/* This screen edits a record; until it releases it, or for ever after the session has ended. Who is at it already is said on the message line. */
void holder_hold(struct app_context *app, const struct catalogue_entity *entity, int64_t id);
void holder_release(struct app_context *app, const struct catalogue_entity *entity, int64_t id);

/* From the app and live.c: an event that somebody holds or released a record; what is held of the entities now watched, {entity: {id: […]}};
 * somebody is logged in (again). */
bool holder_heard(struct app_context *app, const json_t *event);
void holder_watched(struct app_context *app, const json_t *held);
void holder_ready(struct app_context *app);

struct holders *holders_create(void);
void holders_destroy(struct holders *holders);
