/* What Kannel says: whatever comes, what is taken is a message of ours and how it ended, or a sender, a key and a text as people's must be. */
#include "tests/fuzz/fuzz.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "server/gateway/hook_sms_read.h"
#include "server/gateway/hook_track.h" /* its forms */

enum {
    GROWS = 3 /* a byte that is none becomes a mark of three, and no text grows more by its normal form */
};

static void check_text(const char *text, size_t max)
{
    must(text && strlen(text) <= GROWS * max && utf8_check(text, strlen(text), false) == UTF8_OK);
}

static void check_report(struct track_form *form, struct arena *arena)
{
    struct sms_report report;
    if (sms_read_report(track_form_value, form, arena, &report) != 0)
        return;
    const char *id = track_form_value(form, "message"), *status = track_form_value(form, "status");
    must(report.message > 0);
    must(strcmp(arena_printf(arena, "%lld", (long long)report.message), id + strspn(id, "0")) == 0);
    must(report.delivered ? !strcmp(status, "1") : !strcmp(status, "2") || !strcmp(status, "16"));
    if (report.words)
        check_text(report.words, SMS_TEXT_MAX);
}

static void check_reply(struct track_form *form, struct arena *arena)
{
    struct sms_reply reply;
    if (sms_read_reply(track_form_value, form, arena, &reply) != 0)
        return;
    must(*reply.from && *reply.reference);
    check_text(reply.from, SMS_FROM_MAX);
    check_text(reply.text, SMS_TEXT_MAX);
    check_text(reply.reference, SMS_FROM_MAX + 1 + SMS_REFERENCE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct arena *arena = arena_create(0);
    struct track_form form;
    if (track_form_parse(text, &form) == 0) {
        check_report(&form, arena);
        check_reply(&form, arena);
    }
    arena_destroy(arena);
    free(text);
    return 0;
}
