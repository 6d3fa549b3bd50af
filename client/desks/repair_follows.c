/* What follows from a repair, in words: a line each. */
#include "client/desks/repair_follows.h"

#include <string.h>

#include "base/money.h"
#include "base/str.h"
#include "client/ui/words.h"
#include "client/views/value_text.h"
#include "model/catalogue.h"

struct telling {
    const struct app_context *app;
    const struct catalogue_entity *about; /* what is repaired; NULL: this user knows nothing of it */
    struct arena *arena;
    const json_t *one;
    struct str *out;
};

static const char *text_of(const struct telling *it, const char *name)
{
    return json_string_value(json_object_get(it->one, name));
}

static const char *money_of(const struct telling *it, const char *name)
{
    char buf[MONEY_TEXT_SIZE];
    const json_t *fen = json_object_get(it->one, name);
    return fen ? arena_strdup(it->arena, money_print(buf, sizeof(buf), json_integer_value(fen))) : "–";
}

/* A code as the record's own field shows it. */
static const char *code_of(const struct telling *it, const char *field_name, const char *name)
{
    const char *code = text_of(it, name);
    const struct field *field = it->about ? catalogue_field(it->about, field_name) : NULL;
    return !code ? "–" : field ? value_show(it->app, it->arena, field, code, NULL) : code;
}

static const char *kind_of(const char *kind)
{
    static const struct choice kinds[] = {{"receivable", N_("Receivable")}, {"payable", N_("Payable")},
                                          {"receipt", N_("Receipt")},       {"payment", N_("Payment")},
                                          {"refund", N_("Refund")},         {"adjustment", N_("Adjustment")}};
    for (size_t i = 0; kind && i < array_len(kinds); i++)
        if (strcmp(kinds[i].code, kind) == 0)
            return _(kinds[i].label);
    return kind ? kind : "";
}

/* Amount, whose, and by which way of paying. */
static const char *side_of(const struct telling *it, const char *sign, const char *fen, const char *party,
                           const char *method)
{
    const char *who = text_of(it, party);
    const char *way = text_of(it, method) ? code_of(it, "method", method) : NULL;
    if (!json_object_get(it->one, fen))
        return "–";
    return arena_printf(it->arena, "%s%s%s%s%s%s", sign, money_of(it, fen), who ? " " : "", who ? who : "",
                        way ? " " : "", way ? way : "");
}

static void tell_paper(const struct telling *it)
{
    str_addf(it->out, "%s: %s → %s", kind_of(text_of(it, "kind")),
             side_of(it, "-", "fen", "party_label", "method"),
             side_of(it, "", "again", "again_label", "again_method"));
}

static void tell_period(const struct telling *it)
{
    const char *code = text_of(it, "code");
    if (code)
        str_addf(it->out, _("Red papers and new ones are posted to period %s"), code);
    else
        str_add(it->out, _("No period is open: nothing can be posted now"));
}

static void tell_money(const struct telling *it)
{
    str_addf(it->out, _("Money: %s → %s"), code_of(it, "money_state", "state"),
             code_of(it, "money_state", "again"));
}

static void tell_cost(const struct telling *it)
{
    str_addf(it->out, _("Cost of the vehicle: %s → %s"), money_of(it, "fen"), money_of(it, "again"));
}

static void tell_proposal(const struct telling *it)
{
    str_add(it->out, _("The price proposed is worked out anew"));
}

static void tell_takes(const struct telling *it)
{
    str_addf(it->out, _("%s has the job then"), text_of(it, "plate"));
}

static void tell_leaves(const struct telling *it)
{
    str_addf(it->out, _("%s is free of the job then"), text_of(it, "plate"));
}

static long long count_of(const struct telling *it, const char *name)
{
    return json_integer_value(json_object_get(it->one, name));
}

static void tell_moves(const struct telling *it)
{
    str_addf(it->out, _("With it go to the other branch: messages %lld, ratings %lld, calls %lld"),
             count_of(it, "messages"), count_of(it, "ratings"), count_of(it, "calls"));
}

static const struct {
    const char *what;
    void (*tell)(const struct telling *it);
} tellers[] = {
    /* in the order in which they are told: where there is little room, what comes first */
    {"period", tell_period},     {"paper", tell_paper}, {"money", tell_money},   {"cost", tell_cost},
    {"proposal", tell_proposal}, {"takes", tell_takes}, {"leaves", tell_leaves}, {"moves", tell_moves},
};

void repair_follows_write(const struct app_context *app, struct arena *arena,
                          const struct catalogue_entity *about, const json_t *follows, struct str *out)
{
    struct telling it = {.app = app, .about = about, .arena = arena, .out = out};
    for (size_t i = 0; i < array_len(tellers); i++) {
        size_t n;
        json_array_foreach(follows, n, it.one)
        {
            const char *what = text_of(&it, "what");
            if (!what || strcmp(tellers[i].what, what) != 0)
                continue;
            str_add(out, out->len ? "\n" : "");
            tellers[i].tell(&it);
        }
    }
}
