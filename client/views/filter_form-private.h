/* For the files of the filter form only. */
#pragma once

#include "base/arena.h"
#include "client/views/filter_form.h"
#include "client/views/sheet.h"
#include "model/filter_part.h"

/* One condition, or a field of which nothing is asked yet. */
struct condition {
    const struct field *field; /* NULL: the words to search for */
    enum filter_ask ask;
    char *value, *to, *label; /* protocol text; the words of a reference */
};

struct filter_form {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    struct rows *rows;
    uint64_t below; /* the screen of the rows */
    VEC(struct condition) conditions;
    struct sheet sheet;
    struct arena *arena; /* of the fields the sheet shows, made anew with it */
    int cols;
};

struct filter_form *filter_form_of(struct screen *screen);

void filter_form_line(struct filter_form *form, struct str *out); /* the filter as it stands */

/* list_kept.c: what is typed into it is kept */
void filter_form_keep_typed(struct filter_form *form);

/* filter_form_lines.c: between the conditions and the sheet's fields */
void filter_form_fill(struct filter_form *form, const struct filter_parts *parts);
void filter_form_forget(struct filter_form *form);                  /* all conditions */
void filter_form_keep(struct filter_form *form);                    /* what stands in the sheet */
void filter_form_build(struct filter_form *form, size_t condition); /* the sheet anew, the cursor there */
size_t filter_form_current(struct filter_form *form);               /* the condition with the cursor */
void filter_form_parts(const struct filter_form *form, struct filter_parts *parts_r);
