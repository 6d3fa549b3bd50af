/* What a chart shows: the fields, the step and the kind; kept for each entity and person. */
#include <string.h>

#include "base/arena.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/chart_view-private.h"
#include "client/views/preference.h"
#include "wire/json.h"

static const char *const steps[STEPS] = {"hour", "day", "week", "month", "year"};

static const struct {
    const char *name, *label;
} kinds[CHART_KINDS] = {
    [CHART_BARS] = {"bars", N_("Bars")},
    [CHART_STACKED] = {"stacked", N_("Stacked bars")},
    [CHART_LINE] = {"line", N_("Line chart")},
    [CHART_HEAT] = {"heat", N_("Calendar")},
};

const char *chart_step_name(enum chart_step step)
{
    return steps[step];
}

const char *chart_kind_label(enum chart_kind kind)
{
    return _(kinds[kind].label);
}

bool chart_field_is_time(const struct field *field)
{
    enum field_type type = field_type_of(field);
    return type == FIELD_TIME || type == FIELD_DATE;
}

bool chart_field_fits(const struct field *field)
{
    if (field->pii || field->secret)
        return false;
    enum field_type type = field_type_of(field);
    return type == FIELD_CHOICE || type == FIELD_REF || type == FIELD_BOOL || chart_field_is_time(field);
}

static const struct field *field_named(const struct chart_view *view, const char *name)
{
    const struct field *field = name ? catalogue_field(view->entity, name) : NULL;
    return field && chart_field_fits(field) ? field : NULL;
}

static const struct field *first_choice(const struct chart_view *view, const struct field *but)
{
    for (size_t i = 0; i < view->entity->nfields; i++) {
        const struct field *field = &view->entity->fields[i];
        if (field != but && chart_field_fits(field) && field_type_of(field) == FIELD_CHOICE)
            return field;
    }
    for (size_t i = 0; i < view->entity->nfields; i++)
        if (&view->entity->fields[i] != but && chart_field_fits(&view->entity->fields[i]))
            return &view->entity->fields[i];
    return NULL;
}

/* Only what can be drawn: a calendar has days, a stack has parts. */
static void settle(struct chart_view *view)
{
    if (view->kind == CHART_HEAT && !chart_field_is_time(view->by))
        view->kind = CHART_BARS;
    if (view->kind == CHART_HEAT)
        view->step = STEP_DAY;
    if (view->step == STEP_HOUR && field_type_of(view->by) == FIELD_DATE)
        view->step = STEP_DAY;
    if (view->and == view->by)
        view->and = NULL;
    if (!view->value)
        view->average = false;
    if (view->average && view->kind == CHART_STACKED)
        view->kind = CHART_BARS; /* averages do not add up */
    if (view->kind == CHART_STACKED && !view->and)
        view->and = first_choice(view, view->by);
    view->chart.cursor = 0;
}

/* Whom or what a record is about: each of its own says nothing, and the branch is asked for often enough otherwise. */
static const struct field *first_person(const struct chart_view *view)
{
    for (size_t i = 0; i < view->entity->nfields; i++) {
        const struct field *field = &view->entity->fields[i];
        if (chart_field_fits(field) && field_type_of(field) == FIELD_REF && !field->unique &&
            strcmp(field->name, "branch_id") != 0)
            return field;
    }
    return NULL;
}

/* Records that are named by a number, as ratings are, are drawn as its average. */
static void suit_number(struct chart_view *view)
{
    const struct field *title =
        view->entity->title ? catalogue_field(view->entity, view->entity->title) : NULL;
    const struct field *about = first_person(view);
    if (!title || !field_is_number(title) || strcmp(title->name, "id") == 0 || title->pii || !about)
        return;
    view->by = about;
    view->value = title;
    view->average = true;
}

static void suit(struct chart_view *view)
{
    view->by = field_named(view, view->entity->state);
    if (!view->by)
        view->by = first_choice(view, NULL);
    suit_number(view);
    view->step = STEP_DAY;
    view->kind = view->by && chart_field_is_time(view->by) ? CHART_LINE : CHART_BARS;
}

static enum chart_kind kind_named(const char *name)
{
    for (int i = 0; name && i < CHART_KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return (enum chart_kind)i;
    return CHART_BARS;
}

static enum chart_step step_named(const char *name)
{
    for (int i = 0; name && i < STEPS; i++)
        if (strcmp(steps[i], name) == 0)
            return (enum chart_step)i;
    return STEP_DAY;
}

void chart_view_begin(struct chart_view *view)
{
    const json_t *kept = preference_get(view->app, "settings", view->entity->name, "chart");
    const char *name = NULL;
    suit(view);
    if (json_get_text(kept, "by", &name) == JSON_GET_FOUND && field_named(view, name)) {
        const char *and = NULL, *value = NULL, *step = NULL, *kind = NULL;
        json_get_text(kept, "and", &and);
        json_get_text(kept, "value", &value);
        json_get_text(kept, "step", &step);
        json_get_text(kept, "kind", &kind);
        const struct field *number = value ? catalogue_field(view->entity, value) : NULL;
        view->by = field_named(view, name);
        view->and = field_named(view, and);
        view->value = number && field_is_number(number) ? number : NULL;
        view->average = json_is_true(json_object_get(kept, "average"));
        view->step = step_named(step);
        view->kind = kind_named(kind);
    }
    if (view->by)
        settle(view);
}

bool chart_view_take_face(struct chart_view *view, size_t index)
{
    const struct chart_face *face = &view->faces[index];
    const struct field *by = field_named(view, face->by),
                       *number = face->average ? catalogue_field(view->entity, face->average) : NULL;
    if (!by || (face->average && !number))
        return false;
    view->face = index;
    view->by = by;
    view->and = NULL;
    view->value = number;
    view->average = number != NULL;
    view->step = step_named(face->step);
    view->kind = chart_field_is_time(by) ? CHART_LINE : CHART_BARS;
    settle(view);
    return true;
}

void chart_view_remember(const struct chart_view *view)
{
    if (view->faces)
        return;
    json_t *body = json_pack("{s:s, s:s, s:s}", "by", view->by->name, "step", steps[view->step], "kind",
                             kinds[view->kind].name);
    if (view->and)
        json_object_set_new(body, "and", json_string(view->and->name));
    if (view->value)
        json_object_set_new(body, "value", json_string(view->value->name));
    if (view->average)
        json_object_set_new(body, "average", json_true());
    const json_t *kept = preference_get(view->app, "settings", view->entity->name, "chart");
    if (kept && json_equal(kept, body))
        json_decref(body);
    else
        preference_set(view->app, "settings", view->entity->name, "chart", body, false);
}

/* ---- choosing ---- */

static void chosen(struct chart_view *view)
{
    settle(view);
    chart_view_remember(view);
    chart_view_ask(view);
}

static const struct field *taken(const struct chart_view *view, const struct dialog_answer *answer)
{
    return answer->id < 0 ? NULL : &view->entity->fields[answer->id];
}

static void on_by(void *context, const struct dialog_answer *answer)
{
    struct chart_view *view = context;
    if (answer->key != K_ENTER)
        return;
    bool time = chart_field_is_time(view->by);
    view->by = taken(view, answer);
    if (chart_field_is_time(view->by) && !time && view->kind == CHART_BARS)
        view->kind = CHART_LINE;
    else if (!chart_field_is_time(view->by) && time && view->kind == CHART_LINE)
        view->kind = CHART_BARS;
    chosen(view);
}

static void on_and(void *context, const struct dialog_answer *answer)
{
    struct chart_view *view = context;
    if (answer->key != K_ENTER)
        return;
    view->and = taken(view, answer);
    if (view->and &&view->kind == CHART_BARS)
        view->kind = CHART_STACKED;
    if (!view->and &&view->kind == CHART_STACKED)
        view->kind = CHART_BARS;
    chosen(view);
}

static void on_value(void *context, const struct dialog_answer *answer)
{
    struct chart_view *view = context;
    if (answer->key != K_ENTER)
        return;
    view->value = answer->id < 0 ? NULL : &view->entity->fields[answer->id / 2];
    view->average = answer->id > 0 && answer->id % 2;
    chosen(view);
}

static void offer(struct choices *choices, const struct chart_view *view, size_t index,
                  const struct field *now)
{
    const struct field *field = &view->entity->fields[index];
    choices_add(choices, (int64_t)index, field->label ? _(field->label) : field->name,
                field == now ? "✓" : NULL);
}

void chart_view_choose_by(struct chart_view *view)
{
    struct choices choices;
    choices_init(&choices);
    for (size_t i = 0; i < view->entity->nfields; i++)
        if (chart_field_fits(&view->entity->fields[i]))
            offer(&choices, view, i, view->by);
    dialog_choose(view->app->ui, _("Count by"), &choices, on_by, view);
    choices_finish(&choices);
}

void chart_view_choose_and(struct chart_view *view)
{
    struct choices choices;
    choices_init(&choices);
    choices_add(&choices, -1, _("Not taken apart"), view->and ? NULL : "✓");
    for (size_t i = 0; i < view->entity->nfields; i++) {
        const struct field *field = &view->entity->fields[i];
        if (field != view->by && chart_field_fits(field) && !chart_field_is_time(field))
            offer(&choices, view, i, view->and);
    }
    dialog_choose(view->app->ui, _("Take apart by"), &choices, on_and, view);
    choices_finish(&choices);
}

/* Its sum, and its average: ids are two to a field. */
static void offer_number(struct choices *choices, const struct chart_view *view, size_t index)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct field *field = &view->entity->fields[index];
    const char *label = field->label ? _(field->label) : field->name;
    bool now = field == view->value;
    choices_add(choices, (int64_t)index * 2, label, now && !view->average ? "✓" : NULL);
    choices_add(choices, (int64_t)index * 2 + 1, arena_printf(arena, _("average of %s"), label),
                now && view->average ? "✓" : NULL);
}

void chart_view_choose_value(struct chart_view *view)
{
    struct choices choices;
    choices_init(&choices);
    choices_add(&choices, -1, _("Number of records"), view->value ? NULL : "✓");
    for (size_t i = 0; i < view->entity->nfields; i++) {
        const struct field *field = &view->entity->fields[i];
        bool own = strcmp(field->name, "id") == 0 || strcmp(field->name, "version") == 0;
        if (field_is_number(field) && !own && !field->pii && !field->secret)
            offer_number(&choices, view, i);
    }
    dialog_choose(view->app->ui, _("Show"), &choices, on_value, view);
    choices_finish(&choices);
}

static bool kind_fits(const struct chart_view *view, enum chart_kind kind)
{
    return kind == CHART_HEAT ? chart_field_is_time(view->by)
                              : kind != CHART_STACKED || (!view->average && first_choice(view, view->by));
}

bool chart_view_set_kind(struct chart_view *view, enum chart_kind kind)
{
    if (!kind_fits(view, kind))
        return false;
    view->kind = kind;
    chosen(view);
    return true;
}

void chart_view_next_kind(struct chart_view *view)
{
    enum chart_kind kind = view->kind;
    do {
        kind = (enum chart_kind)((kind + 1) % CHART_KINDS);
    } while (!kind_fits(view, kind));
    chart_view_set_kind(view, kind);
}

void chart_view_next_step(struct chart_view *view)
{
    view->step = (enum chart_step)((view->step + 1) % STEPS);
    if (view->step == STEP_HOUR && field_type_of(view->by) == FIELD_DATE)
        view->step = STEP_DAY;
    if (view->kind == CHART_HEAT)
        view->kind = CHART_LINE; /* a calendar knows days only */
    chosen(view);
}
