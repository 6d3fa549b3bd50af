/* The line above the rows: the filter as it is typed, or letters to jump by. */
#include <string.h>

#include "base/utf8.h"
#include "client/ui/words.h"
#include "client/views/filter_form.h"
#include "client/views/list-private.h"
#include "client/views/list_tools.h"
#include "client/views/tool.h"
#include "client/views/value_text.h"
#include "model/catalogue.h"

enum { LINE_MOST = 300, JUMP_MOST = 60 };

/* What the jump goes by; NULL: the list stands in an order that cannot be typed. */
static const struct field *jump_field(const struct list *list)
{
    const struct field *field = rows_sort_field(&list->rows);
    enum field_type type = field ? field_type_of(field) : FIELD_NONE;
    return type == FIELD_NONE || type == FIELD_REF || type == FIELD_BOOL || type == FIELD_POINT ? NULL
                                                                                                : field;
}

void list_line_open(struct list *list, enum list_line line)
{
    if (list->typing != LIST_NO_LINE)
        return;
    if (line == LIST_JUMP && !jump_field(list)) {
        ui_say(list->app->ui, ROLE_ERROR, "%s",
               _("The list is in an order that cannot be jumped in: sort it first"));
        return;
    }
    input_init(&list->input, INPUT_TEXT, line == LIST_FILTER ? LINE_MOST : JUMP_MOST);
    if (line == LIST_FILTER)
        input_set(&list->input, list->rows.line);
    list->typing = line;
    if (line == LIST_FILTER)
        list_keep_line(list);
}

void list_line_close(struct list *list)
{
    if (list->typing != LIST_NO_LINE)
        input_finish(&list->input);
    list->typing = LIST_NO_LINE;
}

/* ---- jumping ---- */

/* What of the typed can be sent: texts letter by letter, days and numbers once they are some. In the arena; NULL: nothing yet. */
static const char *jump_value(struct list *list, struct arena *arena, const char *typed)
{
    const struct field *field = jump_field(list);
    const char *value = NULL;
    struct field as = {.name = "from", .type = field_type_of(field), .min = -FIELD_FEN_MAX};
    switch (as.type) {
    case FIELD_TEXT:
    case FIELD_NOTE:
    case FIELD_CODE:
    case FIELD_PHONE:
    case FIELD_PLATE:
    case FIELD_CHOICE: return typed;
    case FIELD_TIME: as.type = FIELD_DATE; break;
    default: break;
    }
    bool understood = !value_take(list->app, arena, &as, typed, &value) && value;
    if (!understood)
        return NULL;
    return as.type == FIELD_FEN ? typed : value;
}

static void jump(struct list *list)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *typed = input_text(&list->input);
    const char *value = *typed ? jump_value(list, arena, typed) : "";
    if (value)
        rows_jump(&list->rows, value);
}

/* ---- keys ---- */

static unsigned enter(struct list *list)
{
    if (list->typing == LIST_FILTER && rows_set_filter(&list->rows, input_text(&list->input)) < 0)
        return SCREEN_REDRAW | SCREEN_BELL;
    list_line_close(list);
    return SCREEN_REDRAW;
}

static unsigned leave(struct list *list)
{
    bool jumped = list->typing == LIST_JUMP && list->rows.from;
    list_line_close(list);
    if (jumped)
        rows_jump(&list->rows, NULL);
    return SCREEN_REDRAW;
}

static unsigned filter_key(struct list *list, const struct key *key)
{
    if (key->code == K_TAB) {
        list_complete_filter(list);
        return SCREEN_REDRAW;
    }
    if (key->code != K_FILTER)
        return SCREEN_UNUSED;
    filter_form_open(&list->rows, input_text(&list->input));
    list_line_close(list);
    return SCREEN_REDRAW;
}

/* The rows can be looked through while the letters stand there. */
static unsigned jump_key(struct list *list, const struct key *key)
{
    switch (key->code) {
    case K_UP:
    case K_DOWN:
    case K_PAGE_UP:
    case K_PAGE_DOWN:
        table_key(&list->rows.table, key);
        rows_look_back(&list->rows);
        return SCREEN_REDRAW;
    default: return SCREEN_UNUSED;
    }
}

unsigned list_line_key(struct list *list, const struct key *key)
{
    if (key->code == K_ENTER || key->code == K_SAVE)
        return enter(list);
    if (key->code == K_CANCEL)
        return leave(list);
    unsigned used = list->typing == LIST_FILTER ? filter_key(list, key) : jump_key(list, key);
    if (used != SCREEN_UNUSED)
        return used;
    switch (input_key(&list->input, key)) {
    case INPUT_UNUSED: return SCREEN_UNUSED;
    case INPUT_REFUSED: return SCREEN_BELL;
    case INPUT_CHANGED:
        if (list->typing == LIST_JUMP)
            jump(list);
        return SCREEN_REDRAW;
    default: return SCREEN_REDRAW;
    }
}

void list_line_keys(const struct list *list, struct key_bar *bar)
{
    bool filter = list->typing == LIST_FILTER;
    key_bar_add(bar, K_ENTER, filter ? _("Filter") : _("Stay here"), 0);
    if (filter) {
        key_bar_add(bar, K_TAB, _("Fill in"), 1);
        key_bar_add(bar, K_FILTER, _("Form"), 3);
    }
    key_bar_add(bar, K_CANCEL, _("Cancel"), 2);
}

/* ---- drawing ---- */

const char *list_line_label(struct list *list, struct arena *arena)
{
    if (list->typing == LIST_FILTER)
        return _("Filter");
    const struct field *field = rows_sort_field(&list->rows);
    return arena_printf(arena, "%s %s", _("Jump to"), field && field->label ? _(field->label) : "");
}

static int label_cols(struct list *list, int cols)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    return MIN(MAX(utf8_width(list_line_label(list, arena)), 10), cols / 2);
}

void list_line_draw(struct list *list, struct canvas *canvas, struct area area)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    int label = label_cols(list, area.cols);
    input_label(canvas, area.row, area.col, label, list_line_label(list, arena), true);
    input_draw(&list->input, canvas, area.row, area.col + label + 1, area.cols - label - 3, true);
    list->line_at = area;
}

void list_line_cursor(struct list *list, struct canvas *canvas)
{
    list_line_draw(list, canvas, list->line_at);
}

/* ---- the tool ---- */

static bool can_jump(const struct subject *subject)
{
    struct list *list = list_of_rows(subject->screen);
    return list && jump_field(list);
}

static void open_jump(const struct subject *subject)
{
    list_line_open(list_of_rows(subject->screen), LIST_JUMP);
}

static const struct tool tools[] = {
    {
        .name = "jump",
        .label = N_("Jump"),
        .help =
            N_("To the first row whose sorted column begins with the letters, or has the number or the day"),
        .search = "jump goto first letters tiaozhuan dingwei",
        .key = 'J',
        .priority = 36,
        .places = TOOL_LIST,
        .may = can_jump,
        .run = open_jump,
    },
};

void list_line_register(void)
{
    tool_register(tools, array_len(tools));
}
