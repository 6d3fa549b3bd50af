#include "client/views/dial.h"

#include <string.h>

#include "base/arena.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "model/catalogue.h"

/* Whose number the server looks up itself: it may be masked here. */
static const struct {
    const char *entity, *argument;
} named[] = {
    {"customer", "party_id"}, {"supplier", "party_id"}, {"rescue", "rescue_id"}, {"call", "call_id"}};

static const char *argument_of(const struct subject *subject)
{
    for (size_t i = 0; i < array_len(named); i++)
        if (strcmp(subject->entity->name, named[i].entity) == 0)
            return named[i].argument;
    return NULL;
}

/* The number that stands in the row itself; NULL: none, or it is masked. */
static const char *number_of(const struct subject *subject)
{
    for (size_t i = 0; i < subject->entity->nfields; i++) {
        const struct field *field = &subject->entity->fields[i];
        const char *number = field_type_of(field) == FIELD_PHONE
                                 ? json_string_value(json_object_get(subject->row, field->name))
                                 : NULL;
        if (number && *number && !strchr(number, '*'))
            return number;
    }
    return NULL;
}

static bool may(const struct subject *subject)
{
    return app_may(subject->app, "call.dial") && subject->entity && subject->id > 0 &&
           (argument_of(subject) || number_of(subject));
}

/* What comes of it later is told by a notice, and stands in the log of calls. */
static void on_dialled(struct screen *screen, const struct answer *answer, void *context)
{
    struct app_context *app = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)screen;
    if (answer->code)
        ui_say(app->ui, ROLE_ERROR, "%s", error_text(arena, NULL, answer->object));
    else
        ui_say(app->ui, ROLE_GOOD, "%s", _("Your phone rings: take it up and the number is dialled"));
    ui_redraw(app->ui);
}

static void run(const struct subject *subject)
{
    const char *argument = argument_of(subject);
    json_t *args = argument ? json_pack("{s:I}", argument, (json_int_t)subject->id)
                            : json_pack("{s:s}", "number", number_of(subject));
    ui_say(subject->app->ui, ROLE_NORMAL, "%s", _("Dialling …"));
    ask(subject->app, NULL, "call.dial", args, CALL_CHANGES, NULL, on_dialled, subject->app);
}

static const struct tool tools[] = {{
    .name = "dial",
    .label = N_("Dial"),
    .help = N_("Calls the number of this record: your own phone rings first."),
    .search = "dial call phone telephone bohao bh dianhua dh",
    .key = 'D',
    .places = TOOL_RECORD,
    .may = may,
    .run = run,
}};

void dial_register(void)
{
    tool_register(tools, array_len(tools));
}
