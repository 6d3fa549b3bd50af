#include "client/views/macro.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/input.h"
#include "client/ui/words.h"
#include "client/views/macro-private.h"
#include "client/views/sheet_dialog.h"
#include "model/field.h"
#include "wire/json.h"

static struct {
    bool on;
    struct macro_steps steps;
    char place[MACRO_PLACE_MAX]; /* of the key at hand, before it changed what is on top */
    bool full;
} recording;

static void forget(void)
{
    vec_finish(&recording.steps.items);
    recording.steps = (struct macro_steps){0};
    recording.on = recording.full = false;
}

static void show_mark(struct app_context *app)
{
    if (status_set_mark(&app->ui->status, recording.on ? "REC" : ""))
        ui_redraw(app->ui);
}

/* ---- keeping it ---- */

static const struct field name_fields[] = {
    {.name = "name",
     .label = N_("Name"),
     .type = FIELD_TEXT,
     .max = 60,
     .required = true,
     .help = N_("What the macro is called in the list.")},
    {.name = "code",
     .label = N_("Code"),
     .type = FIELD_CODE,
     .max = 12,
     .help = N_("Typed on the command line to replay it. May be left empty.")},
};

static void on_named(struct screen *below, uint64_t dialog, json_t *values, void *context)
{
    struct app_context *app = context;
    struct str keys cleanup(cleanup_str);
    const char *name = "", *code = "";
    (void)below;
    str_init(&keys, NULL);
    json_get_text(values, "name", &name);
    json_get_text(values, "code", &code);
    macro_write(&recording.steps, &keys);
    preference_set(app, "macro", "", name, json_pack("{s:s, s:s}", "keys", keys.data, "code", code), false);
    ui_say(app->ui, ROLE_GOOD, _("Kept as a macro: %s. @ replays it."), name);
    sheet_dialog_close(app, dialog);
    json_decref(values);
    forget();
}

static void on_dropped(struct screen *below, void *context)
{
    struct app_context *app = context;
    (void)below;
    forget();
    ui_say(app->ui, ROLE_DIM, "%s", _("The recording was dropped"));
}

static void ask_name(struct app_context *app)
{
    struct sheet_dialog dialog = {
        .title = _("Keep the macro"),
        .fields = name_fields,
        .nfields = array_len(name_fields),
        .whole = true,
        .submit = on_named,
        .cancelled = on_dropped,
        .context = app,
    };
    sheet_dialog_open(app, ui_top(app->ui), &dialog);
}

/* ---- recording ---- */

static void stop_recording(struct app_context *app)
{
    recording.on = false;
    show_mark(app);
    if (recording.full)
        ui_say(app->ui, ROLE_WARNING, _("Only the first %d keys were recorded"), (int)MACRO_STEPS_MAX);
    if (recording.steps.items.count) {
        ask_name(app);
        return;
    }
    forget();
    ui_say(app->ui, ROLE_DIM, "%s", _("Nothing was recorded"));
}

void macro_toggle(struct app_context *app)
{
    if (macro_playing())
        return;
    if (recording.on) {
        stop_recording(app);
        return;
    }
    forget();
    recording.on = true;
    show_mark(app);
    ui_say(app->ui, ROLE_GOOD, "%s", _("Recording: Ctrl-R ends it"));
}

static const char *place_now(struct app_context *app)
{
    const struct screen *top = ui_top(app->ui);
    return top ? top->ops->name : "";
}

static void record(struct app_context *app, const struct key *key, bool after)
{
    if (!after) {
        input_touched_secret();
        snprintf(recording.place, sizeof(recording.place), "%s", place_now(app));
        return;
    }
    bool secret = input_touched_secret() || strcmp(recording.place, "login") == 0;
    if (secret || !recording.on || key->code == K_CTRL('R'))
        return;
    if (recording.steps.items.count == MACRO_STEPS_MAX)
        recording.full = true;
    else
        macro_add(&recording.steps, key, recording.place);
}

bool macro_watch(struct app_context *app, const struct key *key, bool after)
{
    if (macro_playing() && !macro_feeding()) {
        if (!after)
            macro_play_stop(app, _("a key was pressed"));
        return true;
    }
    if (recording.on)
        record(app, key, after);
    return false;
}

void macro_stop(struct app_context *app)
{
    forget();
    show_mark(app);
    if (macro_playing())
        macro_play_stop(app, _("the session has ended"));
}
