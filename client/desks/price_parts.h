/* The parts of a price, as rescue.estimate sends them and an order keeps them, for a panel. */
#pragma once

#include "client/desks/panel.h"
#include "client/views/context.h"
#include "model/field.h"

/* Parts as an array, or as the text of one (estimate_parts, price_parts of an order). A new reference; NULL: none. */
json_t *price_parts_of(const json_t *parts);

/* "Further km × 12", "Rope × 2". `items` has the words for the codes of items; may be NULL. In the arena. */
const char *price_part_words(const struct app_context *app, struct arena *arena, const json_t *part,
                             const struct field *items);

/* One line a part, and below them the total under its name. total NIL: none. */
void price_parts_draw(const struct app_context *app, struct panel *panel, const json_t *parts,
                      const struct field *items, const char *name, int64_t total_fen);
