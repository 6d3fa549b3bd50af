/* A template as those who get it will see it, with examples for its words, and in how many parts it goes. */
#include <string.h>

#include "base/str.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/sms_count.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "model/catalogue.h"

static const struct {
    const char *language, *label, *body, *subject;
} languages[] = {
    {"zh_CN", N_("Simplified Chinese"), "body_zh_cn", "subject_zh_cn"},
    {"zh_TW", N_("Traditional Chinese"), "body_zh_tw", "subject_zh_tw"},
    {"en", N_("English"), "body_en", "subject_en"},
};

/* One at a time. */
static struct preview {
    struct app_context *app;
    int64_t id;
    json_t *row, *dress;
} preview;

static const char *text_of(const char *name)
{
    const char *text = json_string_value(json_object_get(preview.row, name));
    return text ? text : "";
}

static void write_language(size_t i, struct str *out)
{
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    bool mail = strcmp(text_of("channel"), "mail") == 0;
    str_addf(out, "%s%s", out->len ? "\n\n" : "", _(languages[i].label));
    if (mail) {
        sms_fill(preview.dress, languages[i].language, text_of(languages[i].subject), &text);
        str_add(&text, "\n");
        sms_fill(preview.dress, languages[i].language, text_of(languages[i].body), &text);
    } else {
        sms_dress(preview.dress, languages[i].language, text_of(languages[i].body),
                  json_is_true(json_object_get(preview.row, "marketing")), &text);
        str_add(out, "  ");
        sms_count_text(text.data, out);
    }
    str_addf(out, "\n%s", text.data);
}

static void show(void)
{
    struct str out cleanup(cleanup_str);
    str_init(&out, NULL);
    for (size_t i = 0; i < array_len(languages); i++)
        write_language(i, &out);
    dialog_message(preview.app->ui, _("As it will look"), out.data, NULL, NULL);
}

static void keep(json_t **kept, const struct answer *answer)
{
    json_decref(*kept);
    *kept = answer->code ? NULL : json_deep_copy(answer->object);
}

static void on_row(struct screen *screen, const struct answer *answer, void *context)
{
    (void)screen, (void)context;
    keep(&preview.row, answer);
    if (answer->code)
        answer_say(preview.app, NULL, answer);
    else
        show();
}

/* A list has not the texts of all languages: the record is read. */
static void on_dress(struct screen *screen, const struct answer *answer, void *context)
{
    (void)screen, (void)context;
    keep(&preview.dress, answer);
    ask(preview.app, NULL, "message_template.get", json_pack("{s:I}", "id", (json_int_t)preview.id),
        CALL_READ, NULL, on_row, NULL);
}

static void run(const struct subject *subject)
{
    preview.app = subject->app;
    preview.id = subject->id;
    ask(subject->app, NULL, "message.dress", json_object(), CALL_READ, NULL, on_dress, NULL);
}

static bool may(const struct subject *subject)
{
    return subject->entity && strcmp(subject->entity->name, "message_template") == 0;
}

static const struct tool tools[] = {
    {.name = "message_preview",
     .label = N_("As it will look"),
     .help =
         N_("Shows the template in each language, with examples for its words, and how many text messages "
            "it is."),
     .search = "preview template yulan",
     .key = 'H',
     .priority = 30,
     .places = TOOL_RECORD,
     .may = may,
     .run = run},
};

void sms_preview_register(void)
{
    tool_register(tools, array_len(tools));
}
