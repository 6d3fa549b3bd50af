/* One data repair: about what, by whom and why, and below it the values as they were and as they should be. Its letters approve and reject. */
#include "client/desks/repair.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/vec.h"
#include "client/desks/panel.h"
#include "client/desks/repair_follows.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/ask.h"
#include "client/views/compare.h"
#include "client/views/desk.h"
#include "client/views/live.h"
#include "client/views/open.h"
#include "client/views/text.h"
#include "client/views/tool.h"
#include "client/views/value_text.h"
#include "model/catalogue.h"

enum { HEAD_LABEL_COLS = 12, HEAD_ROWS_MOST = 9 };

struct repair_view {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    int64_t id, version;
    json_t *row;                      /* NULL: not here yet */
    VEC(const struct field *) fields; /* of the record, that are asked for */
    struct compare compare;
    bool acting;
};

static struct repair_view *view_of(struct screen *screen)
{
    return container_of(screen, struct repair_view, screen);
}

/* ---- the record */

static const struct catalogue_entity *about(const struct repair_view *view)
{
    const char *name = json_string_value(json_object_get(view->row, "entity"));
    return name ? catalogue_entity(view->app->catalogue, name) : NULL;
}

static void find_fields(struct repair_view *view)
{
    const struct catalogue_entity *entity = about(view);
    const json_t *parts = json_object_get(view->row, "parts");
    vec_clear(&view->fields);
    for (size_t i = 0; entity && i < json_array_size(parts); i++) {
        const struct field *field = catalogue_field(entity, json_string_value(json_array_get(parts, i)));
        if (field)
            vec_push(&view->fields, field);
    }
}

static void on_row(struct screen *screen, const struct answer *answer, void *context)
{
    struct repair_view *view = context;
    (void)screen;
    if (answer->code) {
        answer_say(view->app, view->entity, answer);
        return;
    }
    json_decref(view->row);
    view->row = json_deep_copy(answer->object);
    view->version = json_integer_value(json_object_get(view->row, "version"));
    find_fields(view);
    ui_redraw(view->app->ui);
}

static void read_row(struct repair_view *view)
{
    ask(view->app, &view->screen, verb_of(view->entity->name, "get"),
        json_pack("{s:I}", "id", (json_int_t)view->id), CALL_READ, NULL, on_row, view);
}

static void on_live(struct screen *screen, const struct live_event events[], size_t count)
{
    struct repair_view *view = view_of(screen);
    for (size_t i = 0; i < count; i++) {
        if (events[i].id == view->id && events[i].version > view->version)
            read_row(view);
    }
    if (!count)
        read_row(view);
}

/* ---- side by side */

static size_t line_count(void *context)
{
    return ((struct repair_view *)context)->fields.count;
}

static void line(void *context, struct arena *arena, size_t index, struct compare_line *line_r)
{
    static const char *const sides[] = {"before", "after"};
    struct repair_view *view = context;
    const struct field *field = view->fields.items[index];
    line_r->label = field->label ? _(field->label) : field->name;
    for (int i = 0; i < 2; i++)
        line_r->texts[i] = compare_value(view->app, arena, field, json_object_get(view->row, sides[i]));
}

static void set_heads(struct repair_view *view)
{
    view->compare.heads[0] = _("As it was");
    view->compare.heads[1] = _("As it should be");
}

/* ---- what stands above */

static const char *const head_fields[] = {"state",      "rescue_id",  "reason",     "created_by",
                                          "created_at", "decided_by", "decided_at", "answer"};

static void write_head(const struct repair_view *view, struct panel *panel)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < array_len(head_fields); i++) {
        const struct field *field = catalogue_field(view->entity, head_fields[i]);
        if (field)
            panel_value(panel, _(field->label), ROLE_NORMAL,
                        value_show_row(view->app, arena, field, view->row));
    }
}

/* ---- what stands below */

/* At the foot, under a head; the rows it took. */
static int draw_follows(struct repair_view *view, struct canvas *canvas, struct area body)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct str text;
    str_init(&text, arena);
    repair_follows_write(view->app, arena, about(view), json_object_get(view->row, "follows"), &text);
    if (!text.len)
        return 0;
    int rows = MIN(canvas_wrap_count(text.data, body.cols) + 1, body.rows / 2);
    struct area at = {body.row + body.rows - rows, body.col, rows, body.cols};
    canvas_text(canvas, at.row, at.col, at.cols, ROLE_HEAD, ALIGN_LEFT, _("What follows"));
    at.row++;
    at.rows--;
    canvas_paragraph(canvas, at, ROLE_NORMAL, text.data, 0);
    return rows;
}

static void plain_follows(struct repair_view *view, struct str *out)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct str text;
    str_init(&text, arena);
    repair_follows_write(view->app, arena, about(view), json_object_get(view->row, "follows"), &text);
    if (text.len)
        str_addf(out, "%s\n%s\n", _("What follows"), text.data);
}

static void draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct repair_view *view = view_of(screen);
    struct panel panel;
    if (!view->row) {
        canvas_text(canvas, body.row, body.col, body.cols, ROLE_DIM, ALIGN_LEFT, "…");
        return;
    }
    struct area head = {body.row, body.col, MIN(body.rows / 2, (int)HEAD_ROWS_MOST), body.cols};
    panel_begin(&panel, canvas, head, HEAD_LABEL_COLS, 0);
    write_head(view, &panel);
    int used = MIN(panel.line, head.rows) + 1;
    set_heads(view);
    struct area rest = {body.row + used, body.col, body.rows - used, body.cols};
    rest.rows -= draw_follows(view, canvas, rest);
    compare_draw(&view->compare, canvas, rest);
}

static void plain(struct screen *screen, struct str *out)
{
    struct repair_view *view = view_of(screen);
    struct panel panel;
    if (!view->row)
        return;
    panel_begin_plain(&panel, out);
    write_head(view, &panel);
    set_heads(view);
    compare_plain(&view->compare, out);
    plain_follows(view, out);
}

static void title(struct screen *screen, struct str *out)
{
    struct repair_view *view = view_of(screen);
    const char *number = json_string_value(json_object_get(view->row, "number"));
    str_addf(out, "%s %s", _(view->entity->label), number ? number : "");
}

static void crumb(struct screen *screen, struct str *out)
{
    const char *record = json_string_value(json_object_get(view_of(screen)->row, "title"));
    str_add(out, record ? record : "");
}

/* ---- keys */

static void on_acted(struct screen *screen, const struct action_outcome *outcome, void *context)
{
    struct repair_view *view = context;
    (void)screen;
    view->acting = false;
    if (!outcome->cancelled)
        read_row(view);
}

static const json_t *can(const struct repair_view *view)
{
    return json_object_get(view->row, "can");
}

static bool open_about(struct repair_view *view)
{
    const struct catalogue_entity *entity = about(view);
    if (entity)
        open_record(view->app, entity, json_integer_value(json_object_get(view->row, "row_id")), OPEN_HERE);
    return entity != NULL;
}

static unsigned key(struct screen *screen, const struct key *pressed)
{
    struct repair_view *view = view_of(screen);
    const struct catalogue_action *action =
        action_of_key(view->app, view->entity, view->row, can(view), pressed);
    if (action && !view->acting) {
        struct action_target target = {view->id, view->version};
        action_run(view->app, screen, view->entity, action, &target, 1, on_acted, view);
        return SCREEN_REDRAW;
    }
    if (view->row && compare_key(&view->compare, pressed))
        return SCREEN_REDRAW;
    if ((pressed->code == K_LOOKUP || pressed->code == K_ENTER) && view->row)
        return open_about(view) ? SCREEN_REDRAW : SCREEN_BELL;
    struct subject subject = subject_of(view->app, screen);
    return tool_key(&subject, pressed);
}

static void keys(struct screen *screen, struct key_bar *bar)
{
    struct repair_view *view = view_of(screen);
    struct subject subject = subject_of(view->app, screen);
    action_keys(view->app, view->entity, view->row, can(view), bar);
    if (about(view))
        key_bar_add(bar, K_ENTER, _(about(view)->label), 4);
    tool_keys(&subject, bar);
    key_bar_add(bar, K_CANCEL, _("Back"), 0);
    key_bar_add(bar, K_HELP, _("Help"), 5);
}

static void opened(struct screen *screen)
{
    struct repair_view *view = view_of(screen);
    live_watch(view->app->live, screen, view->entity->name, on_live);
    read_row(view);
}

static void closed(struct screen *screen)
{
    struct repair_view *view = view_of(screen);
    json_decref(view->row);
    vec_finish(&view->fields);
    free(view);
}

static const struct screen_ops ops = {
    .name = "repair",
    .open = opened,
    .key = key,
    .draw = draw,
    .title = title,
    .crumb = crumb,
    .keys = keys,
    .about = N_("A repair puts right what was keyed wrong on a record. Look at both sides; Enter opens the "
                "record itself, with its history. Below stands what follows: papers taken back and posted "
                "anew, and to which period. Approved, it is applied at once, and papers that were posted go "
                "red and come anew; it is refused when the record was changed since, or its papers lie in a "
                "closed period. Who asked never approves."),
    .plain = plain,
    .close = closed,
};

static void look(struct screen *screen, struct subject *subject)
{
    struct repair_view *view = view_of(screen);
    subject->entity = view->entity;
    subject->row = view->row;
    subject->id = view->id;
}

static void open(struct app_context *app, const struct catalogue_entity *entity, int64_t id)
{
    struct repair_view *view = memory_zeroed(1, sizeof(*view));
    *view = (struct repair_view){.app = app, .entity = entity, .id = id};
    view->screen.ops = &ops;
    view->compare = (struct compare){.sides = 2, .count = line_count, .line = line, .context = view};
    open_screen(app, &view->screen);
}

static const struct desk desk = {
    .name = "repair",
    .label = N_("Repair"),
    .help = N_("A data repair, as it was and as it should be, to approve or reject."),
    .verb = "repair.get",
    .open_record = open,
};

void repair_view_register(void)
{
    subject_register(&ops, look);
    desk_register(&desk);
}
