/* On 40 columns: the jobs, how far the one under the cursor is, the key for its next step, and all a driver needs to know of it. */
#include <string.h>

#include "base/utf8.h"
#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/desks/panel.h"
#include "client/ui/flow.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/value_text.h"

enum { LIST_ROWS_LEAST = 2, LABEL_COLS = 11 };

static const char *value_of_row(const struct driver *desk, struct arena *arena, const json_t *row,
                                const char *name)
{
    const struct field *field = catalogue_field(desk->now.entity, name);
    return field ? value_show_row(desk->app, arena, field, row) : "";
}

static const char *two(struct arena *arena, const char *a, const char *b)
{
    return *a && *b ? arena_printf(arena, "%s · %s", a, b) : *a ? a : b;
}

static void write_details(void *context, struct panel *panel)
{
    static const char *const rest[] = {"service", "road",       "destination", "appoint_at", "due_at",
                                       "remarks", "vehicle_id", "number",      "km",         "taken_fen"};
    struct driver *desk = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct job *job = jobs_current(driver_jobs(desk));
    const json_t *full = record_row(&desk->record), *row = full ? full : job->row;
    panel_text(panel, ROLE_HEAD, value_of_row(desk, arena, row, "place"));
    panel_value(panel, _("Phone"), ROLE_NORMAL,
                two(arena, value_of_row(desk, arena, row, "contact_phone"),
                    value_of_row(desk, arena, row, "contact_name")));
    panel_value(panel, _("Their car"), ROLE_NORMAL,
                two(arena, value_of_row(desk, arena, row, "plate"),
                    two(arena, value_of_row(desk, arena, row, "colour"),
                        value_of_row(desk, arena, row, "car_model"))));
    const char *photos, *signature;
    driver_needs_text(desk, arena, &photos, &signature);
    panel_value(panel, _("Photos"), ROLE_NORMAL, photos);
    panel_value(panel, _("Signature"), ROLE_NORMAL, signature);
    for (size_t i = 0; i < array_len(rest); i++) {
        const struct field *field = catalogue_field(desk->now.entity, rest[i]);
        bool taken = strcmp(rest[i], "taken_fen") == 0;
        if (field)
            panel_value(panel, taken ? _("Taken") : _(field->label), ROLE_NORMAL,
                        value_show_row(desk->app, arena, field, row));
    }
}

/* What waits, over a lost line with its times. */
static void draw_waiting(struct driver *desk, struct canvas *canvas, struct area line, const struct job *job)
{
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    if (link_state(desk->app->link) == LINK_READY) {
        str_add(&text, _("… waiting for the answer"));
    } else {
        str_addf(&text, "… %s ", _("to be sent:"));
        driver_queue_text(desk, job->id, &text);
    }
    canvas_text(canvas, line.row, line.col, line.cols, ROLE_PENDING, ALIGN_CENTRE, text.data);
}

/* Why what was typed was not taken, in a few lines. The rows it took. */
static int draw_refused(struct driver *desk, struct canvas *canvas, struct area area,
                        const struct driver_step *step)
{
    enum { WHY_ROWS = 3 };
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *text = arena_printf(arena, _("%s was not taken: %s"), driver_step_words(desk, step),
                                    step->why ? step->why : "");
    struct area words = {area.row, area.col, MIN((int)WHY_ROWS, area.rows - 1), area.cols};
    int rows = words.rows > 0 ? canvas_paragraph(canvas, words, ROLE_ERROR, text, 0) : 0;
    canvas_text(canvas, area.row + rows, area.col, area.cols, ROLE_STEP_NOW, ALIGN_CENTRE,
                arena_printf(arena, "▸ Enter: %s", _("Correct it")));
    return rows + 1;
}

/* The rows it took. */
static int draw_next(struct driver *desk, struct canvas *canvas, struct area line, int rows)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct job *job = jobs_current(driver_jobs(desk));
    const struct catalogue_action *next = driver_next(desk, job);
    const struct driver_step *refused = driver_queue_refused(desk, job->id);
    int first = line.row;
    if (refused)
        line.row += draw_refused(desk, canvas, (struct area){line.row, line.col, rows, line.cols}, refused);
    if (job->pending || driver_queue_count(desk, job->id))
        draw_waiting(desk, canvas, (struct area){line.row++, line.col, 1, line.cols}, job);
    if (next) {
        canvas_text(canvas, line.row, line.col, line.cols, ROLE_STEP_NOW, ALIGN_CENTRE,
                    arena_printf(arena, "▸ Enter: %s", _(next->label)));
        line.row++;
    }
    return MAX(line.row - first, 1);
}

static void draw_flow(struct driver *desk, struct canvas *canvas, struct area area)
{
    const struct job *job = jobs_current(driver_jobs(desk));
    const char *labels[ORDER_STEPS_MAX];
    int now, count = order_steps(desk->now.entity, job->row, labels, &now);
    if (now < 0)
        canvas_text(canvas, area.row, area.col, area.cols, ROLE_DIM, ALIGN_LEFT,
                    jobs_text(driver_jobs(desk), job, "state"));
    else /* the driver's part begins with the second step */
        flow_draw(canvas, area.row, area.col, area.cols, labels + 1, count - 1, now - 1);
}

void driver_linear(struct screen *screen, struct linear *linear)
{
    struct driver *desk = driver_of(screen);
    struct jobs *jobs = driver_jobs(desk);
    const struct job *job = jobs_current(jobs);
    const char *labels[ORDER_STEPS_MAX];
    int now, count = job ? order_steps(desk->now.entity, job->row, labels, &now) : 0;
    struct panel panel;
    linear_table(linear, &jobs->table);
    linear->looks = true;
    if (!job)
        return;
    if (now >= 0)
        flow_text(&linear->text, 0, labels + 1, count - 1, now - 1);
    str_add_char(&linear->text, '\n');
    const struct driver_step *refused = driver_queue_refused(desk, job->id);
    if (refused)
        str_addf(&linear->text, _("%s was not taken: %s"), driver_step_words(desk, refused),
                 refused->why ? refused->why : "");
    str_add(&linear->text, refused ? "\n" : "");
    panel_begin_plain(&panel, &linear->text);
    write_details(desk, &panel);
    linear->waits = job->pending > 0 && link_state(desk->app->link) == LINK_READY;
}

void driver_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct driver *desk = driver_of(screen);
    struct jobs *jobs = driver_jobs(desk);
    int most = MAX(body.rows / 4, (int)LIST_ROWS_LEAST);
    int rows = 1 + MAX(MIN((int)jobs->items.count, most), 1);
    if (!jobs_current(jobs)) {
        table_draw(&jobs->table, canvas, body, true);
        return;
    }
    table_draw(&jobs->table, canvas, (struct area){body.row, body.col, rows, body.cols}, true);
    struct area line = {body.row + rows, body.col, 1, body.cols};
    draw_flow(desk, canvas, line);
    line.row++;
    line.row += draw_next(desk, canvas, line, body.row + body.rows - line.row);
    panel_draw(canvas, (struct area){line.row, body.col, body.row + body.rows - line.row, body.cols},
               LABEL_COLS, &desk->scroll, write_details, desk);
}
