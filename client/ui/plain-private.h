#pragma once

#include "client/ui/linear.h"
#include "client/ui/plain.h"

/* What the top screen says of itself; false: nothing. The arena holds the texts. */
bool plain_look(struct ui *ui, struct arena *arena, struct linear *linear);

void plain_say(struct plain *plain, const char *format, ...) printf_like(2, 3);
void plain_press(struct ui *ui, int code);
void plain_type(struct ui *ui, const char *text);

/* The list or the fields are told again from the start. */
void plain_again(struct plain *plain);
void plain_forget_rows(struct plain *plain);

/* Case and width of letters do not count. */
bool plain_same(const char *a, const char *b);
bool plain_begins(const char *text, const char *with);

/* plain_field.c */
bool plain_find_field(const struct linear *linear, struct arena *arena, const char *name, size_t len,
                      size_t *index_r);
void plain_ask(struct plain *plain, struct ui *ui, size_t index);
void plain_ask_next(struct plain *plain, struct ui *ui, bool from_here);
void plain_stop_asking(struct plain *plain, struct ui *ui);
void plain_set(struct plain *plain, struct ui *ui, size_t index, const char *value);
void plain_value(struct plain *plain, struct ui *ui, const char *line); /* for the field asked for */
void plain_note(struct plain *plain, struct ui *ui, const char *line);
void plain_found(struct plain *plain, struct ui *ui); /* what fits the letters is here */

/* plain_word.c */
bool plain_word(struct plain *plain, struct ui *ui, const char *line); /* false: it is none */
void plain_go(struct plain *plain, struct ui *ui, const char *line);
void plain_filter(struct plain *plain, struct ui *ui, const char *line);
bool plain_take_row(struct plain *plain, struct ui *ui, size_t number, const char *rest);
