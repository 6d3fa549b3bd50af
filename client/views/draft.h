/*
 * What is half typed survives the program: screens that hold something unsaved are written to disk within a second after a key, each to a file of
 * its own, and taken away when it is saved or thrown away. At the next login the person is told, and goes on with each where it was.
 */
#pragma once

#include "client/views/draft_file.h"

#include "client/views/context.h"

/* A kind of screen that can be kept. */
struct draft_kind {
    const struct screen_ops *ops; /* NULL: prompt.h knows its screens */
    const char *name; /* in the file: never changes */

    /* What is unsaved; NULL: nothing. A new reference. Must not change the screen: a person goes on typing. */
    json_t *(*save)(struct screen *screen);

    /* Opens a screen of this kind that goes on with it; false: it cannot be (a right, an entity is gone). */
    bool (*open)(struct app_context *app, const json_t *saved);

    /* In place of open: it goes on unasked after the login, in the screen that is returned, opened for it or before. NULL: it cannot. */
    struct screen *(*take)(struct app_context *app, const json_t *saved);
};

void draft_register(const struct draft_kind *kind); /* the row lives for ever */

struct drafts *drafts_create(struct app_context *app);
void drafts_destroy(struct drafts *drafts); /* what is open is written before; its files stay */

/* Somebody has logged in. The key is base64 as the server sends it; NULL: it sends none. What another person has open is written before his screens
 * close, and stays for him. */
void drafts_login(struct drafts *drafts, const char *user, const char *key);
void drafts_key_pressed(struct drafts *drafts);
void drafts_tick(struct drafts *drafts, int64_t now_ms);
void drafts_write(struct drafts *drafts);      /* now */
bool drafts_kept(const struct drafts *drafts); /* they can be written */

/* Tells what was found, and opens the list of it; once for each person in the program's life. */
void drafts_tell(struct app_context *app);

/* One of those found on the disk, as the list shows it. */
struct draft_entry {
    char name[DRAFT_NAME_SIZE];
    struct instant at;
    json_t *saved;     /* the whole: kind, title, state */
    const char *title; /* in it */
};

typedef VEC(struct draft_entry) draft_entries;

/* Reads them anew. Damaged ones are put aside and counted. */
size_t drafts_read(struct drafts *drafts, draft_entries *entries);
void draft_entries_finish(draft_entries *entries);

/* False: it cannot be gone on with; it is on the disk still. */
bool drafts_open(struct drafts *drafts, const struct draft_entry *entry);
void drafts_remove(struct drafts *drafts, const struct draft_entry *entry);

/* draft_list.c: the screen; and its tool. */
void drafts_show(struct app_context *app);
void drafts_register(void);
