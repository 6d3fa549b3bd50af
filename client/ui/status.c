#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/ui/key.h"
#include "client/ui/status.h"
#include "client/ui/words.h"

void key_bar_add(struct key_bar *bar, int code, const char *label, int priority)
{
    vec_push(&bar->hints, ((struct key_hint){code, label, priority}));
}

void status_init(struct status *status)
{
    *status = (struct status){.permille = -1};
}

void status_finish(struct status *status)
{
    vec_finish(&status->bar.hints);
}

static bool set(char *to, size_t size, const char *text)
{
    text = text ? text : "";
    size_t n = strlen(text);
    while (n >= size) /* never half a character */
        n -= utf8_grapheme_before(text, n);
    if (strlen(to) == n && memcmp(to, text, n) == 0)
        return false;
    memcpy(to, text, n);
    to[n] = '\0';
    return true;
}

bool status_set_person(struct status *status, const char *branch, const char *user, const char *role)
{
    bool changed = set(status->branch, sizeof(status->branch), branch);
    changed |= set(status->user, sizeof(status->user), user);
    changed |= set(status->role, sizeof(status->role), role);
    return changed;
}

bool status_set_clock(struct status *status, const char *clock)
{
    return set(status->clock, sizeof(status->clock), clock);
}

bool status_set_link(struct status *status, const char *trouble)
{
    return set(status->link, sizeof(status->link), trouble);
}

bool status_set_mark(struct status *status, const char *mark)
{
    return set(status->mark, sizeof(status->mark), mark);
}

bool status_set_bell(struct status *status, enum role role, const char *text)
{
    bool changed = set(status->bell, sizeof(status->bell), text) || role != status->bell_role;
    status->bell_role = role;
    return changed;
}

bool status_set_progress(struct status *status, const char *label, int permille)
{
    bool changed = set(status->progress, sizeof(status->progress), label) || permille != status->permille;
    status->permille = permille;
    return changed;
}

bool status_set_message(struct status *status, enum role role, const char *text)
{
    bool changed = set(status->message, sizeof(status->message), text) || role != status->message_role;
    status->message_role = role;
    return changed;
}

/* The parts at the right of the title row, in the order shown; `keep` says which stay longest. */
enum part { PART_BRANCH, PART_USER, PART_ROLE, PART_TASKS, PART_CLOCK, PART_COUNT };
static const enum part give_up[] = {PART_ROLE, PART_BRANCH, PART_TASKS, PART_USER, PART_CLOCK};

static void add_part(struct str *out, const char *text)
{
    if (!*text)
        return;
    if (out->len)
        str_add(out, " · ");
    str_add(out, text);
}

static void add_parts(const struct status *status, const bool shown[PART_COUNT], size_t tasks,
                      struct str *out)
{
    str_clear(out);
    if (shown[PART_BRANCH])
        add_part(out, status->branch);
    if (shown[PART_USER]) {
        add_part(out, status->user);
        if (shown[PART_ROLE] && *status->role && *status->user)
            str_addf(out, " (%s)", status->role);
    }
    if (shown[PART_TASKS] && tasks > 1) {
        char text[32];
        snprintf(text, sizeof(text), "[%zu]", tasks);
        add_part(out, text);
    }
    if (shown[PART_CLOCK])
        add_part(out, status->clock);
}

static void draw_title(const struct status *status, struct canvas *canvas, const char *title, size_t tasks)
{
    bool shown[PART_COUNT] = {true, true, true, true, true};
    char link[sizeof(status->link) + sizeof(status->mark) + 1];
    bool alarm = *status->link || *status->mark;
    snprintf(link, sizeof(link), "%s%s%s", status->mark, *status->mark ? " " : "",
             *status->link ? status->link : "●");
    int link_cols = utf8_width(link), title_cols = MIN(utf8_width(title), canvas->cols / 2);
    int room = canvas->cols - title_cols - link_cols - 4;
    struct str parts;
    str_init(&parts, NULL);
    add_parts(status, shown, tasks, &parts);
    for (size_t i = 0; i < array_len(give_up) && utf8_width(parts.data) > room; i++) {
        shown[give_up[i]] = false;
        add_parts(status, shown, tasks, &parts);
    }
    int right = utf8_width(parts.data) + 1 + link_cols + 1;
    canvas_text(canvas, 0, 0, 1, ROLE_TITLE, ALIGN_LEFT, "");
    canvas_text(canvas, 0, 1, canvas->cols - right - 1, ROLE_TITLE, ALIGN_LEFT, title);
    canvas_text(canvas, 0, canvas->cols - right, right, ROLE_TITLE, ALIGN_LEFT, parts.data);
    canvas_put(canvas, 0, canvas->cols - link_cols - 1, link_cols, alarm ? ROLE_ALARM : ROLE_TITLE, link);
    str_finish(&parts);
}

static int hint_cols(const struct key_hint *hint)
{
    char buf[16];
    return utf8_width(key_label(hint->code, buf, sizeof(buf))) + 1 + utf8_width(hint->label) + 2;
}

/* The least important one that is still shown, the last of its kind; -1 when all are gone. */
static int least(const struct key_bar *bar, const bool shown[])
{
    int found = -1;
    for (size_t i = 0; i < bar->hints.count; i++)
        if (shown[i] && (found < 0 || bar->hints.items[i].priority >= bar->hints.items[found].priority))
            found = (int)i;
    return found;
}

enum { HINTS_MAX = 64 };

static void draw_key_bar(const struct key_bar *bar, struct canvas *canvas, int row)
{
    bool shown[HINTS_MAX];
    int count = (int)MIN(bar->hints.count, (size_t)HINTS_MAX), cols = 0, out;
    for (int i = 0; i < count; i++) {
        shown[i] = true;
        cols += hint_cols(&bar->hints.items[i]);
    }
    bool all = cols - 2 <= canvas->cols;
    struct key_bar seen = *bar;
    seen.hints.count = (size_t)count;
    while (cols - (all ? 2 : 0) > canvas->cols - (all ? 0 : 1) && (out = least(&seen, shown)) >= 0) {
        shown[out] = false;
        cols -= hint_cols(&bar->hints.items[out]);
    }
    int col = 0;
    for (int i = 0; i < count; i++) {
        const struct key_hint *hint = &bar->hints.items[i];
        char buf[16];
        if (!shown[i])
            continue;
        col +=
            canvas_put(canvas, row, col, canvas->cols, ROLE_KEY, key_label(hint->code, buf, sizeof(buf))) + 1;
        col += canvas_put(canvas, row, col, canvas->cols, ROLE_KEY_TEXT, hint->label) + 2;
    }
    if (!all)
        canvas_put(canvas, row, canvas->cols - 1, 1, ROLE_DIM, "…");
}

void progress_draw(struct canvas *canvas, int row, int col, int width, const char *label, int permille)
{
    int used = canvas_put(canvas, row, col, width, ROLE_NORMAL, label);
    int bar = width - used - 7;
    if (permille < 0 || bar < 4) {
        canvas_put(canvas, row, col + used, width - used, ROLE_DIM, permille < 0 ? " …" : "");
        return;
    }
    bar = MIN(bar, 40);
    permille = MIN(permille, 1000);
    int full = bar * permille / 1000;
    char text[16];
    canvas_fill(canvas, (struct area){row, col + used + 1, 1, full}, ROLE_GOOD, L'█');
    canvas_fill(canvas, (struct area){row, col + used + 1 + full, 1, bar - full}, ROLE_DIM, L'░');
    snprintf(text, sizeof(text), " %d%%", permille / 10);
    canvas_put(canvas, row, col + used + 1 + bar, 5, ROLE_NORMAL, text);
}

/* What the person cannot see by colour is said by a sign in front. */
static const char *message_sign(enum role role)
{
    return role == ROLE_ERROR ? "! " : role == ROLE_WARNING || role == ROLE_ALARM ? "* " : "";
}

enum { MESSAGE_ROWS = 5 };

/* One that is too long for its row takes rows above it, but not the one with the cursor. */
static void draw_words(const struct status *status, struct canvas *canvas, int row)
{
    const char *sign = message_sign(status->message_role);
    int used = utf8_width(sign), cols = canvas->cols - used - 1;
    int wanted = canvas_wrap_count(status->message, cols);
    int rows = MIN(MIN(wanted, (int)MESSAGE_ROWS), row - MAX(canvas->cursor_row, STATUS_TOP_ROWS - 1));
    if (utf8_width(status->message) <= canvas->cols - used || rows < 2) {
        canvas_put(canvas, row, 0, used, status->message_role, sign);
        canvas_text(canvas, row, used, MIN(utf8_width(status->message), canvas->cols - used),
                    status->message_role, ALIGN_LEFT, status->message);
        return;
    }
    struct area area = {row - rows + 1, 0, rows, canvas->cols};
    canvas_fill(canvas, area, ROLE_NORMAL, L' ');
    canvas_put(canvas, area.row, 0, used, status->message_role, sign);
    area.col = used;
    area.cols = cols;
    canvas_paragraph(canvas, area, status->message_role, status->message, 0);
    if (wanted > rows)
        canvas_put(canvas, row, used + cols, 1, status->message_role, "…");
}

/* What runs stands before a mere hint, and behind everything else that is said. */
static void draw_message(const struct status *status, struct canvas *canvas, int row)
{
    bool hint = status->message_role == ROLE_DIM && *status->progress;
    if (*status->message && !hint) {
        draw_words(status, canvas, row);
    } else if (*status->progress) {
        progress_draw(canvas, row, 0, canvas->cols, status->progress, status->permille);
    }
}

void status_draw_code(struct canvas *canvas, const char *crumb, const char *code)
{
    int cols = utf8_width(code), col = canvas->cols - cols - 1;
    if (cols && col > utf8_width(crumb) + 3)
        canvas_put(canvas, 1, col, cols, ROLE_DIM, code);
}

void status_draw(struct status *status, struct canvas *canvas, const char *title, const char *crumb,
                 size_t tasks)
{
    int rows = canvas->rows;
    draw_title(status, canvas, title, tasks);
    canvas_text(canvas, 1, 1, canvas->cols - 1, ROLE_CRUMB, ALIGN_LEFT, crumb);
    draw_message(status, canvas, rows - 3);
    if (*status->bell)
        canvas_text(canvas, rows - 2, 0, MIN(utf8_width(status->bell), canvas->cols), status->bell_role,
                    ALIGN_LEFT, status->bell);
    draw_key_bar(&status->bar, canvas, rows - 1);
}
