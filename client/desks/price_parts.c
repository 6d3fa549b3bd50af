#include "client/desks/price_parts.h"

#include <inttypes.h>
#include <string.h>

#include "base/money.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "wire/json.h"

json_t *price_parts_of(const json_t *parts)
{
    struct json_fault fault;
    const char *text = json_string_value(parts);
    if (json_is_array(parts))
        return json_incref((json_t *)parts);
    json_t *read = text ? json_read_reply(text, strlen(text), &fault) : NULL;
    if (json_is_array(read))
        return read;
    json_decref(read);
    return NULL;
}

const char *price_part_words(const struct app_context *app, struct arena *arena, const json_t *part,
                             const struct field *items)
{
    const char *label = "", *code = NULL;
    int64_t quantity = 1;
    json_get_text(part, "label", &label);
    json_get_text(part, "code", &code);
    json_get_int(part, "quantity", &quantity);
    const char *words = code && items ? choice_label(app, items, code) : code ? code : *label ? _(label) : "";
    return quantity == 1 ? words : arena_printf(arena, "%s × %" PRId64, words, quantity);
}

void price_parts_draw(const struct app_context *app, struct panel *panel, const json_t *parts,
                      const struct field *items, const char *name, int64_t total_fen)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    char money[MONEY_TEXT_SIZE];
    size_t i;
    const json_t *part;
    json_array_foreach(parts, i, part)
    {
        int64_t amount = NIL;
        json_get_int(part, "amount_fen", &amount);
        panel_pair(panel, ROLE_NORMAL, price_part_words(app, arena, part, items),
                   money_print(money, sizeof(money), amount));
    }
    if (total_fen != NIL)
        panel_pair(panel, ROLE_SUM, name, money_print(money, sizeof(money), total_fen));
}
