#include "server/areas/org/employee.h"

#include "server/areas/org/employee_fields.h"
#include "server/core/password.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool login_valid(const char *login)
{
    if (!islower((unsigned char)*login) && !isdigit((unsigned char)*login))
        return false;
    for (; *login; login++) {
        if (!islower((unsigned char)*login) && !isdigit((unsigned char)*login) && !strchr("._-", *login))
            return false;
    }
    return true;
}

/* hh:mm or, as the database gives it back, hh:mm:ss. */
static bool clock_valid(const char *text)
{
    int hour, minute, second = 0, end = 0;
    if (strspn(text, "0123456789:") != strlen(text))
        return false;
    if (sscanf(text, "%2d:%2d%n", &hour, &minute, &end) < 2)
        return false;
    if (text[end] && sscanf(text + end, ":%2d%n", &second, &end) < 1)
        return false;
    return hour < 24 && minute < 60 && second < 60;
}

static int check(struct act *act)
{
    const struct employee *employee = act->now;
    if (act_is_set(act, "login") && employee->login && !login_valid(employee->login))
        return request_fail(act->request, ERR_INVALID, "login",
                            N_("A user name is made of lower-case letters, digits and . _ -"), NULL);
    if (act_is_set(act, "work_from") && employee->work_from && !clock_valid(employee->work_from))
        return request_fail(act->request, ERR_INVALID, "work_from", N_("This is not a time of day: hh:mm"),
                            NULL);
    if (act_is_set(act, "work_to") && employee->work_to && !clock_valid(employee->work_to))
        return request_fail(act->request, ERR_INVALID, "work_to", N_("This is not a time of day: hh:mm"),
                            NULL);
    if (act->kind == ACT_CREATE && employee->password)
        return password_check(act->request, "password", employee->password);
    return 0;
}

/* Roles that reach over every branch are given by who does so too. */
static const struct sql sql_roles = {
    "employee_roles_given",
    "SELECT r.code, role.scope = 'all', role.disabled_at IS NOT NULL FROM unnest($1::text[]) r (code) "
    "LEFT JOIN role ON role.code = r.code"};

/* What the hooks carry from load to in_tx. */
struct employee_act {
    struct rows *roles;
    const char *password_hash;
};

static int load(struct act *act)
{
    const struct employee *employee = act->now;
    struct employee_act *data = arena_alloc(act->request->arena, sizeof(*data));
    act->data = data;
    if (act_is_set(act, "roles"))
        data->roles = tx_read(act->request->tx, &sql_roles, p_set(employee->roles));
    if (act->kind == ACT_CREATE && employee->password)
        data->password_hash = password_hash(act->request->arena, employee->password);
    return 0;
}

static bool set_contains(const struct text_set *set, const char *item)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->items[i], item) == 0)
            return true;
    }
    return false;
}

static bool set_equal(const struct text_set *a, const struct text_set *b)
{
    for (size_t i = 0; i < a->count; i++) {
        if (!set_contains(b, a->items[i]))
            return false;
    }
    return a->count == b->count;
}

static int judge_roles(struct act *act, struct rows *roles)
{
    const struct employee *was = act->was, *now = act->now;
    struct request *request = act->request;
    if (was && set_equal(&was->roles, &now->roles))
        return 0;
    if (was && act->id == request->session->employee_id)
        return request_fail(request, ERR_FORBIDDEN, "roles",
                            N_("Nobody changes their own roles: ask a colleague"), NULL);
    for (size_t i = 0; i < rows_count(roles); i++) {
        const char *role = rows_text(roles, i, 0);
        if (was && set_contains(&was->roles, role))
            continue;
        if (rows_null(roles, i, 1) || rows_bool(roles, i, 2))
            return request_fail(request, ERR_INVALID, "roles", N_("There is no role {role}"), "role", role,
                                NULL);
        if (rows_bool(roles, i, 1) && !request->grant->all)
            return request_fail(request, ERR_FORBIDDEN, "roles",
                                N_("The role {role} reaches over every branch: only who does so may give it"),
                                "role", role, NULL);
    }
    return 0;
}

/* A person's own row is edited by others: their branch and state decide what they may see and do. */
static int judge_own(struct act *act)
{
    const struct employee *was = act->was, *now = act->now;
    if (!was || act->id != act->request->session->employee_id)
        return 0;
    if (was->branch_id != now->branch_id)
        return request_fail(act->request, ERR_FORBIDDEN, "branch_id",
                            N_("Nobody moves themselves to another branch: ask a colleague"), NULL);
    if (strcmp(was->state, now->state) != 0)
        return request_fail(act->request, ERR_FORBIDDEN, "state",
                            N_("Nobody changes their own employment: ask a colleague"), NULL);
    return 0;
}

/* The field holds what was typed until here; what is stored is its hash. */
static void set_password(struct act *act, struct employee *now, const char *hash)
{
    now->password = hash;
    act_mark(act, "password");
    now->password_at = act->request->now;
    act_mark(act, "password_at");
    now->must_change_password = true;
    act_mark(act, "must_change_password");
}

static int in_tx(struct act *act)
{
    struct employee_act *data = act->data;
    struct employee *now = act->now;
    int result = data->roles ? judge_roles(act, data->roles) : 0;
    if (result == 0)
        result = judge_own(act);
    if (result == 0 && data->password_hash)
        set_password(act, now, data->password_hash);
    return result;
}

static int guard(struct act *act)
{
    if (act->id == act->request->session->employee_id)
        return request_fail(act->request, ERR_FORBIDDEN, NULL,
                            N_("Nobody disables or deletes themselves: ask a colleague"), NULL);
    return 0;
}

static const struct field reset_args[] = {
    ARG(password, FIELD_TEXT, .label = N_("New password"), .max = 128, .required = true, .secret = true,
        .help = N_("At least 10 characters. The person must change it at the next log-in.")),
};

/* Whoever sets a password can log in with it, so nobody sets that of somebody who reaches further. */
static const struct sql sql_reach = {
    "employee_reach", "SELECT EXISTS (SELECT FROM employee e JOIN role r ON r.code = ANY (e.roles) "
                      "WHERE e.id = $1 AND r.scope = 'all')"};

static int reset_load(struct act *act)
{
    const char *password = request_text(act->request, "password");
    int result = password_check(act->request, "password", password);
    if (result)
        return result;
    struct employee_act *data = arena_alloc(act->request->arena, sizeof(*data));
    data->password_hash = password_hash(act->request->arena, password);
    data->roles = tx_read(act->request->tx, &sql_reach, p_int(act->id));
    act->data = data;
    return 0;
}

static const struct sql sql_end_sessions = {
    "employee_end_sessions",
    "UPDATE session SET ended_at = now(), end_reason = 'password', token_hash = NULL, "
    "epoch = epoch + 1 WHERE employee_id = $1 AND ended_at IS NULL"};

static int unlock_in_tx(struct act *act)
{
    struct employee *now = act->now;
    now->failed_logins = 0;
    act_mark(act, "failed_logins");
    now->locked_until = INSTANT_NIL;
    act_mark(act, "locked_until");
    return 0;
}

static int judge_reach(struct act *act)
{
    struct employee_act *data = act->data;
    struct request *request = act->request;
    if (!rows_bool(data->roles, 0, 0) || request->grant->all)
        return 0;
    return request_fail(request, ERR_FORBIDDEN, NULL,
                        N_("This person's roles reach over every branch: ask somebody whose roles do so too"),
                        NULL);
}

static int reset_totp_load(struct act *act)
{
    struct employee_act *data = arena_alloc(act->request->arena, sizeof(*data));
    data->roles = tx_read(act->request->tx, &sql_reach, p_int(act->id));
    act->data = data;
    return 0;
}

static const struct sql sql_totp_forget = {
    "employee_totp_forget",
    "SELECT must_be_one(count(*)) FROM (SELECT employee_totp_set($1, NULL) AS done) s WHERE done"};

static int reset_totp_in_tx(struct act *act)
{
    struct request *request = act->request;
    if (act->id == request->session->employee_id)
        return request_fail(request, ERR_FORBIDDEN, NULL,
                            N_("Your own one-time codes are set up in your settings"), NULL);
    int result = judge_reach(act);
    if (result)
        return result;
    tx_write(request->tx, &sql_totp_forget, p_int(act->id));
    return unlock_in_tx(act);
}

static int reset_in_tx(struct act *act)
{
    struct employee_act *data = act->data;
    struct request *request = act->request;
    if (act->id == request->session->employee_id)
        return request_fail(request, ERR_FORBIDDEN, NULL,
                            N_("Change your own password with the old one, in your settings"), NULL);
    int result = judge_reach(act);
    if (result)
        return result;
    set_password(act, act->now, data->password_hash);
    tx_write(request->tx, &sql_end_sessions, p_int(act->id));
    return unlock_in_tx(act);
}

static const struct action actions[] = {
    {
        .name = "reset_password",
        .key = 'p',
        .label = N_("Reset password"),
        .help = N_("Sets a new first password, ends the person's sessions and lifts a lock."),
        .from = "*",
        .danger = true,
        .confirm = N_("Set a new password and end this person's sessions?"),
        .lane = LANE_HASH,
        .args = reset_args,
        .nargs = array_len(reset_args),
        .load = reset_load,
        .in_tx = reset_in_tx,
    },
    {
        .name = "unlock",
        .key = 'u',
        .label = N_("Unlock"),
        .help = N_("Lets the person log in again at once after too many wrong passwords."),
        .from = "*",
        .in_tx = unlock_in_tx,
    },
    {
        .name = "reset_totp",
        .key = 'o',
        .label = N_("Forget one-time codes"),
        .help =
            N_("For who has lost the phone: the password alone logs in again, until codes are set up anew."),
        .from = "*",
        .danger = true,
        .confirm = N_("Let this person log in without a one-time code?"),
        .reason = true,
        .load = reset_totp_load,
        .in_tx = reset_totp_in_tx,
    },
};

static const char *const columns[] = {"code",      "name",  "branch_id", "login",     "roles",
                                      "job_title", "state", "phone",     "extension", NULL};

const struct entity employee_entity = {
    .name = "employee",
    .area = "org",
    .table = "employee",
    .label = N_("Employee"),
    .plural = N_("Employees"),
    .help =
        N_("The people who work here and log in. Disabling somebody ends their sessions at once; what they "
           "did stays in the trail."),
    .code = "em",
    .size = sizeof(struct employee),
    .scope = SCOPE_BRANCH,
    .own_column = "id",
    .fields = employee_fields,
    .nfields = EMPLOYEE_NFIELDS,
    .title = "name",
    .columns = columns,
    .sort = "code",
    .tabs = employee_tabs,
    .actions = actions,
    .nactions = array_len(actions),
    .verbs = VERBS_ALL,
    .flags = ENTITY_HASHES,
    .check = check,
    .load = load,
    .in_tx = in_tx,
    .guard = guard,
};
