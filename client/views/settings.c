#include "client/views/settings.h"

#include <stdlib.h>
#include <string.h>

#include "client/ui/linear.h"
#include "client/ui/theme.h"
#include "client/ui/words.h"
#include "client/views/login.h"
#include "client/views/open.h"
#include "client/views/preference.h"
#include "client/views/sheet.h"
#include "client/views/sheet_linear.h"
#include "client/views/tool.h"
#include "wire/json.h"

struct settings_screen {
    struct screen screen;
    struct app_context *app;
    struct sheet sheet;
    bool loading;
};

static const struct choice languages[] = {
    {"en", N_("English")}, {"zh_CN", N_("Chinese, simplified")}, {"zh_TW", N_("Chinese, Taiwan")}, {NULL}};
static struct choice themes[THEME_COUNT + 1]; /* those there are, and the end */
static const struct choice borders[] = {
    {"auto", N_("As the terminal can")}, {"lines", N_("Lines")}, {"ascii", N_("ASCII")}, {NULL}};

static const struct field fields[] = {
    {.name = "language",
     .label = N_("Language"),
     .type = FIELD_CHOICE,
     .choices = languages,
     .help =
         N_("Of all words on the screen. Empty: as the terminal was started. Ctrl-E changes it for now.")},
    {.name = "theme",
     .label = N_("Colours"),
     .type = FIELD_CHOICE,
     .choices = themes,
     .help = N_("Empty: as the terminal was started.")},
    {.name = "borders",
     .label = N_("Borders"),
     .type = FIELD_CHOICE,
     .choices = borders,
     .help = N_("ASCII where lines come out broken.")},
    {.name = "bell",
     .label = N_("Bell"),
     .type = FIELD_BOOL,
     .help = N_("Whether the terminal may sound: for notices, calls, and keys of no use.")},
    {.name = "lock_minutes",
     .label = N_("Lock, minutes"),
     .type = FIELD_INT,
     .min = 1,
     .max = 600,
     .help = N_("Without a key. Never later than the server demands, whatever is set here.")},
    {.name = "hints", .label = N_("Hints"), .type = FIELD_BOOL, .help = N_("Shown to who is new here.")},
    {.name = "late_bell",
     .label = N_("Bell when late"),
     .type = FIELD_BOOL,
     .help = N_("Whether an order that turns late sounds on the monitor, once for each step.")},
};

/* ---- what is kept */

static const char *text_of(const json_t *body, const char *name)
{
    const char *text = json_string_value(json_object_get(body, name));
    return text ? text : "";
}

struct settings settings_get(const struct app_context *app)
{
    const json_t *body = app->preferences ? preference_get(app, "settings", "", "") : NULL;
    struct settings settings = {.language = text_of(body, "language"),
                                .theme = text_of(body, "theme"),
                                .borders = text_of(body, "borders"),
                                .quiet = json_is_false(json_object_get(body, "bell")),
                                .no_late_bell = json_is_false(json_object_get(body, "late_bell")),
                                .no_hints = json_is_false(json_object_get(body, "hints"))};
    int64_t minutes = 0;
    json_get_int(body, "lock_minutes", &minutes);
    settings.lock_minutes = (int)MAX(0, MIN(minutes, 600));
    return settings;
}

/* ---- the screen */

static struct settings_screen *settings_of(struct screen *screen)
{
    return container_of(screen, struct settings_screen, screen);
}

static const struct sheet_ops sheet_ops;

/* At once, and kept; what is half typed waits until it is a value. Members this screen does not know stay. */
static void on_changed(struct sheet *sheet, struct sheet_entry *entry)
{
    struct settings_screen *settings = container_of(sheet, struct settings_screen, sheet);
    struct app_context *app = settings->app;
    (void)entry;
    if (settings->loading)
        return;
    const json_t *before = preference_get(app, "settings", "", "");
    json_t *body = before ? json_deep_copy(before) : json_object(), *now = sheet_changes(sheet, true);
    for (size_t i = 0; i < array_len(fields); i++) {
        json_t *value = json_object_get(now, fields[i].name);
        if (value && !json_is_null(value))
            json_object_set(body, fields[i].name, value);
        else
            json_object_del(body, fields[i].name);
    }
    json_decref(now);
    preference_set(app, "settings", "", "", body, false);
    app->command(app, APP_SETTINGS);
}

static const struct sheet_ops sheet_ops = {.changed = on_changed};

static void load(struct settings_screen *settings)
{
    const json_t *body = preference_get(settings->app, "settings", "", "");
    json_t *row = json_pack("{s:b, s:b, s:b, s:s}", "bell", 1, "late_bell", 1, "hints", 1, "borders", "auto");
    if (body)
        json_object_update(row, (json_t *)body);
    settings->loading = true;
    sheet_load(&settings->sheet, row, false);
    settings->loading = false;
    json_decref(row);
}

static unsigned settings_key(struct screen *screen, const struct key *key)
{
    struct settings_screen *settings = settings_of(screen);
    switch (sheet_key(&settings->sheet, key)) {
    case SHEET_USED: return SCREEN_REDRAW;
    case SHEET_REFUSED: return SCREEN_BELL;
    default: break;
    }
    switch (key->code) {
    case K_SAVE:
    case K_LEAVE:
    case K_CANCEL:
        sheet_commit(&settings->sheet);
        return sheet_check(&settings->sheet) ? SCREEN_REDRAW | SCREEN_CLOSE : SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

static void settings_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct settings_screen *settings = settings_of(screen);
    struct area area = {body.row + 1, body.col, body.rows - 1, MIN(body.cols, 72)};
    sheet_draw(&settings->sheet, canvas, area);
}

static void settings_crumb(struct screen *screen, struct str *out)
{
    (void)screen;
    str_add(out, _("kept wherever you log in; each change counts at once"));
}

static void settings_keys(struct screen *screen, struct key_bar *bar)
{
    key_bar_add(bar, K_SAVE, _("Done"), 0);
    sheet_keys(&settings_of(screen)->sheet, bar);
    key_bar_add(bar, K_CANCEL, _("Back"), 5);
}

static const char *settings_help(struct screen *screen)
{
    const struct sheet_entry *entry = sheet_current(&settings_of(screen)->sheet);
    return entry && entry->field->help ? _(entry->field->help) : NULL;
}

static void settings_linear(struct screen *screen, struct linear *linear)
{
    sheet_linear(&settings_of(screen)->sheet, linear);
}

static void settings_plain(struct screen *screen, struct str *out)
{
    sheet_plain(&settings_of(screen)->sheet, out);
}

static void settings_language(struct screen *screen)
{
    sheet_language(&settings_of(screen)->sheet);
}

static void settings_close(struct screen *screen)
{
    struct settings_screen *settings = settings_of(screen);
    sheet_finish(&settings->sheet);
    free(settings);
}

static const struct screen_ops settings_ops = {
    .name = "settings",
    .key = settings_key,
    .draw = settings_draw,
    .heading = N_("My settings"),
    .crumb = settings_crumb,
    .keys = settings_keys,
    .help = settings_help,
    .plain = settings_plain,
    .linear = settings_linear,
    .close = settings_close,
};

void settings_open(struct app_context *app)
{
    struct settings_screen *settings = memory_zeroed(1, sizeof(*settings));
    settings->app = app;
    settings->screen.ops = &settings_ops;
    sheet_init(&settings->sheet, app, &settings->screen, &sheet_ops);
    settings->sheet.one_column = true;
    for (size_t i = 0; i < array_len(fields); i++)
        sheet_add(&settings->sheet, &fields[i]);
    load(settings);
    open_screen(app, &settings->screen);
}

static void run(const struct subject *subject)
{
    settings_open(subject->app);
}

static void run_lock(const struct subject *subject)
{
    subject->app->command(subject->app, APP_LOCK);
}

static const struct tool tools[] = {
    {.name = "settings",
     .label = N_("My settings"),
     .help = N_("Language, colours, bell, when this terminal locks: kept for you wherever you log in."),
     .search = "settings preferences options shezhi sz",
     .places = TOOL_ANYWHERE,
     .run = run},
    {.name = "lock",
     .label = N_("Lock this terminal"),
     .help = N_("Covers everything until you give your password; what is open stays as it is."),
     .search = "lock away suo sp",
     .places = TOOL_ANYWHERE,
     .run = run_lock},
};

void settings_register(void)
{
    for (int i = 0; i < THEME_COUNT; i++)
        themes[i] = (struct choice){.code = theme_name((enum theme)i), .label = theme_label((enum theme)i)};
    tool_register(tools, array_len(tools));
    language_register(&settings_ops, settings_language);
}
