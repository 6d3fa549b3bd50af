/* How a form looks: the flow on top, then its fields; and what it says of itself in the breadcrumb. */
#include <string.h>

#include "base/arena.h"
#include "client/ui/flow.h"
#include "client/ui/words.h"
#include "client/views/choices_of.h"
#include "client/views/form-private.h"
#include "client/views/holder.h"
#include "client/views/sheet_linear.h"

enum { STEPS_MAX = 32, TWO_FLOWS_FROM = 16 };

static int place_of(const struct choice *states, const char *value)
{
    for (int i = 0; value && states[i].code; i++)
        if (strcmp(states[i].code, value) == 0)
            return i;
    return -1;
}

/* The way as labels, and the place of the present state on it; -1: it is none of these. A state beside the way is its end: it began as all do, and
 * how far it came is the history's to say. */
static int steps_of(struct form *form, const struct choice *states, const char *value,
                    const char *labels[STEPS_MAX], int *count_r)
{
    int place = states ? place_of(states, value) : -1, current = -1, count = 0;
    bool side = place >= 0 && states[place].side;
    for (int i = 0; states && states[i].code && count < (side ? 1 : STEPS_MAX); i++) {
        if (states[i].side)
            continue;
        if (i == place)
            current = count;
        labels[count++] = choice_words(form->app, &states[i]);
    }
    if (side) {
        labels[count++] = "…";
        current = count;
        labels[count++] = choice_words(form->app, &states[place]);
    }
    *count_r = count;
    return current;
}

static const char *state_of(const struct form *form, const char *column)
{
    return column ? json_string_value(json_object_get(form->row, column)) : NULL;
}

/* The second track of an entity whose actions go by two columns (money beside the job). */
static const struct field *second_track(const struct form *form)
{
    const struct catalogue_entity *entity = form->entity;
    for (size_t i = 0; i < entity->nfields; i++) {
        const struct field *field = &entity->fields[i];
        if (!field->choices || !field->readonly || (entity->state && strcmp(field->name, entity->state) == 0))
            continue;
        size_t len = strlen(field->name);
        if (len > 6 && strcmp(field->name + len - 6, "_state") == 0 && state_of(form, field->name))
            return field;
    }
    return NULL;
}

static int draw_flow(struct form *form, struct canvas *canvas, struct area body)
{
    const char *labels[STEPS_MAX];
    int count, current, used = 0;
    const struct field *second = second_track(form);
    if (form->mode == FORM_NEW || !form->row || !form->entity->states || body.rows < 4)
        return 0;
    current = steps_of(form, form->entity->states, state_of(form, form->entity->state), labels, &count);
    flow_draw(canvas, body.row + used++, body.col, body.cols, labels, count, current);
    if (second && body.rows >= TWO_FLOWS_FROM) {
        current = steps_of(form, second->choices, state_of(form, second->name), labels, &count);
        flow_draw(canvas, body.row + used++, body.col, body.cols, labels, count, current);
    }
    return used;
}

void form_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct form *form = form_of(screen);
    if (form->id && !form->row) {
        canvas_text(canvas, body.row, body.col, body.cols, ROLE_DIM, ALIGN_LEFT, "…");
        return;
    }
    int used = draw_flow(form, canvas, body);
    body.row += used;
    body.rows -= used;
    sheet_draw(&form->sheet, canvas, body);
}

static const char *mode_words(const struct form *form)
{
    if (form->saving || form->acting)
        return _("saving …");
    switch (form->mode) {
    case FORM_NEW: return _("new");
    case FORM_EDIT: return _("edit");
    default: return _("view");
    }
}

static void add_holder(const struct form *form, struct str *out)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *holder = holder_text(form->app, form->entity, form->row, arena);
    if (holder)
        str_addf(out, "  %s", holder);
}

void form_crumb(struct screen *screen, struct str *out)
{
    struct form *form = form_of(screen);
    const json_t *disabled = json_object_get(form->row, "disabled_at");
    const char *state = state_of(form, form->entity->state);
    if (state && form->mode != FORM_NEW)
        str_addf(out, "%s  ", choice_label_in(form->app, form->entity->states, state));
    str_addf(out, "[%s]", mode_words(form));
    if (disabled && !json_is_null(disabled))
        str_addf(out, "  %s", _("out of use"));
    add_holder(form, out);
    if (form->stale)
        str_addf(out, "  %s", _("changed by somebody else meanwhile"));
    if (form->gone)
        str_addf(out, "  %s", _("out of reach"));
    if (form->mode != FORM_VIEW && sheet_dirty(&form->sheet))
        str_add(out, "  *");
}

void form_linear(struct screen *screen, struct linear *linear)
{
    struct form *form = form_of(screen);
    const char *labels[STEPS_MAX];
    int count;
    if (form->id && !form->row) {
        linear->waits = true;
        return;
    }
    form_crumb(screen, &linear->text);
    str_add_char(&linear->text, '\n');
    if (form->row && form->mode != FORM_NEW && form->entity->states) {
        int current =
            steps_of(form, form->entity->states, state_of(form, form->entity->state), labels, &count);
        flow_text(&linear->text, 0, labels, count, current);
    }
    linear->waits = form->saving || form->acting;
    sheet_linear(&form->sheet, linear);
}

void form_plain(struct screen *screen, struct str *out)
{
    struct form *form = form_of(screen);
    const char *labels[STEPS_MAX];
    int count;
    if (form->id && !form->row) {
        str_add(out, "…\n");
        return;
    }
    form_crumb(screen, out);
    str_add_char(out, '\n');
    if (form->row && form->mode != FORM_NEW && form->entity->states) {
        int current =
            steps_of(form, form->entity->states, state_of(form, form->entity->state), labels, &count);
        flow_text(out, 0, labels, count, current);
        str_add_char(out, '\n');
    }
    sheet_plain(&form->sheet, out);
}
