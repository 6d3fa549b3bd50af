/*
 * Text messages by Kannel's sendsms interface (user's guide 1.4.5, "SMS push"): the text is the body of a POST, the rest stands in headers. The smsbox's
 * own name is not given, so that any smsbox serves.
 */
#include "server/gateway/gateway-private.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "base/utf8.h"
#include "wire/json.h"

enum {
    ACCEPTED = 202,
    BAD_REQUEST = 400,    /* the number, or the text */
    FORBIDDEN = 403,      /* our user, or its password */
    REPORTS = 1 | 2 | 16, /* delivered, not delivered, refused by the operator */
    CODING_UCS2 = 2
};

static const struct gateway_options *options;

static bool init(const struct gateway_options *given)
{
    options = given;
    if (!given->sms_url)
        return false;
    if (!given->hook_listen)
        log_warn("text messages are sent, but without hook_listen nobody hears whether they arrived");
    return true;
}

static void on_reply(void *context, const struct transfer_reply *reply)
{
    struct parcel *parcel = context;
    char words[300];
    if (reply->fault) {
        parcel_done(parcel, OUTCOME_RETRY, NULL, reply->words);
        return;
    }
    snprintf(words, sizeof(words), "%ld %.200s", reply->status, reply->body);
    if (reply->status == ACCEPTED)
        parcel_done(parcel, OUTCOME_SENT, NULL, NULL);
    else
        parcel_done(parcel, reply->status == BAD_REQUEST ? OUTCOME_DEAD : OUTCOME_RETRY, NULL, words);
    if (reply->status == FORBIDDEN)
        log_error("the SMS gateway does not know our user, or its password");
}

static bool is_plain(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text > '~' || ((unsigned char)*text < ' ' && *text != '\n'))
            return false;
    return true;
}

static void send_text(struct parcel *parcel)
{
    const char *to = NULL, *body = NULL;
    struct str lines[8];
    const char *headers[array_len(lines) + 1] = {NULL};
    size_t n = 0;
    if (json_get_text(parcel->body, "to", &to) != JSON_GET_FOUND ||
        json_get_text(parcel->body, "body", &body) != JSON_GET_FOUND) {
        parcel_done(parcel, OUTCOME_DEAD, NULL, "no number, or no text");
        return;
    }
    for (size_t i = 0; i < array_len(lines); i++)
        str_init(&lines[i], NULL);
    str_add(&lines[n++], "Content-Type: text/plain; charset=UTF-8");
    str_addf(&lines[n++], "X-Kannel-Username: %s", options->sms_user ? options->sms_user : "");
    str_addf(&lines[n++], "X-Kannel-Password: %s", options->sms_password ? options->sms_password : "");
    str_addf(&lines[n++], "X-Kannel-To: %s", to);
    if (options->sms_sender)
        str_addf(&lines[n++], "X-Kannel-From: %s", options->sms_sender);
    if (!is_plain(body))
        str_addf(&lines[n++], "X-Kannel-Coding: %d", CODING_UCS2);
    if (options->hook_listen) {
        str_addf(&lines[n++], "X-Kannel-DLR-Mask: %d", REPORTS);
        str_addf(&lines[n++], "X-Kannel-DLR-Url: http://%s%s?token=%s&message=%lld&status=%%d&words=%%A",
                 options->hook_listen, hook_sms_report.path, options->hook_token, (long long)parcel->row_id);
    }
    for (size_t i = 0; i < n; i++)
        headers[i] = lines[i].data;
    transfer_start(&(struct transfer_order){
        .url = options->sms_url, .headers = headers, .body = body, .done = on_reply, .context = parcel});
    for (size_t i = 0; i < array_len(lines); i++)
        str_finish(&lines[i]);
}

const struct gateway sms_gateway = {
    .name = "sms", .at_once = 16, .lease_seconds = 4 * TRANSFER_SECONDS, .init = init, .send = send_text};
