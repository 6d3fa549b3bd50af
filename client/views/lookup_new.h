/* What a look-up leads to beside its hits: the whole list to choose from, and a new record for what was not found. */
#pragma once

#include "client/views/context.h"

/* A record was chosen or made for the screen that asked. `words` is its title. */
typedef void lookup_done(struct screen *asker, int64_t id, const char *words, void *context);

/* Opens the entity's list over the asker; Enter on a row hands it over and comes back. `typed` is searched for. */
void lookup_list(struct app_context *app, struct screen *asker, const struct catalogue_entity *entity,
                 const char *typed, lookup_done *done, void *context);

/* From open_record(): a list opened by lookup_list() had a row taken. False: nobody asked for it. */
bool lookup_taken(struct app_context *app, const struct catalogue_entity *entity, int64_t id);

/* Opens the new form of the entity with what was typed filled in; once it is saved the record is handed over and the form closes. */
void lookup_new(struct app_context *app, struct screen *asker, const struct catalogue_entity *entity,
                const char *typed, lookup_done *done, void *context);
bool lookup_new_may(const struct app_context *app, const char *entity);
