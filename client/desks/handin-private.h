/* For the files of the hand-in desk only. */
#pragma once

#include "client/desks/later.h"
#include "client/ui/screen.h"
#include "client/ui/table.h"
#include "client/views/context.h"
#include "client/views/sheet_dialog.h"
#include "model/field.h"

enum handin_focus { HANDIN_DRIVERS, HANDIN_ORDERS };
enum { HANDIN_FIELDS = 6 };

struct handin_desk {
    struct screen screen;
    struct app_context *app;
    json_t *all;              /* every driver who holds money, as the server told; NULL: not here yet */
    json_t *drivers, *orders; /* those of them that are shown; the orders of the one under the cursor */
    char *match;              /* letters of the drivers shown; NULL: all */
    struct table driver_table, order_table;
    enum handin_focus focus;
    int64_t orders_of; /* key of the driver's row the orders belong to; NIL: none */
    uint64_t asked_drivers, asked_orders;
    struct later again;
    /* what is being handed in */
    uint64_t dialog;
    bool sent;
    struct field fields[HANDIN_FIELDS];
    int64_t expected_fen;
    json_t *meant;         /* the orders it is of, as they were when it was asked for; NULL: it never was */
    bool of_all;           /* everything the driver holds of the branch is meant */
    const char *last_kind; /* the entity of the last paper made here; NULL: none was made */
    int64_t last_id;
};

static inline struct handin_desk *handin_of(struct screen *screen)
{
    return container_of(screen, struct handin_desk, screen);
}

/* handin_rows.c */
void handin_init_rows(struct handin_desk *desk);
void handin_finish_rows(struct handin_desk *desk);
void handin_name_columns(struct handin_desk *desk);
void handin_read(struct handin_desk *desk);
void handin_set_match(struct handin_desk *desk, const char *words);
/* Another row has the cursor: its orders are asked for. */
void handin_driver_changed(struct handin_desk *desk);
const json_t *handin_driver(const struct handin_desk *desk); /* under the cursor; NULL: none */
const json_t *handin_order(const struct handin_desk *desk);

/* The orders meant, oldest first: the marked ones, else all of the driver. A new array. */
json_t *handin_chosen(const struct handin_desk *desk);

/* handin_send.c */
unsigned handin_take(struct handin_desk *desk);
/* Takes the orders meant, and counts what is held of them. false: there is nothing to be asked for now. */
bool handin_expect(struct handin_desk *desk);
/* Asks for the desk's fields in a box that begins with it. */
void handin_ask(struct handin_desk *desk, const char *title, const char *what_follows, size_t nfields,
                const json_t *values, sheet_submit *submit);
/* Ends what was sent of a paper of that kind, and reads anew. true: it was taken, and is the desk's last one; else the person was told why not. */
bool handin_answered(struct handin_desk *desk, const char *kind, const struct answer *answer);

/* handin_short.c: what is missing is settled. */
bool handin_may_settle(const struct handin_desk *desk);
unsigned handin_settle(struct handin_desk *desk);
int64_t handin_sum(const json_t *orders);                        /* what is held of them */
json_t *handin_lines(const json_t *orders, int64_t counted_fen); /* laid on them one after the other */
