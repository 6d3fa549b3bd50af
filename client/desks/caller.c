#include "client/desks/caller.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/desks/order.h"
#include "client/views/ask.h"

enum { SETTLE_MS = 350, ORDERS = 5, CUSTOMERS = 6, NOTICES = 3 };

static void ask_facts(void *context);

void caller_init(struct caller *caller, struct app_context *app, struct screen *screen,
                 void (*changed)(struct screen *screen))
{
    *caller = (struct caller){.app = app, .screen = screen, .changed = changed};
    for (int i = 0; i < CALLER_FACTS; i++)
        caller->known[i].caller = caller;
    later_init(&caller->later, app, ask_facts, caller);
}

static void forget(struct caller_known *known)
{
    if (known->asked_orders)
        ask_cancel(known->caller->app, known->asked_orders);
    if (known->asked_customers)
        ask_cancel(known->caller->app, known->asked_customers);
    if (known->asked_notices)
        ask_cancel(known->caller->app, known->asked_notices);
    json_decref(known->orders);
    json_decref(known->customers);
    json_decref(known->notices);
    free(known->fact);
    *known = (struct caller_known){.caller = known->caller};
}

void caller_finish(struct caller *caller)
{
    later_finish(&caller->later);
    for (int i = 0; i < CALLER_FACTS; i++) {
        forget(&caller->known[i]);
        free(caller->typed[i]);
    }
}

const char *caller_phone(struct arena *arena, const char *typed)
{
    const char *folded = typed ? utf8_nfkc(arena, typed) : NULL;
    struct str out;
    size_t digits = 0;
    str_init(&out, arena);
    for (const char *at = folded ? folded : ""; *at; at++) {
        bool digit = *at >= '0' && *at <= '9';
        if (digit || (*at == '+' && !out.len))
            str_add_char(&out, *at);
        digits += digit;
    }
    return digits >= CALLER_PHONE_LEAST ? out.data : NULL;
}

/* ---- asking */

static json_t *take_rows(const struct answer *answer)
{
    const json_t *rows = json_object_get(answer->object, "rows");
    return json_is_array(rows) ? json_deep_copy(rows) : json_array();
}

static void on_orders(struct screen *screen, const struct answer *answer, void *context)
{
    struct caller_known *known = context;
    known->asked_orders = 0;
    json_decref(known->orders);
    known->orders = take_rows(answer);
    known->caller->changed(screen);
}

static void on_customers(struct screen *screen, const struct answer *answer, void *context)
{
    struct caller_known *known = context;
    known->asked_customers = 0;
    json_decref(known->customers);
    known->customers = take_rows(answer);
    known->caller->changed(screen);
}

static void on_notices(struct screen *screen, const struct answer *answer, void *context)
{
    struct caller_known *known = context;
    known->asked_notices = 0;
    json_decref(known->notices);
    known->notices = take_rows(answer);
    known->caller->changed(screen);
}

static void ask_notices(struct caller_known *known)
{
    struct caller *caller = known->caller;
    if (!app_may(caller->app, "order_notice.list"))
        return;
    json_t *args = json_pack("{s:s, s:{s:s}, s:[s,s,s,s,s,s], s:[s], s:i}", "q", known->fact, "filter",
                             "state", "received", "columns", "foreign_number", "partner_id", "plate", "place",
                             "service", "received_at", "sort", "received_at", "limit", (int)NOTICES);
    if (known->asked_notices)
        ask_cancel(caller->app, known->asked_notices);
    known->asked_notices =
        ask(caller->app, caller->screen, "order_notice.list", args, CALL_READ, NULL, on_notices, known);
}

static void ask_orders(struct caller_known *known, const char *field)
{
    struct caller *caller = known->caller;
    json_t *args = json_pack("{s:{s:s}, s:[s], s:i}", "filter", field, known->fact, "sort", "-created_at",
                             "limit", (int)ORDERS);
    if (known->asked_orders)
        ask_cancel(caller->app, known->asked_orders);
    known->asked_orders =
        ask(caller->app, caller->screen, "rescue.list", args, CALL_READ, NULL, on_orders, known);
}

static void ask_customers(struct caller_known *known)
{
    struct caller *caller = known->caller;
    json_t *args =
        json_pack("{s:s, s:{s:{s:b}}, s:[s,s,s,s], s:i}", "q", known->fact, "filter", "disabled_at", "null",
                  1, "columns", "name", "kind", "code", "phone", "limit", (int)CUSTOMERS);
    if (app_may(caller->app, "customer.list"))
        known->asked_customers =
            ask(caller->app, caller->screen, "customer.list", args, CALL_READ, NULL, on_customers, known);
    else
        json_decref(args);
}

static const char *normal(struct arena *arena, enum caller_fact fact, const char *typed)
{
    char plate[64];
    if (fact == CALLER_PHONE)
        return caller_phone(arena, typed);
    return typed && plate_normalise(typed, plate, sizeof(plate)) ? arena_strdup(arena, plate) : NULL;
}

static bool same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static void ask_facts(void *context)
{
    static const char *const fields[] = {[CALLER_PHONE] = "contact_phone", [CALLER_PLATE] = "plate"};
    struct caller *caller = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    bool forgot = false;
    for (int i = 0; i < CALLER_FACTS; i++) {
        struct caller_known *known = &caller->known[i];
        const char *fact = normal(arena, i, caller->typed[i]);
        if (same(fact, known->fact))
            continue;
        forget(known);
        forgot = true;
        if (!fact)
            continue;
        known->fact = memory_strdup(fact);
        ask_orders(known, fields[i]);
        ask_customers(known);
        ask_notices(known);
    }
    if (forgot)
        caller->changed(caller->screen);
}

void caller_tell(struct caller *caller, const char *phone, const char *plate)
{
    const char *const typed[] = {[CALLER_PHONE] = phone, [CALLER_PLATE] = plate};
    bool changed = false;
    for (int i = 0; i < CALLER_FACTS; i++) {
        if (same(typed[i], caller->typed[i]))
            continue;
        free(caller->typed[i]);
        caller->typed[i] = typed[i] ? memory_strdup(typed[i]) : NULL;
        changed = true;
    }
    if (changed)
        later_set(&caller->later, SETTLE_MS);
}

void caller_ask_again(struct caller *caller)
{
    if (caller->known[CALLER_PHONE].fact)
        ask_orders(&caller->known[CALLER_PHONE], "contact_phone");
    if (caller->known[CALLER_PLATE].fact)
        ask_orders(&caller->known[CALLER_PLATE], "plate");
    for (int i = 0; i < CALLER_FACTS; i++)
        if (caller->known[i].fact)
            ask_notices(&caller->known[i]);
}

/* ---- what it means */

const json_t *caller_customer(const struct caller *caller)
{
    for (int i = 0; i < CALLER_FACTS; i++)
        if (json_array_size(caller->known[i].customers) == 1)
            return json_array_get(caller->known[i].customers, 0);
    return NULL;
}

const json_t *caller_last(const struct caller *caller)
{
    for (int i = 0; i < CALLER_FACTS; i++)
        if (json_array_size(caller->known[i].orders))
            return json_array_get(caller->known[i].orders, 0);
    return NULL;
}

bool caller_is_asked(const struct caller *caller)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct caller_known *known = &caller->known[CALLER_PHONE];
    const char *typed = caller->typed[CALLER_PHONE];
    return typed && caller_phone(arena, typed) && (!known->fact || !known->orders || known->asked_orders);
}

static bool seen_before(const struct caller *caller, int64_t id)
{
    size_t i;
    const json_t *order;
    json_array_foreach(caller->known[CALLER_PHONE].orders, i, order)
    {
        if (order_number(order, "id") == id)
            return true;
    }
    return false;
}

size_t caller_live(const struct caller *caller,
                   void (*each)(void *context, const json_t *order, enum caller_fact same_fact),
                   void *context)
{
    size_t count = 0;
    for (int fact = 0; fact < CALLER_FACTS; fact++) {
        size_t i;
        const json_t *order;
        json_array_foreach(caller->known[fact].orders, i, order)
        {
            if (!order_is_waiting(order) && !order_is_live(order))
                continue;
            if (fact == CALLER_PLATE && seen_before(caller, order_number(order, "id")))
                continue;
            count++;
            if (each)
                each(context, order, fact);
        }
    }
    return count;
}

size_t caller_notices(const struct caller *caller, void (*each)(void *context, const json_t *notice),
                      void *context)
{
    size_t count = 0;
    for (int fact = 0; fact < CALLER_FACTS; fact++) {
        size_t i;
        const json_t *notice;
        json_array_foreach(caller->known[fact].notices, i, notice)
        {
            if (fact == CALLER_PLATE &&
                order_is_among(caller->known[CALLER_PHONE].notices, order_number(notice, "id")))
                continue;
            count++;
            if (each)
                each(context, notice);
        }
    }
    return count;
}
