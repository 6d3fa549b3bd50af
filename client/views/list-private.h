/* For the files of the list only. */
#pragma once

#include "client/ui/input.h"
#include "client/views/rows.h"

struct list {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    struct rows rows;
    struct input input; /* of the filter line, while it is open */
    bool filtering, descending, asked;
    char *fixed_line; /* the filter it was opened with: Esc does not take it away */
};

struct list *list_of(struct screen *screen);
void list_complete_filter(struct list *list); /* Tab: the field's name, or its codes */
const struct field *
list_filter_field(struct list *list, const char *word); /* meant by the name that begins a term; NULL: none */
const char *list_record_title(struct list *list, struct arena *arena, const json_t *row);
