/* Base data: the small lists an admin keeps, one entity for all kinds. What only some kinds have stands in the column `extra`. */
#include "base/arena.h"
#include "server/areas/base/kinds.h"
#include "server/areas/base/used.h"
#include "server/core/change.h"
#include "server/entity/entity.h"
#include "wire/json.h"

#include <ctype.h>
#include <string.h>

struct base_item {
    const char *kind;
    const char *code;
    const char *label_en, *label_zh_cn, *label_zh_tw;
    int64_t position;
    const char *extra; /* JSON object */
    int64_t vat_bp;
    int64_t photos;
    struct text_set photo_kinds;
    const char *sign;
    const char *account;
    bool by_driver;
    const char *limit_role;
    int64_t limit_fen;
    int64_t dispatched, accepted, arrived, escalated;
    bool work;
};

/* A part of `extra`: read by the database, written by extra_compose. */
#define EXTRA(member, cast, ...)                                                                             \
    FIELD(base_item, member, .virtual_ = true, .no_column = true, .sql = "(t.extra ->> '" #member "')" cast, \
          __VA_ARGS__)

static const struct choice signs[] = {
    {"none", N_("Not asked for")},
    {"code", N_("By code")},
    {"photo", N_("On a photo")},
    {"any", N_("By code or on a photo")},
    {NULL},
};

static const struct field fields[] = {
    FIELD(base_item, kind, .type = FIELD_CHOICE, .label = N_("Kind"), .choices = base_kinds, .required = true,
          .create_only = true, .sortable = true, .width = 16, .help = N_("Which list the entry belongs to.")),
    FIELD(base_item, code, .label = N_("Code"), .max = 40, .required = true, .unique = true,
          .create_only = true, .search = true, .sortable = true, .width = 16,
          .help = N_(
              "What records and scripts hold: letters, digits and _ . - For a holiday its day, YYYY-MM-DD.")),
    FIELD(base_item, label_en, .label = N_("English"), .max = 80, .required = true, .search = true,
          .width = 20, .help = N_("What English screens show.")),
    FIELD(base_item, label_zh_cn, .label = N_("Simplified Chinese"), .max = 80, .required = true,
          .search = true, .width = 16, .help = N_("What screens in simplified Chinese show.")),
    FIELD(base_item, label_zh_tw, .label = N_("Traditional Chinese"), .max = 80, .required = true,
          .search = true, .width = 16, .help = N_("What screens in traditional Chinese show.")),
    FIELD(base_item, position, .filled = true, .label = N_("Place in the list"), .min = 0, .max = 99999999,
          .sortable = true, .width = 8,
          .help = N_("Smaller numbers are offered first. Empty: behind the last of its kind.")),
    FIELD(base_item, extra, .filled = true, .label = N_("Particulars"), .readonly = true, .max = 2000,
          .width = 20, .help = N_("What stands beside the entry, as it is stored.")),
    EXTRA(vat_bp, "::bigint", .type = FIELD_PERCENT, .label = N_("VAT rate"), .min = 0, .max = 10000,
          .show_if = "kind=service,rescue_item", .help = N_("Output VAT, in percent: 6 or 6 %.")),
    EXTRA(photos, "::bigint", .label = N_("Photos required"), .min = 0, .max = 20, .show_if = "kind=service",
          .help = N_("How many the driver must take before the job is done.")),
    FIELD(base_item, photo_kinds, .virtual_ = true, .no_column = true, .type = FIELD_SET,
          .sql = "ARRAY(SELECT jsonb_array_elements_text(t.extra -> 'photo_kinds'))", .base = "photo_kind",
          .label = N_("Photos of"), .max = 20, .show_if = "kind=service",
          .help = N_("One of each of these must be among them.")),
    EXTRA(sign, "", .type = FIELD_CHOICE, .choices = signs, .label = N_("Signature"),
          .show_if = "kind=service",
          .help = N_("Whether the customer signs, by the code he got in a message or on a photo. Empty: he "
                     "does not.")),
    EXTRA(account, "", .type = FIELD_CHOICE, .base = "ledger_account", .label = N_("Account"),
          .show_if = "kind=payment_method,clear_difference,shortage,overage",
          .help = N_("Where the money stands once received, or where the difference is booked.")),
    EXTRA(by_driver, "::boolean", .label = N_("With the driver"), .show_if = "kind=payment_method",
          .help = N_("The driver takes the money on site and owes it until it is handed in.")),
    EXTRA(limit_role, "", .type = FIELD_CHOICE, .base = "role", .label = N_("Only for role"),
          .show_if = "kind=clear_difference",
          .help = N_("Who may give this reason; empty: whoever may clear.")),
    EXTRA(limit_fen, "::bigint", .type = FIELD_FEN, .label = N_("Up to this anybody"), .min = 0,
          .show_if = "kind=clear_difference,shortage,overage",
          .help =
              N_("Up to this amount whoever clears may give the reason; above it that role approves, or of a "
                 "shortage or an overage a second person.")),
    EXTRA(dispatched, "::bigint", .type = FIELD_DURATION, .label = N_("Dispatched within"), .min = 1,
          .max = 864000, .show_if = "kind=sla_limit", .help = N_("From the call until a vehicle is sent.")),
    EXTRA(accepted, "::bigint", .type = FIELD_DURATION, .label = N_("Accepted within"), .min = 1,
          .max = 864000, .show_if = "kind=sla_limit", .help = N_("From then until the driver accepts.")),
    EXTRA(arrived, "::bigint", .type = FIELD_DURATION, .label = N_("Arrived within"), .min = 1, .max = 864000,
          .show_if = "kind=sla_limit", .help = N_("From then until the vehicle is on the spot.")),
    EXTRA(escalated, "::bigint", .type = FIELD_DURATION, .label = N_("Manager told after"), .min = 1,
          .max = 864000, .show_if = "kind=sla_limit",
          .help = N_("The branch manager hears of a step that is late by this.")),
    EXTRA(work, "::boolean", .label = N_("Worked"), .show_if = "kind=holiday",
          .help = N_("A weekend day that is worked to make up for a holiday.")),
};

static bool code_valid(const char *code)
{
    if (!isalnum((unsigned char)*code))
        return false;
    while (isalnum((unsigned char)*code) || *code == '_' || *code == '.' || *code == '-')
        code++;
    return !*code;
}

static int check(struct act *act)
{
    const struct base_item *item = act->now;
    struct day day;
    if (act->kind != ACT_CREATE || !item->code || !item->kind)
        return 0;
    if (!code_valid(item->code))
        return request_fail(
            act->request, ERR_INVALID, "code",
            N_("A code is made of letters, digits and _ . - and begins with a letter or digit"), NULL);
    if (strcmp(item->kind, "holiday") == 0 && day_parse(item->code, &day) < 0)
        return request_fail(act->request, ERR_INVALID, "code",
                            N_("The code of a holiday is its day: YYYY-MM-DD"), NULL);
    return 0;
}

static json_t *set_value(const struct text_set *set)
{
    json_t *array = set->count ? json_array() : NULL;
    for (size_t i = 0; i < set->count; i++)
        json_array_append_new(array, json_string(set->items[i]));
    return array;
}

static json_t *extra_value(const struct base_item *item, const struct field *field)
{
    const char *at = (const char *)item + field->offset;
    int64_t number;
    const char *text;
    switch (field->storage) {
    case STORE_INT: memcpy(&number, at, sizeof(number)); return number == NIL ? NULL : json_integer(number);
    case STORE_TEXT: memcpy(&text, at, sizeof(text)); return text ? json_string(text) : NULL;
    case STORE_BOOL: return *(const bool *)at ? json_true() : NULL;
    case STORE_SET: return set_value((const struct text_set *)at);
    default: return NULL;
    }
}

/* Overlays what the command set on what stood there; parts this version does not know stay. */
static void extra_compose(struct act *act)
{
    struct base_item *item = act->now;
    const struct base_item *was = act->was;
    json_error_t error;
    json_t *extra = was && was->extra ? json_loads(was->extra, 0, &error) : NULL;
    if (!json_is_object(extra))
        extra = json_object();
    bool changed = false;
    for (size_t i = 0; i < array_len(fields); i++) {
        if (!fields[i].no_column || !act_is_set(act, fields[i].name))
            continue;
        json_t *value = extra_value(item, &fields[i]);
        if (value)
            json_object_set_new(extra, fields[i].name, value);
        else
            json_object_del(extra, fields[i].name);
        changed = true;
    }
    if (!changed && was)
        return;
    struct str text;
    str_init(&text, act->request->arena);
    json_write(extra, &text);
    item->extra = text.data;
    act_mark(act, "extra");
}

/* ---- order */

static const struct sql sql_last = {"base_item_last", "SELECT max(position) FROM base_item WHERE kind = $1"};
/* The next one of its kind, before or behind it, locked. */
static const struct sql sql_before = {
    "base_item_before",
    "SELECT n.id, n.version, n.position FROM base_item n JOIN base_item t ON t.id = $1 AND n.kind = t.kind "
    "AND (n.position, n.code) < (t.position, t.code) ORDER BY n.position DESC, n.code DESC LIMIT 1 "
    "FOR NO KEY UPDATE OF n"};
static const struct sql sql_behind = {
    "base_item_behind",
    "SELECT n.id, n.version, n.position FROM base_item n JOIN base_item t ON t.id = $1 AND n.kind = t.kind "
    "AND (n.position, n.code) > (t.position, t.code) ORDER BY n.position, n.code LIMIT 1 "
    "FOR NO KEY UPDATE OF n"};
static const struct sql sql_place = {"base_item_place",
                                     "UPDATE base_item SET position = $3, version = version + 1, updated_at "
                                     "= now() WHERE id = $1 AND version = "
                                     "$2 RETURNING 1"};

static int load(struct act *act)
{
    const struct base_item *item = act->now;
    if (act->kind == ACT_CREATE && !act_is_set(act, "position"))
        act->data = tx_read(act->request->tx, &sql_last, p_text(item->kind));
    return 0;
}

static int in_tx(struct act *act)
{
    struct base_item *item = act->now;
    if (act->data) {
        int64_t last = rows_int(act->data, 0, 0);
        item->position = last == NIL ? 10 : last + 10;
        act_mark(act, "position");
    }
    extra_compose(act);
    return 0;
}

static int up_load(struct act *act)
{
    act->data = tx_read(act->request->tx, &sql_before, p_int(act->id));
    return 0;
}

static int down_load(struct act *act)
{
    act->data = tx_read(act->request->tx, &sql_behind, p_int(act->id));
    return 0;
}

static const char *position_json(struct act *act, int64_t position)
{
    return arena_printf(act->request->arena, "{\"position\":%lld}", (long long)position);
}

/* The two change places; where both stood at one, the neighbour gives way. */
static int change_places(struct act *act)
{
    struct rows *beside = act->data;
    const struct base_item *was = act->was;
    struct base_item *now = act->now;
    bool up = strcmp(act->action->name, "up") == 0;
    if (rows_count(beside) == 0)
        return request_fail(act->request, ERR_CONFLICT, NULL,
                            up ? N_("It stands first already") : N_("It stands last already"), NULL);
    int64_t id = rows_int(beside, 0, 0), version = rows_int(beside, 0, 1), position = rows_int(beside, 0, 2);
    int64_t given = was->position;
    now->position = position;
    if (position == was->position && up)
        given++;
    else if (position == was->position)
        now->position++;
    act_mark(act, "position");
    if (given == position)
        return 0;
    tx_write_one(act->request->tx, &sql_place, p_int(id), p_int(version), p_int(given));
    change_add(act->request, &(struct change){.entity = "base_item",
                                              .id = id,
                                              .version = version + 1,
                                              .branch_id = NIL,
                                              .old_branch_id = NIL,
                                              .was = position_json(act, position),
                                              .now = position_json(act, given)});
    return 0;
}

static const struct action actions[] = {
    {
        .name = "up",
        .key = 'u',
        .label = N_("Move up"),
        .help = N_("Offered before the one that stands before it now."),
        .from = "*",
        .load = up_load,
        .in_tx = change_places,
    },
    {
        .name = "down",
        .key = 'd',
        .label = N_("Move down"),
        .help = N_("Offered behind the one that stands behind it now."),
        .from = "*",
        .load = down_load,
        .in_tx = change_places,
    },
};

/* What stands on a record keeps its words: it is disabled, not deleted. */
static int guard(struct act *act)
{
    const struct base_item *item = act->was;
    return act->kind == ACT_DELETE ? base_refuse_used(act, item->kind, item->code) : 0;
}

static const char *const columns[] = {"kind",        "code",     "label_en", "label_zh_cn",
                                      "label_zh_tw", "position", NULL};
static const char *const main_tab[] = {"kind",     "code",      "label_en",   "label_zh_cn", "label_zh_tw",
                                       "position", "vat_bp",    "photos",     "photo_kinds", "sign",
                                       "account",  "by_driver", "limit_role", "limit_fen",   "dispatched",
                                       "accepted", "arrived",   "escalated",  "work",        NULL};
static const struct tab tabs[] = {
    {N_("Entry"), main_tab},
    {NULL},
};

const struct entity base_item_entity = {
    .name = "base_item",
    .area = "base",
    .table = "base_item",
    .label = N_("Base data entry"),
    .plural = N_("Base data"),
    .help =
        N_("The lists that forms offer: services, car models, road conditions, payment methods, reasons and "
           "more, in three languages. A disabled entry stays on old records and is offered no more."),
    .code = "bd",
    .size = sizeof(struct base_item),
    .scope = SCOPE_COMPANY,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "label_en",
    .columns = columns,
    .sort = "kind position code",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .actions = actions,
    .nactions = array_len(actions),
    .check = check,
    .load = load,
    .in_tx = in_tx,
    .guard = guard,
};
