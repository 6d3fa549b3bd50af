/* What follows from a repair that was judged: members of a JSON array, which the second person reads before he decides. */
#include <string.h>

#include "server/areas/rescue/repair_money.h"

static bool is(const char *word, const char *wanted)
{
    return word && strcmp(word, wanted) == 0;
}

static void begin(struct str *json, const char *what)
{
    str_addf(json, "%s{\"what\":\"%s\"", json->data[json->len - 1] == '[' ? "" : ",", what);
}

static void add_number(struct str *json, const char *name, int64_t number)
{
    if (number != NIL)
        str_addf(json, ",\"%s\":%lld", name, (long long)number);
}

static void add_text(struct str *json, const char *name, const char *text)
{
    if (!text)
        return;
    str_addf(json, ",\"%s\":", name);
    str_add_json(json, text);
}

/* `fen` is taken back red, `again` posted in its place. */
static void tell_paper(const struct paper *paper, struct str *json)
{
    bool posted = paper->draft.count > 0;
    if (!paper->differs || (paper->id == NIL && !posted))
        return;
    begin(json, "paper");
    add_text(json, "kind", paper->kind);
    if (paper->id != NIL) {
        add_number(json, "fen", paper->amount_fen);
        add_number(json, "party", paper->party_id);
        add_text(json, "method", paper->method);
    }
    if (posted) {
        add_number(json, "again", paper->again_fen);
        add_number(json, "again_party", paper->again_party);
        add_text(json, "again_method", paper->again_method);
    }
    str_add_char(json, '}');
}

static void tell_money(struct act *record, const struct settle *it, struct str *json)
{
    const struct rescue *was = record->was;
    const char *state = settle_state(it);
    for (size_t i = 0; i < it->npapers; i++)
        tell_paper(&it->papers[i], json);
    if (repair_asks(record, "money_state") || is(state, was->money_state))
        return;
    begin(json, "money");
    add_text(json, "state", was->money_state);
    add_text(json, "again", state);
    str_add_char(json, '}');
}

static void tell_vehicle(struct rows *rows, bool works, struct str *json)
{
    struct vehicle_row vehicle;
    if (!rows || !vehicle_take(rows, &vehicle))
        return;
    begin(json, works ? "takes" : "leaves");
    add_text(json, "plate", vehicle.plate);
    str_add_char(json, '}');
}

/* Of a job under way: the vehicle that is to be on it takes it up, and one that was lets go. */
static void tell_vehicles(struct act *record, struct str *json)
{
    struct repair_rows *rows = record->data;
    const struct rescue *was = record->was, *now = record->now;
    bool was_live = repair_is_live(was->state), live = repair_is_live(now->state);
    if (was_live && (rows->vehicle || !live))
        tell_vehicle(rows->vehicle ? rows->vehicle : rows->other, false, json);
    if (live && (rows->vehicle || !was_live))
        tell_vehicle(rows->other, true, json);
}

/* What a contractor is owed that no paper says yet. */
static void tell_cost(struct act *record, struct str *json)
{
    const struct rescue *was = record->was, *now = record->now;
    const struct settle *it = ((struct repair_rows *)record->data)->settle;
    if (!repair_asks(record, "cost_fen") || was->cost_fen == now->cost_fen || (it && it->npapers))
        return;
    begin(json, "cost");
    add_number(json, "fen", was->cost_fen);
    add_number(json, "again", now->cost_fen);
    str_add_char(json, '}');
}

void repair_tell(struct act *record, struct str *json)
{
    struct repair_rows *rows = record->data;
    if (rows->settle)
        tell_money(record, rows->settle, json);
    tell_cost(record, json);
    if (rows->facts) {
        begin(json, "proposal");
        str_add_char(json, '}');
    }
    tell_vehicles(record, json);
}
