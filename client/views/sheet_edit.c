/* The field that has the cursor: its input, moving on, keys. */
#include <stdlib.h>
#include <string.h>

#include "client/ui/words.h"
#include "client/views/calc_view.h"
#include "client/views/datepick.h"
#include "client/views/lookup.h"
#include "client/views/sheet-private.h"
#include "client/views/sheet_parts.h"
#include "client/views/shorthand.h"
#include "client/views/value_text.h"

struct sheet_entry *sheet_current(struct sheet *sheet)
{
    if (sheet->focus >= sheet->entries.count)
        return NULL;
    struct sheet_entry *entry = &sheet->entries.items[sheet->focus];
    return entry->tab == sheet->tab && sheet_entry_shown(sheet, entry) ? entry : NULL;
}

static bool is_note(const struct sheet_entry *entry)
{
    return field_type_of(entry->field) == FIELD_NOTE;
}

/* Typed into by its own screen only. */
static bool is_opened(const struct sheet_entry *entry)
{
    enum field_type type = field_type_of(entry->field);
    return type == FIELD_SET || type == FIELD_LINES;
}

static enum input_kind kind_of(const struct field *field)
{
    if (field->secret)
        return INPUT_SECRET;
    switch (field_type_of(field)) {
    case FIELD_CODE: return INPUT_CODE;
    case FIELD_PHONE: return INPUT_PHONE;
    case FIELD_FEN: return INPUT_AMOUNT;
    default: return INPUT_TEXT; /* dates take words, too; a plate is text */
    }
}

/* Room for what is typed on the way to a value: shorthand, sums, words of a choice. */
static size_t room_of(const struct field *field)
{
    enum { ROOM_SHORT = 60 };
    switch (field_type_of(field)) {
    case FIELD_TEXT:
    case FIELD_CODE: return field_max(field);
    default: return ROOM_SHORT;
    }
}

/* A number, a day, a phone is typed anew, where words are put right or gone on with: a stray key shall not wipe out an address. */
static bool is_one_thing(const struct field *field)
{
    return field->secret || field_type_of(field) != FIELD_TEXT;
}

static bool typable(struct sheet *sheet, const struct sheet_entry *entry)
{
    return entry && !sheet_entry_fixed(sheet, entry) && !is_opened(entry);
}

/* What the input begins with. */
static const char *begun_text(struct sheet *sheet, struct arena *arena, const struct sheet_entry *entry)
{
    return entry->typed ? entry->typed
                        : value_edit(sheet->app, arena, entry->field, entry->value, entry->label);
}

void sheet_begin(struct sheet *sheet)
{
    struct sheet_entry *entry = sheet_current(sheet);
    if (sheet->editing || !typable(sheet, entry))
        return;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *text = begun_text(sheet, arena, entry);
    if (is_note(entry)) {
        textarea_init(&sheet->note, field_max(entry->field));
        textarea_set(&sheet->note, text);
        textarea_go_end(&sheet->note);
    } else {
        input_init(&sheet->input, kind_of(entry->field), room_of(entry->field));
        input_set(&sheet->input, text);
        bool half = entry->typed; /* that is gone on with */
        if (sheet->arrived && !half && is_one_thing(entry->field))
            input_select(&sheet->input);
    }
    sheet->editing = true;
    sheet->edited = false;
}

void sheet_drop(struct sheet *sheet)
{
    sheet_pop_close(sheet);
    if (!sheet->editing)
        return;
    if (is_note(&sheet->entries.items[sheet->focus]))
        textarea_finish(&sheet->note);
    else
        input_finish(&sheet->input);
    sheet->editing = sheet->edited = false;
}

static const char *typed_text(struct sheet *sheet, const struct sheet_entry *entry)
{
    return is_note(entry) ? textarea_text(&sheet->note) : input_text(&sheet->input);
}

static void keep_typed(struct sheet_entry *entry, const char *typed)
{
    char *copy = typed && *typed ? memory_strdup(typed) : NULL;
    free(entry->typed);
    entry->typed = copy;
}

/* A reference is taken from its list; letters alone are no value. Who may not look it up may know its number. */
static const char *take_reference(struct sheet *sheet, struct sheet_entry *entry, const char *typed)
{
    const char *digits = typed + (*typed == '#');
    if (!*typed) {
        sheet_put(sheet, entry, NULL, NULL);
        return NULL;
    }
    if (lookup_may(sheet->app, entry->field->ref))
        return _("Choose one from the list (F4)");
    if (!*digits || digits[strspn(digits, "0123456789")] || strlen(digits) > 18)
        return _("You may not look these up: type the number of the record");
    sheet_put(sheet, entry, digits, NULL);
    return NULL;
}

static void take_typed(struct sheet *sheet, struct sheet_entry *entry, const char *typed)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *value = NULL, *words;
    if (field_type_of(entry->field) == FIELD_REF) {
        words = take_reference(sheet, entry, typed);
    } else {
        words = value_take(sheet->app, arena, entry->field, typed, &value);
        if (!words && value && sheet->ops && sheet->ops->judge)
            words = sheet->ops->judge(sheet, entry, arena, &value);
        if (!words)
            sheet_put(sheet, entry, value, NULL);
    }
    if (words) {
        keep_typed(entry, typed);
        sheet_trouble(entry, words);
    }
}

void sheet_commit(struct sheet *sheet)
{
    if (!sheet->editing || !sheet->edited)
        return;
    struct sheet_entry *entry = &sheet->entries.items[sheet->focus];
    char *typed = memory_strdup(typed_text(sheet, entry));
    take_typed(sheet, entry, typed);
    free(typed);
    sheet_drop(sheet);
    sheet_begin(sheet);
}

void sheet_go(struct sheet *sheet, size_t index)
{
    sheet_commit(sheet);
    sheet_drop(sheet);
    sheet->focus = index;
    sheet->tab = sheet->entries.items[index].tab;
    sheet->arrived = true;
    sheet_begin(sheet);
}

void sheet_focus(struct sheet *sheet, const char *name)
{
    struct sheet_entry *entry = sheet_find(sheet, name);
    if (entry)
        sheet_go(sheet, (size_t)(entry - sheet->entries.items));
}

/* Fields that cannot be typed in are passed over, but where all is only read. */
static bool stops_at(struct sheet *sheet, const struct sheet_entry *entry)
{
    return sheet_entry_shown(sheet, entry) && (sheet->readonly || !sheet_entry_fixed(sheet, entry));
}

/* What is wrong with a field is said as the cursor leaves it, or comes back to it: not only when all is saved. */
static void tell(struct sheet *sheet, size_t left)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct sheet_entry *was = &sheet->entries.items[left], *is = sheet_current(sheet);
    bool fixed = sheet_entry_fixed(sheet, was), empty = !was->value && !json_array_size(was->lines);
    if (fixed || !sheet_entry_shown(sheet, was))
        return;
    if (was->trouble)
        ui_say(sheet->app->ui, ROLE_ERROR, "%s", was->trouble);
    else if (is && is->trouble)
        ui_say(sheet->app->ui, ROLE_ERROR, "%s", is->trouble);
    else if (was->field->required && empty && field_type_of(was->field) != FIELD_BOOL)
        ui_say(sheet->app->ui, ROLE_WARNING, "%s",
               value_fault(sheet->app, arena, was->field, FIELD_MISSING, NULL));
}

bool sheet_move(struct sheet *sheet, int step)
{
    size_t left = sheet->focus;
    sheet_commit(sheet);
    for (size_t i = sheet->focus + (size_t)step; i < sheet->entries.count; i += (size_t)step) {
        if (!stops_at(sheet, &sheet->entries.items[i]))
            continue;
        sheet_go(sheet, i);
        tell(sheet, left);
        return true;
    }
    if (left < sheet->entries.count)
        tell(sheet, left);
    return false;
}

/* To the first field of another tab. */
static bool turn_tab(struct sheet *sheet, int step)
{
    size_t tab = sheet->tab + (size_t)step, left = sheet->focus;
    if (tab >= sheet->tabs.count)
        return false;
    sheet_commit(sheet);
    sheet_drop(sheet);
    sheet->tab = tab;
    sheet->scroll = 0;
    sheet->arrived = true;
    size_t first = sheet->entries.count;
    for (size_t i = sheet->entries.count; i-- > 0;) {
        const struct sheet_entry *entry = &sheet->entries.items[i];
        if (entry->tab == tab &&
            (stops_at(sheet, entry) || (first == sheet->entries.count && sheet_entry_shown(sheet, entry))))
            first = i;
    }
    if (first < sheet->entries.count)
        sheet->focus = first;
    sheet_begin(sheet);
    if (left < sheet->entries.count)
        tell(sheet, left);
    return true;
}

/* Leaves the field if it may be left: a look-up that is still out, or one with several hits, keeps the cursor. */
static enum sheet_result advance(struct sheet *sheet, int step, bool leave)
{
    if (!sheet_settle(sheet, step > 0))
        return SHEET_USED;
    if (sheet_move(sheet, step))
        return SHEET_USED;
    if (leave && sheet->ops && sheet->ops->leave)
        sheet->ops->leave(sheet);
    return SHEET_USED;
}

static enum sheet_result move_key(struct sheet *sheet, const struct key *key)
{
    switch (key->code) {
    case K_ENTER: return advance(sheet, 1, true);
    case K_TAB:
    case K_DOWN: return advance(sheet, 1, false);
    case K_BACKTAB:
    case K_UP: return advance(sheet, -1, false);
    case K_PAGE_DOWN: return turn_tab(sheet, 1) ? SHEET_USED : SHEET_REFUSED;
    case K_PAGE_UP: return turn_tab(sheet, -1) ? SHEET_USED : SHEET_REFUSED;
    default: return SHEET_UNUSED;
    }
}

/* The words of a choice or a record are one thing, wherever in them the cursor is: a letter begins another, a backspace takes all away. */
static enum input_result one_key(struct sheet *sheet, const struct sheet_entry *entry, const struct key *key)
{
    static const struct key all = {.kind = KEY_CODE, .code = K_DELETE};
    bool whole = !sheet->edited && !entry->typed && sheet_pop_wanted(entry);
    if (whole && (key->kind != KEY_CODE || key->code == K_BACKSPACE || key->code == K_DELETE))
        input_select(&sheet->input);
    return input_key(&sheet->input, whole && key->code == K_BACKSPACE ? &all : key);
}

/* What was pasted had not all room. */
static void tell_cut(struct sheet *sheet, const struct sheet_entry *entry)
{
    size_t count = 0;
    if (!(is_note(entry) ? sheet->note.cut : sheet->input.cut))
        return;
    for (const char *c = typed_text(sheet, entry); *c; c++)
        count += ((unsigned char)*c & 0xc0) != 0x80;
    ui_say(sheet->app->ui, ROLE_WARNING, _("Not all of it fits here: %zu characters are kept"), count);
}

/* What was typed and taken back again is no change that anybody would be asked to save. */
static bool is_edited(struct sheet *sheet, const struct sheet_entry *entry)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    return entry->field->secret || strcmp(typed_text(sheet, entry), begun_text(sheet, arena, entry)) != 0;
}

static enum sheet_result input_keys(struct sheet *sheet, struct sheet_entry *entry, const struct key *key)
{
    enum input_result result = is_note(entry) ? textarea_key(&sheet->note, key) : one_key(sheet, entry, key);
    sheet->arrived &= result != INPUT_CHANGED && result != INPUT_USED;
    switch (result) {
    case INPUT_CHANGED:
        tell_cut(sheet, entry);
        sheet->edited = is_edited(sheet, entry);
        sheet_trouble(entry, NULL);
        sheet_pop_typed(sheet);
        return SHEET_USED;
    case INPUT_USED: return SHEET_USED;
    case INPUT_REFUSED: return SHEET_REFUSED;
    default: return SHEET_UNUSED;
    }
}

static bool is_dated(const struct sheet_entry *entry)
{
    enum field_type type = field_type_of(entry->field);
    return type == FIELD_DATE || type == FIELD_TIME;
}

static void take_text(struct sheet *sheet, const char *text)
{
    input_set(&sheet->input, text);
    sheet->edited = sheet->arrived = true;
    sheet_commit(sheet);
    ui_redraw(sheet->app->ui);
}

static bool waits_for(struct sheet *sheet, enum field_type type)
{
    const struct sheet_entry *entry = sheet_current(sheet);
    return entry && sheet->editing && field_type_of(entry->field) == type;
}

static void on_day(struct screen *screen, struct day day, void *context)
{
    char text[DAY_TEXT_SIZE];
    (void)screen;
    if (waits_for(context, FIELD_DATE))
        take_text(context, day_print(text, sizeof(text), day));
}

static void on_moment(struct screen *screen, struct instant at, void *context)
{
    struct sheet *sheet = context;
    char text[32];
    (void)screen;
    if (waits_for(sheet, FIELD_TIME))
        take_text(sheet, shorthand_print(text, sizeof(text), sheet->app->who.zone, at));
}

static void pick_day(struct sheet *sheet, const struct sheet_entry *entry)
{
    struct day day = DAY_NIL;
    struct instant at = INSTANT_NIL;
    if (field_type_of(entry->field) == FIELD_DATE) {
        (void)!(entry->value && day_parse(entry->value, &day));
        datepick_open(sheet->app, sheet->screen, day, on_day, sheet);
    } else {
        (void)!(entry->value && time_parse(entry->value, &at));
        timepick_open(sheet->app, sheet->screen, at, on_moment, sheet);
    }
}

/* The calculator begins with what stands in the field. */
static bool is_amount(const struct sheet_entry *entry)
{
    enum field_type type = field_type_of(entry->field);
    return type == FIELD_FEN || type == FIELD_INT;
}

static void on_sum(struct screen *screen, const char *result, void *context)
{
    struct sheet *sheet = context;
    const struct sheet_entry *entry = sheet_current(sheet);
    (void)screen;
    if (entry && sheet->editing && is_amount(entry))
        take_text(sheet, result);
}

/* F4 in a field without a list of its own. */
static bool open_helper(struct sheet *sheet, const struct sheet_entry *entry)
{
    if (is_dated(entry))
        pick_day(sheet, entry);
    else if (sheet_pop_wanted(entry))
        sheet_pop_open(sheet);
    else if (is_amount(entry))
        calc_open(sheet->app, sheet->screen, input_text(&sheet->input),
                  field_type_of(entry->field) == FIELD_FEN ? 2 : 0, on_sum, sheet);
    else
        return false;
    return true;
}

static bool opens(const struct key *key)
{
    return key->code == K_LOOKUP || key->code == ' ' || key->code == K_ENTER;
}

static enum sheet_result pop_keys(struct sheet *sheet, const struct key *key)
{
    if (sheet->asked && (key->code == K_ENTER || key->code == K_TAB))
        return SHEET_UNUSED; /* what hangs there is the answer to other letters */
    switch (choices_key(&sheet->pop, key)) {
    case CHOICES_TAKEN:
        sheet_pop_take(sheet);
        sheet_move(sheet, 1);
        return SHEET_USED;
    case CHOICES_CLOSED: sheet_pop_close(sheet); return SHEET_USED;
    case CHOICES_USED: return SHEET_USED;
    default: return SHEET_UNUSED;
    }
}

enum sheet_result sheet_key(struct sheet *sheet, const struct key *key)
{
    struct sheet_entry *entry = sheet_current(sheet);
    if (!entry)
        return move_key(sheet, key);
    sheet_begin(sheet);
    if (sheet->pop.open) {
        enum sheet_result result = pop_keys(sheet, key);
        if (result != SHEET_UNUSED)
            return result;
    }
    if (is_opened(entry) && opens(key) &&
        (!sheet_entry_fixed(sheet, entry) || key->code != K_ENTER || sheet->readonly)) {
        sheet_part_open(sheet, entry);
        return SHEET_USED;
    }
    if (key->code == K_LOOKUP && typable(sheet, entry) && open_helper(sheet, entry))
        return SHEET_USED;
    if (key->code == K_NEW && typable(sheet, entry) && sheet_pop_may_create(sheet, entry)) {
        sheet_pop_create(sheet);
        return SHEET_USED;
    }
    if (sheet->editing) {
        enum sheet_result result = input_keys(sheet, entry, key);
        if (result != SHEET_UNUSED)
            return result;
    }
    return move_key(sheet, key);
}
