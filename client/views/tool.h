/*
 * Tools: what the client itself can do with what is on the screen, whatever the entity: export it, draw it, keep its filter … Each is one row. Lists
 * and records in sight offer those that fit under their capital letter (small letters are the server's actions); the command line offers all.
 */
#pragma once

#include "client/views/context.h"

struct key;
struct key_bar;
struct rows;

/* What a tool works on: what the screen shows. */
struct subject {
    struct app_context *app;
    struct screen *screen;                 /* NULL: nothing is open */
    const struct catalogue_entity *entity; /* NULL: the screen shows no entity */
    struct rows *rows;                     /* of a list; NULL: none */
    const json_t *row;                     /* the record shown, or under the cursor; NULL: none */
    int64_t id;                            /* its id; 0: none */
};

enum tool_place {
    TOOL_LIST = 1 << 0,    /* wants .rows */
    TOOL_RECORD = 1 << 1,  /* wants .id, on a list or on a record */
    TOOL_ANYWHERE = 1 << 2 /* wants nothing; offered by the command line */
};

struct tool {
    const char *name;
    const char *label;  /* msgid */
    const char *help;   /* msgid */
    const char *search; /* further words the command line finds it by: English, pinyin; NULL: none */
    int key;            /* capital letter or sign; 0: by the command line only */
    int priority;       /* on the key bar, as in key_bar_add; 0: not on it, `?` and the command line only */
    unsigned places;    /* enum tool_place: one of them is enough */
    bool (*may)(const struct subject *subject); /* NULL: whoever sees it */
    void (*run)(const struct subject *subject);
};

/* The rows live for ever. Once, before the first screen; two tools of one place may not share a key. */
void tool_register(const struct tool tools[], size_t count);
size_t tool_count(void);
const struct tool *tool_at(size_t index);
bool tool_fits(const struct tool *tool, const struct subject *subject);

/* Screens of this kind show an entity; `subject_r` comes with app and screen set. */
void subject_register(const struct screen_ops *ops,
                      void (*look)(struct screen *screen, struct subject *subject_r));

/* What the screen shows, with only app and screen set where its kind shows no entity. */
struct subject subject_of(struct app_context *app, struct screen *screen);

/* SCREEN_UNUSED: no tool has this key here. For lists and records in sight. */
unsigned tool_key(const struct subject *subject, const struct key *key);
void tool_keys(const struct subject *subject, struct key_bar *bar);
