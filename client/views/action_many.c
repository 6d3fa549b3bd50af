/* One action on many records: sent some at a time, so that a person sees it go on and can stop it between. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "client/ui/words.h"
#include "client/views/action-private.h"
#include "client/views/ask.h"
#include "client/views/sheet_dialog.h"
#include "client/views/text.h"
#include "model/catalogue.h"
#include "wire/json.h"

enum { AT_ONCE = 20, BAR_CELLS = 20 };

void doing_free_items(struct doing *doing)
{
    for (size_t i = 0; doing->words && i < doing->count; i++)
        free(doing->words[i]);
    free(doing->words);
    free(doing->did);
    free(doing->versions);
}

static size_t chunk_end(const struct doing *doing)
{
    return MIN(doing->next_item + AT_ONCE, doing->count);
}

static size_t place_of(const struct doing *doing, int64_t id)
{
    size_t i = doing->next_item;
    while (i < chunk_end(doing) && doing->targets[i].id != id)
        i++;
    return i;
}

static void take_item(struct doing *doing, const json_t *item)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const json_t *error = json_object_get(item, "err");
    int64_t id = 0;
    json_get_int(item, "id", &id);
    size_t place = place_of(doing, id);
    if (place == chunk_end(doing))
        return;
    doing->did[place] = !error;
    doing->good += !error;
    doing->versions[place] = NIL;
    json_get_int(json_object_get(item, "ok"), "version", &doing->versions[place]);
    if (error && !doing->words[place])
        doing->words[place] = memory_strdup(error_text(arena, doing->entity, error));
}

static void say_progress(const struct doing *doing)
{
    struct str bar cleanup(cleanup_str);
    size_t full = doing->next_item * BAR_CELLS / doing->count;
    str_init(&bar, NULL);
    for (size_t i = 0; i < BAR_CELLS; i++)
        str_add(&bar, i < full ? "█" : "░");
    ui_say(doing->app->ui, ROLE_NORMAL, _("%s: %s %zu of %zu, ^C stops"), doing->label, bar.data,
           doing->next_item, doing->count);
}

/* "3 done, 1 refused: …" with the first refusal's words. */
static void say_results(const struct doing *doing)
{
    const char *words = NULL;
    size_t refused = 0;
    for (size_t i = 0; i < doing->count; i++) {
        if (!words)
            words = doing->words[i];
        refused += doing->words[i] != NULL;
    }
    size_t left = doing->count - doing->good - refused;
    if (left)
        ui_say(doing->app->ui, ROLE_ERROR, _("%s: stopped, %zu done, %zu refused, %zu left"), doing->label,
               doing->good, refused, left);
    else if (refused)
        ui_say(doing->app->ui, ROLE_ERROR, _("%s: %zu done, %zu refused: %s"), doing->label, doing->good,
               refused, words ? words : "");
    else
        ui_say(doing->app->ui, ROLE_GOOD, _("%s: %zu done"), doing->label, doing->good);
}

static void refuse_chunk(struct doing *doing, const struct answer *answer)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *words = answer_text(arena, doing->entity, answer);
    for (size_t i = doing->next_item; i < chunk_end(doing); i++)
        doing->words[i] = memory_strdup(words);
}

static void on_chunk(struct screen *screen, const struct answer *answer, void *context)
{
    struct doing *doing = context;
    const json_t *items = json_object_get(answer->object, "items");
    (void)screen;
    if (doing->next_item == 0 && doing_accuse(doing, answer)) {
        doing->sent = false; /* the values can be put right and sent again */
        return;
    }
    sheet_dialog_close(doing->app, doing->dialog);
    for (size_t i = 0; i < json_array_size(items); i++)
        take_item(doing, json_array_get(items, i));
    if (answer->code)
        refuse_chunk(doing, answer);
    doing->next_item = chunk_end(doing);
    if (!answer->code && !doing->stop && doing->next_item < doing->count) {
        say_progress(doing);
        doing_send_many(doing);
        return;
    }
    doing->sent = false;
    say_results(doing);
    doing_finish(doing, answer);
}

void doing_send_many(struct doing *doing)
{
    json_t *args = doing->values ? json_deep_copy(doing->values) : json_object(), *items = json_array();
    if (!doing->did) {
        doing->did = memory_zeroed(doing->count, sizeof(*doing->did));
        doing->words = memory_zeroed(doing->count, sizeof(*doing->words));
        doing->versions = memory_zeroed(doing->count, sizeof(*doing->versions));
    }
    for (size_t i = doing->next_item; i < chunk_end(doing); i++)
        json_array_append_new(items, json_pack("{s:I, s:I}", "id", (json_int_t)doing->targets[i].id,
                                               "version", (json_int_t)doing->targets[i].version));
    json_object_set_new(args, "items", items);
    ask(doing->app, ui_find(doing->app->ui, doing->screen), verb_of(doing->entity->name, doing->name), args,
        CALL_CHANGES, NULL, on_chunk, doing);
}
