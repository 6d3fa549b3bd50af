/* Pages of help that somebody wrote: how the program is used, and the words of the business. */
#include <string.h>

#include "client/ui/words.h"
#include "client/views/topics-private.h"
#include "model/catalogue.h"

static const char *const index_text[] = {
    N_("Enter opens what the line names, Esc comes back, / searches the page. F2 finds every page by a few "
       "letters of its name."),
    NULL};

static const char *const keys_text[] = {
    N_("F1 help · F2 or Ctrl-K command line · F3 leave · F4 look-up at the cursor: records, calendar, "
       "calculator · F5 read again · F6 new · F7 and F8 previous and next record · F9 or / filter · F10 or "
       "Ctrl-X save · F11 or Ctrl-V other view: history · Esc or F12 back by one level"),
    N_("Enter goes to the next field or opens · Space marks a row · Ctrl-D copies the field of the record "
       "before · Ctrl-U clears · Ctrl-T goes to another task · Ctrl-N to the next notice · Ctrl-O to the "
       "ringing call · Ctrl-E changes the language · Ctrl-R records a macro, @ replays one · Ctrl-C stops "
       "the "
       "request under way, never the program."),
    N_("Small letters are the actions of a record, capital letters are tools. ? shows the keys valid now. On "
       "a "
       "terminal without F-keys type Esc and a digit."),
    NULL};

static const char *const line_text[] = {
    N_("F2 from anywhere. Letters of a name, pinyin or its initials find screens, actions, records and help; "
       "Enter runs what stands first. Before anything is typed, what was open last stands there."),
    N_("Tab completes, Up brings back the lines typed before, = works out a sum: =12*3.5"),
    N_("A code with words behind it says everything at once:\n"
       "ro  the list of rescue orders\n"
       "ro state=new plate~A12  the list, filtered\n"
       "ro 1042  the order whose number ends so; several are listed\n"
       "c 1380013  the customer with this in his phone\n"
       "cu+ name=王五 phone=13800138000  a new customer, filled in\n"
       "ro 1042 d v07  the action d on this order, with the vehicle v07\n"
       "d 1042 v07  the same, since dispatching has a code of its own\n"
       "ro #12  the record with this id"),
    N_("Arguments stand in the order of the action's box, or are named: d 1042 vehicle=v07 at=9:30. What is "
       "not "
       "clear is asked; an action is sent when its box is confirmed, never before. A word in double quotes "
       "is "
       "taken as it is."),
    N_("Every screen shows its code at the right of the second row: typed on the command line it leads to "
       "the "
       "same screen."),
    NULL};

static const char *const lists_text[] = {
    N_("/ takes a filter: name=value, name=a,b, !=, >=, >, <=, <, ~ (has in it), ^ (begins with), name= "
       "(empty). Names and values may be written as the list shows them. Words without a sign are searched: "
       "code, name, pinyin, initials, tail of a phone or plate. F9 asks for the same in a form."),
    N_("Space marks rows, * turns all marks round; an action's letter then works on all of them, with a "
       "result "
       "for each. # counts and sums, < and > sort, Enter opens, F11 shows the history."),
    N_("Rows that others changed are marked for a while; a row that somebody edits names him."), NULL};

static const char *const forms_text[] = {
    N_("Enter in a record begins to edit. Fields marked * must be filled in. F10 saves from any field, Esc "
       "asks "
       "before anything typed is lost; what is half typed is kept on disk until it is saved."),
    N_("A number, a day, a phone, a choice stands selected when you come to it: what you type takes its "
       "place, Left, Right, Home, End and Backspace begin to put it right. Words are gone on with at their "
       "end. Ctrl-Y takes back the last change."),
    N_("Times are typed short: 9:30, t+1 9, 明天9点. Amounts take sums: 3*80+15. A reference is found by a "
       "few "
       "letters, F4 shows what there is."),
    N_("When somebody else saved the record meanwhile, both versions are shown field by field."), NULL};

static const char *const macros_text[] = {
    N_("Ctrl-R begins to record keys and ends it; the macro gets a name and, if wanted, a code for the "
       "command "
       "line. @ replays one; on a list with marked rows it is replayed once for each row."),
    N_("Replay waits for the server's answer before each key. It stops at the first refusal, at a key that "
       "is "
       "not taken, where another screen is on top than was when it was recorded, and when any key is "
       "pressed. "
       "Rows not yet done stay marked. Passwords are never recorded."),
    NULL};

static const char *const words_text[] = {N_("What the words on the screens mean here."), NULL};

static const struct topic_text texts[] = {
    {"index", N_("All topics"), index_text},
    {"keys", N_("Keys of the whole program"), keys_text},
    {"line", N_("The command line and quick codes"), line_text},
    {"lists", N_("Lists and filters"), lists_text},
    {"forms", N_("Forms"), forms_text},
    {"macros", N_("Macros"), macros_text},
    {"words", N_("Words of the business"), words_text},
};

size_t topic_text_count(void)
{
    return array_len(texts);
}

const struct topic_text *topic_text_at(size_t index)
{
    return &texts[index];
}

/* A word, what it means, and the screen that is about it. */
static const struct {
    const char *word, *meaning, *entity;
} words[] = {
    {N_("Rescue order"), N_("One job for a rescue vehicle, from the call to the money."), "rescue"},
    {N_("Appointment"), N_("An order whose work is wanted at a certain time; it is dispatched then."),
     "rescue"},
    {N_("Backfill"),
     N_("An order that was done outside the system and is entered afterwards, with true times."), "rescue"},
    {N_("Empty run"), N_("The vehicle went out and there was nothing to do; it may be charged."), "rescue"},
    {N_("Urge"), N_("The customer asks where the vehicle is; counted and flagged on the order."), "rescue"},
    {N_("Principal"),
     N_("Whose customer it is that is helped: an insurer, a club. He may pay all or a part."), "customer"},
    {N_("Price agreement"), N_("What a customer pays for each service, instead of the branch's price list."),
     "agreement"},
    {N_("Estimate"), N_("The price worked out at the call. The proposal at the end is kept beside it."),
     NULL},
    {N_("Audit"), N_("A second person looks at a finished order before its price becomes money."), "rescue"},
    {N_("Money state"),
     N_("How far the money of an order is: unaudited, audited, priced, received, cleared."), NULL},
    {N_("Clear"), N_("The receivable of an order is closed; a difference needs a reason."), "document"},
    {N_("Red entry"), N_("An entry that takes back another: same accounts, same sides, negative."),
     "ledger_entry"},
    {N_("Document"),
     N_("A receivable, payable, receipt, payment, refund or adjustment; it is posted to the ledger."),
     "document"},
    {N_("Period"), N_("A month of the books. Once closed nothing is posted into it any more."), "period"},
    {N_("Branch"), N_("A station or office. What one sees and may do is said for branches."), "branch"},
    {N_("Scope"),
     N_("Over whose rows a right holds: all, the branch and those below, the branch, one's own."), "role"},
    {N_("Time limit"),
     N_("How long dispatching, accepting and arriving may take (SLA); late ones are marked."), "sla_rule"},
    {N_("Out of use"), N_("Kept since others refer to it, but no longer offered."), NULL},
};

void topic_add_words(struct app_context *app, struct help_lines *lines)
{
    for (size_t i = 0; i < array_len(words); i++) {
        bool linked = catalogue_entity(app->catalogue, words[i].entity) != NULL;
        help_add(lines, arena_printf(lines->arena, "%s: %s", _(words[i].word), _(words[i].meaning)), K_NONE,
                 linked ? arena_printf(lines->arena, "topic:entity:%s", words[i].entity) : NULL);
    }
}
