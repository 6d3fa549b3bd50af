#include "client/views/sms_count.h"

#include <string.h>

#include "base/time.h"
#include "base/utf8.h"
#include "client/views/ask.h"

enum { FRESH_MS = 10 * 1000 };

/* What stands around a text is the house's, the same for everybody, and an admin may change it while somebody types: asked for now and then. */
static struct {
    json_t *words;    /* NULL: not answered yet */
    int64_t asked_ms; /* 0: never */
} dress;

static void on_words(struct screen *screen, const struct answer *answer, void *context)
{
    struct app_context *app = context;
    (void)screen;
    if (answer->code != ERR_NONE)
        return;
    json_decref(dress.words);
    dress.words = json_deep_copy(answer->object);
    ui_redraw(app->ui);
}

static void ask_words(struct app_context *app)
{
    int64_t now_ms = time_monotonic_ms();
    if (dress.asked_ms && now_ms - dress.asked_ms < FRESH_MS)
        return;
    dress.asked_ms = now_ms;
    ask(app, NULL, "message.dress", json_object(), CALL_READ, NULL, on_words, app);
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), tail = strlen(end);
    return len >= tail && strcmp(text + len - tail, end) == 0;
}

static const char *language_of(const struct field *field)
{
    return ends_with(field->name, "_en") ? "en" : ends_with(field->name, "_zh_tw") ? "zh_TW" : "zh_CN";
}

static const char *value_of(struct sheet *sheet, const char *name)
{
    const struct sheet_entry *entry = sheet_find(sheet, name);
    return entry && entry->value ? entry->value : "";
}

struct count {
    size_t units; /* of UTF-16 */
    bool wide;    /* beyond the plain alphabet */
};

static void add(struct count *count, const char *text)
{
    while (text && *text) {
        uint32_t code = 0;
        int len = utf8_decode(text, strlen(text), &code);
        count->units += code > 0xffff ? 2 : 1;
        count->wide |= code > '~' || (code < ' ' && code != '\n');
        text += len > 0 ? len : 1;
    }
}

void sms_fill(const json_t *words, const char *language, const char *text, struct str *out)
{
    const json_t *samples = json_object_get(json_object_get(words, "samples"), language);
    while (*text) {
        size_t plain = strcspn(text, "{"), len = text[plain] ? strcspn(text + plain + 1, "{}") : 0;
        str_add_n(out, text, plain);
        text += plain;
        if (!*text)
            return;
        const json_t *sample = text[len + 1] == '}' ? json_object_getn(samples, text + 1, len) : NULL;
        if (sample)
            str_add(out, json_string_value(sample));
        else
            str_add_n(out, text, len + 1 + (text[len + 1] == '}'));
        text += len + 1 + (text[len + 1] == '}');
    }
}

void sms_dress(const json_t *words, const char *language, const char *text, bool marketing, struct str *out)
{
    const char *signature = json_string_value(json_object_get(words, "signature"));
    const char *ending = json_string_value(json_object_get(json_object_get(words, "endings"), language));
    str_add(out, signature ? signature : "");
    sms_fill(words, language, text, out);
    str_add(out, marketing && ending ? ending : "");
}

void sms_count_text(const char *text, struct str *out)
{
    struct count count = {0};
    add(&count, text);
    size_t one = count.wide ? 70 : 160, many = count.wide ? 67 : 153;
    size_t parts = count.units <= one ? 1 : (count.units + many - 1) / many;
    str_addf(out, "%zu/%zu ×%zu", count.units, parts == 1 ? one : parts * many, parts);
}

/* The first word in braces that nothing is known as; its length, braces and all. 0: there is none. */
static size_t unknown_word(const json_t *samples, const char *text, const char **word_r)
{
    while (samples && *(text += strcspn(text, "{"))) {
        size_t len = strcspn(text + 1, "{}");
        if (text[1 + len] == '}' && !json_object_getn(samples, text + 1, len)) {
            *word_r = text;
            return len + 2;
        }
        text += 1 + len;
    }
    return 0;
}

bool sms_count_write(struct sheet *sheet, const struct sheet_entry *entry, const char *text, struct str *out)
{
    struct str whole cleanup(cleanup_str);
    str_init(&whole, NULL);
    if (!entry->field->sms || strcmp(value_of(sheet, "channel"), "mail") == 0)
        return false;
    ask_words(sheet->app);
    const char *language = language_of(entry->field), *word = NULL;
    size_t len = unknown_word(json_object_get(json_object_get(dress.words, "samples"), language),
                              text ? text : "", &word);
    if (len) {
        str_addf(out, "%.*s ?", (int)len, word);
        return true;
    }
    sms_dress(dress.words, language, text ? text : "", strcmp(value_of(sheet, "marketing"), "true") == 0,
              &whole);
    sms_count_text(whole.data, out);
    return true;
}
