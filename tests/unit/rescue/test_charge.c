/* Who pays what of a price, as a table: amounts, shares and parts of several payers, and what is left for one. */
#include <string.h>

#include "base/money.h"
#include "server/areas/rescue/charge.h"
#include "tests/unit/test.h"

#define REST .share_fen = NIL, .share_bp = NIL
#define FEN(fen) .share_fen = fen, .share_bp = NIL
#define SHARE(bp) .share_fen = NIL, .share_bp = bp
#define PARTS(...)                                                                                           \
    .share_fen = NIL, .share_bp = NIL,                                                                       \
    .parts = {(const char *[]){__VA_ARGS__}, array_len(((const char *[]){__VA_ARGS__}))}

/* 300 yuan, 10 km at 8, a fifth at night, a winch, two tolls of which one is free; one of the free services was used for 50 yuan of km. */
static const char *const whole = "[{\"kind\":\"base\",\"amount_fen\":30000},{\"kind\":\"km\",\"amount_fen\":"
                                 "8000},{\"kind\":\"free_km\",\"amount_fen\":-5000},"
                                 "{\"kind\":\"night\",\"amount_fen\":6600},{\"kind\":\"holiday\",\"amount_"
                                 "fen\":1},{\"kind\":\"item\",\"code\":\"winch\",\"amount_fen\":700},"
                                 "{\"kind\":\"toll\",\"amount_fen\":500},{\"kind\":\"toll\",\"amount_fen\":"
                                 "300},{\"kind\":\"free_toll\",\"amount_fen\":-300}]";
static const char *const all_free = "[{\"kind\":\"base\",\"amount_fen\":30000},{\"kind\":\"free_times\","
                                    "\"amount_fen\":-30000},{\"kind\":\"toll\",\"amount_fen\":900}]";

static const struct {
    const char *name;
    struct charge charges[4];
    size_t count;
    int64_t price_fen;
    const char *parts;
    int64_t amounts[4]; /* of the first NIL: refused */
} cases[] = {
    {"one payer", {{REST}}, 1, 12345, NULL, {12345}},
    {"nothing to pay", {{REST}}, 1, 0, NULL, {0}},
    {"an amount and the rest", {{FEN(25000)}, {REST}}, 2, 31000, NULL, {25000, 6000}},
    {"an amount that is all", {{FEN(31000)}, {REST}}, 2, 31000, NULL, {31000, 0}},
    {"an amount that is more", {{FEN(31001)}, {REST}}, 2, 31000, NULL, {NIL}},
    {"an amount of nothing", {{FEN(0)}, {REST}}, 2, 100, NULL, {0, 100}},
    {"half", {{SHARE(5000)}, {REST}}, 2, 20000, NULL, {10000, 10000}},
    {"half of an odd fen is rounded up, the rest gives it", {{SHARE(5000)}, {REST}}, 2, 101, NULL, {51, 50}},
    {"a basis point of little", {{SHARE(1)}, {REST}}, 2, 4999, NULL, {0, 4999}},
    {"a basis point of enough", {{SHARE(1)}, {REST}}, 2, 5000, NULL, {1, 4999}},
    {"two halves leave nothing", {{SHARE(5000)}, {SHARE(5000)}, {REST}}, 3, 100, NULL, {50, 50, 0}},
    {"two halves of an odd fen are one too many",
     {{SHARE(5000)}, {SHARE(5000)}, {REST}},
     3,
     101,
     NULL,
     {NIL}},
    {"thirds", {{SHARE(3333)}, {SHARE(3333)}, {REST}}, 3, 10000, NULL, {3333, 3333, 3334}},
    {"a share of nothing", {{SHARE(5000)}, {REST}}, 2, 0, NULL, {0, 0}},
    {"the base", {{PARTS("base")}, {REST}}, 2, 40801, whole, {30000, 10801}},
    {"km less the free ones", {{PARTS("km")}, {REST}}, 2, 40801, whole, {3000, 37801}},
    {"night and holiday", {{PARTS("night", "holiday")}, {REST}}, 2, 40801, whole, {6601, 34200}},
    {"items and tolls", {{PARTS("item")}, {PARTS("toll")}, {REST}}, 3, 40801, whole, {700, 500, 39601}},
    {"every part leaves nothing",
     {{PARTS("base", "km", "night", "holiday", "item", "toll", "empty")}, {REST}},
     2,
     40801,
     whole,
     {40801, 0}},
    {"a part that is not there", {{PARTS("empty")}, {REST}}, 2, 40801, whole, {0, 40801}},
    {"a base that was free", {{PARTS("base")}, {REST}}, 2, 900, all_free, {0, 900}},
    {"the price was raised by hand: the rest pays it",
     {{PARTS("base")}, {REST}},
     2,
     50000,
     whole,
     {30000, 20000}},
    {"the price was lowered by hand", {{PARTS("base")}, {REST}}, 2, 30000, whole, {30000, 0}},
    {"below the part", {{PARTS("base")}, {REST}}, 2, 29999, whole, {NIL}},
    {"no parts are known", {{PARTS("base")}, {REST}}, 2, 30000, NULL, {0, 30000}},
    {"all ways",
     {{PARTS("base")}, {FEN(801)}, {SHARE(1000)}, {REST}},
     4,
     40801,
     whole,
     {30000, 801, 4080, 5920}},
    {"a price that does not fit", {{FEN(INT64_MAX)}, {FEN(INT64_MAX)}, {REST}}, 3, 1, NULL, {NIL}},
};

static void every_case_gives_its_amounts(void **state)
{
    for (size_t i = 0; i < array_len(cases); i++) {
        struct charge charges[4];
        memcpy(charges, cases[i].charges, sizeof(charges));
        int result = charges_split(charges, cases[i].count, cases[i].price_fen, cases[i].parts);
        if (cases[i].amounts[0] == NIL ? result == 0 : result != 0)
            fail_msg("%s: %s", cases[i].name, result ? "refused" : "taken");
        int64_t sum = 0;
        for (size_t j = 0; result == 0 && j < cases[i].count; j++) {
            if (charges[j].amount_fen != cases[i].amounts[j])
                fail_msg("%s: payer %zu has %lld", cases[i].name, j + 1, (long long)charges[j].amount_fen);
            sum += charges[j].amount_fen;
        }
        if (result == 0 && sum != cases[i].price_fen)
            fail_msg("%s: the parts make %lld", cases[i].name, (long long)sum);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case_gives_its_amounts)};
    return run_all(tests);
}
