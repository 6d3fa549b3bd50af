/* The place by look-up: landmarks and districts by name, pinyin or initials, taken with their coordinates. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "client/desks/call-private.h"
#include "client/desks/order.h"
#include "client/ui/dialog.h"
#include "client/ui/fuzzy.h"
#include "client/ui/words.h"
#include "client/views/text.h"

/* The field of an address that has the cursor; NULL: none. */
static const char *here(struct call *call)
{
    const struct sheet_entry *entry = sheet_current(&call->sheet);
    bool place =
        entry && (strcmp(entry->field->name, "place") == 0 || strcmp(entry->field->name, "destination") == 0);
    return place ? entry->field->name : NULL;
}

int call_language(const struct call *call)
{
    return strcmp(call->app->language, "zh_CN") == 0 ? 1 : strcmp(call->app->language, "zh_TW") == 0 ? 2 : 0;
}

bool call_place_offered(struct call *call)
{
    return here(call) && call->places.districts.count && !call->saving;
}

static bool fits(const struct place_district *place, const char *typed)
{
    for (size_t i = 0; i < array_len(place->names); i++)
        if (place->names[i] && fuzzy_begins(typed, place->names[i]))
            return true;
    return place->address && fuzzy_begins(typed, place->address);
}

/* Landmarks before districts, small before large: so from the end of the ranks. */
static size_t find(struct call *call, const char *typed, const struct place_district *found[], size_t max)
{
    size_t count = 0;
    for (int rank = 4; rank > 0; rank--)
        vec_each(const struct place_district, place, &call->places.districts)
        {
            if (place->rank == rank && count < max && (!*typed || fits(place, typed)))
                found[count++] = place;
        }
    return count;
}

void call_place_names(struct call *call, void (*each)(void *context, const char *name), void *context)
{
    enum { SHOWN = 3 };
    const struct place_district *found[SHOWN];
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *name = here(call), *typed = name ? call_typed(call, name) : NULL;
    size_t count = typed && call->sheet.edited ? find(call, typed, found, SHOWN) : 0;
    for (size_t i = 0; i < count; i++)
        each(context, place_words(&call->places, found[i], call_language(call), arena));
}

static void take(struct call *call, const struct place_district *place)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *name = here(call);
    bool destination = name && strcmp(name, "destination") == 0;
    char at[64];
    if (!name)
        return;
    call->filling = true;
    sheet_set(&call->sheet, name, place_words(&call->places, place, call_language(call), arena), NULL);
    sheet_set(&call->sheet, destination ? "destination_coordinates" : "coordinates",
              place_print(at, sizeof(at), place->at), NULL);
    call->filling = false;
    call_next_field(call);
    call_next_field(call);
    call_facts_changed(call);
}

static void on_place(void *context, const struct dialog_answer *answer)
{
    struct call *call = context;
    if (answer->key == K_ENTER && answer->id >= 0 && (size_t)answer->id < call->places.districts.count)
        take(call, &call->places.districts.items[answer->id]);
}

static void offer(struct call *call, struct choices *choices, const struct place_district *const found[],
                  size_t count)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    for (size_t i = 0; i < count; i++) {
        const struct place_district *place = found[i];
        int language = call_language(call);
        char at[64];
        choices_add(choices, place - call->places.districts.items,
                    place_words(&call->places, place, language, arena),
                    place_print(at, sizeof(at), place->at));
    }
}

/* What was typed narrows them; the only one is taken at once. */
void call_find_place(struct call *call)
{
    enum { MOST = 300 };
    const struct place_district *found[MOST];
    struct choices choices;
    const char *name = here(call), *typed = name ? call_typed(call, name) : NULL;
    bool letters = typed && *typed && call->sheet.edited;
    size_t count = find(call, letters ? typed : "", found, MOST);
    if (!count) {
        ui_say(call->app->ui, ROLE_ERROR, "%s", _("No landmark or district is found by these letters"));
        return;
    }
    if (letters && count == 1) {
        take(call, found[0]);
        return;
    }
    choices_init(&choices);
    offer(call, &choices, found, count);
    dialog_choose(call->app->ui, _("Place"), &choices, on_place, call);
    choices_finish(&choices);
}
