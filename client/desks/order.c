#include "client/desks/order.h"

#include <math.h>
#include <string.h>

#include "client/ui/words.h"
#include "wire/json.h"

int64_t order_number(const json_t *row, const char *name)
{
    int64_t value = NIL;
    json_get_int(row, name, &value);
    return value;
}

const char *order_text(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text ? text : "";
}

double order_real(const json_t *row, const char *name)
{
    double value = NAN;
    json_get_real(row, name, &value);
    return value;
}

bool order_truth(const json_t *row, const char *name)
{
    return json_is_true(json_object_get(row, name));
}

struct instant order_time(const json_t *row, const char *name)
{
    struct instant at;
    const char *text = json_string_value(json_object_get(row, name));
    return text && time_parse(text, &at) == 0 ? at : INSTANT_NIL;
}

bool order_holds(const json_t *row, const char *words)
{
    const char *name;
    const json_t *value;
    json_object_foreach((json_t *)row, name, value)
    {
        if (json_is_string(value) && strcasestr(json_string_value(value), words))
            return true;
    }
    return false;
}

bool order_is_among(const json_t *rows, int64_t id)
{
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row)
    {
        if (order_number(row, "id") == id)
            return true;
    }
    return false;
}

bool order_is(const json_t *row, const char *state)
{
    return strcmp(order_text(row, "state"), state) == 0;
}

bool order_is_waiting(const json_t *row)
{
    return order_is(row, "new");
}

bool order_is_live(const json_t *row)
{
    static const char *const live[] = {"dispatched", "accepted", "on_the_way", "arrived"};
    for (size_t i = 0; i < array_len(live); i++)
        if (order_is(row, live[i]))
            return true;
    return false;
}

struct instant order_since(const json_t *row)
{
    static const char *const times[] = {"done_at",     "arrived_at",    "departed_at",
                                        "accepted_at", "dispatched_at", "created_at"};
    struct instant at = INSTANT_NIL;
    for (size_t i = 0; i < array_len(times) && instant_is_nil(at); i++)
        at = order_time(row, times[i]);
    return at;
}

static int64_t due_of(const json_t *row, const char *amount)
{
    int64_t whole = order_number(row, amount), received = order_number(row, "received_fen");
    return whole == NIL ? NIL : MAX(whole - (received == NIL ? 0 : received), 0);
}

/* What one payer gave too much is not another's. */
int64_t order_rest_fen(const json_t *row)
{
    const json_t *charges = json_object_get(row, "charges"), *charge;
    int64_t rest = due_of(row, "price_fen"), sum = 0;
    size_t i;
    if (rest == NIL || json_array_size(charges) < 2)
        return rest;
    json_array_foreach(charges, i, charge) sum += MAX(due_of(charge, "amount_fen"), 0);
    return sum;
}

int64_t order_price_fen(const json_t *row)
{
    static const char *const names[] = {"price_fen", "proposal_fen", "estimate_fen"};
    int64_t price = NIL;
    for (size_t i = 0; i < array_len(names) && price == NIL; i++)
        price = order_number(row, names[i]);
    return price;
}

int order_steps(const struct catalogue_entity *entity, const json_t *row, const char *labels[ORDER_STEPS_MAX],
                int *current_r)
{
    static const char *const ends[] = {"empty", "void"}; /* beside the line, not on it */
    int count = 0;
    *current_r = -1;
    for (const struct choice *state = entity ? entity->states : NULL;
         state && state->code && count < ORDER_STEPS_MAX; state++) {
        if (strcmp(state->code, ends[0]) == 0 || strcmp(state->code, ends[1]) == 0)
            continue;
        if (order_is(row, state->code))
            *current_r = count;
        labels[count++] = _(state->label);
    }
    return count;
}
