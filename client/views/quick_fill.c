#include "client/views/quick_fill.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/words.h"
#include "client/views/text.h"
#include "client/views/value_text.h"

struct filling {
    const struct app_context *app;
    struct arena *arena;
    const struct quick *quick;
    struct quick_slots *slots;
};

static struct quick_slot *slot_of(struct filling *filling, const struct field *field)
{
    for (size_t i = 0; i < filling->slots->count; i++)
        if (filling->slots->items[i].field == field)
            return &filling->slots->items[i];
    return NULL;
}

static bool may_be_typed(const struct field *field)
{
    enum field_type type = field_type_of(field);
    return !field->readonly && type != FIELD_LINES && type != FIELD_FILE && type != FIELD_ID;
}

/* ---- which field a word without a name means ---- */

/* An action's arguments come in their order, the reason last. */
static const struct field *next_argument(struct filling *filling)
{
    const struct catalogue_action *action = filling->quick->action;
    for (size_t i = 0; i < action->nargs; i++)
        if (may_be_typed(&action->args[i]) && !slot_of(filling, &action->args[i]))
            return &action->args[i];
    const struct field *reason = quick_arg_field(action, "reason");
    return reason && !slot_of(filling, reason) ? reason : NULL;
}

static bool is_phone(const char *text)
{
    size_t digits = 0;
    for (const char *at = text; *at; at++) {
        if (!isdigit((unsigned char)*at) && !strchr("+-", *at))
            return false;
        digits += isdigit((unsigned char)*at) != 0;
    }
    return digits >= 7;
}

static const struct field *free_of_type(struct filling *filling, enum field_type type)
{
    const struct catalogue_entity *entity = filling->quick->entity;
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (field_type_of(field) == type && may_be_typed(field) && !slot_of(filling, field))
            return field;
    }
    return NULL;
}

/* Of a new record: a phone and a plate are known by their looks, anything else is its name. */
static const struct field *field_by_looks(struct filling *filling, const char *text)
{
    const struct catalogue_entity *entity = filling->quick->entity;
    const struct field *field = NULL;
    char plate[64];
    if (is_phone(text))
        field = free_of_type(filling, FIELD_PHONE);
    else if (plate_normalise(text, plate, sizeof(plate)))
        field = free_of_type(filling, FIELD_PLATE);
    const struct field *title = entity->title ? catalogue_field(entity, entity->title) : NULL;
    if (!field && title && may_be_typed(title) && !slot_of(filling, title))
        field = title;
    return field ? field : free_of_type(filling, FIELD_TEXT);
}

/* ---- reading ---- */

static void read_value(struct filling *filling, struct quick_slot *slot)
{
    slot->value = slot->label = NULL;
    slot->seek = field_type_of(slot->field) == FIELD_REF && *slot->text;
    if (slot->seek)
        return;
    const char *wrong = value_take(filling->app, filling->arena, slot->field, slot->text, &slot->value);
    if (wrong && !filling->slots->trouble)
        filling->slots->trouble = wrong;
}

static void put(struct filling *filling, const struct field *field, const char *text)
{
    struct quick_slot *slot = slot_of(filling, field);
    if (!slot && filling->slots->count < QUICK_ARGS)
        slot = &filling->slots->items[filling->slots->count++];
    if (!slot)
        return;
    *slot = (struct quick_slot){.field = field, .text = text};
    read_value(filling, slot);
}

/* More words than fields belong to the last text. */
static void append(struct filling *filling, const char *text)
{
    struct quick_slots *slots = filling->slots;
    struct quick_slot *last = slots->count ? &slots->items[slots->count - 1] : NULL;
    bool takes = last && field_type_of(last->field) <= FIELD_NOTE && field_type_of(last->field) != FIELD_ID;
    if (!takes) {
        slots->trouble = text_fill(filling->arena, _("There is no field for {text}"), "text", text, NULL);
        return;
    }
    last->text = arena_printf(filling->arena, "%s %s", last->text, text);
    read_value(filling, last);
}

static const struct field *named(struct filling *filling, const char *name)
{
    const struct quick *quick = filling->quick;
    return quick->action ? quick_arg_field(quick->action, name) : catalogue_field(quick->entity, name);
}

void quick_fill(const struct app_context *app, struct arena *arena, const struct quick *quick,
                struct quick_slots *slots_r)
{
    struct filling filling = {app, arena, quick, slots_r};
    *slots_r = (struct quick_slots){0};
    for (size_t pass = 0; pass < 2; pass++) /* named ones first: they are not free any more */
        for (size_t i = 0; i < quick->nargs; i++) {
            const struct quick_arg *arg = &quick->args[i];
            const struct field *field = NULL;
            if ((arg->name != NULL) == (pass == 1))
                continue;
            if (arg->name)
                field = named(&filling, arg->name);
            else
                field = quick->action ? next_argument(&filling) : field_by_looks(&filling, arg->text);
            if (field && may_be_typed(field))
                put(&filling, field, arg->text);
            else
                append(&filling, arg->text);
        }
}

/* ---- handing over ---- */

static bool is_open(const struct field *field, const struct quick_slots *slots)
{
    for (size_t i = 0; i < slots->count; i++)
        if (strcmp(slots->items[i].field->name, field->name) == 0)
            return !slots->items[i].value;
    return field->required;
}

/* The cursor goes where something is still to be said; with all said it stays on the first. */
static const char *focus_of(const struct quick *quick, const struct quick_slots *slots)
{
    const struct catalogue_action *action = quick->action;
    const struct field *reason = quick_arg_field(action, "reason");
    if (reason && (is_open(reason, slots) || !slots->count))
        return reason->name;
    for (size_t i = 0; i < action->nargs; i++)
        if (is_open(&action->args[i], slots))
            return action->args[i].name;
    return action->nargs ? action->args[action->nargs - 1].name : reason ? reason->name : NULL;
}

json_t *quick_draft(const struct quick *quick, const struct quick_slots *slots)
{
    json_t *fields = json_object();
    for (size_t i = 0; i < slots->count; i++) {
        const struct quick_slot *slot = &slots->items[i];
        json_t *entry =
            slot->value ? json_pack("{s:s}", "value", slot->value) : json_pack("{s:s}", "typed", slot->text);
        if (slot->label)
            json_object_set_new(entry, "label", json_string(slot->label));
        json_object_set_new(fields, slot->field->name, entry);
    }
    json_t *draft = json_pack("{s:o}", "fields", fields);
    const char *focus = focus_of(quick, slots);
    if (focus)
        json_object_set_new(draft, "focus", json_string(focus));
    return draft;
}

json_t *quick_prefill(struct arena *arena, const struct quick_slots *slots)
{
    json_t *values = json_object();
    for (size_t i = 0; i < slots->count; i++) {
        const struct quick_slot *slot = &slots->items[i];
        if (!slot->value)
            continue;
        json_object_set_new(values, slot->field->name, value_to_json(slot->field, slot->value));
        if (slot->label)
            json_object_set_new(values, label_name(arena, slot->field->name), json_string(slot->label));
    }
    return values;
}
