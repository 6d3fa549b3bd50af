#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "base/utf8.h"
#include "client/ui/plain-private.h"
#include "client/ui/words.h"

enum { TABLE_ROWS = 10, OTHER_ROWS = 200, PROGRESS_MS = 2000 };

void plain_init(struct plain *plain)
{
    *plain = (struct plain){.page = TABLE_ROWS};
    str_init(&plain->shown, NULL);
    str_init(&plain->headings, NULL);
    str_init(&plain->note, NULL);
    str_init(&plain->words, NULL);
}

void plain_forget_rows(struct plain *plain)
{
    vec_each(struct plain_row, row, &plain->rows) free(row->text);
    vec_clear(&plain->rows);
    str_clear(&plain->headings);
    plain->page_wanted = true;
}

void plain_finish(struct plain *plain)
{
    plain_forget_rows(plain);
    vec_finish(&plain->rows);
    str_finish(&plain->shown);
    str_finish(&plain->headings);
    str_finish(&plain->note);
    str_finish(&plain->words);
    free(plain->wanted);
}

void plain_again(struct plain *plain)
{
    plain_forget_rows(plain);
    str_clear(&plain->shown);
    plain->screen = 0;
}

void plain_say(struct plain *plain, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    str_addf(&plain->words, "%s\n", text);
}

bool plain_look(struct ui *ui, struct arena *arena, struct linear *linear)
{
    struct screen *top = ui_top(ui);
    *linear = (struct linear){.arena = arena};
    str_init(&linear->text, arena);
    if (!top || !top->ops->linear)
        return false;
    top->ops->linear(top, linear);
    return true;
}

bool plain_waits(struct ui *ui)
{
    struct arena *arena = arena_create(0);
    struct linear linear;
    bool waits = plain_look(ui, arena, &linear) && linear.waits;
    arena_destroy(arena);
    return waits;
}

/* ---- lines ---- */

static bool is_box(uint32_t cp)
{
    return cp >= 0x2500 && cp < 0x2580;
}

/* Without borders, runs of spaces or underscores as one space, nothing at the ends. */
static void tidy(const char *line, size_t len, struct str *out)
{
    size_t start = out->len;
    bool space = false;
    for (size_t at = 0; at < len;) {
        uint32_t cp = ' ';
        size_t n = utf8_decode(line + at, len - at, &cp);
        n = n ? n : 1;
        bool filler = cp == '_' && (line[at + 1] == '_' || (at && line[at - 1] == '_'));
        if (cp == ' ' || is_box(cp) || filler || utf8_is_control(cp)) {
            space = true;
        } else {
            if (space && out->len > start)
                str_add_char(out, ' ');
            space = false;
            str_add_n(out, line + at, n);
        }
        at += n;
    }
}

static bool was_shown(const struct str *shown, const char *line)
{
    size_t n = strlen(line);
    for (const char *at = shown->data; *at;) {
        size_t len = strcspn(at, "\n");
        if (len == n && memcmp(at, line, n) == 0)
            return true;
        at += len + (at[len] == '\n');
    }
    return false;
}

/* The lines of text that were not among those told before. */
static void tell_lines(struct plain *plain, const char *text, struct str *out)
{
    struct str now, line;
    str_init(&now, NULL);
    str_init(&line, NULL);
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, "\n");
        str_clear(&line);
        tidy(at, len, &line);
        at += len + (at[len] == '\n');
        if (!line.len)
            continue;
        if (!was_shown(&plain->shown, line.data))
            str_addf(out, "%s\n", line.data);
        str_addf(&now, "%s\n", line.data);
    }
    str_finish(&plain->shown);
    plain->shown = now;
    str_finish(&line);
}

/* ---- fields ---- */

/* How much there is to be filled in, where it is not asked for by itself. */
static void add_count(const struct linear *linear, size_t open, size_t required, struct str *text)
{
    if (linear->asks || open < 2)
        return;
    str_addf(text, _("%zu fields, %zu of them required: fill asks for one after the other, fields tells all"),
             open, required);
    str_add_char(text, '\n');
}

static void add_fields(const struct linear *linear, struct str *text)
{
    const struct linear_form *form = linear->form;
    struct linear_field field;
    size_t open = 0, required = 0;
    for (size_t i = 0; i < form->count(linear->form_context); i++) {
        if (!form->field(linear->form_context, linear->arena, i, &field))
            continue;
        bool empty = !field.value || !*field.value;
        open += !field.fixed;
        required += !field.fixed && field.required;
        if (empty && (field.fixed || !field.required) && !(field.trouble && *field.trouble))
            continue;
        str_addf(text, "%s%s: ", field.label, empty && field.required ? _(" (required)") : "");
        for (const char *c = field.secret || !field.value ? "" : field.value; *c; c++)
            str_add_char(text, *c == '\n' ? ' ' : *c);
        if (field.trouble)
            str_addf(text, " ! %s", field.trouble);
        str_add_char(text, '\n');
    }
    add_count(linear, open, required, text);
}

/* ---- rows ---- */

static struct plain_row *told_row(struct plain *plain, int64_t id)
{
    vec_each(struct plain_row, row, &plain->rows) if (row->id == id) return row;
    return NULL;
}

static bool number_used(const struct plain *plain, size_t number)
{
    vec_each(const struct plain_row, row, &plain->rows) if (row->number == number) return true;
    return false;
}

/* Its place in the list, or when another row was told under that number, the first beyond those told. */
static size_t number_for(const struct plain *plain, size_t place)
{
    while (number_used(plain, place))
        place++;
    return place;
}

static bool is_heading(const struct linear *linear, size_t row)
{
    return linear->rows->heading && linear->rows->heading(linear->rows_context, row);
}

static void tell_row(struct plain *plain, const struct linear *linear, size_t row, size_t place,
                     struct str *out)
{
    struct str text, line;
    str_init(&text, linear->arena);
    str_init(&line, linear->arena);
    linear->rows->text(linear->rows_context, row, &text);
    tidy(text.data, text.len, &line);
    if (is_heading(linear, row)) {
        if (line.len && !was_shown(&plain->headings, line.data)) {
            str_addf(out, "%s\n", line.data);
            str_addf(&plain->headings, "%s\n", line.data);
        }
        return;
    }
    int64_t id = linear->rows->id(linear->rows_context, row);
    struct plain_row *told = told_row(plain, id);
    if (!told) {
        struct plain_row fresh = {.id = id, .number = number_for(plain, place)};
        vec_push(&plain->rows, fresh);
        told = &vec_last(&plain->rows);
    }
    if (!told->text || strcmp(told->text, line.data) != 0)
        str_addf(out, "%zu: %s\n", told->number, line.data);
    free(told->text);
    told->text = memory_strdup(line.data);
}

static bool still_there(const struct linear *linear, int64_t id)
{
    size_t count = linear->rows->count(linear->rows_context);
    for (size_t i = 0; i < count; i++)
        if (linear->rows->id(linear->rows_context, i) == id && !is_heading(linear, i))
            return true;
    return false;
}

static bool all_gone(const struct plain *plain, const struct linear *linear)
{
    vec_each(const struct plain_row, row, &plain->rows) if (still_there(linear, row->id)) return false;
    return true;
}

/* Another filter makes another list. */
static void tell_gone(struct plain *plain, const struct linear *linear, struct str *out)
{
    if (plain->rows.count > 1 && all_gone(plain, linear)) {
        plain_forget_rows(plain);
        plain->first = 0;
    }
    for (size_t i = plain->rows.count; i-- > 0;) {
        struct plain_row *row = &plain->rows.items[i];
        if (still_there(linear, row->id))
            continue;
        str_addf(out, _("%zu is not in the list any more"), row->number);
        str_add_char(out, '\n');
        free(row->text);
        memmove(row, row + 1, (plain->rows.count - i - 1) * sizeof(*row));
        plain->rows.count--;
    }
}

static void tell_place(struct plain *plain, const struct linear *linear, size_t count, size_t end,
                       struct str *out)
{
    bool more = linear->rows->more && linear->rows->more(linear->rows_context);
    if (!plain->page_wanted)
        return;
    plain->page_wanted = false;
    if (!count)
        str_addf(out, "%s\n", _("Nothing is in the list"));
    else if (plain->first || end < count || more)
        str_addf(out, _("%zu to %zu of %zu%s\n"), plain->first + 1, end, count, more ? "+" : "");
}

static void tell_rows(struct plain *plain, const struct linear *linear, struct str *out)
{
    size_t count = linear->rows->count(linear->rows_context);
    size_t page = linear->table ? plain->page : (size_t)OTHER_ROWS, place = 0;
    tell_gone(plain, linear, out);
    if (plain->first >= count)
        plain->first = 0;
    size_t end = MIN(plain->first + page, count);
    for (size_t i = 0; i < end; i++) {
        place += !is_heading(linear, i);
        if (i >= plain->first)
            tell_row(plain, linear, i, place, out);
    }
    tell_place(plain, linear, count, end, out);
}

/* ---- the whole ---- */

static const char *sign_of(enum role role)
{
    return role == ROLE_ERROR ? "! " : role == ROLE_WARNING || role == ROLE_ALARM ? "* " : "";
}

/* A message that comes twice is told twice. */
static void tell_status(struct plain *plain, const struct ui *ui, struct str *text, struct str *out)
{
    const struct status *status = &ui->status;
    if (*status->bell)
        str_addf(text, "* %s\n", status->bell);
    if (*status->link)
        str_addf(text, "* %s\n", status->link);
    if (plain->said != ui->said && *status->message)
        str_addf(out, "%s%s\n", sign_of(status->message_role), status->message);
    plain->said = ui->said;
}

/* Not more often than the ear can follow. */
static void tell_progress(struct plain *plain, const struct status *status, struct str *out)
{
    char text[sizeof(plain->progress)];
    int64_t now = time_monotonic_ms();
    if (!*status->progress) {
        plain->progress[0] = '\0';
        return;
    }
    if (status->permille >= 0)
        snprintf(text, sizeof(text), "%s %d%%", status->progress, status->permille / 10);
    else
        snprintf(text, sizeof(text), "%s", status->progress);
    if (strcmp(text, plain->progress) == 0 || (*plain->progress && now - plain->progress_ms < PROGRESS_MS))
        return;
    memcpy(plain->progress, text, sizeof(text));
    plain->progress_ms = now;
    str_addf(out, "%s\n", text);
}

static void begin_screen(struct plain *plain, const struct screen *top, const struct linear *linear)
{
    if (!top || top->id == plain->screen)
        return;
    plain_again(plain);
    plain->screen = top->id;
    plain->first = 0;
    if (linear->table && plain->page)
        plain->first = linear->table->cursor / plain->page * plain->page;
}

void plain_print(struct plain *plain, struct ui *ui, struct str *out)
{
    struct arena *arena = arena_create(0);
    struct screen *top = ui_top(ui);
    struct linear linear;
    struct str text, rows;
    str_init(&text, arena);
    str_init(&rows, arena);
    bool known = plain_look(ui, arena, &linear);
    begin_screen(plain, top, &linear);
    ui->dirty = false;
    if (known) {
        screen_title(top, &text);
        str_addf(&text, "\n%s\n", linear.text.data);
        if (linear.form)
            add_fields(&linear, &text);
    } else {
        ui_plain(ui, &text);
        ui->dirty = false;
    }
    struct str told;
    str_init(&told, arena);
    if (known)
        tell_status(plain, ui, &text, &told);
    tell_lines(plain, text.data, out);
    if (known && linear.rows)
        tell_rows(plain, &linear, out);
    str_add(out, told.data);
    if (known)
        tell_progress(plain, &ui->status, out);
    str_add_n(out, plain->words.data, plain->words.len);
    str_clear(&plain->words);
    arena_destroy(arena);
}

static void prompt_field(const struct linear *linear, size_t index, struct str *out, bool *secret_r)
{
    struct linear_field field;
    if (!linear->form->field(linear->form_context, linear->arena, index, &field))
        return;
    *secret_r = field.secret;
    str_addf(out, "%s%s", field.label, field.required ? _(" (required)") : "");
    if (field.value && *field.value && !field.secret)
        str_addf(out, " [%s]", field.value);
    str_add(out, ": ");
}

bool plain_prompt(struct plain *plain, struct ui *ui, struct str *out)
{
    struct arena *arena = arena_create(0);
    struct linear linear;
    bool secret = false, known = plain_look(ui, arena, &linear);
    if (plain->noting)
        str_add(out, "| ");
    else if (known && plain->asked && linear.form)
        prompt_field(&linear, plain->field, out, &secret);
    else if (known && linear.line) {
        str_addf(out, "%s: ", linear.line_label ? linear.line_label : ">");
        secret = linear.line->kind == INPUT_SECRET;
    } else
        str_add(out, "> ");
    arena_destroy(arena);
    return secret;
}
