#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "server/core/access.h"
#include "server/core/change.h"
#include "server/core/login.h"
#include "server/core/password.h"
#include "server/core/pending.h"
#include "server/core/request-private.h"
#include "server/core/session-private.h"
#include "server/core/totp.h"

/* Own row: its version and branch are for the trail. */
static const struct sql set_password = {
    "password_set",
    "SELECT must_be_one(count(*)) FROM (SELECT employee_password_set($1, $2, false, $3) AS done) s"
    " WHERE done"};
static const struct sql set_totp = {
    "totp_set", "SELECT must_be_one(count(*)) FROM (SELECT employee_totp_set($1, $2) AS done) s WHERE done"};
static const struct sql own_version = {"own_version", "SELECT version FROM employee WHERE id = $1"};

static void add_trail(struct request *request, struct rows *version, const char *action, const char *column)
{
    const struct session *session = request->session;
    const char *hidden = arena_printf(request->arena, "{\"%s\":\"***\"}", column);
    change_add(request, &(struct change){.entity = "employee",
                                         .id = session->employee_id,
                                         .action = action,
                                         .version = rows_int(version, 0, 0),
                                         .branch_id = session->branch_id,
                                         .old_branch_id = NIL,
                                         .own_id = session->employee_id,
                                         .was = hidden,
                                         .now = hidden});
}

static int check_new(struct request *request, const char *old, const char *password)
{
    if (strcasecmp(password, request->session->user) == 0)
        return request_fail(request, ERR_INVALID, "new", N_("The password must not be the user name"), NULL);
    if (strcmp(password, old) == 0)
        return request_fail(request, ERR_INVALID, "new", N_("The new password is the old one"), NULL);
    return password_check(request, "new", password);
}

/* The loop's session still says that the password must be changed. */
static void read_session_anew(struct request *request)
{
    struct request_state *state = request->state;
    enum tx_fault fault;
    struct session *fresh =
        access_reload(state->connection, request->arena, request->deadline_ms, request->session, &fault);
    if (!fresh)
        return;
    state->answer->effect = EFFECT_SESSION;
    state->answer->session = fresh;
}

static int password_run(struct request *request)
{
    const char *old = request_text(request, "old"), *password = request_text(request, "new");
    int result = login_confirm(request, "old", old);
    if (!result)
        result = check_new(request, old, password);
    if (result)
        return result;
    const char *hash = password_hash(request->arena, password);
    request_begin(request);
    struct rows *version = tx_read(request->tx, &own_version, p_int(request->session->employee_id));
    result = request_need(request);
    if (!result) {
        tx_write(request->tx, &set_password, p_int(request->session->employee_id), p_text(hash),
                 p_int(request->session->id));
        add_trail(request, version, "password", "password");
    }
    result = request_end(request, result);
    if (!result && request->session->must_change_password)
        read_session_anew(request);
    return result;
}

/* ------------------------------------------------------------------------------------------------- one-time codes */

/* The terminal was locked: whoever sits there now has the password. */
static int unlock_run(struct request *request)
{
    int result = login_confirm(request, "password", request_text(request, "password"));
    if (!result)
        str_add(&request->out, "{}");
    return result;
}

static int totp_begin_run(struct request *request)
{
    int result = login_confirm(request, "password", request_text(request, "password"));
    if (result)
        return result;
    const char *secret = totp_secret_make(request->arena);
    pending_put(request->session->id, secret);
    str_add(&request->out, "{\"secret\":");
    str_add_json(&request->out, secret);
    str_add(&request->out, ",\"uri\":");
    str_add_json(&request->out, totp_uri(request->arena, request->session->user, secret));
    str_add_char(&request->out, '}');
    return 0;
}

static int store_secret(struct request *request, const char *action, const char *secret)
{
    request_begin(request);
    struct rows *version = tx_read(request->tx, &own_version, p_int(request->session->employee_id));
    int result = request_need(request);
    if (!result) {
        tx_write(request->tx, &set_totp, p_int(request->session->employee_id), p_text(secret));
        add_trail(request, version, action, "totp_secret");
    }
    return request_end(request, result);
}

static int totp_confirm_run(struct request *request)
{
    int64_t step;
    const char *secret = pending_get(request->session->id, request->arena);
    if (!secret)
        return request_fail(request, ERR_CONFLICT, NULL, N_("Begin with session.totp_begin"), NULL);
    if (!totp_verify(secret, request_text(request, "otp"), time_now(), NIL, &step))
        return request_fail(request, ERR_INVALID, "otp", N_("The code is wrong"), NULL);
    int result = store_secret(request, "totp_confirm", secret);
    if (!result)
        pending_drop(request->session->id);
    return result;
}

static int totp_end_run(struct request *request)
{
    int result = login_confirm(request, "password", request_text(request, "password"));
    return result ? result : store_secret(request, "totp_end", NULL);
}

static const struct field password_args[] = {
    ARG(old, FIELD_TEXT, .label = N_("Old password"), .max = PASSWORD_MAX, .required = true, .secret = true,
        .help = N_("The password until now.")),
    ARG(new, FIELD_TEXT, .label = N_("New password"), .max = PASSWORD_MAX, .required = true, .secret = true,
        .help = N_("At least 10 characters, and not the user name.")),
};

static const struct field confirm_password_args[] = {
    ARG(password, FIELD_TEXT, .label = N_("Password"), .max = PASSWORD_MAX, .required = true, .secret = true,
        .help = N_("One's own password, to be sure who asks.")),
};

static const struct field confirm_code_args[] = {
    ARG(otp, FIELD_TEXT, .label = N_("One-time code"), .max = 6, .required = true,
        .help = N_("The six digits the phone shows for the new secret.")),
};

static const struct verb verbs[] = {
    {.name = "session.password",
     .label = N_("Change password"),
     .help = N_("Changes one's own password; one's other sessions end."),
     .flags = VERB_SESSION | VERB_CHANGES | VERB_NO_TX | VERB_ALONE,
     .lane = LANE_HASH,
     .args = password_args,
     .nargs = array_len(password_args),
     .run = password_run},
    {.name = "session.unlock",
     .label = N_("Unlock the terminal"),
     .help = N_("Checks one's own password, slowed and counted like a login."),
     .flags = VERB_SESSION | VERB_CHANGES | VERB_NO_TX,
     .lane = LANE_HASH,
     .args = confirm_password_args,
     .nargs = array_len(confirm_password_args),
     .run = unlock_run},
    {.name = "session.totp_begin",
     .label = N_("Set up one-time codes"),
     .help = N_(
         "Makes a secret for a phone's app, as text and as the URI of a QR code. It counts once confirmed."),
     .flags = VERB_SESSION | VERB_CHANGES | VERB_NO_TX,
     .lane = LANE_HASH,
     .args = confirm_password_args,
     .nargs = array_len(confirm_password_args),
     .run = totp_begin_run},
    {.name = "session.totp_confirm",
     .label = N_("Confirm one-time codes"),
     .help = N_("Shows that the phone has the secret; from then on every login needs a code."),
     .flags = VERB_SESSION | VERB_CHANGES | VERB_NO_TX,
     .args = confirm_code_args,
     .nargs = array_len(confirm_code_args),
     .run = totp_confirm_run},
    {.name = "session.totp_end",
     .label = N_("Do without one-time codes"),
     .help = N_("Forgets the secret; logins need the password alone."),
     .flags = VERB_SESSION | VERB_CHANGES | VERB_NO_TX,
     .lane = LANE_HASH,
     .args = confirm_password_args,
     .nargs = array_len(confirm_password_args),
     .run = totp_end_run},
};

void password_verbs_register(void)
{
    for (size_t i = 0; i < array_len(verbs); i++)
        verb_register(&verbs[i]);
}
