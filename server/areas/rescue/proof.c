/* What proves a job: the photos its service wants, and the customer's signature by the code he was sent or on a photo. */
#include "base/arena.h"
#include "server/areas/rescue/hooks.h"
#include "server/areas/rescue/step.h"
#include "server/areas/rescue/verbs.h"

#include <inttypes.h>
#include <pthread.h>
#include <string.h>

static const struct sql sql_proof = {"rescue_proof",
                                     "SELECT photos, have, missing, missing_words, sign, code, signature, "
                                     "whose FROM rescue_proof($1)"};

static const struct sql sql_kinds = {"rescue_photo_kinds", "SELECT rescue_photo_kinds()"};

/* Where the customer pays it; null: the branch has no such address. */
static const struct sql sql_pay_link = {"rescue_pay_link",
                                        "SELECT branch_pay_link(branch_id) FROM rescue_order WHERE id = $1"};

enum { COL_PHOTOS, COL_HAVE, COL_MISSING, COL_WORDS, COL_SIGN, COL_CODE, COL_SIGNATURE, COL_WHOSE };

/* ---- codes that were wrong: a refused command leaves nothing in the database, so each server counts for itself */

enum { GUESSES_MAX = 5, GUESS_SECONDS = 600, GUESSED_ORDERS = 64 };

static struct {
    int64_t order_id, since_us;
    int count;
} guesses[GUESSED_ORDERS];
static pthread_mutex_t guesses_lock = PTHREAD_MUTEX_INITIALIZER;

/* Counts one more, in the place of the oldest where there is none yet. False: too many. */
static bool guess_again(int64_t order_id, struct instant now)
{
    size_t at = 0;
    pthread_mutex_lock(&guesses_lock);
    for (size_t i = 0; i < GUESSED_ORDERS; i++) {
        if (guesses[i].order_id == order_id) {
            at = i;
            break;
        }
        if (guesses[i].since_us < guesses[at].since_us)
            at = i;
    }
    bool old = now.us - guesses[at].since_us > GUESS_SECONDS * US_PER_SECOND;
    if (guesses[at].order_id != order_id || old) {
        guesses[at].order_id = order_id;
        guesses[at].since_us = now.us;
        guesses[at].count = 0;
    }
    bool may = guesses[at].count++ < GUESSES_MAX;
    pthread_mutex_unlock(&guesses_lock);
    return may;
}

/* ---- what is there */

struct rows *proof_read(struct request *request, int64_t order_id)
{
    return tx_read(request->tx, &sql_proof, p_int(order_id));
}

/* Whether it is asked of who completes: of the driver, of everybody, or of nobody. */
static bool is_bound(const struct request *request, struct rows *proof, int64_t driver_id)
{
    const char *whose = rows_text(proof, 0, COL_WHOSE);
    if (whose && strcmp(whose, "no") == 0)
        return false;
    return (whose && strcmp(whose, "all") == 0) || request->session->employee_id == driver_id;
}

static int64_t photos_left(struct rows *proof)
{
    return MAX(rows_int(proof, 0, COL_PHOTOS) - rows_int(proof, 0, COL_HAVE), 0);
}

static void add_missing(struct str *out, struct rows *proof)
{
    const struct text_set missing = rows_set(proof, 0, COL_MISSING);
    str_add_char(out, '[');
    for (size_t i = 0; i < missing.count; i++) {
        str_add(out, i ? "," : "");
        str_add_json(out, missing.items[i]);
    }
    str_add_char(out, ']');
}

static int refuse_photos(struct act *act, struct rows *proof)
{
    struct request *request = act->request;
    const char *left = arena_printf(request->arena, "%" PRId64, photos_left(proof));
    const char *words = rows_text(proof, 0, COL_WORDS);
    struct str missing;
    str_init(&missing, request->arena);
    add_missing(&missing, proof);
    request_fail_detail(request, "missing", missing.data);
    request_fail_detail(request, "left", left);
    if (words)
        return request_fail(request, ERR_INVALID, "photos", N_("Photos are missing: {words}"), "words", words,
                            NULL);
    return request_fail(request, ERR_INVALID, "photos", N_("Photos are missing: {left} more"), "left", left,
                        NULL);
}

static int check_code(struct act *act, struct rows *proof, const char *code)
{
    const char *right = rows_text(proof, 0, COL_CODE);
    if (!guess_again(act->id, act->request->now))
        return request_fail(act->request, ERR_LIMIT, "code",
                            N_("Too many wrong codes: wait ten minutes, or take a photo of the signature"),
                            NULL);
    if (!right || strcmp(right, code) != 0)
        return request_fail(act->request, ERR_INVALID, "code", N_("This is not the customer's code"), NULL);
    step_set(act, signed_by, "code");
    return 0;
}

static int check_signature(struct act *act, struct rows *proof, bool bound)
{
    const char *sign = rows_text(proof, 0, COL_SIGN), *code = request_text(act->request, "code");
    if (code && *code)
        return check_code(act, proof, code);
    bool on_photo = rows_bool(proof, 0, COL_SIGNATURE) && strcmp(sign, "code") != 0;
    if (on_photo)
        step_set(act, signed_by, "photo");
    if (on_photo || !bound || strcmp(sign, "none") == 0)
        return 0;
    const char *words = strcmp(sign, "code") == 0 ? N_("The customer's code is missing")
                        : strcmp(sign, "photo") == 0
                            ? N_("A photo of the customer's signature is missing")
                            : N_("The customer's code is missing, or a photo of his signature");
    return request_fail(act->request, ERR_INVALID, "code", words, NULL);
}

int proof_check(struct act *act, struct rows *proof)
{
    const struct rescue *was = act->was;
    bool bound = is_bound(act->request, proof, was->driver_id);
    if (bound && (photos_left(proof) > 0 || rows_text(proof, 0, COL_WORDS)))
        return refuse_photos(act, proof);
    return check_signature(act, proof, bound);
}

/* ---- rescue.needs: what is wanted before a job is done, for the driver's terminal */

int rescue_needs(struct request *request)
{
    int64_t id = request_int(request, "id");
    struct rows *order = entity_look(request, &rescue_entity, id, request->grant);
    struct rows *proof = proof_read(request, id), *kinds = tx_read(request->tx, &sql_kinds);
    struct rows *pay = tx_read(request->tx, &sql_pay_link, p_int(id));
    int result = request_need(request);
    if (result)
        return result;
    if (rows_count(order) == 0)
        return request_fail(request, ERR_NOT_FOUND, "id", N_("There is no such record"), NULL);
    const char *sign = rows_text(proof, 0, COL_SIGN);
    str_addf(&request->out,
             "{\"id\":%" PRId64 ",\"bound\":%s,\"photos\":%" PRId64 ",\"have\":%" PRId64 ",\"missing\":", id,
             is_bound(request, proof, rows_int(order, 0, 2)) ? "true" : "false",
             rows_int(proof, 0, COL_PHOTOS), rows_int(proof, 0, COL_HAVE));
    add_missing(&request->out, proof);
    str_addf(&request->out, ",\"sign\":\"%s\",\"signature\":%s,\"kinds\":", sign,
             rows_bool(proof, 0, COL_SIGNATURE) ? "true" : "false");
    str_add(&request->out, rows_text(kinds, 0, 0));
    str_add(&request->out, ",\"pay_link\":");
    str_add_json(&request->out, rows_count(pay) ? rows_text(pay, 0, 0) : NULL);
    str_add_char(&request->out, '}');
    return 0;
}
