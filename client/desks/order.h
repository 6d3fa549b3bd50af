/* Facts of a rescue order's row, as the server sent it. */
#pragma once

#include "base/time.h"
#include "client/views/context.h"
#include "model/catalogue.h"

int64_t order_number(const json_t *row, const char *name);   /* NIL: null or absent */
const char *order_text(const json_t *row, const char *name); /* "" likewise */
double order_real(const json_t *row, const char *name);      /* NAN */
bool order_truth(const json_t *row, const char *name);
struct instant order_time(const json_t *row, const char *name);

/* Whether one of the texts of a row, of whatever entity, has these letters in it. */
bool order_holds(const json_t *row, const char *words);
bool order_is_among(const json_t *rows, int64_t id);

bool order_is(const json_t *row, const char *state);
bool order_is_live(const json_t *row);    /* a vehicle has it: dispatched … arrived */
bool order_is_waiting(const json_t *row); /* new */

/* When the step awaited now began: the last time of the row that is not null. */
struct instant order_since(const json_t *row);

/* What the customer still owes: price less received, never negative; NIL without a price. */
int64_t order_rest_fen(const json_t *row);

/* What the price should be: as set, else as proposed, else as estimated; NIL: nothing is known. */
int64_t order_price_fen(const json_t *row);

/* The labels of the flow's main steps and which is the present one; -1: none (void). Returns their number. */
enum { ORDER_STEPS_MAX = 8 };
int order_steps(const struct catalogue_entity *entity, const json_t *row, const char *labels[ORDER_STEPS_MAX],
                int *current_r);
