#include "client/views/as_of.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/open.h"
#include "client/views/sheet.h"
#include "client/views/sheet_linear.h"
#include "client/views/shorthand.h"
#include "client/views/text.h"
#include "model/catalogue.h"
#include "wire/json.h"

struct as_of {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    int64_t id;
    char *title;
    json_t *changes; /* the newest first */
    struct instant at;
    uint64_t asked; /* 0: what is shown is of `at` */
    bool none;      /* there was no such record then */
    bool partial;
    struct sheet sheet;
};

static struct as_of *as_of_of(struct screen *screen)
{
    return container_of(screen, struct as_of, screen);
}

/* ---- asking for a moment ---- */

static struct {
    struct app_context *app;
    uint64_t asker;
    as_of_typed *done;
} asking;

static const char *check_time(void *context, const char *text)
{
    struct instant at;
    (void)context;
    return shorthand_time(text, asking.app->who.zone, time_now(), &at) < 0
               ? _("A date, a time, or both: 11-20 9:30, t-1, -2h")
               : NULL;
}

static void on_time(void *context, const struct dialog_answer *answer)
{
    struct screen *asker = ui_find(asking.app->ui, asking.asker);
    struct instant at;
    (void)context;
    if (answer->key == K_ENTER && asker &&
        shorthand_time(answer->text, asking.app->who.zone, time_now(), &at) == 0)
        asking.done(asker, at);
}

void as_of_ask(struct app_context *app, struct screen *asker, as_of_typed *done)
{
    struct dialog_ask ask = {.title = _("As of"),
                             .text = _("The record as it stood at this time."),
                             .label = _("Time"),
                             .max = 40,
                             .required = true,
                             .check = check_time};
    asking.app = app;
    asking.asker = asker->id;
    asking.done = done;
    dialog_ask(app->ui, &ask, on_time, NULL);
}

/* ---- the changes ---- */

static struct instant time_of(const json_t *change)
{
    const char *text = "";
    struct instant at = INSTANT_NIL;
    json_get_text(change, "at", &text);
    return time_parse(text, &at) == 0 ? at : INSTANT_NIL;
}

/* The change that made it what it was; their count: none did. */
static size_t change_at(const struct as_of *as_of)
{
    size_t i = 0;
    while (i < json_array_size(as_of->changes) &&
           time_of(json_array_get(as_of->changes, i)).us > as_of->at.us)
        i++;
    return i;
}

/* What that change touched is marked. */
static void mark_changed(struct as_of *as_of)
{
    const json_t *change = json_array_get(as_of->changes, change_at(as_of));
    const json_t *was = json_object_get(change, "was"), *now = json_object_get(change, "now");
    bool first = !was || json_is_null(was);
    vec_each(struct sheet_entry, entry, &as_of->sheet.entries) entry->marked =
        !first && (json_object_get(was, entry->field->name) || json_object_get(now, entry->field->name));
}

static void on_row(struct screen *screen, const struct answer *answer, void *context)
{
    struct as_of *as_of = context;
    (void)screen;
    as_of->asked = 0;
    as_of->none = answer->code == ERR_NOT_FOUND;
    as_of->partial = json_is_true(json_object_get(answer->object, "partial"));
    if (answer->code && !as_of->none)
        answer_say(as_of->app, as_of->entity, answer);
    sheet_load(&as_of->sheet, answer->code ? NULL : answer->object, false);
    mark_changed(as_of);
}

static void read_row(struct as_of *as_of)
{
    char when[TIME_TEXT_SIZE];
    if (as_of->asked)
        ask_cancel(as_of->app, as_of->asked);
    as_of->asked = ask(
        as_of->app, &as_of->screen, verb_of(as_of->entity->name, "get"),
        json_pack("{s:I, s:s}", "id", (json_int_t)as_of->id, "at", time_print(when, sizeof(when), as_of->at)),
        CALL_READ, NULL, on_row, as_of);
}

static unsigned go(struct as_of *as_of, size_t change)
{
    if (change >= json_array_size(as_of->changes))
        return SCREEN_BELL;
    as_of->at = time_of(json_array_get(as_of->changes, change));
    read_row(as_of);
    return SCREEN_REDRAW;
}

/* ---- the screen ---- */

static void add_fields(struct as_of *as_of)
{
    const struct catalogue_entity *entity = as_of->entity;
    for (size_t t = 0; t < entity->ntabs; t++) {
        sheet_add_tab(&as_of->sheet, entity->tabs[t].label);
        for (const char *const *name = entity->tabs[t].fields; *name; name++) {
            const struct field *field = catalogue_field(entity, *name);
            if (field && !field->secret && !sheet_find(&as_of->sheet, *name))
                sheet_add(&as_of->sheet, field);
        }
    }
    for (size_t i = 0; !entity->ntabs && i < entity->nfields; i++)
        if (!entity->fields[i].secret)
            sheet_add(&as_of->sheet, &entity->fields[i]);
}

static void on_typed(struct screen *screen, struct instant at)
{
    struct as_of *as_of = as_of_of(screen);
    as_of->at = at;
    read_row(as_of);
}

static unsigned key(struct screen *screen, const struct key *pressed)
{
    struct as_of *as_of = as_of_of(screen);
    size_t change = change_at(as_of);
    switch (pressed->code) {
    case K_PREVIOUS: return go(as_of, change + 1);
    case K_NEXT: return change ? go(as_of, change - 1) : SCREEN_BELL;
    case K_REFRESH: read_row(as_of); return SCREEN_REDRAW;
    case K_VIEW: return SCREEN_REDRAW | SCREEN_CLOSE;
    case 't': as_of_ask(as_of->app, screen, on_typed); return SCREEN_REDRAW;
    case '=':
        difference_open(as_of->app, as_of->entity, as_of->id, as_of->title, as_of->at, INSTANT_NIL);
        return SCREEN_REDRAW;
    default: break;
    }
    enum sheet_result result = sheet_key(&as_of->sheet, pressed);
    return result == SHEET_USED ? SCREEN_REDRAW : result == SHEET_REFUSED ? SCREEN_BELL : SCREEN_UNUSED;
}

static void draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct as_of *as_of = as_of_of(screen);
    if (as_of->none)
        canvas_paragraph(canvas, body, ROLE_DIM, _("There was no such record then."), 0);
    else
        sheet_draw(&as_of->sheet, canvas, body);
}

static void title(struct screen *screen, struct str *out)
{
    struct as_of *as_of = as_of_of(screen);
    char at[32];
    str_addf(out, "%s %s: %s", as_of->entity->label ? _(as_of->entity->label) : as_of->entity->name,
             as_of->title, shorthand_print(at, sizeof(at), as_of->app->who.zone, as_of->at));
}

static void crumb(struct screen *screen, struct str *out)
{
    struct as_of *as_of = as_of_of(screen);
    size_t count = json_array_size(as_of->changes), at = change_at(as_of);
    const json_t *change = json_array_get(as_of->changes, at);
    const char *who = "";
    char when[32];
    str_addf(out, "[%s]", _("as it stood"));
    if (change) {
        json_get_text(change, "who_label", &who);
        str_addf(out, "  %zu/%zu  %s %s", count - at, count,
                 shorthand_print(when, sizeof(when), as_of->app->who.zone, time_of(change)), who);
    }
    if (as_of->asked)
        str_add(out, "  …");
    if (as_of->partial)
        str_addf(out, "  %s", _("not all of its trail can be seen"));
}

static void keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_PREVIOUS, _("Older"), 0);
    key_bar_add(bar, K_NEXT, _("Newer"), 1);
    key_bar_add(bar, 't', _("Other time"), 3);
    key_bar_add(bar, '=', _("Compare with now"), 4);
    key_bar_add(bar, K_CANCEL, _("Back"), 2);
    key_bar_add(bar, K_HELP, _("Help"), 5);
    sheet_keys(&as_of_of(screen)->sheet, bar);
}

static void linear(struct screen *screen, struct linear *out)
{
    struct as_of *as_of = as_of_of(screen);
    crumb(screen, &out->text);
    str_add_char(&out->text, '\n');
    out->waits = as_of->asked != 0;
    sheet_linear(&as_of->sheet, out);
}

static void plain(struct screen *screen, struct str *out)
{
    crumb(screen, out);
    str_add_char(out, '\n');
    sheet_plain(&as_of_of(screen)->sheet, out);
}

static void closed(struct screen *screen)
{
    struct as_of *as_of = as_of_of(screen);
    sheet_finish(&as_of->sheet);
    json_decref(as_of->changes);
    free(as_of->title);
    free(as_of);
}

static const struct screen_ops ops = {
    .name = "as_of",
    .key = key,
    .draw = draw,
    .title = title,
    .crumb = crumb,
    .keys = keys,
    .about = N_("The record as the trail says it stood. What the change shown last touched is marked with ~. "
                "Words of other records are those of today."),
    .plain = plain,
    .linear = linear,
    .close = closed,
};

void as_of_open(struct app_context *app, const struct catalogue_entity *entity, int64_t id, const char *words,
                const json_t *changes, struct instant at)
{
    static const struct sheet_ops none = {0};
    struct as_of *as_of = memory_zeroed(1, sizeof(*as_of));
    *as_of = (struct as_of){.app = app, .entity = entity, .id = id, .at = at};
    as_of->screen.ops = &ops;
    as_of->title = memory_strdup(words);
    as_of->changes = json_incref((json_t *)changes);
    sheet_init(&as_of->sheet, app, &as_of->screen, &none);
    as_of->sheet.readonly = true;
    add_fields(as_of);
    open_screen(app, &as_of->screen);
    read_row(as_of);
}
