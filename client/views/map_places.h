/* The names on a map: towns, districts and cities of the company's land, as the server lists them. */
#pragma once

#include "client/ui/atlas.h"
#include "client/views/ask.h"

/* Asks for them in the name of the screen; false: this person may not see them, and a map without names is a map still. */
bool map_places_ask(struct app_context *app, struct screen *screen, ask_done *done, void *context);

/* Puts the rows of the answer in place of the names there were, in the language of the screens. */
void map_places_fill(const struct app_context *app, struct atlas *map, const json_t *rows);
