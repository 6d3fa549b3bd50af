/* The flow rows of an order: whole, reachable, and of one mind with the schema about which states hold a vehicle. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/areas/rescue/rescue.h"
#include "tests/unit/test.h"

static bool listed(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = words; at && (at = strstr(at, word)); at += len) {
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
            return true;
    }
    return false;
}

static const struct choice *states_of(const struct action *action)
{
    if (!action->state)
        return rescue_states;
    if (strcmp(action->state, "withdrawal") == 0)
        return rescue_withdrawals;
    return strcmp(action->state, "money_state") == 0 ? rescue_money_states : rescue_results;
}

static bool known(const struct choice *states, const char *word, size_t len)
{
    for (; states->code; states++) {
        if (strlen(states->code) == len && strncmp(states->code, word, len) == 0)
            return true;
    }
    return false;
}

static void every_state_named_is_one(void **state)
{
    for (size_t i = 0; i < RESCUE_ACTIONS; i++) {
        const struct action *action = &rescue_actions[i];
        assert_non_null(action->name);
        if (action->to && !known(states_of(action), action->to, strlen(action->to)))
            fail_msg("%s leads to %s", action->name, action->to);
        if (strcmp(action->from, "*") == 0)
            continue;
        for (const char *at = action->from; *at; at += strspn(at, " ")) {
            size_t len = strcspn(at, " ");
            if (!known(states_of(action), at, len))
                fail_msg("%s comes from %.*s", action->name, (int)len, at);
            at += len;
        }
    }
}

static const struct action *action_of(const char *name)
{
    for (size_t i = 0; i < RESCUE_ACTIONS; i++) {
        if (strcmp(rescue_actions[i].name, name) == 0)
            return &rescue_actions[i];
    }
    fail_msg("there is no action %s", name);
    return NULL;
}

/* Drawn here once more, by hand; where a hook decides, no state stands in the row. */
static void the_flow_is_as_drawn(void **state)
{
    static const struct {
        const char *name, *from, *to;
    } rows[] = {
        {"dispatch", "new", "dispatched"},
        {"accept", "dispatched", "accepted"},
        {"depart", "accepted", "on_the_way"},
        {"arrive", "on_the_way", "arrived"},
        {"complete", "arrived", "done"},
        {"refuse", "dispatched", "new"},
        {"recall", "dispatched accepted on_the_way", "new"},
        {"replace", "arrived", NULL},
        {"empty_run", "accepted on_the_way arrived", "empty"},
        {"void", "new dispatched accepted", "void"},
        {"backfill", "new", NULL},
        {"copy", "*", NULL},
        {"urge", "new dispatched accepted on_the_way arrived", NULL},
        {"contact", "new", NULL},
        {"update", "new dispatched accepted on_the_way arrived done", NULL},
        {"confirm_result", "pending", "confirmed"},
        {"dispute", "pending", "disputed"},
        {"resubmit", "disputed", "pending"},
        {"audit", "unaudited", "audited"},
        {"price", "audited priced", "priced"},
        {"receive", "priced", "received"},
        {"clear", "received", "cleared"},
        {"return", "audited priced", NULL},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        const struct action *action = action_of(rows[i].name);
        assert_string_equal(action->from, rows[i].from);
        if (rows[i].to)
            assert_string_equal(action->to, rows[i].to);
        else
            assert_null(action->to);
    }
}

static void names_and_keys_differ(void **state)
{
    for (size_t i = 0; i < RESCUE_ACTIONS; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(rescue_actions[i].name, rescue_actions[j].name);
            if (rescue_actions[i].key == rescue_actions[j].key)
                fail_msg("%s and %s share a key", rescue_actions[i].name, rescue_actions[j].name);
        }
    }
}

static char *schema_text(void)
{
    FILE *file = fopen(SOURCE_ROOT "/schema/050_rescue.sql", "r");
    assert_non_null(file);
    char *text = calloc(1, 1 << 17);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 17) - 1, file) > 0);
    fclose(file);
    return text;
}

/* The states an order can let go of its vehicle from are those in which it holds one. */
static bool holds_vehicle(const char *code)
{
    return listed(action_of("complete")->from, code) || listed(action_of("empty_run")->from, code) ||
           listed(action_of("recall")->from, code) || listed(action_of("refuse")->from, code);
}

static void the_schema_knows_the_live_states(void **state)
{
    static const char *const indexes[] = {"rescue_order_live_vehicle", "rescue_order_live_driver"};
    char *text = schema_text();
    for (size_t i = 0; i < array_len(indexes); i++) {
        const char *at = strstr(text, indexes[i]);
        assert_non_null(at);
        const char *end = strchr(at, ';');
        for (const struct choice *one = rescue_states; one->code; one++) {
            char quoted[40];
            snprintf(quoted, sizeof(quoted), "'%s'", one->code);
            const char *found = strstr(at, quoted);
            if ((found && found < end) != holds_vehicle(one->code))
                fail_msg("%s and the flow differ about %s", indexes[i], one->code);
        }
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_named_is_one),
        cmocka_unit_test(the_flow_is_as_drawn),
        cmocka_unit_test(names_and_keys_differ),
        cmocka_unit_test(the_schema_knows_the_live_states),
    };
    return run_all(tests);
}
