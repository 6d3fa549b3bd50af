#include "server/areas/party/party.h"

#include "base/arena.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int party_check(struct act *act)
{
    const struct party *party = act->now;
    if (act_is_set(act, "roles") && party->roles.count == 0)
        return request_fail(act->request, ERR_INVALID, "roles", N_("Name at least one way they deal with us"),
                            NULL);
    return 0;
}

/* Within the caller's scope, by row-level security: who is it already, perhaps? Phones of one branch are unique anyway. */
static const struct sql sql_duplicates = {
    "party_duplicates",
    "SELECT json_agg(json_build_object('id', id, 'code', code, 'name', name, 'branch_id', branch_id, 'same', "
    "same)) "
    "FROM (SELECT DISTINCT ON (id) * FROM ("
    "(SELECT id, code, name, branch_id, 'name' AS same FROM party WHERE branch_id = $1 "
    "AND name COLLATE \"zh-x-icu\" = $2 AND disabled_at IS NULL LIMIT 5) UNION ALL "
    "(SELECT id, code, name, branch_id, 'name' FROM party WHERE branch_id IS NULL "
    "AND name COLLATE \"zh-x-icu\" = $2 AND disabled_at IS NULL LIMIT 5) UNION ALL "
    "(SELECT id, code, name, branch_id, 'phone' FROM party WHERE coalesce(branch_id, 0) IN (0, $1) "
    "AND phone = $3 AND disabled_at IS NULL LIMIT 5) UNION ALL "
    "(SELECT p.id, p.code, p.name, p.branch_id, 'plate' FROM party_plate c JOIN party p ON p.id = c.party_id "
    "WHERE c.plate = ANY ($4::text[]) AND p.disabled_at IS NULL LIMIT 5)) found ORDER BY id) once"};

static struct text_set plates_of(struct act *act)
{
    const struct party *party = act->now;
    const struct party_plate *plates = party->plates.items;
    struct text_set set = {.items =
                               arena_alloc(act->request->arena, party->plates.count * sizeof(char *) + 1)};
    for (size_t i = 0; i < party->plates.count; i++) {
        if (plates[i].plate)
            set.items[set.count++] = plates[i].plate;
    }
    return set;
}

static bool is_person(const struct party *party)
{
    return party->kind && strcmp(party->kind, "person") == 0;
}

int party_load(struct act *act)
{
    const struct party *party = act->now;
    if (act->kind != ACT_CREATE || act->many)
        return 0;
    int64_t branch = party->branch_id;
    if (branch == NIL)
        branch = act->request->session->branch_id;
    act->data = tx_read(act->request->tx, &sql_duplicates, p_int(branch), p_text(party->name),
                        p_text(party->phone), p_set(plates_of(act)));
    return 0;
}

static void put_branch(struct act *act, int64_t branch_id)
{
    struct party *party = act->now;
    party->branch_id = branch_id;
    act->branch_id = branch_id;
    act_mark(act, "branch_id");
}

/* Persons belong to a branch, their maker's where none is named; firms to the company. */
static int settle_branch(struct act *act)
{
    const struct party *party = act->now;
    struct request *request = act->request;
    if (is_person(party) && party->branch_id == NIL) {
        if (act->kind != ACT_CREATE || !grant_covers(request->grant, request->session->branch_id))
            return request_fail(request, ERR_INVALID, "branch_id",
                                N_("A person belongs to a branch: name it"), NULL);
        put_branch(act, request->session->branch_id);
    } else if (!is_person(party) && party->branch_id != NIL) {
        put_branch(act, NIL);
    }
    return 0;
}

static void settle_role(struct act *act, const char *role)
{
    struct party *party = act->now;
    for (size_t i = 0; i < party->roles.count; i++) {
        if (strcmp(party->roles.items[i], role) == 0)
            return;
    }
    const char **items = arena_alloc(act->request->arena, (party->roles.count + 1) * sizeof(*items));
    for (size_t i = 0; i < party->roles.count; i++)
        items[i] = party->roles.items[i];
    items[party->roles.count] = role;
    party->roles = (struct text_set){.items = items, .count = party->roles.count + 1};
    act_mark(act, "roles");
}

static void settle_code(struct act *act, char letter)
{
    struct party *party = act->now;
    if (party->code)
        return;
    party->code = arena_printf(act->request->arena, "%c%06lld", letter, (long long)act_row_id(act));
    act_mark(act, "code");
}

int party_in_tx(struct act *act, const char *role, char letter)
{
    const struct party *party = act->now;
    if (isnan(party->place_lon) != isnan(party->place_lat))
        return request_fail(act->request, ERR_INVALID, isnan(party->place_lon) ? "place_lon" : "place_lat",
                            N_("Longitude and latitude are given together or not at all"), NULL);
    int result = settle_branch(act);
    if (result)
        return result;
    settle_role(act, role);
    settle_code(act, letter);
    const char *duplicates = act->data ? rows_text(act->data, 0, 0) : NULL;
    if (duplicates)
        act_reply(act, "duplicates", duplicates);
    return 0;
}
