/* Two states of a record, field by field: what is another. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "client/ui/words.h"
#include "client/views/as_of.h"
#include "client/views/ask.h"
#include "client/views/compare.h"
#include "client/views/open.h"
#include "client/views/shorthand.h"
#include "client/views/text.h"
#include "model/catalogue.h"

struct difference {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    int64_t id;
    char *title;
    json_t *rows[2]; /* NULL: not here yet */
    char heads[2][32];
    VEC(const struct field *) fields; /* those that differ */
    struct compare compare;
};

static struct difference *difference_of(struct screen *screen)
{
    return container_of(screen, struct difference, screen);
}

static size_t count(void *context)
{
    return ((struct difference *)context)->fields.count;
}

static void line(void *context, struct arena *arena, size_t index, struct compare_line *line_r)
{
    struct difference *difference = context;
    const struct field *field = difference->fields.items[index];
    line_r->label = field->label ? _(field->label) : field->name;
    for (int i = 0; i < 2; i++)
        line_r->texts[i] = compare_value(difference->app, arena, field, difference->rows[i]);
}

/* Version and time of change differ always: they say nothing. */
static bool is_told(const struct field *field)
{
    return strcmp(field->name, "version") != 0 && strcmp(field->name, "updated_at") != 0 && !field->secret;
}

static void find_fields(struct difference *difference)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    vec_clear(&difference->fields);
    for (size_t i = 0; i < difference->entity->nfields; i++) {
        const struct field *field = &difference->entity->fields[i];
        const char *was = compare_value(difference->app, arena, field, difference->rows[0]);
        if (is_told(field) &&
            strcmp(was, compare_value(difference->app, arena, field, difference->rows[1])) != 0)
            vec_push(&difference->fields, field);
    }
}

static void take_row(struct difference *difference, int side, const struct answer *answer)
{
    if (answer->code) {
        answer_say(difference->app, difference->entity, answer);
        return;
    }
    json_decref(difference->rows[side]);
    difference->rows[side] = json_deep_copy(answer->object);
    if (difference->rows[0] && difference->rows[1])
        find_fields(difference);
}

static void on_first(struct screen *screen, const struct answer *answer, void *context)
{
    (void)screen;
    take_row(context, 0, answer);
}

static void on_second(struct screen *screen, const struct answer *answer, void *context)
{
    (void)screen;
    take_row(context, 1, answer);
}

static unsigned key(struct screen *screen, const struct key *pressed)
{
    struct difference *difference = difference_of(screen);
    if (compare_key(&difference->compare, pressed))
        return SCREEN_REDRAW;
    return pressed->code == K_VIEW ? SCREEN_REDRAW | SCREEN_CLOSE : SCREEN_UNUSED;
}

static void draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct difference *difference = difference_of(screen);
    bool here = difference->rows[0] && difference->rows[1];
    if (difference->fields.count)
        compare_draw(&difference->compare, canvas, body);
    else
        canvas_text(canvas, body.row, body.col, body.cols, ROLE_DIM, ALIGN_LEFT,
                    here ? _("Nothing differs") : "…");
}

static void title(struct screen *screen, struct str *out)
{
    str_addf(out, "%s: %s", _("Differences"), difference_of(screen)->title);
}

static void crumb(struct screen *screen, struct str *out)
{
    struct difference *difference = difference_of(screen);
    str_addf(out, "%s → %s  %zu", difference->heads[0], difference->heads[1], difference->fields.count);
}

static void keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_CANCEL, _("Back"), 0);
    key_bar_add(bar, K_HELP, _("Help"), 1);
}

static void linear(struct screen *screen, struct linear *out)
{
    compare_linear(&difference_of(screen)->compare, out);
}

static void plain(struct screen *screen, struct str *out)
{
    compare_plain(&difference_of(screen)->compare, out);
}

static void closed(struct screen *screen)
{
    struct difference *difference = difference_of(screen);
    json_decref(difference->rows[0]);
    json_decref(difference->rows[1]);
    vec_finish(&difference->fields);
    free(difference->title);
    free(difference);
}

static const struct screen_ops ops = {
    .name = "difference",
    .key = key,
    .draw = draw,
    .title = title,
    .crumb = crumb,
    .keys = keys,
    .plain = plain,
    .linear = linear,
    .close = closed,
};

static void read_side(struct difference *difference, struct instant at, int side)
{
    char when[TIME_TEXT_SIZE];
    json_t *args = json_pack("{s:I}", "id", (json_int_t)difference->id);
    if (!instant_is_nil(at))
        json_object_set_new(args, "at", json_string(time_print(when, sizeof(when), at)));
    if (instant_is_nil(at))
        snprintf(difference->heads[side], sizeof(difference->heads[side]), "%s", _("Now"));
    else
        shorthand_print(difference->heads[side], sizeof(difference->heads[side]), difference->app->who.zone,
                        at);
    ask(difference->app, &difference->screen, verb_of(difference->entity->name, "get"), args, CALL_READ, NULL,
        side ? on_second : on_first, difference);
}

void difference_open(struct app_context *app, const struct catalogue_entity *entity, int64_t id,
                     const char *words, struct instant first, struct instant second)
{
    struct difference *difference = memory_zeroed(1, sizeof(*difference));
    *difference = (struct difference){.app = app, .entity = entity, .id = id};
    difference->screen.ops = &ops;
    difference->title = memory_strdup(words);
    difference->compare = (struct compare){.heads = {difference->heads[0], difference->heads[1]},
                                           .sides = 2,
                                           .count = count,
                                           .line = line,
                                           .context = difference};
    open_screen(app, &difference->screen);
    read_side(difference, first, 0);
    read_side(difference, second, 1);
}
