/* Where the fields stand, and how they look. */
#include <string.h>

#include "base/utf8.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "client/views/sheet-private.h"
#include "client/views/sms_count.h"
#include "client/views/value_text.h"

enum {
    TWO_COLUMNS_FROM = 76,
    LABEL_MOST = 16,
    NOTE_ROWS = 4,
    LINES_MOST = 5,
    GAP = 2,
    WIDE_TEXT = 60,
    SENTENCE = 50,
    PARTS_COLS = 11, /* "134/201 ×3" below a label */
    BESIDE_FROM = 34 /* cells for a value and what stands now */
};

static const char *label_of(const struct sheet_entry *entry)
{
    return entry->field->label ? _(entry->field->label) : entry->field->name;
}

/* Words that explain, chosen by the server: wrapped as far as it needs. */
static bool is_sentence(const struct sheet *sheet, const struct sheet_entry *entry)
{
    return field_type_of(entry->field) == FIELD_CHOICE && field_width(entry->field) > SENTENCE &&
           sheet_entry_fixed(sheet, entry);
}

static bool wide(const struct sheet *sheet, const struct sheet_entry *entry)
{
    if (is_sentence(sheet, entry))
        return true;
    switch (field_type_of(entry->field)) {
    case FIELD_NOTE:
    case FIELD_SET:
    case FIELD_LINES: return true;
    case FIELD_TEXT: return field_max(entry->field) > WIDE_TEXT;
    default: return false;
    }
}

/* Lines break between words, which leaves some room unused. */
static int sentence_rows(struct sheet *sheet, const struct sheet_entry *entry)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    int width = utf8_width(sheet_text(sheet, arena, entry)), room = sheet->cols - sheet->label_cols - 1;
    return width <= room ? 1 : 1 + (width + width / 8) / MAX(room, 1);
}

/* Whether what stands now has a line of its own, below. */
static bool now_below(const struct sheet *sheet, const struct sheet_entry *entry)
{
    return entry->now && entry->width - sheet->label_cols - 1 < BESIDE_FROM;
}

static int rows_of(struct sheet *sheet, const struct sheet_entry *entry)
{
    if (is_sentence(sheet, entry))
        return sentence_rows(sheet, entry);
    if (now_below(sheet, entry))
        return 2;
    switch (field_type_of(entry->field)) {
    case FIELD_NOTE: return sheet->readonly && !entry->value ? 1 : NOTE_ROWS;
    case FIELD_LINES: return 1 + (int)MIN(json_array_size(entry->lines), (size_t)LINES_MOST);
    case FIELD_SET: return entry->value && strlen(entry->value) > (size_t)sheet->cols ? 2 : 1;
    default: return 1;
    }
}

static int widest_label(const struct sheet *sheet)
{
    int cols = 4;
    vec_each(const struct sheet_entry, entry, &sheet->entries)
    {
        int width = entry->tab == sheet->tab ? utf8_width(label_of(entry)) : 0;
        if (width && entry->field->sms)
            width = MAX(width, (int)PARTS_COLS);
        cols = MAX(cols, width);
    }
    return MIN(cols, sheet->label_most ? sheet->label_most : MIN((int)LABEL_MOST, sheet->cols / 3));
}

/* Short fields in two columns where there is room, long ones over the whole width. */
void sheet_layout(struct sheet *sheet, int cols)
{
    sheet->cols = cols;
    sheet->label_cols = widest_label(sheet);
    int columns = cols >= TWO_COLUMNS_FROM && !sheet->one_column ? 2 : 1,
        width = (cols - (columns - 1) * GAP) / columns;
    int row = 0, column = 0;
    vec_each(struct sheet_entry, entry, &sheet->entries)
    {
        entry->rows = 0;
        if (entry->tab != sheet->tab || !sheet_entry_shown(sheet, entry))
            continue;
        bool whole = wide(sheet, entry);
        if (whole && column) {
            row++;
            column = 0;
        }
        entry->row = row;
        entry->col = column * (width + GAP);
        entry->width = whole ? cols : width;
        entry->rows = rows_of(sheet, entry);
        column = whole ? 0 : (column + 1) % columns;
        row += column ? 0 : entry->rows;
    }
}

/* Permissions: their words (List, Show) say nothing without what they are of. */
static const char *show_codes(struct arena *arena, const char *value)
{
    size_t count = 1;
    for (const char *c = value; *c; c++)
        count += *c == ',';
    struct str out;
    str_init(&out, arena);
    str_addf(&out, "%zu: ", count);
    for (; *value; value++)
        str_add(&out, *value == ',' ? ", " : (char[2]){*value, '\0'});
    return out.data;
}

const char *sheet_text(struct sheet *sheet, struct arena *arena, const struct sheet_entry *entry)
{
    if (entry->typed)
        return entry->typed;
    if (entry->field->secret)
        return entry->value ? "********" : "";
    if (field_type_of(entry->field) == FIELD_TIME && entry->value)
        return value_edit(sheet->app, arena, entry->field, entry->value, NULL);
    if (field_type_of(entry->field) == FIELD_SET && entry->value && strchr(entry->value, '.'))
        return show_codes(arena, entry->value);
    return value_show(sheet->app, arena, entry->field, entry->value, entry->label);
}

/* ---- one field ---- */

static void draw_lines(struct sheet *sheet, struct canvas *canvas, const struct sheet_entry *entry,
                       struct area area)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    size_t count = json_array_size(entry->lines);
    const char *head = count ? arena_printf(arena, "%zu", count) : _("none");
    canvas_text(canvas, area.row, area.col, area.cols, ROLE_DIM, ALIGN_LEFT, head);
    for (int i = 1; i < area.rows && (size_t)i <= count; i++) {
        const json_t *row = json_array_get(entry->lines, (size_t)i - 1);
        int col = area.col;
        for (size_t f = 0; f < entry->field->nline_fields && col < area.col + area.cols; f++) {
            const struct field *field = &entry->field->line_fields[f];
            int width = MIN(field_width(field), area.col + area.cols - col);
            canvas_text(canvas, area.row + i, col, width,
                        sheet_entry_fixed(sheet, entry) ? ROLE_READONLY : ROLE_NORMAL,
                        field_is_number(field) ? ALIGN_RIGHT : ALIGN_LEFT,
                        value_show_row(sheet->app, arena, field, row));
            col += width + 1;
        }
    }
}

static void draw_note(struct sheet *sheet, struct canvas *canvas, struct sheet_entry *entry, struct area area,
                      bool focused)
{
    if (focused && sheet->editing) {
        sheet->note.required = entry->field->required;
        sheet->note.invalid = entry->trouble != NULL;
        textarea_draw(&sheet->note, canvas, area, true);
        return;
    }
    struct textarea shown;
    textarea_init(&shown, 0);
    textarea_set(&shown, entry->typed ? entry->typed : entry->value);
    shown.readonly = sheet_entry_fixed(sheet, entry);
    shown.invalid = entry->trouble != NULL;
    textarea_draw(&shown, canvas, area, false);
    textarea_finish(&shown);
}

static int input_cols(const struct sheet_entry *entry, int room)
{
    int most = (int)field_max(entry->field);
    enum field_type type = field_type_of(entry->field);
    if ((type == FIELD_TEXT || type == FIELD_CODE || type == FIELD_PHONE || type == FIELD_PLATE) && most > 0)
        return MIN(room, MAX(type == FIELD_TEXT ? most * 2 : most, 4) + 1);
    if (type == FIELD_TIME || type == FIELD_FEN || type == FIELD_DATE)
        return MIN(room, 17);
    return room;
}

static void draw_line(struct sheet *sheet, struct canvas *canvas, struct sheet_entry *entry, struct area area,
                      bool focused)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    int width = MIN(input_cols(entry, area.cols - 1), area.cols - 1);
    if (focused && sheet->editing) {
        sheet->input.required = entry->field->required;
        sheet->input.invalid = entry->trouble != NULL;
        input_draw(&sheet->input, canvas, area.row, area.col, width, true);
        return;
    }
    const char *text = sheet_text(sheet, arena, entry);
    if (sheet_entry_fixed(sheet, entry)) {
        canvas_text(canvas, area.row, area.col, area.cols, focused ? ROLE_SELECT : ROLE_READONLY, ALIGN_LEFT,
                    text);
        if (focused)
            canvas_cursor(canvas, area.row, area.col);
        return;
    }
    struct input shown;
    input_init(&shown, INPUT_TEXT, 0);
    input_set(&shown, text);
    shown.required = entry->field->required;
    shown.invalid = entry->trouble != NULL;
    input_draw(&shown, canvas, area.row, area.col, width, false);
    input_finish(&shown);
}

static void draw_set(struct sheet *sheet, struct canvas *canvas, struct sheet_entry *entry, struct area area,
                     bool focused)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *text = sheet_text(sheet, arena, entry);
    enum role role = sheet_entry_fixed(sheet, entry) ? ROLE_READONLY : ROLE_NORMAL;
    canvas_paragraph(canvas, area, focused ? ROLE_SELECT : role,
                     *text ? text : _(sheet->nothing ? sheet->nothing : "none"), 0);
    if (focused)
        canvas_cursor(canvas, area.row, area.col);
}

/* Below the label of what is being typed, where it goes out as a text message. */
static void draw_parts(struct sheet *sheet, struct canvas *canvas, struct sheet_entry *entry,
                       struct area area, int col)
{
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    if (area.rows > 1 && sheet->editing && sheet_current(sheet) == entry &&
        sms_count_write(sheet, entry, textarea_text(&sheet->note), &text))
        canvas_text(canvas, area.row + 1, col, sheet->label_cols, ROLE_DIM, ALIGN_LEFT, text.data);
}

/* What stands now, beside what is typed or below it; what is left for the value. */
static struct area draw_now(const struct sheet *sheet, struct canvas *canvas, const struct sheet_entry *entry,
                            struct area area)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *text = arena_printf(arena, _("now: %s"), *entry->now ? entry->now : "–");
    struct area now = area;
    if (now_below(sheet, entry)) {
        now.row++;
    } else {
        area.cols = area.cols * 11 / 20;
        now.col += area.cols + 1;
        now.cols -= area.cols + 1;
    }
    if (now.row == area.row || area.rows > 1)
        canvas_text(canvas, now.row, now.col, now.cols, ROLE_DIM, ALIGN_LEFT, text);
    area.rows = 1;
    return area;
}

static void draw_entry(struct sheet *sheet, struct canvas *canvas, struct sheet_entry *entry,
                       struct area body)
{
    bool focused = sheet_current(sheet) == entry;
    struct area area = {body.row + entry->row - sheet->scroll, body.col + entry->col + sheet->label_cols + 1,
                        entry->rows, entry->width - sheet->label_cols - 1};
    if (area.row < body.row || area.row >= body.row + body.rows)
        return;
    area.rows = MIN(area.rows, body.row + body.rows - area.row);
    input_label(canvas, area.row, body.col + entry->col, sheet->label_cols, label_of(entry), focused);
    if (entry->now)
        area = draw_now(sheet, canvas, entry, area);
    if (entry->marked)
        canvas_text(canvas, area.row, area.col - 1, 1, ROLE_CHANGED, ALIGN_LEFT, "~");
    switch (field_type_of(entry->field)) {
    case FIELD_NOTE:
        draw_note(sheet, canvas, entry, area, focused);
        draw_parts(sheet, canvas, entry, area, body.col + entry->col);
        break;
    case FIELD_SET: draw_set(sheet, canvas, entry, area, focused); break;
    case FIELD_LINES:
        draw_lines(sheet, canvas, entry, area);
        if (focused)
            canvas_cursor(canvas, area.row, area.col);
        break;
    default:
        if (is_sentence(sheet, entry))
            draw_set(sheet, canvas, entry, area, focused);
        else
            draw_line(sheet, canvas, entry, area, focused);
    }
}

static int tab_cols(const struct sheet *sheet, size_t tab)
{
    return utf8_width(_(sheet->tabs.items[tab])) + 3;
}

/* Where not all fit, the first from which on the present one and its neighbour do. */
static size_t first_tab(const struct sheet *sheet, int cols)
{
    size_t first = 0, last = MIN(sheet->tab + 1, sheet->tabs.count - 1);
    int used = 0;
    for (size_t i = 0; i <= last; i++)
        used += tab_cols(sheet, i);
    while (first < sheet->tab && used > cols)
        used -= tab_cols(sheet, first++);
    return first;
}

static void draw_tab(struct sheet *sheet, struct canvas *canvas, struct area area, size_t tab)
{
    bool trouble = false, here = tab == sheet->tab;
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    vec_each(const struct sheet_entry, entry, &sheet->entries) trouble |= entry->tab == tab && entry->trouble;
    str_addf(&text, "%s%s%s", here ? "[" : " ", _(sheet->tabs.items[tab]), here ? "]" : trouble ? "!" : " ");
    canvas_text(canvas, area.row, area.col, MIN(utf8_width(text.data), area.cols),
                here      ? ROLE_STEP_NOW
                : trouble ? ROLE_ERROR
                          : ROLE_DIM,
                ALIGN_LEFT, text.data);
}

static void draw_tabs(struct sheet *sheet, struct canvas *canvas, struct area area)
{
    size_t i = first_tab(sheet, area.cols - 2);
    int end = area.col + area.cols;
    if (i)
        canvas_put(canvas, area.row, area.col++, 1, ROLE_DIM, "◂");
    for (; i < sheet->tabs.count && area.col + 3 < end; area.col += tab_cols(sheet, i++)) {
        area.cols = end - area.col;
        draw_tab(sheet, canvas, area, i);
    }
    if (i < sheet->tabs.count)
        canvas_put(canvas, area.row, end - 1, 1, ROLE_DIM, "▸");
}

static void scroll_to_focus(struct sheet *sheet, int rows)
{
    const struct sheet_entry *entry = sheet_current(sheet);
    if (!entry || !entry->rows)
        return;
    if (entry->row + entry->rows > sheet->scroll + rows)
        sheet->scroll = entry->row + entry->rows - rows;
    if (entry->row < sheet->scroll)
        sheet->scroll = entry->row;
}

static int last_row(const struct sheet *sheet)
{
    int last = 0;
    vec_each(const struct sheet_entry, entry, &sheet->entries) last =
        MAX(last, entry->rows ? entry->row + entry->rows : 0);
    return last;
}

void sheet_draw(struct sheet *sheet, struct canvas *canvas, struct area area)
{
    if (sheet->tabs.count > 1 && area.rows > 1) {
        draw_tabs(sheet, canvas, area);
        area.row++;
        area.rows--;
    }
    sheet_begin(sheet);
    sheet_layout(sheet, area.cols);
    scroll_to_focus(sheet, area.rows);
    vec_each(struct sheet_entry, entry, &sheet->entries) if (entry->rows)
        draw_entry(sheet, canvas, entry, area);
    canvas_more(canvas, area, sheet->scroll > 0, last_row(sheet) > sheet->scroll + area.rows);
    const struct sheet_entry *entry = sheet_current(sheet);
    if (entry && sheet->pop.open)
        choices_popup(&sheet->pop, canvas, sheet->room.rows ? sheet->room : area,
                      area.row + entry->row - sheet->scroll, area.col + entry->col + sheet->label_cols + 1);
}

void sheet_keys(const struct sheet *sheet, struct key_bar *bar)
{
    const struct sheet_entry *entry = sheet_current((struct sheet *)sheet);
    if (!entry)
        return;
    enum field_type type = field_type_of(entry->field);
    if (type == FIELD_SET || type == FIELD_LINES)
        key_bar_add(bar, K_LOOKUP, _("Open"), 3);
    else if (!sheet_entry_fixed(sheet, entry) && sheet_pop_wanted(entry))
        key_bar_add(bar, K_LOOKUP, sheet->pop.open && type == FIELD_REF ? _("Whole list") : _("Look up"), 3);
    else if (!sheet_entry_fixed(sheet, entry) && (type == FIELD_DATE || type == FIELD_TIME))
        key_bar_add(bar, K_LOOKUP, _("Calendar"), 3);
    else if (!sheet_entry_fixed(sheet, entry) && (type == FIELD_FEN || type == FIELD_INT))
        key_bar_add(bar, K_LOOKUP, _("Calculator"), 7);
    if (!sheet_entry_fixed(sheet, entry) && sheet_pop_may_create(sheet, entry))
        key_bar_add(bar, K_NEW, _("Make it"), 4);
    if (sheet->tabs.count > 1)
        key_bar_add(bar, K_PAGE_DOWN, _("Next tab"), 6);
}

void sheet_plain(struct sheet *sheet, struct str *out)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    if (sheet->tabs.count > 1)
        str_addf(out, "%s\n", _(sheet->tabs.items[sheet->tab]));
    vec_each(struct sheet_entry, entry, &sheet->entries)
    {
        bool focused = sheet_current(sheet) == entry;
        if (entry->tab != sheet->tab || !sheet_entry_shown(sheet, entry))
            continue;
        const char *text = sheet_text(sheet, arena, entry);
        if (focused && sheet->editing)
            text = field_type_of(entry->field) == FIELD_NOTE ? textarea_text(&sheet->note)
                   : entry->field->secret                    ? "********"
                                                             : input_text(&sheet->input);
        if (field_type_of(entry->field) == FIELD_LINES)
            text = arena_printf(arena, "%zu", json_array_size(entry->lines));
        str_addf(out, "%s%s: %s%s%s%s\n", focused ? "> " : "", label_of(entry), text,
                 entry->field->required && !*text ? " *" : "", entry->trouble ? " !" : "",
                 entry->marked ? " ~" : "");
        if (entry->now) {
            str_add(out, "    ");
            str_addf(out, _("now: %s"), *entry->now ? entry->now : "–");
            str_add_char(out, '\n');
        }
    }
    for (size_t i = 0; sheet->pop.open && i < sheet->pop.items.count; i++)
        str_addf(out, "  %s%s %s\n", i == sheet->pop.cursor ? "> " : "", sheet->pop.items.items[i].text,
                 sheet->pop.items.items[i].detail ? sheet->pop.items.items[i].detail : "");
}

void sheet_language(struct sheet *sheet)
{
    if (sheet->editing && !sheet->edited)
        sheet_drop(sheet);
    if (sheet->pop.open)
        sheet_pop_close(sheet);
}
