/* For the files of the form only: form.c (screen), form_key.c, form_save.c (the server's side), form_draw.c, form_conflict.c. */
#pragma once

#include "client/views/draft.h"
#include "client/views/lookup_new.h"
#include "client/views/sheet.h"
#include "model/catalogue.h"

enum form_mode { FORM_VIEW, FORM_EDIT, FORM_NEW };

struct form {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    enum form_mode mode;
    int64_t id, version; /* id 0: none yet */
    json_t *row;         /* as the server sent it last; NULL: not here yet */
    json_t *prefill;
    struct sheet sheet;
    bool saving, leaving; /* leaving: closed once it is saved */
    uint64_t question;    /* what is to become of what is not saved; 0: not asked. It may be answered already */
    bool stale;           /* somebody else saved it while it is edited here */
    int reading;          /* questions for the record under way */
    bool gone;
    bool held;      /* colleagues are told that it is edited here */
    bool acting;    /* the answer to a step is not here yet */
    json_t *theirs; /* the record as it is now, while a conflict is looked at */

    uint64_t asker; /* a look-up wants the record made here; 0: none does */
    lookup_done *made;
    void *made_context;
};

struct form *form_of(struct screen *screen);
extern const struct screen_ops form_ops;

/* The sheet anew for the mode: what was typed is lost. */
void form_build(struct form *form);
void form_set_mode(struct form *form, enum form_mode mode);
void form_hold(struct form *form,
               bool hold); /* tells colleagues that this record is edited here, or no longer */
const json_t *form_can(const struct form *form);
bool form_may(const struct form *form, const char *verb); /* on this record, now */
const char *form_title_text(const struct form *form, struct arena *arena);

void form_ask_leave(struct form *form); /* save, discard, go on? */
bool form_dirty(struct screen *screen);

/* A screen of its own, not opened yet. */
struct form *form_create(struct app_context *app, const struct catalogue_entity *entity, int64_t id,
                         enum form_mode mode);

/* form_key.c */
unsigned form_key(struct screen *screen, const struct key *key);
void form_keys(struct screen *screen, struct key_bar *bar);

/* form_draft.c: what is unsaved, kept on disk. */
extern const struct draft_kind form_draft_kind;

/* form_save.c */
void form_read(struct form *form);
void form_save(struct form *form);
void form_remember(const struct form *form);            /* for Ctrl-D in the next one */
const json_t *form_remembered(const struct form *form); /* values of the record saved last; NULL: none */

/* form_conflict.c: shows mine and theirs side by side for each field that both changed; then saves. */
void form_conflict_open(struct form *form);
void form_merge(struct form *form); /* theirs is the ground now; what was changed here stays */

/* What became of a step: reads the record anew, or closes the form of one that is gone. */
struct action_outcome;
void form_acted(struct screen *screen, const struct action_outcome *outcome, void *context);

/* form_generic.c: disable, enable, delete. */
const char *form_generic_words(const struct form *form); /* for the key bar; NULL: none is allowed */
unsigned form_offer_generic(struct form *form);

/* form_draw.c */
void form_draw(struct screen *screen, struct canvas *canvas, struct area body);
void form_crumb(struct screen *screen, struct str *out);
void form_plain(struct screen *screen, struct str *out);
void form_linear(struct screen *screen, struct linear *linear);
