#include "client/views/sheet_linear.h"

#include "client/ui/words.h"
#include "client/views/sheet-private.h"
#include "wire/json.h"

static size_t count(void *context)
{
    return ((struct sheet *)context)->entries.count;
}

static size_t at(void *context)
{
    return ((struct sheet *)context)->focus;
}

static void go(void *context, size_t index)
{
    sheet_go(context, index);
}

static const struct choices *hung(void *context)
{
    const struct sheet *sheet = context;
    return sheet->pop.open ? &sheet->pop : NULL;
}

static enum linear_kind kind_of(const struct sheet_entry *entry)
{
    switch (field_type_of(entry->field)) {
    case FIELD_NOTE: return LINEAR_NOTE;
    case FIELD_CHOICE:
    case FIELD_BOOL: return LINEAR_CHOICE;
    case FIELD_REF: return LINEAR_RECORD;
    case FIELD_SET:
    case FIELD_LINES: return LINEAR_OPENED;
    default: return LINEAR_TEXT;
    }
}

static const char *value_of(struct sheet *sheet, struct arena *arena, const struct sheet_entry *entry)
{
    if (field_type_of(entry->field) == FIELD_LINES)
        return json_array_size(entry->lines) ? arena_printf(arena, "%zu", json_array_size(entry->lines)) : "";
    if (sheet->editing && sheet->edited && entry == sheet_current(sheet) && !entry->field->secret)
        return field_type_of(entry->field) == FIELD_NOTE ? textarea_text(&sheet->note)
                                                         : input_text(&sheet->input);
    return sheet_text(sheet, arena, entry);
}

/* With what stands now, where that is told. */
static const char *label_with_now(struct arena *arena, const struct sheet_entry *entry)
{
    const char *label = entry->field->label ? _(entry->field->label) : entry->field->name;
    if (!entry->now)
        return label;
    const char *now = arena_printf(arena, _("now: %s"), *entry->now ? entry->now : "–");
    return arena_printf(arena, "%s (%s)", label, now);
}

static bool field(void *context, struct arena *arena, size_t index, struct linear_field *field_r)
{
    struct sheet *sheet = context;
    const struct sheet_entry *entry = &sheet->entries.items[index];
    if (!sheet_entry_shown(sheet, entry))
        return false;
    *field_r = (struct linear_field){
        .name = entry->field->name,
        .label = label_with_now(arena, entry),
        .value = value_of(sheet, arena, entry),
        .help = entry->field->help ? _(entry->field->help) : NULL,
        .trouble = entry->trouble,
        .kind = kind_of(entry),
        .required = entry->field->required,
        .secret = entry->field->secret,
        .fixed = sheet_entry_fixed(sheet, entry),
    };
    return true;
}

static const struct linear_form form = {.count = count, .field = field, .at = at, .go = go, .hung = hung};

void sheet_linear(struct sheet *sheet, struct linear *linear)
{
    linear->form = &form;
    linear->form_context = sheet;
}
