/* Fields by name: told one by one, or asked for one after the other. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "client/ui/plain-private.h"
#include "client/ui/words.h"

struct place {
    struct arena *arena;
    struct linear linear;
    struct linear_field field;
};

/* What the screen says of the field now; false: it is gone. */
static bool look(struct place *place, struct ui *ui, size_t index)
{
    place->arena = arena_create(0);
    return plain_look(ui, place->arena, &place->linear) && place->linear.form &&
           index < place->linear.form->count(place->linear.form_context) &&
           place->linear.form->field(place->linear.form_context, place->arena, index, &place->field);
}

static void leave(struct place *place)
{
    arena_destroy(place->arena);
}

static const struct choices *hung(const struct place *place)
{
    const struct linear_form *form = place->linear.form;
    return form && form->hung ? form->hung(place->linear.form_context) : NULL;
}

static bool is_named(const struct linear_field *field, const char *name)
{
    return plain_same(field->label, name) || (field->name && plain_same(field->name, name));
}

/* By its whole label or name; else by the beginning of a label that no other has. */
bool plain_find_field(const struct linear *linear, struct arena *arena, const char *name, size_t len,
                      size_t *index_r)
{
    const char *wanted = arena_strndup(arena, name, len);
    struct linear_field field;
    size_t found = 0;
    if (!linear->form || !*wanted)
        return false;
    for (size_t i = 0; i < linear->form->count(linear->form_context); i++)
        if (linear->form->field(linear->form_context, arena, i, &field) && is_named(&field, wanted))
            return *index_r = i, true;
    for (size_t i = 0; i < linear->form->count(linear->form_context); i++) {
        if (!linear->form->field(linear->form_context, arena, i, &field) ||
            !plain_begins(field.label, wanted))
            continue;
        found++;
        *index_r = i;
    }
    return found == 1;
}

/* ---- asking ---- */

static void tell_choices(struct plain *plain, const struct choices *choices)
{
    size_t number = 0;
    vec_each(const struct choices_item, item, &choices->items)
    {
        bool detail = item->detail && *item->detail;
        plain_say(plain, "%zu: %s%s%s%s", ++number, item->text, detail ? " (" : "",
                  detail ? item->detail : "", detail ? ")" : "");
    }
}

static void close_list(struct ui *ui, const struct place *place)
{
    if (hung(place))
        plain_press(ui, K_CANCEL);
}

static void clear(struct ui *ui, const struct place *place)
{
    if (place->field.value && *place->field.value)
        plain_press(ui, K_CTRL('U'));
}

static void begin_asking(struct plain *plain, struct ui *ui, size_t index)
{
    struct screen *top = ui_top(ui);
    plain->asked = true;
    plain->picking = false;
    plain->field = index;
    plain->asked_of = top ? top->id : 0;
}

void plain_ask(struct plain *plain, struct ui *ui, size_t index)
{
    struct place place;
    if (!look(&place, ui, index)) {
        leave(&place);
        return;
    }
    place.linear.form->go(place.linear.form_context, index);
    if (place.field.fixed) {
        plain_say(plain, "%s: %s", place.field.label, place.field.value ? place.field.value : "");
    } else if (place.field.kind == LINEAR_OPENED) {
        plain->filling = false;
        plain_press(ui, K_LOOKUP);
    } else {
        begin_asking(plain, ui, index);
        if (place.field.help && *place.field.help)
            plain_say(plain, "%s", place.field.help);
        if (place.field.kind == LINEAR_CHOICE) {
            plain_press(ui, K_LOOKUP);
            if (hung(&place))
                tell_choices(plain, hung(&place));
        } else if (place.field.kind == LINEAR_NOTE) {
            plain_say(plain, "%s", _("Several lines; a line with a full stop only ends them"));
            plain->noting = true;
            str_clear(&plain->note);
        }
    }
    leave(&place);
}

static void filled(struct plain *plain, struct ui *ui)
{
    struct place place;
    if (look(&place, ui, 0) && place.linear.form->done)
        place.linear.form->done(place.linear.form_context);
    else
        plain_say(plain, "%s", _("That was the last field. Say save, or the name of a field."));
    leave(&place);
}

void plain_ask_next(struct plain *plain, struct ui *ui, bool from_here)
{
    struct place place;
    size_t next = plain->field + (from_here ? 0 : 1), count = 0;
    plain->asked = plain->picking = false;
    do {
        bool shown = look(&place, ui, next);
        bool asks = shown && !place.field.fixed && place.field.kind != LINEAR_OPENED;
        count = place.linear.form ? place.linear.form->count(place.linear.form_context) : 0;
        leave(&place);
        if (asks) {
            plain->filling = true;
            plain_ask(plain, ui, next);
            return;
        }
    } while (++next < count);
    plain->filling = false;
    if (count)
        filled(plain, ui);
}

void plain_stop_asking(struct plain *plain, struct ui *ui)
{
    struct place place;
    if (plain->asked && look(&place, ui, plain->field))
        close_list(ui, &place);
    if (plain->asked)
        leave(&place);
    plain->asked = plain->filling = plain->picking = plain->noting = false;
}

/* The field has its value, or keeps the one it had. */
static void done(struct plain *plain, struct ui *ui)
{
    struct place place;
    bool wrong = look(&place, ui, plain->field) && place.field.trouble && *place.field.trouble;
    leave(&place);
    if (wrong && plain->asked)
        return; /* asked for again */
    if (plain->filling)
        plain_ask_next(plain, ui, false);
    else
        plain->asked = plain->picking = false;
}

/* ---- taking ---- */

/* The place in what hangs under the field that is meant: its number, its words, or how they begin if no others do. */
static bool meant(const struct choices *choices, const char *value, size_t *index_r)
{
    size_t begins = 0, number = strtoul(value, NULL, 10);
    if (value[strspn(value, "0123456789")] == '\0' && number >= 1 && number <= choices->items.count)
        return *index_r = number - 1, true;
    for (size_t i = 0; i < choices->items.count; i++) {
        const struct choices_item *item = &choices->items.items[i];
        if (plain_same(item->text, value) || (item->detail && plain_same(item->detail, value)))
            return *index_r = i, true;
    }
    for (size_t i = 0; i < choices->items.count; i++) {
        if (!plain_begins(choices->items.items[i].text, value))
            continue;
        begins++;
        *index_r = i;
    }
    return begins == 1;
}

static void pick(struct ui *ui, const struct choices *choices, size_t index)
{
    for (size_t at = choices->cursor; at != index; at += at < index ? 1 : (size_t)-1)
        plain_press(ui, at < index ? K_DOWN : K_UP);
    plain_press(ui, K_ENTER);
}

static bool pick_meant(struct plain *plain, struct ui *ui, const struct choices *choices, const char *value)
{
    size_t index;
    if (!meant(choices, value, &index))
        return false;
    pick(ui, choices, index);
    done(plain, ui);
    return true;
}

/* A piece of the words, where only one has it; else the whole list hangs there again. */
static bool narrowed_to_one(struct ui *ui, const struct place *place, const char *value)
{
    plain_type(ui, value);
    const struct choices *choices = hung(place);
    if (choices && choices->items.count == 1)
        return true;
    if (choices)
        plain_press(ui, K_CANCEL);
    plain_press(ui, K_CTRL('U'));
    plain_press(ui, K_LOOKUP);
    return false;
}

static void set_choice(struct plain *plain, struct ui *ui, const struct place *place, const char *value)
{
    if (!hung(place))
        plain_press(ui, K_LOOKUP);
    const struct choices *choices = hung(place);
    if (choices && pick_meant(plain, ui, choices, value))
        return;
    if (choices && narrowed_to_one(ui, place, value)) {
        pick(ui, hung(place), 0);
        done(plain, ui);
        return;
    }
    plain_say(plain, _("! %s: “%s” is none of these"), place->field.label, value);
    begin_asking(plain, ui, plain->field);
    if (choices)
        tell_choices(plain, choices);
}

static void search(struct plain *plain, struct ui *ui, const struct place *place, const char *value)
{
    close_list(ui, place);
    clear(ui, place);
    plain_type(ui, value);
    plain->wait = PLAIN_RECORDS;
    free(plain->wanted);
    plain->wanted = memory_strdup(value);
}

static void set_text(struct plain *plain, struct ui *ui, const struct place *place, const char *value)
{
    clear(ui, place);
    if (*value)
        plain_type(ui, value);
    plain_press(ui, K_TAB);
    done(plain, ui);
}

void plain_set(struct plain *plain, struct ui *ui, size_t index, const char *value)
{
    struct place place;
    plain->field = index;
    if (look(&place, ui, index) && place.field.fixed) {
        plain_say(plain, _("! %s cannot be changed here now"), place.field.label);
    } else if (place.field.label) {
        place.linear.form->go(place.linear.form_context, index);
        if (place.field.kind == LINEAR_OPENED)
            plain_press(ui, K_LOOKUP);
        else if (place.field.kind == LINEAR_CHOICE && *value)
            set_choice(plain, ui, &place, value);
        else if (place.field.kind == LINEAR_RECORD && *value)
            search(plain, ui, &place, value);
        else
            set_text(plain, ui, &place, value);
    }
    leave(&place);
}

/* An empty line leaves the field as it is; a hyphen alone empties it. */
void plain_value(struct plain *plain, struct ui *ui, const char *line)
{
    struct place place = {0};
    bool there = look(&place, ui, plain->field);
    const struct choices *choices = there ? hung(&place) : NULL;
    if (!there) {
        plain_stop_asking(plain, ui);
    } else if (!*line) {
        close_list(ui, &place);
        if (plain->filling)
            plain_ask_next(plain, ui, false);
        else
            plain->asked = plain->picking = false;
    } else if (strcmp(line, "-") == 0) {
        close_list(ui, &place);
        set_text(plain, ui, &place, "");
    } else if (!(plain->picking && choices && pick_meant(plain, ui, choices, line))) {
        plain->picking = false;
        plain_set(plain, ui, plain->field, line);
    }
    leave(&place);
}

void plain_note(struct plain *plain, struct ui *ui, const char *line)
{
    if (strcmp(line, ".") != 0) {
        str_addf(&plain->note, "%s%s", plain->note.len ? "\n" : "", line);
        return;
    }
    plain->noting = false;
    if (plain->note.len)
        plain_set(plain, ui, plain->field, plain->note.data);
    else
        done(plain, ui);
    str_clear(&plain->note);
}

/* The answer to the letters is here. */
void plain_found(struct plain *plain, struct ui *ui)
{
    struct place place = {0};
    const struct choices *choices = look(&place, ui, plain->field) ? hung(&place) : NULL;
    if (!place.field.label) {
        plain_stop_asking(plain, ui);
    } else if (!choices) { /* by its number, where looking up is not for this person */
        plain_press(ui, K_TAB);
        done(plain, ui);
    } else if (choices->items.count == 1) {
        pick(ui, choices, 0);
        done(plain, ui);
    } else if (!choices->items.count) {
        plain_say(plain, _("! %s: nothing is found by “%s”"), place.field.label, plain->wanted);
        plain_press(ui, K_CANCEL);
        clear(ui, &place);
        begin_asking(plain, ui, plain->field);
    } else if (!pick_meant(plain, ui, choices, plain->wanted)) {
        begin_asking(plain, ui, plain->field);
        tell_choices(plain, choices);
        plain->picking = true;
    }
    leave(&place);
}
