/* The steps of a notice: taken, looked into, converted to an order, rejected, withdrawn. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "server/areas/partner/partner.h"
#include "server/core/change.h"
#include "server/core/notice.h"
#include "server/entity/within.h"

#define notice_set(act, member, ...)                                                                         \
    do {                                                                                                     \
        ((struct order_notice *)(act)->now)->member = (__VA_ARGS__);                                         \
        act_mark((act), #member);                                                                            \
    } while (0)

/* ------------------------------------------------------------------------------------------------- taken */

static const struct sql sql_quota = {
    "partner_quota", "SELECT branch_id, minute_max, day_max, minute_count, day_count FROM partner_quota($1)"};

/* A third party's own people tell its orders alone. */
int notice_check(struct act *act)
{
    const struct order_notice *notice = act->now;
    const struct session *session = act->request->session;
    if (isnan(notice->lon) != isnan(notice->lat) ||
        isnan(notice->destination_lon) != isnan(notice->destination_lat))
        return request_fail(act->request, ERR_INVALID,
                            isnan(notice->lon) != isnan(notice->lat) ? "lon" : "destination_lon",
                            N_("Longitude and latitude are given together or not at all"), NULL);
    if (session->party_id <= 0)
        return notice->partner_id != NIL
                   ? 0
                   : request_fail(act->request, ERR_INVALID, "partner_id", N_("Say whose order it is"), NULL);
    if (notice->partner_id != NIL && notice->partner_id != session->party_id)
        return request_fail(act->request, ERR_INVALID, "partner_id", N_("You work for another third party"),
                            NULL);
    notice_set(act, partner_id, session->party_id);
    return 0;
}

int notice_load(struct act *act)
{
    const struct order_notice *notice = act->now;
    act->data = tx_read(act->request->tx, &sql_quota, p_int(notice->partner_id));
    return 0;
}

enum { QUOTA_BRANCH, QUOTA_MINUTE, QUOTA_DAY, QUOTA_OF_MINUTE, QUOTA_OF_DAY };

static int judge_quota(struct act *act, struct rows *quota, bool by_file)
{
    struct request *request = act->request;
    if (rows_count(quota) == 0)
        return request_fail(request, ERR_FORBIDDEN, "partner_id",
                            N_("No notices are taken from this third party"), NULL);
    if (!by_file && rows_int(quota, 0, QUOTA_OF_MINUTE) >= rows_int(quota, 0, QUOTA_MINUTE))
        return request_fail(request, ERR_LIMIT, NULL,
                            N_("No more than {max} notices a minute: try again in one"), "max",
                            arena_printf(request->arena, "%" PRId64, rows_int(quota, 0, QUOTA_MINUTE)), NULL);
    if (rows_int(quota, 0, QUOTA_OF_DAY) >= rows_int(quota, 0, QUOTA_DAY))
        return request_fail(request, ERR_LIMIT, NULL, N_("No more than {max} notices a day"), "max",
                            arena_printf(request->arena, "%" PRId64, rows_int(quota, 0, QUOTA_DAY)), NULL);
    return 0;
}

int notice_in_tx(struct act *act)
{
    const struct session *session = act->request->session;
    bool by_file = session->id <= 0; /* nobody is logged in: a file was left */
    int result = judge_quota(act, act->data, by_file);
    if (result)
        return result;
    notice_set(act, branch_id, rows_int(act->data, 0, QUOTA_BRANCH));
    notice_set(act, how, by_file ? "csv" : "protocol");
    if (by_file)
        notice_set(act, source, session->terminal);
    return 0;
}

/* ------------------------------------------------------------------------------------------------- looked into, rejected */

/* The note itself stands in the trail, with who wrote it and when. */
int notice_contact_in_tx(struct act *act)
{
    act->reason = request_text(act->request, "note");
    notice_set(act, contacted_at, act->request->now);
    return 0;
}

static void handled(struct act *act)
{
    notice_set(act, handled_at, act->request->now);
    notice_set(act, handled_by, act->request->session->employee_id);
}

int notice_reject_in_tx(struct act *act)
{
    handled(act);
    notice_set(act, state_reason, act->reason);
    return 0;
}

/* ------------------------------------------------------------------------------------------------- converted */

/* A particular of the order: what the clerk gives, else what the notice says. */
static void put_text(struct act *act, json_t *args, const char *name, const char *told)
{
    json_t *given = json_object_get(act->request->args, name);
    if (json_is_string(given) && *json_string_value(given))
        json_object_set(args, name, given);
    else if (told)
        json_object_set_new(args, name, json_string(told));
}

/* Both or none: where the clerk gives one, the notice's other does not belong to it. */
static void put_point(struct act *act, json_t *args, const char *lon, double told_lon, const char *lat,
                      double told_lat)
{
    json_t *given_lon = json_object_get(act->request->args, lon),
           *given_lat = json_object_get(act->request->args, lat);
    if (json_is_number(given_lon) || json_is_number(given_lat)) {
        json_object_set(args, lon, given_lon ? given_lon : json_null());
        json_object_set(args, lat, given_lat ? given_lat : json_null());
    } else if (!isnan(told_lon)) {
        json_object_set_new(args, lon, json_real(told_lon));
        json_object_set_new(args, lat, json_real(told_lat));
    }
}

static void put_time(struct act *act, json_t *args, const char *name, struct instant told)
{
    char text[TIME_TEXT_SIZE];
    json_t *given = json_object_get(act->request->args, name);
    if (json_is_string(given) && *json_string_value(given))
        json_object_set(args, name, given);
    else if (!instant_is_nil(told))
        json_object_set_new(args, name, json_string(time_print(text, sizeof(text), told)));
}

static json_t *order_args(struct act *act)
{
    const struct order_notice *notice = act->was;
    int64_t branch = request_int(act->request, "branch_id");
    json_t *args = json_object();
    json_object_set_new(args, "branch_id", json_integer(branch == NIL ? notice->branch_id : branch));
    json_object_set_new(args, "customer_id", json_integer(notice->partner_id));
    json_object_set_new(args, "external_number", json_string(notice->foreign_number));
    put_text(act, args, "principal", notice->principal);
    put_text(act, args, "contact_name", notice->contact_name);
    put_text(act, args, "contact_phone", notice->contact_phone);
    put_text(act, args, "plate", notice->plate);
    put_text(act, args, "car_model", notice->car_model);
    put_text(act, args, "colour", notice->colour);
    put_text(act, args, "vin", notice->vin);
    put_text(act, args, "policy_number", notice->policy_number);
    put_text(act, args, "service", notice->service);
    put_text(act, args, "road", notice->road);
    put_text(act, args, "place", notice->place);
    put_point(act, args, "lon", notice->lon, "lat", notice->lat);
    put_text(act, args, "destination", notice->destination);
    put_point(act, args, "destination_lon", notice->destination_lon, "destination_lat",
              notice->destination_lat);
    put_time(act, args, "appoint_at", notice->appoint_at);
    put_text(act, args, "remarks", notice->remarks);
    return args;
}

/* In the monitor at once, and nobody is sent before the person at the car was called. */
static void fill_order(struct act *order, void *data)
{
    const struct act *act = data;
    within_set_bool(order, "to_confirm", true);
    within_set_int(order, "notice_id", act->id);
}

int notice_convert_in_tx(struct act *act)
{
    const char *reply = NULL;
    int64_t id = NIL;
    int result = entity_create_within(act->request, entity_find("rescue"), order_args(act), fill_order, act,
                                      &reply, &id);
    if (result)
        return result;
    handled(act);
    notice_set(act, order_id, id);
    act_reply(act, "order", reply);
    return 0;
}

/* ------------------------------------------------------------------------------------------------- withdrawn */

static const struct sql sql_order = {
    "notice_order", "SELECT o.id, o.number, o.state, o.version, o.branch_id, o.driver_id, o.plate, o.place "
                    "FROM order_notice n "
                    "JOIN rescue_order o ON o.id = n.order_id WHERE n.id = $1 FOR NO KEY UPDATE OF o"};
static const struct sql sql_cancel = {
    "notice_cancel_order",
    "UPDATE rescue_order SET cancel_at = $2, cancel_reason = $3, version = version + 1, updated_at = now() "
    "WHERE id = $1 AND version = $4 RETURNING 1"};

enum {
    ORDER_ID,
    ORDER_NUMBER,
    ORDER_STATE,
    ORDER_VERSION,
    ORDER_BRANCH,
    ORDER_DRIVER,
    ORDER_PLATE,
    ORDER_PLACE
};

int notice_withdraw_load(struct act *act)
{
    act->data = tx_read(act->request->tx, &sql_order, p_int(act->id));
    return 0;
}

static void ring(struct act *act, struct rows *order)
{
    struct str args;
    str_init(&args, act->request->arena);
    str_add(&args, "{\"number\":");
    str_add_json(&args, rows_text(order, 0, ORDER_NUMBER));
    str_add(&args, ",\"plate\":");
    str_add_json(&args, rows_text(order, 0, ORDER_PLATE) ? rows_text(order, 0, ORDER_PLATE) : "");
    str_add(&args, ",\"reason\":");
    str_add_json(&args, act->reason ? act->reason : "");
    str_add_char(&args, '}');
    notice_send(act->request,
                &(struct notice){.role = "dispatcher",
                                 .branch_id = rows_int(order, 0, ORDER_BRANCH),
                                 .level = "alarm",
                                 .msgid = N_("Order {number} was cancelled by its third party: {reason}"),
                                 .args = args.data,
                                 .entity = "rescue",
                                 .row_id = rows_int(order, 0, ORDER_ID)});
}

static void tell_order(struct act *act, struct rows *order)
{
    char text[TIME_TEXT_SIZE];
    struct str now;
    int64_t driver = rows_int(order, 0, ORDER_DRIVER);
    str_init(&now, act->request->arena);
    str_addf(&now,
             "{\"cancel_at\":\"%s\",\"cancel_reason\":", time_print(text, sizeof(text), act->request->now));
    str_add_json(&now, act->reason);
    str_add_char(&now, '}');
    change_add(act->request, &(struct change){.entity = "rescue",
                                              .id = rows_int(order, 0, ORDER_ID),
                                              .action = "cancel",
                                              .version = rows_int(order, 0, ORDER_VERSION) + 1,
                                              .branch_id = rows_int(order, 0, ORDER_BRANCH),
                                              .old_branch_id = NIL,
                                              .own_id = driver == NIL ? CHANGE_NOBODY : driver,
                                              .reason = act->reason,
                                              .now = now.data});
}

static bool is_over(const char *state)
{
    return strcmp(state, "done") == 0 || strcmp(state, "empty") == 0 || strcmp(state, "void") == 0;
}

/* The order stays what it is: whether the vehicle turns round is a dispatcher's to say. That it lives was looked at before the order was
 * locked. */
static int cancel_order(struct act *act)
{
    struct rows *order = act->data;
    if (rows_count(order) == 0 || is_over(rows_text(order, 0, ORDER_STATE)))
        return act_refuse(act, N_("The job is over"));
    tx_write_one(act->request->tx, &sql_cancel, p_int(rows_int(order, 0, ORDER_ID)),
                 p_time(act->request->now), p_text(act->reason), p_int(rows_int(order, 0, ORDER_VERSION)));
    tell_order(act, order);
    ring(act, order);
    notice_set(act, cancel_at, act->request->now);
    notice_set(act, state_reason, act->reason);
    return 0;
}

int notice_withdraw_in_tx(struct act *act)
{
    const struct order_notice *was = act->was;
    if (strcmp(was->state, "converted") == 0)
        return cancel_order(act);
    handled(act);
    notice_set(act, state, "withdrawn");
    notice_set(act, state_reason, act->reason);
    return 0;
}
