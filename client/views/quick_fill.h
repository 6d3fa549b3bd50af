/* The words behind a quick code put to the fields they mean: read as a person would type them there; references are left to be looked up. */
#pragma once

#include "client/views/context.h"
#include "client/views/quick.h"

struct quick_slot {
    const struct field *field;
    const char *text;  /* as typed */
    const char *value; /* the protocol's; NULL: none (yet) */
    const char *label; /* of a reference that was found */
    bool seek;         /* a reference that is to be looked up */
};

struct quick_slots {
    struct quick_slot items[QUICK_ARGS];
    size_t count;
    const char *trouble; /* what could not be put anywhere or read, translated; NULL: nothing */
};

/* Texts are in the arena. */
void quick_fill(const struct app_context *app, struct arena *arena, const struct quick *quick,
                struct quick_slots *slots_r);

/* As a half-filled sheet (sheet_restore), and as values for a new record. New references. */
json_t *quick_draft(const struct quick *quick, const struct quick_slots *slots);
json_t *quick_prefill(struct arena *arena, const struct quick_slots *slots);
