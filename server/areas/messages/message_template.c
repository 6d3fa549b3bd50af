/* What messages say, in three languages, with words in {braces} that are filled in when one is written. */
#include "server/areas/messages/area.h"

#include <string.h>

struct message_template {
    const char *code, *about, *channel;
    bool marketing;
    const char *asks;
    const char *subject_en, *subject_zh_cn, *subject_zh_tw;
    const char *body_en, *body_zh_cn, *body_zh_tw;
};

static const struct choice channels[] = {{"sms", N_("Text message")}, {"mail", N_("Mail")}, {NULL}};
static const struct choice abouts[] = {
    {"rescue", N_("Rescue order")}, {"statement", N_("Statement of account")}, {NULL}};

static const struct choice asked[] = {{"nothing", N_("Nothing")}, {"rating", N_("A rating, 1 to 5")}, {NULL}};

#define SUBJECT(member, words)                                                                               \
    FIELD(message_template, member, .label = words, .show_if = "channel=mail", .max = 150,                   \
          .help = N_("Stands above a mail. Words in {braces} are filled in."))
#define BODY(member, words)                                                                                  \
    FIELD(message_template, member, .type = FIELD_NOTE, .label = words, .required = true, .max = 1000,       \
          .sms = true, .width = 38,                                                                          \
          .help = N_("Words in {braces} are filled in: F1 at the template lists those there are. The "       \
                     "signature is put before it. While it is typed its length is shown, signature and "     \
                     "all and with examples for the words, and in how many parts a text message of that "    \
                     "length goes. H at the template shows it as it will look."))

static const struct field fields[] = {
    FIELD(message_template, code, .type = FIELD_CODE, .label = N_("Code"), .required = true, .unique = true,
          .sortable = true, .width = 20, .help = N_("Names the template in rules.")),
    FIELD(message_template, about, .type = FIELD_CHOICE, .choices = abouts, .label = N_("About"),
          .required = true, .filled = true, .init = "rescue", .create_only = true, .width = 12,
          .help = N_("What it speaks of: that has the words.")),
    FIELD(message_template, channel, .type = FIELD_CHOICE, .choices = channels, .label = N_("Channel"),
          .required = true, .init = "sms", .create_only = true, .width = 12, .help = N_("How it goes out.")),
    FIELD(message_template, marketing, .label = N_("Marketing text"), .width = 5,
          .help = N_("Not sent to who opted out, and ends with how to opt out.")),
    FIELD(message_template, asks, .type = FIELD_CHOICE, .choices = asked, .label = N_("Answer means"),
          .filled = true, .init = "nothing", .width = 10, .help = N_("What an answer to it is taken for.")),
    SUBJECT(subject_en, N_("English subject")),
    SUBJECT(subject_zh_cn, N_("Simplified subject")),
    SUBJECT(subject_zh_tw, N_("Traditional subject")),
    BODY(body_en, N_("English text")),
    BODY(body_zh_cn, N_("Simplified text")),
    BODY(body_zh_tw, N_("Traditional text")),
};

static const struct sql sql_words = {
    "message_template_words",
    "SELECT message_words(coalesce($1, (SELECT about FROM message_template WHERE id = $2)))"};

static int load(struct act *act)
{
    act->data = tx_read(act->request->tx, &sql_words, p_text(request_text(act->request, "about")),
                        p_int(act->kind == ACT_CREATE ? NIL : act->id));
    return 0;
}

static int in_tx(struct act *act)
{
    const struct message_template *template = act->now;
    const struct text_set words = rows_set(act->data, 0, 0);
    const struct {
        const char *field, *text;
    } texts[] = {
        {"subject_en", template->subject_en},       {"subject_zh_cn", template->subject_zh_cn},
        {"subject_zh_tw", template->subject_zh_tw}, {"body_en", template->body_en},
        {"body_zh_cn", template->body_zh_cn},       {"body_zh_tw", template->body_zh_tw},
    };
    for (size_t i = 0; i < array_len(texts); i++) {
        const char *bad =
            texts[i].text ? message_text_fault(act->request->arena, texts[i].text, &words) : NULL;
        bool missing = strcmp(template->channel, "mail") == 0 && strncmp(texts[i].field, "subject", 7) == 0 &&
                       !texts[i].text;
        if (bad)
            return request_fail(act->request, ERR_INVALID, texts[i].field, N_("Nothing is known as {word}"),
                                "word", bad, NULL);
        if (missing)
            return request_fail(act->request, ERR_INVALID, texts[i].field, N_("A mail has a subject"), NULL);
    }
    return 0;
}

/* The words there are, for the screen. */
static int decorate_load(struct act *act)
{
    act->data = tx_read(act->request->tx, &sql_words, p_null(), p_int(act->id));
    return 0;
}

static int decorate(struct act *act)
{
    const struct text_set words = rows_set(act->data, 0, 0);
    struct str json;
    str_init(&json, act->request->arena);
    for (size_t i = 0; i < words.count; i++) {
        str_add_char(&json, i ? ',' : '[');
        str_add_json(&json, words.items[i]);
    }
    act_reply(act, "words", words.count ? (str_add_char(&json, ']'), json.data) : "[]");
    return 0;
}

static const char *const columns[] = {"code", "channel", "body_zh_cn", "marketing", "asks", "about", NULL};
static const char *const main_tab[] = {"code",    "about",      "channel",       "marketing",
                                       "asks",    "subject_en", "subject_zh_cn", "subject_zh_tw",
                                       "body_en", "body_zh_cn", "body_zh_tw",    NULL};
static const struct tab tabs[] = {{N_("Template"), main_tab}, {NULL}};

const struct entity message_template_entity = {
    .name = "message_template",
    .area = "messages",
    .table = "message_template",
    .label = N_("Message template"),
    .plural = N_("Message templates"),
    .help = N_("What messages say. In those about a rescue order these words are filled in: {number} {plate} "
               "{car_model} "
               "{service} {road} {place} {destination} {contact} {contact_phone} {customer} {case_number} "
               "{vehicle} {driver} "
               "{driver_phone} {appointment} {due} {price} {rest} {branch} {branch_phone} {sign_code}. H "
               "shows how it looks."),
    .code = "mt",
    .size = sizeof(struct message_template),
    .scope = SCOPE_COMPANY,
    .fields = fields,
    .nfields = array_len(fields),
    .title = "code",
    .columns = columns,
    .sort = "code",
    .tabs = tabs,
    .verbs = VERBS_ALL,
    .load = load,
    .in_tx = in_tx,
    .decorate_load = decorate_load,
    .decorate = decorate,
};
