/* What hangs under the field: the choices that fit the letters, or the records that the server found. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/ui/palette.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/choices_of.h"
#include "client/views/lookup.h"
#include "client/views/lookup_new.h"
#include "client/views/sheet-private.h"
#include "client/views/text.h"
#include "model/catalogue.h"
#include "wire/json.h"

bool sheet_pop_wanted(const struct sheet_entry *entry)
{
    enum field_type type = field_type_of(entry->field);
    return type == FIELD_REF || type == FIELD_CHOICE || type == FIELD_BOOL;
}

void sheet_pop_close(struct sheet *sheet)
{
    if (sheet->asked)
        ask_cancel(sheet->app, sheet->asked);
    sheet->asked = 0;
    sheet->take_unique = sheet->forward = false;
    sheet->pop.open = sheet->pop.waiting = false;
    choices_clear(&sheet->pop);
}

/* The ids are places in the field's choices. */
static void fill_choices(struct sheet *sheet, const struct sheet_entry *entry, const char *typed)
{
    const struct choice *choices = choices_of(entry->field);
    bool coded = field_type_of(entry->field) != FIELD_BOOL;
    choices_clear(&sheet->pop);
    for (size_t i = 0; choices[i].code; i++) {
        const char *words = choice_words(sheet->app, &choices[i]);
        if (choices[i].disabled || (*typed && !choice_fits(sheet->app, &choices[i], typed)))
            continue;
        choices_add(&sheet->pop, (int64_t)i, words, coded ? choices[i].code : NULL);
    }
}

static void take(struct sheet *sheet, const struct choices_item *item)
{
    struct sheet_entry *entry = sheet_current(sheet);
    if (field_type_of(entry->field) == FIELD_REF) {
        char id[24];
        snprintf(id, sizeof(id), "%" PRId64, item->id);
        char *words = memory_strdup(item->text);
        sheet_drop(sheet);
        sheet_put(sheet, entry, id, words);
        free(words);
    } else {
        const char *code = choices_of(entry->field)[item->id].code;
        sheet_drop(sheet);
        sheet_put(sheet, entry, code, NULL);
    }
    sheet_begin(sheet);
}

void sheet_pop_take(struct sheet *sheet)
{
    const struct choices_item *item = choices_current(&sheet->pop);
    if (item)
        take(sheet, item);
}

/* The answer to the letters typed last: earlier questions were taken back. */
static void on_found(struct screen *screen, const struct answer *answer, void *context)
{
    struct sheet *sheet = context;
    (void)screen;
    bool unique = sheet->take_unique, forward = sheet->forward;
    sheet->asked = 0;
    sheet->take_unique = false;
    sheet->pop.waiting = false;
    if (!sheet_current(sheet))
        return;
    if (answer->code) {
        sheet_pop_close(sheet);
        answer_say(sheet->app, NULL, answer);
        return;
    }
    lookup_fill(sheet->app, &sheet->pop, sheet_current(sheet)->field->ref, answer->object);
    if (!unique)
        return;
    const struct choices_item *only = choices_unique(&sheet->pop);
    if (only) {
        take(sheet, only);
        sheet_move(sheet, forward ? 1 : -1);
        return;
    }
    ahead_forget(&sheet->app->ui->ahead); /* it was meant for the next field */
    if (!sheet->pop.items.count) {
        ui_say(sheet->app->ui, ROLE_ERROR, "%s", _("Nothing is found by these letters"));
    }
}

static void ask_records(struct sheet *sheet, const struct sheet_entry *entry, const char *typed)
{
    if (sheet->asked)
        ask_cancel(sheet->app, sheet->asked);
    if (!lookup_may(sheet->app, entry->field->ref)) {
        ui_say(sheet->app->ui, ROLE_ERROR, "%s",
               _("You may not look these up: type the number of the record"));
        return;
    }
    sheet->asked = lookup_ask(sheet->app, sheet->screen, entry->field->ref, typed, on_found, sheet);
    sheet->pop.waiting = sheet->asked != 0;
    sheet->pop.open = true;
}

static void narrow(struct sheet *sheet, const struct sheet_entry *entry, const char *typed)
{
    if (field_type_of(entry->field) == FIELD_REF) {
        ask_records(sheet, entry, typed);
        return;
    }
    fill_choices(sheet, entry, typed);
    sheet->pop.open = true; /* with nothing that fits it says so */
}

void sheet_pop_typed(struct sheet *sheet)
{
    const struct sheet_entry *entry = sheet_current(sheet);
    if (!sheet_pop_wanted(entry))
        return;
    const char *typed = input_text(&sheet->input);
    if (*typed)
        narrow(sheet, entry, typed);
    else
        sheet_pop_close(sheet);
}

/* ---- from the whole list, or made on the spot ---- */

static void on_record(struct screen *screen, int64_t id, const char *words, void *context)
{
    struct sheet *sheet = context;
    struct sheet_entry *entry = sheet_current(sheet);
    char text[24];
    (void)screen;
    if (!entry || field_type_of(entry->field) != FIELD_REF)
        return;
    snprintf(text, sizeof(text), "%" PRId64, id);
    sheet_drop(sheet);
    sheet_put(sheet, entry, text, words);
    sheet_begin(sheet);
    sheet_move(sheet, 1);
    ui_redraw(sheet->app->ui);
}

bool sheet_pop_may_create(const struct sheet *sheet, const struct sheet_entry *entry)
{
    return field_type_of(entry->field) == FIELD_REF && lookup_new_may(sheet->app, entry->field->ref);
}

void sheet_pop_create(struct sheet *sheet)
{
    const struct sheet_entry *entry = sheet_current(sheet);
    char *typed = memory_strdup(sheet->edited ? input_text(&sheet->input) : "");
    sheet_pop_close(sheet);
    lookup_new(sheet->app, sheet->screen, catalogue_entity(sheet->app->catalogue, entry->field->ref), typed,
               on_record, sheet);
    free(typed);
}

static void open_list_of(struct sheet *sheet, const struct sheet_entry *entry)
{
    char *typed = memory_strdup(sheet->edited ? input_text(&sheet->input) : "");
    sheet_pop_close(sheet);
    lookup_list(sheet->app, sheet->screen, catalogue_entity(sheet->app->catalogue, entry->field->ref), typed,
                on_record, sheet);
    free(typed);
}

void sheet_pop_open(struct sheet *sheet)
{
    const struct sheet_entry *entry = sheet_current(sheet);
    if (sheet->pop.open && field_type_of(entry->field) == FIELD_REF &&
        lookup_may(sheet->app, entry->field->ref)) {
        open_list_of(sheet, entry);
        return;
    }
    narrow(sheet, entry, sheet->edited ? input_text(&sheet->input) : "");
}

enum screen_wait sheet_waiting(const struct sheet *sheet)
{
    return sheet->asked && sheet->take_unique ? SCREEN_WAITS : SCREEN_READY;
}

bool sheet_settle(struct sheet *sheet, bool forward)
{
    const struct sheet_entry *entry = sheet_current(sheet);
    if (!entry || !sheet->editing || !sheet->edited || field_type_of(entry->field) != FIELD_REF ||
        !*input_text(&sheet->input) || !lookup_may(sheet->app, entry->field->ref))
        return true;
    const struct choices_item *only = choices_unique(&sheet->pop);
    if (sheet->asked || !sheet->pop.open) {
        if (!sheet->asked)
            ask_records(sheet, entry, input_text(&sheet->input));
        sheet->take_unique = true;
        sheet->forward = forward;
        return false;
    }
    if (only)
        take(sheet, only);
    else if (!sheet->pop.items.count) {
        ui_say(sheet->app->ui, ROLE_ERROR, "%s", _("Nothing is found by these letters"));
        return false;
    }
    return true;
}
