/* For the files of the call desk only. */
#pragma once

#include "client/desks/caller.h"
#include "client/desks/panel.h"
#include "client/desks/place.h"
#include "client/views/desk.h"
#include "client/views/draft.h"
#include "client/views/sheet.h"
#include "model/catalogue.h"

struct call {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    struct sheet sheet;
    struct caller caller;
    struct places places;
    struct later facts; /* asks for the price */

    char *priced; /* arguments the price was asked for, as text; NULL: not enough is known */
    uint64_t asked_price;
    json_t *price;        /* the last answer; NULL: none */
    char *price_trouble;  /* why there is none, translated */
    bool customer_filled; /* the customer in the form was found by phone or plate, not chosen */
    char *contact_filled; /* the contact that came with it, NULL: none did */
    json_t *car;          /* the order whose car stands in the form, by the plate typed; NULL: none */
    bool filling;         /* this desk sets a field itself */
    bool jumping;         /* Enter was the last key: what is learned now is passed over, too */

    bool saving;
    json_t *unsure;    /* arguments with key whose outcome is not known: the same again is the same command */
    uint64_t question; /* whether to leave what is not saved; 0: not asked. It may be answered already */
    uint64_t dialog;   /* the new customer's; 0: none */
    struct field customer_fields[4];
    struct field charges, charge_fields[8]; /* the payers, without what is no matter of the intake */
    int64_t rest_payer;  /* whose line was put in, as somebody has to take the rest; 0: none was */
    const char *back_to; /* the field from which the payers were opened; NULL: they are not open */
    json_t *customer;    /* as sent */
    int64_t saved_id;    /* the last order made here; NIL: none */
    char saved_number[32];
    int64_t other_id; /* the order that has the case number already; NIL: none */
    json_t *last;     /* what was saved last, to copy from */
    bool panel_only;  /* F11 on a narrow screen */
};

static inline struct call *call_of(struct screen *screen)
{
    return container_of(screen, struct call, screen);
}

enum { CALL_BESIDE_FROM = 72 }; /* columns from which the panel stands beside the form */

struct call *call_open_new(struct app_context *app, const struct catalogue_entity *entity,
                           const json_t *prefill);
extern const struct screen_ops call_ops;
extern const struct draft_kind call_draft_kind;

/* call_form.c: the fields, and saving. */
void call_add_fields(struct call *call);
void call_fill(struct call *call, const json_t *values);
void call_next_field(struct call *call);
/* Over fields that need no typing: filled in already, or known from others. */
void call_jump(struct call *call);
void call_save(struct call *call);
void call_copy_field(struct call *call); /* from the caller's last order */
void call_copy_all(struct call *call);   /* the same for every field that is empty */
bool call_copy_all_offered(struct call *call);
bool call_copy_offered(struct call *call);

/* The place by coordinates, else by the district named in the address. *district_r: taken from there; NULL: typed, or none. */
struct point call_place(struct call *call, const char *coordinates, const char *address,
                        const struct place_district **district_r);

/* call_facts.c: what is learned while typing. */
void call_facts_init(struct call *call);
void call_facts_changed(struct call *call); /* after every key */
void call_facts_forget(struct call *call);
void call_read_places(struct call *call);
void call_learned(struct screen *screen); /* the caller is known better */

/* call_place.c: landmarks and districts by look-up. */
bool call_place_offered(struct call *call);
void call_find_place(struct call *call);
/* The first that fit what is being typed as an address. */
void call_place_names(struct call *call, void (*each)(void *context, const char *name), void *context);
int call_language(const struct call *call); /* of place_words */

/* call_payers.c: who pays what. */
void call_payers_add(struct call *call);
void call_payers_complete(struct call *call); /* they, or the customer, are others now */
bool call_payers_offered(struct call *call);
void call_payers_open(struct call *call);
void call_payers_left(struct call *call);
void call_payers_put(struct call *call, json_t *args); /* as arguments; nothing where the customer pays all */
void call_payers_remember(struct call *call, json_t *last); /* with their names, to copy from */
void call_payers_copy(struct call *call, const json_t *from);
void call_payers_draw(struct call *call, struct panel *panel);

/* call_customer.c */
bool call_customer_offered(struct call *call);
void call_new_customer(struct call *call);
bool call_caller_known(struct call *call);
bool call_show_customer(struct call *call); /* all there is about him; false: nobody is known yet */

/* call_draw.c */
void call_draw(struct screen *screen, struct canvas *canvas, struct area body);
void call_panel_plain(struct call *call, struct str *out);

/* What is typed in a field now, or its value; NULL: nothing. */
const char *call_typed(struct call *call, const char *name);
