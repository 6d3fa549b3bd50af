#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/hex.h"
#include "base/log.h"
#include "base/random.h"
#include "server/core/access.h"
#include "server/core/core-private.h"
#include "server/core/login.h"
#include "server/core/password.h"
#include "server/core/request-private.h"
#include "server/core/session-private.h"
#include "server/core/throttle.h"
#include "server/core/totp.h"

enum { TOKEN_BYTES = 32, HASH_BYTES = 32 };

/* A resume token as the client gets it, and its hash as the database keeps it. */
struct token {
    char text[2 * TOKEN_BYTES + 1];
    char hash[2 * HASH_BYTES + 1];
};

/* Columns of login_find that are looked at. */
enum { FOUND_ID, FOUND_STATE, FOUND_DISABLED, FOUND_HASH, FOUND_SECRET, FOUND_STEP, FOUND_LOCKED };

static const struct sql find = {
    "login_find",
    "SELECT employee_id, state, disabled_at IS NOT NULL, password_hash, totp_secret, totp_last_step,"
    " coalesce(locked_until > now(), false) FROM login_find($1)"};
static const struct sql no_wait = {"login_no_wait", "SET LOCAL synchronous_commit = off"};
static const struct sql failed_try = {"login_failed", "SELECT failed, locked_until FROM login_failed($1)"};
static const struct sql start_session = {
    "login_start",
    "INSERT INTO session (employee_id, token_hash, device, terminal, address, expires_at, idle_seconds)"
    " SELECT $1, decode($2, 'hex'), $3, $4, $5, now() + make_interval(hours =>"
    " (SELECT value::int FROM setting WHERE name = 'session.absolute_hours')), $6"
    " WHERE login_succeeded($1, $7) RETURNING id, epoch, expires_at, idle_seconds"};
static const struct sql resume_session = {
    "login_resume", "SELECT session_id, epoch, expires_at, idle_seconds"
                    " FROM session_resume(decode($1, 'hex'), $2, decode($3, 'hex'), $4)"};
static const struct sql lock_seconds = {
    "login_lock", "SELECT value::bigint FROM setting WHERE name = 'session.idle_seconds'"};
static const struct sql draft_key = {
    "login_draft_key", "SELECT encode(draft_key_of(s.employee_id, s.device, decode($2, 'hex')), 'base64')"
                       " FROM session s WHERE s.token_hash = decode($1, 'hex') AND s.ended_at IS NULL"};
static const struct sql end_session = {
    "login_end",
    "WITH ended AS (UPDATE session SET ended_at = now(), end_reason = $2, token_hash = NULL,"
    " epoch = epoch + 1 WHERE id = $1 AND ended_at IS NULL RETURNING 1) SELECT count(*) FROM ended"};

static void token_hash(const char *text, char *hash)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    if (!EVP_Digest(text, strlen(text), digest, &len, EVP_sha256(), NULL))
        memory_exhausted();
    hex_encode(hash, digest, HASH_BYTES);
}

static struct token token_make(void)
{
    struct token token;
    unsigned char bytes[TOKEN_BYTES];
    random_bytes(bytes, sizeof(bytes));
    hex_encode(token.text, bytes, sizeof(bytes));
    token_hash(token.text, token.hash);
    return token;
}

static void add_texts(struct str *out, const char *name, const char *const *texts, size_t n)
{
    str_addf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < n; i++) {
        str_add(out, i ? "," : "");
        str_add_json(out, texts[i]);
    }
    str_add_char(out, ']');
}

static void add_member(struct str *out, const char *name, const char *text)
{
    str_addf(out, ",\"%s\":", name);
    str_add_json(out, text);
}

static void add_permissions(struct str *out, const struct session *session)
{
    const struct permission_table *table = session->private_->permissions;
    const char **names = arena_alloc(out->arena, (table->count + 1) * sizeof(*names));
    for (size_t i = 0; i < table->count; i++)
        names[i] = table->rows[i].permission;
    add_texts(out, "permissions", names, table->count);
}

void login_describe(struct request *request, const struct session *session,
                    const struct login_secrets *secrets, int64_t lock)
{
    struct str *out = &request->out;
    char expires[TIME_TEXT_SIZE];
    str_addf(out, "{\"session_id\":%" PRId64 ",\"employee_id\":%" PRId64, session->id, session->employee_id);
    add_member(out, "user", session->user);
    add_member(out, "name", session->name);
    str_addf(out, ",\"branch_id\":%" PRId64, session->branch_id);
    add_member(out, "branch", session->branch_name);
    add_member(out, "time_zone", session->time_zone);
    add_member(out, "extension", session->extension);
    add_texts(out, "roles", session->roles, session->nroles);
    add_texts(out, "role_names", session->role_names, session->nroles);
    add_permissions(out, session);
    str_addf(out, ",\"must_change_password\":%s", session->must_change_password ? "true" : "false");
    add_member(out, "expires_at", time_print(expires, sizeof(expires), session->expires_at));
    str_addf(out, ",\"lock_seconds\":%" PRId64, lock);
    if (secrets) {
        add_member(out, "token", secrets->token);
        add_member(out, "draft_key", secrets->draft_key);
    }
    str_add_char(out, '}');
}

/* ------------------------------------------------------------------------------------------------- the password */

struct attempt {
    const char *user, *password, *otp;
    int64_t employee_id; /* NIL: there is no such user */
    bool locked;
    int64_t step; /* of the one-time code, NIL: none was needed */
    bool wants_code;
};

/* The same answer whether the name, the password, the code is wrong or the account locked or gone. */
static const char *const wrong_login = N_("The name or the password is wrong, or the account is locked");

static int wait_turn(struct request *request, const char *name)
{
    struct request_state *state = request->state;
    if (state->task->delayed)
        return 0;
    state->later_ms = throttle_try(name, request->address);
    if (state->later_ms < 0)
        return request_fail(request, ERR_LIMIT, NULL, N_("Too many tries; wait a moment"), NULL);
    return state->later_ms > 0 ? REQUEST_LATER : 0;
}

static bool code_is_right(const char *secret, int64_t last_step, struct attempt *attempt)
{
    if (!secret)
        return true;
    attempt->wants_code = !attempt->otp;
    return attempt->otp && totp_verify(secret, attempt->otp, time_now(), last_step, &attempt->step);
}

/* 0 right, 1 wrong, or an error code of the database. */
static int judge(struct request *request, struct attempt *attempt, bool with_code)
{
    struct tx *tx = request->tx = tx_begin(request->state->connection, request->arena, request->deadline_ms);
    tx_set_read_only(tx);
    struct rows *found = tx_read(tx, &find, p_text(attempt->user));
    enum tx_fault fault = tx_commit(tx);
    request->state->round_trips += tx_round_trips(tx);
    if (fault != TX_OK)
        return request_tx_failed(request);
    attempt->step = NIL;
    attempt->employee_id = rows_int(found, 0, FOUND_ID);
    attempt->locked = rows_bool(found, 0, FOUND_LOCKED);
    const char *state = rows_text(found, 0, FOUND_STATE);
    bool live = state && strcmp(state, "left") != 0 && !rows_bool(found, 0, FOUND_DISABLED);
    int verdict = password_verify(live ? rows_text(found, 0, FOUND_HASH) : NULL, attempt->password);
    if (verdict < 0)
        return request_fail(request, ERR_BUSY, NULL, N_("The server is busy; try again"), NULL);
    bool right = verdict && !attempt->locked;
    if (right && with_code)
        right = code_is_right(rows_text(found, 0, FOUND_SECRET), rows_int(found, 0, FOUND_STEP), attempt);
    return !right;
}

/* Counts without waiting for the disk: how long it takes must not say whether there is such a user. */
static void count_failure(struct request *request, const struct attempt *attempt)
{
    throttle_failed(attempt->user, request->address);
    struct tx *tx = tx_begin(request->state->connection, request->arena, request->deadline_ms);
    tx_write(tx, &no_wait);
    struct rows *counted = tx_read(
        tx, &failed_try, p_int(attempt->employee_id == NIL || attempt->locked ? 0 : attempt->employee_id));
    if (tx_commit(tx) != TX_OK)
        log_warn("a wrong password could not be counted");
    request->state->round_trips += tx_round_trips(tx);
    log_info("login refused: employee %" PRId64 " from %s%s",
             attempt->employee_id == NIL ? 0 : attempt->employee_id, request->address,
             !rows_null(counted, 0, 1) && rows_count(counted) ? ", account locked" : "");
}

static int check_attempt(struct request *request, struct attempt *attempt, bool with_code)
{
    int result = wait_turn(request, attempt->user);
    if (!result)
        result = judge(request, attempt, with_code);
    if (result == 1 && !attempt->wants_code)
        count_failure(request, attempt);
    return result;
}

int login_confirm(struct request *request, const char *field, const char *password)
{
    struct attempt attempt = {.user = request->session->user, .password = password};
    int result = check_attempt(request, &attempt, false);
    if (result == 1)
        return request_fail(request, ERR_INVALID, field,
                            N_("The password is wrong, or the account is locked"), NULL);
    if (result == 0)
        throttle_succeeded(attempt.user);
    return result;
}

/* ------------------------------------------------------------------------------------------------- coming */

static const char *device_of(const struct request *request)
{
    const char *device = request_text(request, "terminal");
    return device && *device ? device : NULL;
}

/* Both ways in: what is read and said once the session has been found or begun. */
struct arrival {
    struct token token;   /* for the next resume */
    struct rows *session; /* id, epoch, expires_at, idle_seconds; none: he does not come in */
    struct access_read read;
};

/* The key for drafts on the disk of the device whose session has this token; by its hash. */
static struct rows *queue_draft_key(struct tx *tx, const char *hash)
{
    unsigned char bytes[TOKEN_BYTES];
    char offered[2 * TOKEN_BYTES + 1];
    random_bytes(bytes, sizeof(bytes));
    hex_encode(offered, bytes, sizeof(bytes));
    return tx_read(tx, &draft_key, p_text(hash), p_text(offered));
}

static struct session *make_session(const struct request *request, const struct arrival *arrival)
{
    const char *terminal = request->state->terminal ? request->state->terminal : device_of(request);
    struct session *session =
        rows_count(arrival->session) == 1 ? access_session(&arrival->read, terminal) : NULL;
    if (!session)
        return NULL;
    session->id = rows_int(arrival->session, 0, 0);
    session->epoch = rows_int(arrival->session, 0, 1);
    session->expires_at = rows_time(arrival->session, 0, 2);
    session->private_->idle_seconds = rows_int(arrival->session, 0, 3);
    return session;
}

/* Commits; 0 and the description of the session as the answer, or the refusal with these words. */
static int come_in(struct request *request, const struct arrival *arrival, const char *refusal)
{
    struct request_state *state = request->state;
    struct tx *tx = request->tx;
    struct rows *key = queue_draft_key(tx, arrival->token.hash);
    struct rows *lock = tx_read(tx, &lock_seconds);
    enum tx_fault fault = tx_commit(tx);
    state->round_trips += tx_round_trips(tx);
    if (fault != TX_OK)
        return request_tx_failed(request);
    struct session *session = make_session(request, arrival);
    if (!session)
        return request_fail(request, ERR_UNAUTHENTICATED, NULL, refusal, NULL);
    const struct login_secrets secrets = {arrival->token.text, rows_text(key, 0, 0)};
    state->answer->effect = EFFECT_SESSION;
    state->answer->session = session;
    login_describe(request, session, &secrets, rows_int(lock, 0, 0));
    return 0;
}

static int start(struct request *request, const struct attempt *attempt)
{
    struct request_state *state = request->state;
    struct arrival arrival = {.token = token_make()};
    struct tx *tx = request->tx = tx_begin(state->connection, request->arena, request->deadline_ms);
    access_open_scope(tx);
    arrival.session = tx_read(tx, &start_session, p_int(attempt->employee_id), p_text(arrival.token.hash),
                              p_text(device_of(request)), p_text(state->terminal), p_text(request->address),
                              p_int(core.idle_seconds), p_int(attempt->step));
    access_queue_employee(tx, &arrival.read, attempt->employee_id);
    return come_in(request, &arrival, wrong_login);
}

static const char *lower(struct request *request, const char *text)
{
    char *copy = arena_strdup(request->arena, text);
    for (char *c = copy; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c += 'a' - 'A';
    return copy;
}

static int login_run(struct request *request)
{
    if (request->session)
        return request_fail(request, ERR_CONFLICT, NULL, N_("Somebody is logged in here already"), NULL);
    struct attempt attempt = {.user = lower(request, request_text(request, "user")),
                              .password = request_text(request, "password"),
                              .otp = request_text(request, "otp")};
    int result = check_attempt(request, &attempt, true);
    if (result == 1 && attempt.wants_code)
        return request_fail(request, ERR_UNAUTHENTICATED, "otp", N_("The one-time code is needed"), NULL);
    if (result == 1)
        return request_fail(request, ERR_UNAUTHENTICATED, NULL, wrong_login, NULL);
    if (result)
        return result;
    throttle_succeeded(attempt.user);
    return start(request, &attempt);
}

static int resume_run(struct request *request)
{
    if (request->session)
        return request_fail(request, ERR_CONFLICT, NULL, N_("Somebody is logged in here already"), NULL);
    struct arrival arrival = {.token = token_make()};
    char hash[2 * HASH_BYTES + 1];
    token_hash(request_text(request, "token"), hash);
    struct tx *tx = request->tx = tx_begin(request->state->connection, request->arena, request->deadline_ms);
    access_open_scope(tx);
    arrival.session = tx_read(tx, &resume_session, p_text(hash), p_text(device_of(request)),
                              p_text(arrival.token.hash), p_text(request->address));
    access_queue_token(tx, &arrival.read, arrival.token.hash);
    return come_in(request, &arrival, N_("The session has ended; log in again"));
}

/* ------------------------------------------------------------------------------------------------- going */

static int end_with(struct request *request, const char *reason)
{
    struct tx *tx = request->tx = tx_begin(request->state->connection, request->arena, request->deadline_ms);
    /* One that has ended already is as good. */
    tx_read(tx, &end_session, p_int(request->session->id), p_text(reason));
    enum tx_fault fault = tx_commit(tx);
    request->state->round_trips += tx_round_trips(tx);
    return fault == TX_OK ? 0 : request_tx_failed(request);
}

static int logout_run(struct request *request)
{
    int result = end_with(request, "logout");
    if (result)
        return result;
    request->state->answer->effect = EFFECT_END;
    str_add(&request->out, "{}");
    return 0;
}

static int idle_run(struct request *request)
{
    return end_with(request, "idle");
}

static int reload_run(struct request *request)
{
    struct parcel *answer = request->state->answer;
    enum tx_fault fault;
    answer->session = access_reload(request->state->connection, request->arena, request->deadline_ms,
                                    request->session, &fault);
    if (fault == TX_OK)
        answer->effect = answer->session ? EFFECT_SESSION : EFFECT_END;
    return 0;
}

const struct verb session_idle_verb = {
    .name = "session.idle", .flags = VERB_SESSION | VERB_CHANGES | VERB_NO_TX, .run = idle_run};
const struct verb session_reload_verb = {
    .name = "session.reload", .flags = VERB_SESSION | VERB_NO_TX, .run = reload_run};

static const struct field login_args[] = {
    ARG(user, FIELD_TEXT, .label = N_("User"), .max = 64, .required = true, .help = N_("The login name.")),
    ARG(password, FIELD_TEXT, .label = N_("Password"), .max = PASSWORD_MAX, .required = true, .secret = true,
        .help = N_("The password.")),
    ARG(otp, FIELD_TEXT, .label = N_("One-time code"), .max = 6,
        .help = N_("Six digits, where a code is set up.")),
    ARG(terminal, FIELD_TEXT, .label = N_("Terminal"), .max = 64,
        .help = N_("The device's own name; a session resumes from the same one only.")),
};

static const struct field resume_args[] = {
    ARG(token, FIELD_TEXT, .label = N_("Token"), .max = 2 * TOKEN_BYTES, .required = true, .secret = true,
        .help = N_("The token of the last login or resume; good once.")),
    ARG(terminal, FIELD_TEXT, .label = N_("Terminal"), .max = 64, .help = N_("As at the login.")),
};

static const struct verb verbs[] = {
    {.name = "session.login",
     .label = N_("Log in"),
     .help = N_("Opens a session on this connection. The answer says who one is and what one may do, and has "
                "a token for session.resume."),
     .flags = VERB_OPEN | VERB_CHANGES | VERB_NO_TX | VERB_ALONE,
     .lane = LANE_HASH,
     .args = login_args,
     .nargs = array_len(login_args),
     .run = login_run},
    {.name = "session.resume",
     .label = N_("Resume a session"),
     .help = N_(
         "Goes on with a session after the line dropped; answers like session.login, with the next token."),
     .flags = VERB_OPEN | VERB_CHANGES | VERB_NO_TX | VERB_ALONE,
     .args = resume_args,
     .nargs = array_len(resume_args),
     .run = resume_run},
    {.name = "session.logout",
     .label = N_("Log out"),
     .help = N_("Ends the session; the connection stays and somebody may log in."),
     .flags = VERB_SESSION | VERB_CHANGES | VERB_NO_TX | VERB_ALONE,
     .run = logout_run},
};

void login_register(void)
{
    for (size_t i = 0; i < array_len(verbs); i++)
        verb_register(&verbs[i]);
}

bool login_allows_old_password(const struct verb *verb)
{
    static const char *const names[] = {"session.password", "session.logout", "session.whoami",
                                        "session.ping",     "session.hello",  "session.describe",
                                        "session.help",     "session.idle",   "session.reload"};
    for (size_t i = 0; i < array_len(names); i++)
        if (strcmp(verb->name, names[i]) == 0)
            return true;
    return false;
}
