/* Another token for a tracker: made by the server, shown this once, with what is to be typed into the phone. */
#include <string.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "client/views/views.h"
#include "model/catalogue.h"
#include "wire/json.h"

/* What is asked about, while the question is on the screen. */
static struct {
    struct app_context *app;
    int64_t id, version;
} asking;

static void on_token(struct screen *screen, const struct answer *answer, void *context)
{
    struct app_context *app = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *token = "", *code = "";
    (void)screen;
    if (answer->code != ERR_NONE) {
        answer_say(app, NULL, answer);
        return;
    }
    json_get_text(answer->object, "token", &token);
    json_get_text(answer->object, "code", &code);
    dialog_message(app->ui, _("New token"),
                   text_fill(arena,
                             _("This is shown once. In the tracking program of the phone:\n\n"
                               "Server address\n"
                               "http://HOST:PORT/track?token={token}\n\n"
                               "Device identifier\n"
                               "{code}\n\n"
                               "HOST:PORT is what hook_listen of the server says, or the proxy before it."),
                             "token", token, "code", code, NULL),
                   NULL, NULL);
}

static void on_sure(void *context, const struct dialog_answer *answer)
{
    (void)context;
    if (answer->key != 'y')
        return;
    ask(asking.app, NULL, "tracker.token",
        json_pack("{s:I, s:I}", "id", (json_int_t)asking.id, "version", (json_int_t)asking.version),
        CALL_READ, NULL, on_token, asking.app);
}

static void make(const struct subject *subject)
{
    const json_t *made = json_object_get(subject->row, "token_at");
    asking.app = subject->app;
    asking.id = subject->id;
    asking.version = 0;
    json_get_int(subject->row, "version", &asking.version);
    dialog_yes_no(subject->app->ui, _("New token"),
                  made && !json_is_null(made)
                      ? _("Make another token? The device is heard again once it has it.")
                      : _("Make a token for this device?"),
                  false, on_sure, NULL);
}

static bool may_make(const struct subject *subject)
{
    return strcmp(subject->entity->name, "tracker") == 0 && app_may(subject->app, "tracker.token");
}

static const struct tool tools[] = {
    {
        .name = "token",
        .label = N_("New token"),
        .help = N_("Gives the device another token, and shows it this once."),
        .search = "token password lingpai",
        .key = 'N',
        .priority = 12,
        .places = TOOL_RECORD,
        .may = may_make,
        .run = make,
    },
};

void token_view_register(void)
{
    tool_register(tools, array_len(tools));
}
