#include <string.h>

#include "base/time.h"
#include "server/core/clock.h"
#include "server/core/core.h"
#include "server/core/login.h"
#include "server/core/notice.h"
#include "server/core/request-private.h"
#include "server/core/session_verbs.h"
#include "wire/json.h"
#include "wire/limits.h"

int (*describe_hook)(struct request *request);

void hello_write(struct str *out)
{
    char now[TIME_TEXT_SIZE];
    str_addf(out, "{\"server\":\"yizhand\",\"version\":\"%s\",\"protocol\":%d,\"time\":\"%s\"}",
             YIZHAN_VERSION, WIRE_PROTOCOL, time_print(now, sizeof(now), time_now()));
}

static int ping_run(struct request *request)
{
    str_add(&request->out, "{}");
    return 0;
}

static int hello_run(struct request *request)
{
    hello_write(&request->out);
    return 0;
}

static const struct sql lock_seconds = {
    "whoami_lock", "SELECT value::bigint FROM setting WHERE name = 'session.idle_seconds'"};

static int whoami_run(struct request *request)
{
    struct rows *lock = tx_read(request->tx, &lock_seconds);
    int result = request_need(request);
    if (!result)
        login_describe(request, request->session, NULL, rows_int(lock, 0, 0));
    return result;
}

static int describe_run(struct request *request)
{
    if (describe_hook)
        return describe_hook(request);
    str_add(&request->out, "{\"hash\":\"\",\"menu\":[]}");
    return 0;
}

/* ------------------------------------------------------------------------------------------------- help */

static void add_arg(struct str *out, const char *name, const char *type, bool required, const char *label,
                    const char *help)
{
    str_add(out, out->data[out->len - 1] == '[' ? "{\"name\":" : ",{\"name\":");
    str_add_json(out, name);
    str_addf(out, ",\"type\":\"%s\",\"required\":%s,\"label\":", type, required ? "true" : "false");
    str_add_json(out, label);
    str_add(out, ",\"help\":");
    str_add_json(out, help);
    str_add_char(out, '}');
}

static void add_implied(struct str *out, const struct verb *verb)
{
    if (verb->takes & TAKES_ID)
        add_arg(out, "id", "id", true, N_("Number"), N_("Which record."));
    if (verb->takes & TAKES_VERSION)
        add_arg(out, "version", "int", true, N_("Version"), N_("The version that was seen."));
    if (verb->takes & (TAKES_REASON | TAKES_REASON_REQUIRED))
        add_arg(out, "reason", "text", verb->takes & TAKES_REASON_REQUIRED, N_("Reason"),
                N_("Why; it stays in the trail."));
    if (verb->flags & VERB_KEYED)
        add_arg(out, "key", "text", true, N_("Key"),
                N_("8 to 64 characters, new for each command; a repeat gives the first answer."));
    if (verb->flags & VERB_BATCH)
        add_arg(out, "items", "lines", false, N_("Items"),
                N_("Several records, each with id and version, in place of these two."));
}

static void add_verb(struct str *out, const struct verb *verb)
{
    str_add(out, out->data[out->len - 1] == '[' ? "{\"name\":" : ",{\"name\":");
    str_add_json(out, verb->name);
    str_add(out, ",\"label\":");
    str_add_json(out, verb->label);
    str_add(out, ",\"help\":");
    str_add_json(out, verb->help);
    str_addf(out, ",\"keyed\":%s,\"args\":[", verb->flags & VERB_KEYED ? "true" : "false");
    add_implied(out, verb);
    for (size_t i = 0; i < verb->nargs; i++) {
        const struct field *arg = &verb->args[i];
        add_arg(out, arg->name, field_type_name(field_type_of(arg)), arg->required, arg->label, arg->help);
    }
    str_add(out, "]}");
}

static int help_run(struct request *request)
{
    const char *entity = request_text(request, "entity");
    size_t len = strlen(entity), found = 0;
    str_add(&request->out, "{\"verbs\":[");
    for (size_t i = 0; i < verb_count(); i++) {
        const struct verb *verb = verb_at(i);
        if (strncmp(verb->name, entity, len) != 0 || verb->name[len] != '.' ||
            !session_may(request->session, verb))
            continue;
        add_verb(&request->out, verb);
        found++;
    }
    str_add(&request->out, "]}");
    return found ? 0 : request_fail(request, ERR_NOT_FOUND, "entity", N_("There is no such entity"), NULL);
}

static int cancel_run(struct request *request)
{
    const char *tag = request_text(request, "tag");
    struct parcel *answer = request->state->answer;
    answer->effect = EFFECT_CANCEL;
    memcpy(answer->tag, tag, MIN(strlen(tag), sizeof(answer->tag) - 1));
    str_add(&request->out, "{}");
    return 0;
}

#ifdef YIZHAN_FAULTS
#include "base/memory_fault.h"
#include "server/db/connection.h"

static int fault_run(struct request *request)
{
    static const char *const kinds[] = {
        [TASK_FAULT_NONE] = "none",
        [TASK_FAULT_FAIL] = "fail",
        [TASK_FAULT_MISS] = "miss",
        [TASK_FAULT_CUT] = "cut",
        [TASK_FAULT_CUT_AFTER] = "cut_after",
        [TASK_FAULT_MEMORY] = "memory",
        [TASK_FAULT_OUR_MEMORY] = "our_memory",
        [TASK_FAULT_LOOP_MEMORY] = "loop_memory",
    };
    const char *kind = request_text(request, "kind");
    struct parcel *answer = request->state->answer;
    for (size_t i = 0; i < array_len(kinds); i++)
        if (strcmp(kind, kinds[i]) == 0)
            answer->fault = (int)i;
    answer->effect = EFFECT_FAULT;
    answer->fault_nth = (int)request_int(request, "nth");
    str_addf(&request->out, "{\"memory_faults\":%d}", memory_faults());
    return 0;
}

/* As the telephone will. */
static int popup_run(struct request *request)
{
    int64_t employee = request_int(request, "employee_id");
    struct str json;
    str_init(&json, request->arena);
    json_write(request->args, &json);
    popup_send(employee == NIL ? request->session->employee_id : employee, json.data);
    str_add(&request->out, "{}");
    return 0;
}

static int clock_run(struct request *request)
{
    clock_shift(request_int(request, "seconds"));
    str_add(&request->out, "{}");
    return 0;
}

static const struct field clock_args[] = {
    ARG(seconds, FIELD_INT, .label = N_("Seconds"), .max = 10000000, .required = true,
        .help = N_("By so much it is later than it really is.")),
};
static const struct choice fault_kinds[] = {{"none", N_("None")},
                                            {"fail", N_("Fail")},
                                            {"miss", N_("Miss")},
                                            {"cut", N_("Cut")},
                                            {"cut_after", N_("Cut after")},
                                            {"memory", N_("Memory")},
                                            {"our_memory", N_("Our memory")},
                                            {"loop_memory", N_("Memory of the loop")},
                                            {NULL}};
static const struct field fault_args[] = {
    ARG(kind, FIELD_CHOICE, .label = N_("Kind"), .choices = fault_kinds, .required = true,
        .help = N_("What happens.")),
    ARG(nth, FIELD_INT, .label = N_("Which statement"), .max = 1000, .required = true,
        .help = N_("To which statement or allocation, from 1.")),
};
#endif

static const struct field help_args[] = {
    ARG(entity, FIELD_TEXT, .label = N_("Entity"), .max = 64, .required = true,
        .help = N_("The word before the dot of its verbs.")),
};
static const struct field cancel_args[] = {
    ARG(tag, FIELD_TEXT, .label = N_("Tag"), .max = WIRE_TAG_MAX, .required = true,
        .help = N_("The tag of the running request.")),
};

static const struct verb verbs[] = {
    {.name = "session.ping",
     .label = N_("Ping"),
     .help = N_("Answers at once; it does not count as activity."),
     .flags = VERB_OPEN | VERB_NO_TX | VERB_AT_ONCE,
     .run = ping_run},
    {.name = "session.hello",
     .label = N_("Greeting"),
     .help = N_("What the server says when a connection opens: version, protocol, time."),
     .flags = VERB_OPEN | VERB_NO_TX,
     .run = hello_run},
    {.name = "session.whoami",
     .label = N_("Who am I"),
     .help = N_("User, roles, permissions and branch of this session."),
     .flags = VERB_SESSION,
     .run = whoami_run},
    {.name = "session.describe",
     .label = N_("Describe"),
     .help = N_(
         "The catalogue: a row for each entity that is not in `have` with its present hash, then the menu."),
     .flags = VERB_SESSION,
     .takes = TAKES_ANY,
     .run = describe_run},
    {.name = "session.help",
     .label = N_("Help"),
     .help = N_("The verbs of an entity that one may use, with their arguments."),
     .flags = VERB_SESSION,
     .args = help_args,
     .nargs = array_len(help_args),
     .run = help_run},
    {.name = "session.cancel",
     .label = N_("Cancel"),
     .help = N_("Stops a running request of this connection, as long as it is not being committed."),
     .flags = VERB_SESSION | VERB_NO_TX | VERB_IN_LOOP,
     .args = cancel_args,
     .nargs = array_len(cancel_args),
     .run = cancel_run},
#ifdef YIZHAN_FAULTS
    {.name = "session.fault",
     .label = N_("Fault"),
     .help = N_("Test builds: something happens to a statement, or an allocation, of the next request."),
     .flags = VERB_OPEN | VERB_NO_TX,
     .args = fault_args,
     .nargs = array_len(fault_args),
     .run = fault_run},
    {.name = "session.clock",
     .label = N_("Clock"),
     .help = N_("Test builds: moves this server's business time."),
     .flags = VERB_SESSION | VERB_NO_TX,
     .args = clock_args,
     .nargs = array_len(clock_args),
     .run = clock_run},
    {.name = "session.popup",
     .label = N_("Ringing call"),
     .help = N_("Test builds: the arguments come back as `* popup`."),
     .flags = VERB_SESSION | VERB_NO_TX,
     .takes = TAKES_ANY,
     .run = popup_run},
#endif
};

void session_verbs_register(void)
{
    for (size_t i = 0; i < array_len(verbs); i++)
        verb_register(&verbs[i]);
}
