#include "server/areas/org/branch.h"

#include "model/pay_link.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static const struct choice kinds[] = {
    {"head_office", N_("Head office")}, {"station", N_("Rescue station")},          {"shop", N_("Shop")},
    {"office", N_("Office")},           {"dispatch_centre", N_("Dispatch centre")}, {NULL},
};
/* As the call system itself writes them. */
static const struct choice technologies[] = {
    {"PJSIP", N_("PJSIP")}, {"SIP", N_("SIP")}, {"IAX2", N_("IAX2")}, {"DAHDI", N_("DAHDI")}, {NULL}};

static const struct choice lines[] = {{"up", N_("Connected")}, {"down", N_("Not connected")}, {NULL}};

static const struct field fields[] = {
    FIELD(branch, code, .type = FIELD_CODE, .label = N_("Code"), .max = 16, .required = true, .unique = true,
          .search = true, .sortable = true, .width = 8,
          .help = N_(
              "A short code of your own, for example GZ-TH. It is printed on slips and typed in look-ups.")),
    FIELD(branch, name, .label = N_("Name"), .max = 80, .required = true, .search = true, .sortable = true,
          .width = 20, .help = N_("The name colleagues and customers know the branch by.")),
    FIELD(branch, kind, .type = FIELD_CHOICE, .label = N_("Kind"), .choices = kinds, .required = true,
          .init = "station", .help = N_("What is done here: rescue, counter sales, or office work.")),
    FIELD(branch, parent_id, .type = FIELD_REF, .ref = "branch", .label = N_("Belongs to"),
          .help = N_("The branch above this one. Who may see a branch “and below” sees this one too.")),
    FIELD(branch, phone, .type = FIELD_PHONE, .label = N_("Phone"), .max = 32, .search = true, .width = 14,
          .help = N_("The branch's own number, as given to customers.")),
    FIELD(branch, contact, .label = N_("Contact"), .max = 40, .width = 10,
          .help = N_("Whom to ask for at this branch.")),
    FIELD(branch, address, .label = N_("Address"), .max = 200, .width = 30,
          .help = N_("Street address, as a driver would need it.")),
    FIELD(branch, district, .type = FIELD_CHOICE, .base = "district", .label = N_("District"),
          .help = N_("The county or city district the branch lies in.")),
    FIELD(branch, place_lon, .label = N_("Longitude"), .min = -180, .max = 180,
          .help = N_("In degrees, east positive (WGS 84). Distances to orders are measured from here.")),
    FIELD(branch, place_lat, .label = N_("Latitude"), .min = -90, .max = 90,
          .help = N_("In degrees, north positive (WGS 84).")),
    FIELD(branch, pbx_address, .label = N_("Call system"), .max = 80,
          .help =
              N_("Address of the telephone exchange at this branch: host or IP, with :port where it is not "
                 "5038. It must speak the Asterisk Manager Interface.")),
    FIELD(branch, pbx_user, .label = N_("Call system user"), .max = 64,
          .help = N_("Name the server logs in with at the call system. It needs the classes call, agent, "
                     "dialplan, reporting and originate. Empty: nobody listens to it.")),
    FIELD(branch, pbx_secret, .label = N_("Call system secret"), .max = 128, .secret = true,
          .no_column = true, .help = N_("Password of that user. It can be set, and is never shown.")),
    FIELD(branch, pbx_technology, .type = FIELD_CHOICE, .choices = technologies, .label = N_("Phones are"),
          .required = true, .init = "PJSIP",
          .help = N_("How the call system names its phones: extension 8001 is PJSIP/8001.")),
    FIELD(branch, pbx_context, .label = N_("Dialling context"), .max = 64, .required = true,
          .init = "from-internal",
          .help = N_("Part of the dial plan that calls from here are sent to, as those of the phones are.")),
    FIELD(branch, pbx_prefix, .label = N_("Outside line"), .max = 8,
          .help = N_("Digits dialled before numbers of more than six digits. Empty: none.")),
    FIELD(branch, line, .type = FIELD_CHOICE, .choices = lines, .label = N_("Telephone line"),
          .readonly = true, .virtual_ = true, .sql = "branch_line(t.id)", .width = 8,
          .help =
              N_("Whether the server is connected with the call system now. Empty: the branch has none.")),
    FIELD(branch, line_trouble, .label = N_("Trouble"), .readonly = true, .virtual_ = true,
          .sql = "branch_line_trouble(t.id)", .help = N_("Why it is not, as the call system says.")),
    FIELD(branch, line_since, .label = N_("Line since"), .readonly = true, .virtual_ = true,
          .sql = "branch_line_since(t.id)", .help = N_("Since when it is so.")),
    FIELD(branch, pay_link, .label = N_("Payment link"), .max = 120,
          .help =
              N_("Where customers pay, drawn as a QR code: https://…/{order}/{fen}. {order} is the number of "
                 "the order, {fen} the amount in fen, or {yuan} in yuan. Empty: that of the branch above.")),
    FIELD(branch, time_zone, .label = N_("Time zone"), .max = 40, .required = true, .init = "Asia/Shanghai",
          .help = N_("IANA name, for example Asia/Shanghai. Times are shown and business days begin by it.")),
    FIELD(branch, remarks, .type = FIELD_NOTE, .label = N_("Remarks"), .max = 1000,
          .help = N_("Anything colleagues should know: opening hours, keys, parking.")),
};

/* host, host:port, IPv4 or [IPv6]:port; which of them answers is found out by calling. */
static bool address_valid(const char *text)
{
    if (!*text)
        return false;
    for (const char *at = text; *at; at++) {
        if (!isalnum((unsigned char)*at) && !strchr(".-:[]", *at))
            return false;
    }
    return true;
}

static bool made_of(const char *text, const char *letters)
{
    return *text && strspn(text, letters) == strlen(text);
}

static int check_calls(struct act *act)
{
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    const struct branch *branch = act->now;
    if (act_is_set(act, "pbx_context") && branch->pbx_context && !made_of(branch->pbx_context, name))
        return request_fail(act->request, ERR_INVALID, "pbx_context",
                            N_("Only letters, digits, hyphen and underline are possible here"), NULL);
    if (act_is_set(act, "pbx_prefix") && branch->pbx_prefix && !made_of(branch->pbx_prefix, "0123456789"))
        return request_fail(act->request, ERR_INVALID, "pbx_prefix", N_("Only digits are possible here"),
                            NULL);
    return 0;
}

static int check_pay_link(struct act *act)
{
    static const char *const faults[] = {
        [PAY_LINK_NO_ADDRESS] = N_("A payment link begins with https:// and the name of a host"),
        [PAY_LINK_BAD_LETTER] = N_("A letter stands in it that no address has: write it as %XX"),
        [PAY_LINK_BAD_PLACE] = N_("Braces stand only around order, fen and yuan"),
        [PAY_LINK_NO_ORDER] = N_("The place of the order is missing: nobody would know which was paid"),
        [PAY_LINK_NO_AMOUNT] = N_("The place of the amount is missing, in fen or in yuan"),
        [PAY_LINK_TOO_LONG] = N_("Too long: as a QR code it would not fit a driver's telephone"),
    };
    const struct branch *branch = act->now;
    if (!act_is_set(act, "pay_link") || !branch->pay_link)
        return 0;
    enum pay_link_fault fault = pay_link_check(branch->pay_link);
    return fault ? request_fail(act->request, ERR_INVALID, "pay_link", faults[fault], NULL) : 0;
}

static int check(struct act *act)
{
    const struct branch *branch = act->now;
    int offset;
    if (act_is_set(act, "pbx_address") && branch->pbx_address && !address_valid(branch->pbx_address))
        return request_fail(act->request, ERR_INVALID, "pbx_address",
                            N_("This is not an address of a call system"), NULL);
    if (act_is_set(act, "time_zone") && branch->time_zone &&
        time_zone_offset(branch->time_zone, act->request->now, &offset) < 0)
        return request_fail(act->request, ERR_INVALID, "time_zone", N_("There is no time zone {zone}"),
                            "zone", branch->time_zone, NULL);
    int result = check_pay_link(act);
    return result ? result : check_calls(act);
}

/* A branch under itself would make “own and below” everything; the database refuses it too, under a lock. */
static const struct sql sql_below = {"branch_below", "SELECT $1::int = ANY (branch_and_below($2::int))"};

static int load(struct act *act)
{
    const struct branch *branch = act->now;
    if (act->kind == ACT_UPDATE && act_is_set(act, "parent_id") && branch->parent_id != NIL)
        act->data = tx_read(act->request->tx, &sql_below, p_int(branch->parent_id), p_int(act->id));
    return 0;
}

/* Kept apart, where workers may write it and nobody but the telephone reads it. */
static const struct sql sql_secret = {"branch_pbx_set", "SELECT branch_pbx_set($1::int, $2)"};

static int in_tx(struct act *act)
{
    const struct branch *branch = act->now;
    if (isnan(branch->place_lon) != isnan(branch->place_lat))
        return request_fail(act->request, ERR_INVALID, isnan(branch->place_lon) ? "place_lon" : "place_lat",
                            N_("Longitude and latitude are given together or not at all"), NULL);
    if (act->data && rows_bool(act->data, 0, 0))
        return request_fail(act->request, ERR_INVALID, "parent_id",
                            N_("A branch cannot belong to itself or to one below it"), NULL);
    if (act_is_set(act, "pbx_secret"))
        tx_write(act->request->tx, &sql_secret, p_int(act_row_id(act)), p_text(branch->pbx_secret));
    return 0;
}

static const struct sql sql_in_use = {
    "branch_in_use", "SELECT (SELECT count(*) FROM employee WHERE branch_id = $1 AND disabled_at IS NULL), "
                     "(SELECT count(*) FROM branch WHERE parent_id = $1 AND disabled_at IS NULL)"};

/* Who works at a closed branch could not see a thing any more. */
static int guard(struct act *act)
{
    if (act->kind != ACT_DISABLE)
        return 0;
    struct rows *rows = tx_read(act->request->tx, &sql_in_use, p_int(act->id));
    if (rows_int(rows, 0, 0) > 0)
        return request_fail(act->request, ERR_CONFLICT, NULL,
                            N_("{count} employees still work at this branch: move or disable them first"),
                            "count", rows_text(rows, 0, 0), NULL);
    if (rows_int(rows, 0, 1) > 0)
        return request_fail(act->request, ERR_CONFLICT, NULL,
                            N_("{count} branches still belong to this one: move or disable them first"),
                            "count", rows_text(rows, 0, 1), NULL);
    return 0;
}

static const char *const columns[] = {"code",  "name",    "kind",    "parent_id",
                                      "phone", "contact", "address", NULL};
static const char *const main_tab[] = {"code",  "name",    "kind",    "parent_id",
                                       "phone", "contact", "remarks", NULL};
static const char *const place_tab[] = {"address",   "district", "place_lon", "place_lat",
                                        "time_zone", "pay_link", NULL};
static const char *const calls_tab[] = {"pbx_address", "pbx_user",   "pbx_secret", "pbx_technology",
                                        "pbx_context", "pbx_prefix", "line",       "line_trouble",
                                        "line_since",  NULL};
static const struct tab tabs[] = {
    {N_("Branch"), main_tab},
    {N_("Place and connections"), place_tab},
    {N_("Call system"), calls_tab},
    {NULL},
};

const struct entity branch_entity = {
    .name = "branch",
    .area = "org",
    .table = "branch",
    .label = N_("Branch"),
    .plural = N_("Branches"),
    .help = N_("Rescue stations, shops and offices. They form a tree; people see their own branch and, where "
               "their role says so, those below it."),
    .code = "br",
    .size = sizeof(struct branch),
    .scope = SCOPE_BRANCH,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "name",
    .columns = columns,
    .sort = "code",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .check = check,
    .load = load,
    .in_tx = in_tx,
    .guard = guard,
};
