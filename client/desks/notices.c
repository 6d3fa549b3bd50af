#include "client/desks/notices.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/desks/age.h"
#include "client/desks/order.h"
#include "client/ui/words.h"
#include "client/views/list_face.h"
#include "client/views/rows.h"
#include "model/catalogue.h"

enum { GAP = 2, TICK_SECONDS = 5 };

/* What one digit shows: rows whose `field` has this value, or with NULL any. */
struct part {
    char key;
    const char *label; /* msgid */
    const char *value;
    const char *sort;
};

struct queue {
    struct app_context *app;
    struct rows *rows;
    const char *field;
    const struct part *parts;
    size_t nparts, part;
    struct instant now;
};

static struct queue *of_rows(struct rows *rows)
{
    return list_face_context(rows);
}

/* ---- parts */

static const struct part notice_parts[] = {
    {'1', N_("Waiting"), "received", "received_at"},
    {'2', N_("Converted"), "converted", "-received_at"},
    {'3', N_("Rejected"), "rejected", "-received_at"},
    {'4', N_("Withdrawn"), "withdrawn", "-received_at"},
    {'0', N_("All"), NULL, "-received_at"},
};

static const struct part result_parts[] = {
    {'1', N_("To be confirmed"), "pending", "-created_at"},
    {'2', N_("Disputed"), "disputed", "-created_at"},
    {'3', N_("Confirmed"), "confirmed", "-created_at"},
};

static void use_part(struct queue *queue, size_t part)
{
    const char *value = queue->parts[part].value;
    queue->part = part;
    rows_set_condition(queue->rows, value ? json_pack("{s:s}", queue->field, value) : NULL);
    rows_use_sort(queue->rows, queue->parts[part].sort);
}

static unsigned choose(struct queue *queue, size_t part)
{
    use_part(queue, part);
    return rows_set_filter(queue->rows, queue->rows->line) == 0 ? SCREEN_REDRAW : SCREEN_BELL;
}

static unsigned on_key(void *context, const struct key *key)
{
    struct queue *queue = context;
    if (key->kind == KEY_PASTE)
        return SCREEN_UNUSED;
    for (size_t i = 0; i < queue->nparts; i++)
        if (key->kind == KEY_TEXT && key->code == queue->parts[i].key)
            return choose(queue, i);
    switch (key->code) {
    case K_TAB: return choose(queue, (queue->part + 1) % queue->nparts);
    case K_BACKTAB: return choose(queue, (queue->part + queue->nparts - 1) % queue->nparts);
    default: return SCREEN_UNUSED;
    }
}

static void keys(void *context, struct key_bar *bar)
{
    const struct queue *queue = context;
    for (size_t i = 0; i < queue->nparts; i++)
        key_bar_add(bar, queue->parts[i].key, _(queue->parts[i].label), 60);
}

/* ---- the line of parts */

static int head_rows(void *context, int cols)
{
    (void)context, (void)cols;
    return 1;
}

static void draw_head(void *context, struct canvas *canvas, struct area area)
{
    const struct queue *queue = context;
    int col = 1;
    for (size_t i = 0; i < queue->nparts; i++) {
        bool chosen = i == queue->part;
        struct str text cleanup(cleanup_str);
        str_init(&text, NULL);
        str_addf(&text, "%c %s", queue->parts[i].key, _(queue->parts[i].label));
        canvas_put(canvas, area.row, area.col + col, area.cols - col, chosen ? ROLE_SELECT : ROLE_NORMAL,
                   text.data);
        if (chosen) /* never the colour alone */
            canvas_put(canvas, area.row, area.col + col - 1, 1, ROLE_KEY, "▸");
        col += utf8_width(text.data) + GAP;
    }
}

static void plain_head(void *context, struct str *out)
{
    const struct queue *queue = context;
    for (size_t i = 0; i < queue->nparts; i++)
        str_addf(out, "%s%s%c %s", i ? " · " : "", i == queue->part ? "▸" : "", queue->parts[i].key,
                 _(queue->parts[i].label));
    str_add_char(out, '\n');
}

/* ---- time: the age of what waits runs here, not at the server */

static bool cell(struct rows *rows, const json_t *row, const struct field *field, struct str *out,
                 enum role *role)
{
    char text[AGE_TEXT_SIZE];
    int64_t age = age_between(order_time(row, "received_at"), of_rows(rows)->now);
    if (strcmp(field->name, "waited_s") != 0 || !order_truth(row, "open") || age == NIL)
        return false;
    if (age_is_over(order_time(row, "late_at"), of_rows(rows)->now)) /* it rang again */
        *role = ROLE_WARNING;
    str_add(out, age_print(text, sizeof(text), MAX(age, 0)));
    return true;
}

static unsigned flags(struct rows *rows, const json_t *row)
{
    (void)rows;
    return order_time(row, "cancel_at").us != NIL ? ROW_ALARM : 0;
}

static unsigned tick(void *context, int64_t now_ms)
{
    struct queue *queue = context;
    struct instant now = time_now();
    (void)now_ms;
    if (now.us / US_PER_SECOND / TICK_SECONDS == queue->now.us / US_PER_SECOND / TICK_SECONDS)
        return 0;
    queue->now = now;
    return SCREEN_REDRAW;
}

static const char *const aged[] = {"received_at", "open", "late_at", "cancel_at", NULL};
static const struct rows_ops notice_rows = {.flags = flags, .cell = cell, .names = aged};
static const struct rows_ops result_rows = {0};

/* ---- the lists */

static void begin(void *context, struct screen *screen, struct rows *rows)
{
    struct queue *queue = context;
    (void)screen;
    queue->rows = rows;
    use_part(queue, 0);
}

static const char *const notice_columns[] = {
    "waited_s", "partner_id",  "foreign_number", "plate", "contact_phone", "place", "service",
    "state",    "received_at", "order_id",       NULL};
static const char *const result_columns[] = {
    "number", "external_number", "customer_id",    "plate", "state", "done_at",
    "km",     "result",          "result_remarks", NULL};

#define FACE                                                                                                 \
    .begin = begin, .head_rows = head_rows, .draw_head = draw_head, .plain_head = plain_head, .key = on_key, \
    .keys = keys, .tick = tick, .close = free

static const struct list_face notice_face = {
    .desk = "notices",
    .title = N_("Incoming orders"),
    .help = N_(
        "Orders that third parties told us, the one that waits longest first. A digit or Tab chooses what "
        "became of "
        "them. Converted, one stands in the monitor at once, to be confirmed by a call; red is one that its "
        "third party withdrew afterwards."),
    .columns = notice_columns,
    .rows = &notice_rows,
    FACE,
};

static const struct list_face result_face = {
    .desk = "results",
    .title = N_("Results"),
    .help = N_("Finished orders whose customer is to agree with the result before they are audited. The "
               "return remarks are "
               "what he is told with it."),
    .columns = result_columns,
    .rows = &result_rows,
    FACE,
};

static void open_queue(struct app_context *app, const char *name, const struct list_face *face,
                       struct queue begun)
{
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, name);
    if (!entity)
        return;
    struct queue *queue = memory_zeroed(1, sizeof(*queue));
    *queue = begun;
    queue->app = app;
    queue->now = time_now();
    list_open_face(app, entity, face, queue);
}

static void open_notices(struct app_context *app, const struct catalogue_entity *entity)
{
    (void)entity;
    open_queue(app, "order_notice", &notice_face,
               (struct queue){.field = "state", .parts = notice_parts, .nparts = array_len(notice_parts)});
}

static void open_results(struct app_context *app, const struct catalogue_entity *entity)
{
    (void)entity;
    open_queue(app, "rescue", &result_face,
               (struct queue){.field = "result", .parts = result_parts, .nparts = array_len(result_parts)});
}

const struct desk notices_desk = {
    .name = "notices",
    .label = N_("Incoming orders"),
    .help = N_("Third parties' orders that wait to be converted or rejected, live, with their age."),
    .code = "no",
    .verb = "order_notice.list",
    .open = open_notices,
};

const struct desk results_desk = {
    .name = "results",
    .label = N_("Results"),
    .help = N_("Finished orders that wait for their customer's word: confirm, dispute, send again."),
    .code = "rs",
    .verb = "rescue.confirm_result",
    .open = open_results,
};
