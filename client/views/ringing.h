/*
 * Calls at one's own phone: the first that rings stands on the bell line with customer and open orders, those behind it are counted. Ctrl-O opens
 * them one after the other on a task of its own; what is half typed elsewhere stays as it is. None of it takes a key or covers a form.
 */
#pragma once

#include "client/views/context.h"

struct arena;

struct ringing *ringing_create(void) must_check;
void ringing_destroy(struct ringing *ringing);

/* From the app: a `popup` line came; logged in (again). */
void ringing_popup(struct app_context *app, const json_t *object);
void ringing_ready(struct app_context *app);

bool ringing_any(const struct ringing *ringing); /* takes NULL */
/* "Call 13800138000 王小明, open orders: 2  ^O", in the arena. */
const char *ringing_words(const struct ringing *ringing, struct arena *arena);

/* Ctrl-O. False: none rings. */
bool ringing_answer(struct app_context *app);
