#include "client/views/sms_count.h"

#include <string.h>

#include "base/utf8.h"
#include "client/views/ask.h"

/* What stands around a text is the house's, the same for everybody: asked for once. */
static struct {
    json_t *words; /* NULL: not answered yet */
    bool asked;
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
    if (!dress.asked)
        ask(app, NULL, "message.dress", json_object(), CALL_READ, NULL, on_words, app);
    dress.asked = true;
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

bool sms_count_write(struct sheet *sheet, const struct sheet_entry *entry, const char *text, struct str *out)
{
    struct count count = {0};
    if (!entry->field->sms || strcmp(value_of(sheet, "channel"), "mail") == 0)
        return false;
    ask_words(sheet->app);
    add(&count, json_string_value(json_object_get(dress.words, "signature")));
    add(&count, text);
    if (strcmp(value_of(sheet, "marketing"), "true") == 0)
        add(&count, json_string_value(
                        json_object_get(json_object_get(dress.words, "endings"), language_of(entry->field))));
    size_t one = count.wide ? 70 : 160, many = count.wide ? 67 : 153;
    size_t parts = count.units <= one ? 1 : (count.units + many - 1) / many;
    str_addf(out, "%zu/%zu ×%zu", count.units, parts == 1 ? one : parts * many, parts);
    return true;
}
