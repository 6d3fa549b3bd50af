/*
 * What an admin may set for the whole company, without a restart: every statement that goes by one of these reads it anew, so nothing keeps a copy
 * that would have to be told. The row in the database says what a setting may hold, this table what it is called and means.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "server/entity/entity.h"

/* One row a setting: name, what it is called, what it does. */
#define SETTINGS(ROW)                                                                                        \
    ROW("company.name", N_("Company's name"), N_("Stands on every list and record that is printed."))        \
    ROW("file.max_bytes", N_("Largest file"), N_("A file that is larger is not taken."))                     \
    ROW("file.types", N_("Kinds of files"), N_("Only these are taken; told by their first bytes."))          \
    ROW("file.unfinished_bytes", N_("Unfinished files"),                                                     \
        N_("So much one person may have sent that hangs on no record yet."))                                 \
    ROW("login.lock_minutes", N_("Locked out for"),                                                          \
        N_("So long nobody logs in to an account after too many wrong passwords."))                          \
    ROW("login.tries", N_("Wrong passwords"), N_("After so many in a row the account is locked."))           \
    ROW("message.mail_per_second", N_("Mails in a second"),                                                  \
        N_("More are not handed to the mail server; the rest waits its turn."))                              \
    ROW("message.opt_out_ending_en", N_("Opt-out words, English"),                                           \
        N_("End every marketing text in English."))                                                          \
    ROW("message.opt_out_ending_zh_CN", N_("Opt-out words, simplified"),                                     \
        N_("End every marketing text in simplified Chinese."))                                               \
    ROW("message.opt_out_ending_zh_TW", N_("Opt-out words, traditional"),                                    \
        N_("End every marketing text in traditional Chinese."))                                              \
    ROW("message.opt_out_words", N_("Opt-out answers"),                                                      \
        N_("Who answers with one of these gets no marketing any more."))                                     \
    ROW("message.per_customer_day", N_("Messages about a customer"),                                         \
        N_("By rule, in a day at most, about all his affairs. Empty: no limit."))                            \
    ROW("message.per_number_day", N_("Messages to a number"),                                                \
        N_("By rule, in a day at most, to one number or address. Empty: no limit."))                         \
    ROW("message.per_second", N_("Texts in a second"),                                                       \
        N_("More are not handed to the gateway; the rest waits its turn."))                                  \
    ROW("message.quiet_from", N_("Quiet hours begin"),                                                       \
        N_("Messages that are not urgent wait from then on; the branch's time."))                            \
    ROW("message.quiet_to", N_("Quiet hours end"),                                                           \
        N_("What waited is sent from then on; the branch's time."))                                          \
    ROW("message.signature", N_("Signature of messages"),                                                    \
        N_("Stands in 【】 before every text message. Empty: none."))                                        \
    ROW("order_notice.wait_seconds", N_("Third party waits"),                                                \
        N_("A third party's notice that waits longer rings once more. 0: it does not."))                     \
    ROW("rescue.escalate_seconds", N_("Manager told after"),                                                 \
        N_("A step late by so much, where no time limit says otherwise."))                                   \
    ROW("rescue.night_from", N_("Night rate begins"),                                                        \
        N_("Where a price list says nothing else; the branch's time."))                                      \
    ROW("rescue.night_to", N_("Night rate ends"),                                                            \
        N_("Where a price list says nothing else; the branch's time."))                                      \
    ROW("rescue.position_stale_seconds", N_("Position is old after"),                                        \
        N_("A vehicle's place that is older is marked and not counted on."))                                 \
    ROW("rescue.proof", N_("Photos and signature"),                                                          \
        N_("Ending a job wants them of: driver (his own jobs), all, no (nobody)."))                          \
    ROW("rescue.remind_minutes", N_("Reminder of appointments"),                                             \
        N_("Dispatchers are told so long before an appointment."))                                           \
    ROW("session.absolute_hours", N_("Session lasts"),                                                       \
        N_("Then one logs in anew, whatever one does. From the next log-in on."))                            \
    ROW("session.idle_seconds", N_("Terminal locks after"),                                                  \
        N_("So long without a key. From the next log-in on."))                                               \
    ROW("telephone.down_seconds", N_("Telephone is down"),                                                   \
        N_("So long, and it is told to who telephones and to admins. 0: it is not."))                        \
    ROW("track.keep_days", N_("Tracks are kept"), N_("Positions of vehicles older than this are dropped."))  \
    ROW("track.late_days", N_("Late positions"), N_("A position that comes later than this is not taken."))

#define LABEL(name, label, meaning) {name, label},
#define MEANING(name, label, meaning) {name, meaning},
static const struct choice labels[] = {SETTINGS(LABEL){NULL}};
static const struct choice meanings[] = {SETTINGS(MEANING){NULL}};

static const struct choice kinds[] = {
    {"number", N_("Whole number")},
    {"clock", N_("Time of day")},
    {"choice", N_("One of these")},
    {"set", N_("Some of these")},
    {"words", N_("Words, a blank between")},
    {"text", N_("Free text")},
    {NULL},
};
static const struct choice units[] = {
    {"seconds", N_("seconds")},   {"minutes", N_("minutes")},
    {"hours", N_("hours")},       {"days", N_("days")},
    {"bytes", N_("bytes")},       {"times", N_("times")},
    {"messages", N_("messages")}, {NULL},
};

struct setting {
    const char *name, *label, *meaning;
    const char *value;
    const char *unit, *kind, *allowed, *initial;
    int64_t least, most;
    bool optional;
    struct text_set words;
};

static const struct field fields[] = {
    FIELD(setting, label, .type = FIELD_CHOICE, .choices = labels, .label = N_("Setting"), .virtual_ = true,
          .sql = "t.name", .width = 26, .help = N_("What is set.")),
    FIELD(setting, value, .label = N_("Value"), .max = 200, .width = 16, .search = true,
          .help = N_("In the unit that stands beside it, and within what is allowed. It counts from the "
                     "moment it is saved, on every server.")),
    FIELD(setting, unit, .type = FIELD_CHOICE, .choices = units, .label = N_("Unit"), .readonly = true,
          .width = 9, .help = N_("What the number counts.")),
    FIELD(setting, allowed, .label = N_("Allowed"), .virtual_ = true,
          .sql = "CASE WHEN t.kind = 'number' THEN t.least || ' – ' || t.most WHEN t.kind = 'clock' THEN "
                 "'00:00 – 23:59' ELSE nullif(array_to_string(t.allowed, ' '), '') END",
          .width = 22, .help = N_("The smallest and the largest, or the words that are possible.")),
    FIELD(setting, initial, .label = N_("As shipped"), .readonly = true, .width = 16,
          .help = N_("What it was when the company began.")),
    FIELD(setting, meaning, .type = FIELD_CHOICE, .choices = meanings, .label = N_("What it does"),
          .virtual_ = true, .sql = "t.name", .width = 60, .help = N_("What goes by this setting.")),
    FIELD(setting, kind, .type = FIELD_CHOICE, .choices = kinds, .label = N_("Kind"), .readonly = true,
          .filled = true, .width = 12, .help = N_("What is typed as its value.")),
    FIELD(setting, optional, .label = N_("May be empty"), .readonly = true, .width = 5,
          .help = N_("Whether it can be left empty.")),
    FIELD(setting, name, .label = N_("Name"), .readonly = true, .filled = true, .search = true,
          .sortable = true, .unique = true, .width = 30, .help = N_("As the log and the manual have it.")),
    FIELD(setting, least, .label = N_("Smallest"), .readonly = true,
          .help = N_("The smallest number, or the fewest characters of a text.")),
    FIELD(setting, most, .label = N_("Largest"), .readonly = true,
          .help = N_("The largest number, or the most characters of a text.")),
    FIELD(setting, words, .column = "allowed", .label = N_("Possible words"), .readonly = true,
          .help = N_("Of which one, or some, are its value.")),
};

static const char *joined(struct arena *arena, const struct text_set *words)
{
    struct str out;
    str_init(&out, arena);
    for (size_t i = 0; i < words->count; i++)
        str_addf(&out, "%s%s", i ? " " : "", words->items[i]);
    return out.data;
}

static int refuse(struct act *act, const char *msgid)
{
    const struct setting *was = act->was;
    struct arena *arena = act->request->arena;
    return request_fail(act->request, ERR_INVALID, "value", msgid, "min",
                        arena_printf(arena, "%" PRId64, was->least == NIL ? 0 : was->least), "max",
                        arena_printf(arena, "%" PRId64, was->most == NIL ? 0 : was->most), "allowed",
                        joined(arena, &was->words), NULL);
}

static int check_number(struct act *act, const char *value)
{
    enum { DIGITS_MOST = 15 };
    const struct setting *was = act->was;
    size_t digits = strspn(value, "0123456789");
    long long number = digits <= DIGITS_MOST ? strtoll(value, NULL, 10) : INT64_MAX;
    if (!digits || value[digits] || number < was->least || number > was->most)
        return refuse(act, N_("A whole number from {min} to {max} is wanted, nothing but its digits"));
    return 0;
}

/* 7:00 is 07:00. */
static int check_clock(struct act *act, const char **value)
{
    unsigned hour, minute;
    int end = 0;
    if (sscanf(*value, "%2u:%2u%n", &hour, &minute, &end) != 2 || (*value)[end] || hour > 23 || minute > 59 ||
        !isdigit((unsigned char)**value))
        return refuse(act, N_("A time of day is wanted, from 00:00 to 23:59"));
    *value = arena_printf(act->request->arena, "%02u:%02u", hour, minute);
    return 0;
}

static bool has_word(const struct text_set *words, const char *word, size_t len)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strlen(words->items[i]) == len && strncmp(words->items[i], word, len) == 0)
            return true;
    }
    return false;
}

static int check_words(struct act *act, const char *value)
{
    const struct setting *was = act->was;
    bool one = strcmp(was->kind, "choice") == 0;
    for (const char *at = value; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        if (!has_word(&was->words, at, len) || (one && at[len]))
            return refuse(act, one ? N_("One of these is wanted: {allowed}")
                                   : N_("Some of these are wanted, a blank between: {allowed}"));
        at += len;
    }
    return 0;
}

static int64_t characters(const char *text)
{
    int64_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static int check_text(struct act *act, const char *value)
{
    const struct setting *was = act->was;
    int64_t count = characters(value);
    if (count < was->least || count > was->most)
        return refuse(act, N_("A text of {min} to {max} characters is wanted"));
    if (strstr(value, "【") || strstr(value, "】"))
        return refuse(act, N_("Without the brackets 【】: they are put around the signature by themselves"));
    return 0;
}

/* Blanks at both ends and doubled ones are typed by mistake, and full-width digits mean digits. */
static const char *tidy(struct act *act, const char *typed)
{
    const struct setting *was = act->was;
    struct arena *arena = act->request->arena;
    const char *from =
        strcmp(was->kind, "text") == 0 || strcmp(was->kind, "words") == 0 ? typed : utf8_nfkc(arena, typed);
    char *text = arena_strdup(arena, from), *to = text;
    for (const char *at = text; *at; at++) {
        if (*at != ' ' || (to > text && to[-1] != ' '))
            *to++ = *at;
    }
    if (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
    return text;
}

static int check_value(struct act *act, const char **value)
{
    const char *kind = ((const struct setting *)act->was)->kind;
    if (strcmp(kind, "number") == 0)
        return check_number(act, *value);
    if (strcmp(kind, "clock") == 0)
        return check_clock(act, value);
    if (strcmp(kind, "choice") == 0 || strcmp(kind, "set") == 0)
        return check_words(act, *value);
    return check_text(act, *value);
}

static int in_tx(struct act *act)
{
    const struct setting *was = act->was;
    struct setting *now = act->now;
    if (!act_is_set(act, "value"))
        return 0;
    const char *value = now->value ? tidy(act, now->value) : "";
    if (!*value && !was->optional)
        return refuse(act, N_("This setting must have a value"));
    int result = *value ? check_value(act, &value) : 0;
    now->value = *value ? value : NULL;
    return result;
}

static const char *const columns[] = {"label",   "value",   "unit", "allowed",
                                      "initial", "meaning", "name", NULL};
static const char *const main_tab[] = {"label",   "value", "unit",     "allowed", "initial",
                                       "meaning", "kind",  "optional", "name",    NULL};
static const struct tab tabs[] = {{N_("Setting"), main_tab}, {NULL}};

const struct entity setting_entity = {
    .name = "setting",
    .area = "org",
    .table = "setting",
    .label = N_("Company setting"),
    .plural = N_("Company settings"),
    .help = N_("What holds for the whole company and may be changed while it works: limits, times, the "
               "signature of messages. A change is in the history with who made it, and counts at once on "
               "every server. Your own settings of the screen are elsewhere."),
    .code = "st",
    .size = sizeof(struct setting),
    .scope = SCOPE_COMPANY,
    .only = "t.initial IS NOT NULL",
    .fields = fields,
    .nfields = array_len(fields),
    .title = "name",
    .columns = columns,
    .sort = "name",
    .tabs = tabs,
    .verbs = VERBS_READ | VERB_UPDATE,
    .flags = ENTITY_UNKEYED,
    .in_tx = in_tx,
};
