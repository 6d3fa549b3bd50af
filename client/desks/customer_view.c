#include "client/desks/customer_view-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "client/desks/order.h"
#include "client/desks/panel.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/live.h"
#include "client/views/open.h"
#include "client/views/text.h"
#include "client/views/tool.h"

enum { LIVE_MS = 1500 /* between two readings because of others' changes */ };

/* ---- asking */

static void on_live(struct screen *screen, const struct live_event events[], size_t count)
{
    (void)events, (void)count;
    customer_view_of(screen)->stale = true;
}

static void watch_parts(struct customer_view *view)
{
    for (size_t i = 0; customer_part(view, i); i++)
        live_watch(view->app->live, &view->screen, order_text(customer_part(view, i), "entity"), on_live);
}

static void on_answer(struct screen *screen, const struct answer *answer, void *context)
{
    struct customer_view *view = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)screen;
    view->asked = 0;
    view->read_ms = time_monotonic_ms();
    free(view->trouble);
    view->trouble = answer->code ? memory_strdup(answer_text(arena, view->entity, answer)) : NULL;
    if (answer->code && view->answer)
        answer_say(view->app, view->entity, answer);
    if (!answer->code) {
        json_decref(view->answer);
        view->answer = json_deep_copy(answer->object);
        watch_parts(view);
        customer_build_lines(view);
    }
    ui_redraw(view->app->ui);
}

static void read_again(struct customer_view *view)
{
    if (view->asked)
        ask_cancel(view->app, view->asked);
    view->stale = false;
    view->asked = ask(view->app, &view->screen, "customer.overview",
                      json_pack("{s:I}", "id", (json_int_t)view->id), CALL_READ, NULL, on_answer, view);
}

static void opened(struct screen *screen)
{
    struct customer_view *view = customer_view_of(screen);
    live_watch(view->app->live, screen, "customer", on_live);
    read_again(view);
}

static unsigned on_tick(struct screen *screen, int64_t now_ms)
{
    struct customer_view *view = customer_view_of(screen);
    if (view->stale && !view->asked && now_ms - view->read_ms >= LIVE_MS && app_in_sight(view->app, screen))
        read_again(view);
    return 0;
}

/* ---- keys */

static bool may_get(const struct customer_view *view, const struct catalogue_entity *entity)
{
    return entity && app_may(view->app, verb_of(entity->name, "get"));
}

static unsigned open_line(struct customer_view *view)
{
    const struct customer_line *line = customer_current(view);
    if (!line || line->elsewhere || !may_get(view, line->entity))
        return SCREEN_BELL;
    open_record(view->app, line->entity, order_number(line->row, "id"), OPEN_HERE);
    return SCREEN_REDRAW;
}

/* The kind under the cursor, or the one chosen, as its own list with all there is. */
static unsigned open_whole(struct customer_view *view)
{
    const struct customer_line *line = customer_current(view);
    size_t index = view->part ? view->part - 1 : line ? line->part : 0;
    const struct catalogue_entity *entity = customer_part_entity(view, index);
    struct str filter cleanup(cleanup_str);
    str_init(&filter, NULL);
    if (!entity)
        return SCREEN_BELL;
    str_addf(&filter, "%s=%lld", order_text(customer_part(view, index), "by"), (long long)view->id);
    open_list(view->app, entity, filter.data, OPEN_HERE);
    return SCREEN_REDRAW;
}

static unsigned choose_part(struct customer_view *view, int code)
{
    size_t part = (size_t)(code - '0');
    if (part && !customer_part(view, part - 1))
        return SCREEN_BELL;
    view->part = part;
    customer_name_columns(view);
    customer_build_lines(view);
    table_reset(&view->table);
    return SCREEN_REDRAW;
}

static unsigned new_order(struct customer_view *view)
{
    const struct catalogue_entity *rescue = catalogue_entity(view->app->catalogue, "rescue");
    const json_t *customer = json_object_get(view->answer, "customer");
    if (!rescue || !customer || !app_may(view->app, "rescue.create"))
        return SCREEN_BELL;
    json_t *values = json_pack("{s:I, s:s}", "customer_id", (json_int_t)view->id, "customer_label",
                               order_text(customer, "name"));
    const char *phone = order_text(customer, "phone");
    if (strcmp(order_text(customer, "kind"), "person") == 0 && *phone && !strchr(phone, '*')) {
        json_object_set_new(values, "contact_phone", json_string(phone)); /* of a firm somebody else calls */
        json_object_set_new(values, "contact_name", json_string(order_text(customer, "name")));
    }
    open_new(view->app, rescue, values, OPEN_TASK);
    json_decref(values);
    return SCREEN_REDRAW;
}

static unsigned command(struct customer_view *view, const struct key *key)
{
    switch (key->code) {
    case K_REFRESH: read_again(view); return SCREEN_REDRAW;
    case K_VIEW: view->facts_only = !view->facts_only; return SCREEN_REDRAW;
    case K_NEW: return new_order(view);
    case 'l': return open_whole(view);
    case 'e':
        if (!may_get(view, view->entity))
            return SCREEN_BELL;
        open_record(view->app, view->entity, view->id, OPEN_HERE);
        return SCREEN_REDRAW;
    default: break;
    }
    return key->kind == KEY_TEXT && key->code >= '0' && key->code <= '9' ? choose_part(view, key->code)
                                                                         : SCREEN_UNUSED;
}

static unsigned facts_key(struct customer_view *view, const struct key *key)
{
    enum { PAGE = 8 };
    if (panel_key(key, PAGE, &view->scroll))
        return SCREEN_REDRAW;
    if (key->code != K_CANCEL)
        return command(view, key);
    view->facts_only = false;
    return SCREEN_REDRAW;
}

static unsigned on_key(struct screen *screen, const struct key *key)
{
    struct customer_view *view = customer_view_of(screen);
    if (key->kind == KEY_PASTE)
        return SCREEN_UNUSED;
    if (view->facts_only)
        return facts_key(view, key);
    if (key->code == ' ' || key->code == '*')
        return SCREEN_BELL; /* there is nothing to be done with several */
    switch (table_key(&view->table, key)) {
    case TABLE_OPENED: return open_line(view);
    case TABLE_UNUSED: return command(view, key);
    default: return SCREEN_REDRAW;
    }
}

static void add_keys(struct screen *screen, struct key_bar *bar)
{
    struct customer_view *view = customer_view_of(screen);
    const struct customer_line *line = customer_current(view);
    if (line && !line->elsewhere && may_get(view, line->entity))
        key_bar_add(bar, K_ENTER, _("Open"), 0);
    key_bar_add(bar, '1', _("Kind"), 1);
    key_bar_add(bar, 'l', _("Whole list"), 3);
    if (may_get(view, view->entity))
        key_bar_add(bar, 'e', _("Customer"), 2);
    if (app_may(view->app, "rescue.create"))
        key_bar_add(bar, K_NEW, _("New order"), 3);
    key_bar_add(bar, K_VIEW, view->facts_only ? _("Records") : _("Facts"), 4);
    key_bar_add(bar, K_REFRESH, _("Refresh"), 6);
    key_bar_add(bar, K_HELP, _("Help"), 5);
}

/* ---- the rest of a screen */

static void title(struct screen *screen, struct str *out)
{
    const char *name = order_text(json_object_get(customer_view_of(screen)->answer, "customer"), "name");
    str_addf(out, *name ? "%s: %s" : "%s", _("Customer"), name);
}

static void crumb(struct screen *screen, struct str *out)
{
    table_position(&customer_view_of(screen)->table, out);
}

static void closed(struct screen *screen)
{
    struct customer_view *view = customer_view_of(screen);
    json_decref(view->answer);
    vec_finish(&view->lines);
    table_finish(&view->table);
    arena_destroy(view->arena);
    free(view->trouble);
    free(view);
}

static const struct screen_ops ops = {
    .name = "customer_view",
    .open = opened,
    .key = on_key,
    .draw = customer_draw,
    .linear = customer_linear,
    .plain = customer_plain,
    .tick = on_tick,
    .close = closed,
    .title = title,
    .crumb = crumb,
    .keys = add_keys,
    .about = N_("Everything about one customer: what is known and owed above, below the newest of all that "
                "belongs to him, orders under way first. Digits choose a kind, 0 shows all. Enter opens the "
                "record, l the whole list of its kind. Orders of branches you do not see are a line each: "
                "when, how far, where. What others change comes by itself."),
};

static void language(struct screen *screen)
{
    customer_name_columns(customer_view_of(screen));
}

bool customer_view_allowed(const struct app_context *app)
{
    return app_may(app, "customer.overview");
}

void customer_view_open(struct app_context *app, int64_t customer_id)
{
    struct customer_view *view = memory_zeroed(1, sizeof(*view));
    view->screen.ops = &ops;
    view->app = app;
    view->id = customer_id;
    view->entity = catalogue_entity(app->catalogue, "customer");
    view->arena = arena_create(0);
    table_init(&view->table, &customer_model, view);
    customer_name_columns(view);
    open_screen(app, &view->screen);
}

/* ---- the tool: of a customer himself, and of whatever names one */

static int64_t customer_of(const struct subject *subject)
{
    static const char *const names[] = {"customer_id", "party_id"};
    if (!subject->entity || !subject->id)
        return NIL;
    if (strcmp(subject->entity->name, "customer") == 0)
        return subject->id;
    for (size_t i = 0; i < array_len(names); i++) {
        const struct field *field = catalogue_field(subject->entity, names[i]);
        if (field && field->ref && strcmp(field->ref, "customer") == 0)
            return order_number(subject->row, names[i]);
    }
    return NIL;
}

static bool may(const struct subject *subject)
{
    return customer_view_allowed(subject->app) && customer_of(subject) != NIL;
}

static void run(const struct subject *subject)
{
    customer_view_open(subject->app, customer_of(subject));
}

static const struct tool tools[] = {
    {
        .name = "customer",
        .label = N_("Customer's view"),
        .help = N_(
            "Everything about the customer on one screen: orders, calls, messages, ratings, what is owed."),
        .search = "overview customer balance history kehu quanjing zonglan",
        .key = 'V',
        .priority = 39,
        .places = TOOL_RECORD,
        .may = may,
        .run = run,
    },
};

void customer_view_register(void)
{
    tool_register(tools, array_len(tools));
    language_register(&ops, language);
}
