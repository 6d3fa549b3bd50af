/* Mail by SMTP (RFC 5321) in the form of RFC 5322: plain text in UTF-8, base64 (RFC 2045), subjects as RFC 2047 wants them. */
#include "server/gateway/gateway-private.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "wire/json.h"

enum {
    LINE_BYTES = 57, /* 76 characters in base64 */
    WORD_BYTES = 42, /* of UTF-8 in one encoded word: with its frame below 75 characters */
    PERMANENT = 500  /* and above: will not do another time */
};

static const struct gateway_options *options;

static bool init(const struct gateway_options *given)
{
    options = given;
    return given->mail_url && given->mail_from;
}

static void add_base64(struct str *out, const char *bytes, size_t len)
{
    unsigned char text[4 * ((WORD_BYTES > LINE_BYTES ? WORD_BYTES : LINE_BYTES) / 3 + 1) + 1];
    int n = EVP_EncodeBlock(text, (const unsigned char *)bytes, (int)len);
    str_add_n(out, (const char *)text, (size_t)n);
}

/* As many characters as fit into one word, none of them cut. */
static size_t word_bytes(const char *text)
{
    size_t n = 0;
    while (text[n]) {
        uint32_t code;
        size_t len = (size_t)MAX(utf8_decode(text + n, strlen(text + n), &code), 1);
        if (n + len > WORD_BYTES)
            break;
        n += len;
    }
    return n;
}

static void add_subject(struct str *out, const char *subject)
{
    str_add(out, "Subject:");
    while (*subject) {
        size_t n = word_bytes(subject);
        str_add(out, " =?UTF-8?B?");
        add_base64(out, subject, n);
        str_add(out, "?=\r\n");
        subject += n;
    }
}

static void add_body(struct str *out, const char *body)
{
    size_t left = strlen(body);
    for (; left; left -= MIN(left, LINE_BYTES), body += LINE_BYTES) {
        add_base64(out, body, MIN(left, LINE_BYTES));
        str_add(out, "\r\n");
    }
}

/* The same letter has the same name each time it is tried: the other end may tell. */
static void write_letter(struct str *out, const struct parcel *parcel, const char *to, const char *subject,
                         const char *body)
{
    char date[64];
    time_t now = time(NULL);
    struct tm tm;
    const char *at = strchr(options->mail_from, '@');
    gmtime_r(&now, &tm);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &tm);
    str_addf(out, "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\nMessage-ID: <%lld.outbox%s>\r\n", date,
             options->mail_from, to, (long long)parcel->id, at ? at : "@localhost");
    add_subject(out, *subject ? subject : "-");
    str_add(out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: "
                 "base64\r\n"
                 "Auto-Submitted: auto-generated\r\n\r\n");
    add_body(out, body);
}

static void on_reply(void *context, const struct transfer_reply *reply)
{
    struct parcel *parcel = context;
    char words[300];
    snprintf(words, sizeof(words), "%ld %s", reply->status, reply->words);
    if (!reply->fault)
        parcel_done(parcel, OUTCOME_SENT, NULL, NULL);
    else
        parcel_done(parcel, reply->status >= PERMANENT ? OUTCOME_DEAD : OUTCOME_RETRY, NULL, words);
}

/* What stands between < and > and in the head of a letter: nothing that could end either. */
static bool is_address(const char *text)
{
    const char *at = strchr(text, '@');
    if (!at || at == text || !at[1])
        return false;
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || *text == 0x7f || strchr("<>,;:\"\\()[]", *text))
            return false;
    return true;
}

static void send_letter(struct parcel *parcel)
{
    const char *to = NULL, *body = NULL, *subject = "";
    char from[300], address[300];
    if (json_get_text(parcel->body, "to", &to) != JSON_GET_FOUND || !is_address(to) ||
        json_get_text(parcel->body, "body", &body) != JSON_GET_FOUND) {
        parcel_done(parcel, OUTCOME_DEAD, NULL, "no address, or no text");
        return;
    }
    if (json_get_text(parcel->body, "subject", &subject) != JSON_GET_FOUND)
        subject = "";
    snprintf(from, sizeof(from), "<%s>", options->mail_from);
    snprintf(address, sizeof(address), "<%s>", to);
    struct str letter;
    str_init(&letter, NULL);
    write_letter(&letter, parcel, to, subject, body);
    transfer_start(&(struct transfer_order){.url = options->mail_url,
                                            .user = options->mail_user,
                                            .password = options->mail_password,
                                            .body = letter.data,
                                            .mail_from = from,
                                            .mail_to = address,
                                            .done = on_reply,
                                            .context = parcel});
    str_finish(&letter);
}

const struct gateway mail_gateway = {
    .name = "mail", .at_once = 4, .lease_seconds = 4 * TRANSFER_SECONDS, .init = init, .send = send_letter};
