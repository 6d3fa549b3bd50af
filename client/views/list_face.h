/*
 * What a desk adds to the generic list: lines above the rows, a condition they are held to, columns, colours, and keys of its own that go before the
 * list's. All else (filters, marks, actions on several, columns, export, live rows) is the list's.
 */
#pragma once

#include "client/views/live.h"
#include "client/views/rows.h"

struct list;

struct list_face {
    const char *desk;           /* its name: the code of the screen is that desk's */
    const char *title, *help;   /* msgids */
    const char *const *columns; /* ended by NULL */
    const struct rows_ops *rows;
    /* Before anything is asked: sets condition and order. The screen and its rows live until close. */
    void (*begin)(void *context, struct screen *screen, struct rows *rows);
    int (*head_rows)(void *context, int cols);
    void (*draw_head)(void *context, struct canvas *canvas, struct area area);
    void (*plain_head)(void *context, struct str *out);
    unsigned (*key)(void *context, const struct key *key); /* SCREEN_UNUSED: the list's */
    void (*keys)(void *context, struct key_bar *bar);
    void (*heard)(void *context, const struct live_event events[], size_t count);
    unsigned (*tick)(void *context, int64_t now_ms);
    void (*close)(void *context); /* frees the context */
};

/* The face's own preferences are not kept: it begins as it is each time. */
void list_open_face(struct app_context *app, const struct catalogue_entity *entity,
                    const struct list_face *face, void *context);

/* The context of a list that such rows are of. */
void *list_face_context(struct rows *rows);

/* Name of the desk whose face the list of these rows wears; NULL: it is a list as it is. */
const char *list_face_desk(struct rows *rows);

/* For list.c: draws the head and gives what is left of the body; and the same as lines. */
struct area list_face_draw(struct list *list, struct canvas *canvas, struct area body);
void list_face_plain(struct list *list, struct str *out);
