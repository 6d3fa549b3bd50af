/* Base data: the small lists an admin keeps, one entity for all kinds. What only some kinds have stands in the column `extra`. */
#include "server/areas/base/kinds.h"
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
    int64_t dispatched, accepted, arrived;
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
          .create_only = true, .sortable = true, .width = 16,
          .help = N_(
              "What records and scripts hold: letters, digits and _ . - For a holiday its day, YYYY-MM-DD.")),
    FIELD(base_item, label_en, .label = N_("English"), .max = 80, .required = true, .width = 20,
          .help = N_("What English screens show.")),
    FIELD(base_item, label_zh_cn, .label = N_("Simplified Chinese"), .max = 80, .required = true, .width = 16,
          .help = N_("What screens in simplified Chinese show.")),
    FIELD(base_item, label_zh_tw, .label = N_("Traditional Chinese"), .max = 80, .required = true,
          .width = 16, .help = N_("What screens in traditional Chinese show.")),
    FIELD(base_item, position, .filled = true, .label = N_("Position"), .min = 0, .max = 99999999,
          .init = "1000", .sortable = true, .width = 8,
          .help = N_("Smaller numbers are offered first. Leave room: 10, 20, 30.")),
    FIELD(base_item, extra, .filled = true, .label = N_("Particulars"), .readonly = true, .max = 2000,
          .width = 20, .help = N_("What stands beside the entry, as it is stored.")),
    EXTRA(vat_bp, "::bigint", .label = N_("VAT rate"), .min = 0, .max = 10000,
          .show_if = "kind=service,rescue_item",
          .help = N_("Output VAT in hundredths of a percent: 600 is 6 %.")),
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
          .show_if = "kind=payment_method,clear_difference",
          .help = N_("Where the money stands once received, or where the difference is booked.")),
    EXTRA(by_driver, "::boolean", .label = N_("With the driver"), .show_if = "kind=payment_method",
          .help = N_("The driver takes the money on site and owes it until it is handed in.")),
    EXTRA(limit_role, "", .type = FIELD_CHOICE, .base = "role", .label = N_("Only for role"),
          .show_if = "kind=clear_difference",
          .help = N_("Who may give this reason; empty: whoever may clear.")),
    EXTRA(limit_fen, "::bigint", .type = FIELD_FEN, .label = N_("Up to this anybody"), .min = 0,
          .show_if = "kind=clear_difference",
          .help = N_("Up to this amount whoever clears may give the reason; above it that role approves.")),
    EXTRA(dispatched, "::bigint", .type = FIELD_DURATION, .label = N_("Dispatched within"), .min = 1,
          .max = 864000, .show_if = "kind=sla_limit", .help = N_("From the call until a vehicle is sent.")),
    EXTRA(accepted, "::bigint", .type = FIELD_DURATION, .label = N_("Accepted within"), .min = 1,
          .max = 864000, .show_if = "kind=sla_limit", .help = N_("From then until the driver accepts.")),
    EXTRA(arrived, "::bigint", .type = FIELD_DURATION, .label = N_("Arrived within"), .min = 1, .max = 864000,
          .show_if = "kind=sla_limit", .help = N_("From then until the vehicle is on the spot.")),
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

static int in_tx(struct act *act)
{
    extra_compose(act);
    return 0;
}

static const char *const columns[] = {"kind",        "code",     "label_en", "label_zh_cn",
                                      "label_zh_tw", "position", NULL};
static const char *const main_tab[] = {"kind",     "code",      "label_en",   "label_zh_cn", "label_zh_tw",
                                       "position", "vat_bp",    "photos",     "photo_kinds", "sign",
                                       "account",  "by_driver", "limit_role", "limit_fen",   "dispatched",
                                       "accepted", "arrived",   "work",       NULL};
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
    .sort = "kind",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .check = check,
    .in_tx = in_tx,
};
