/* What may be done with any record: put out of use, back into it, away. */
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/form-private.h"

static const struct {
    const char *verb, *label;
} generic[] = {{"disable", N_("Disable")}, {"enable", N_("Enable")}, {"delete", N_("Delete")}};

static size_t count_allowed(const struct form *form, size_t *first_r)
{
    size_t count = 0;
    for (size_t i = array_len(generic); i-- > 0;) {
        if (!form_may(form, generic[i].verb))
            continue;
        *first_r = i;
        count++;
    }
    return count;
}

const char *form_generic_words(const struct form *form)
{
    size_t first = 0, count = count_allowed(form, &first);
    return count > 1 ? _("Put out of use") : count ? _(generic[first].label) : NULL;
}

static void run(struct form *form, size_t which)
{
    struct action_target target = {form->id, form->version};
    action_run_generic(form->app, &form->screen, form->entity, generic[which].verb, &target, form_acted,
                       form);
}

static void on_generic(void *context, const struct dialog_answer *answer)
{
    if (answer->key == K_ENTER)
        run(context, (size_t)answer->id);
}

/* What is the only one asks for its reason, or whether it is meant, by itself. */
unsigned form_offer_generic(struct form *form)
{
    struct choices choices;
    size_t first = 0, count = count_allowed(form, &first);
    if (count == 1)
        run(form, first);
    if (count < 2)
        return count ? SCREEN_REDRAW : SCREEN_BELL;
    choices_init(&choices);
    for (size_t i = 0; i < array_len(generic); i++)
        if (form_may(form, generic[i].verb))
            choices_add(&choices, (int64_t)i, _(generic[i].label), NULL);
    dialog_choose(form->app->ui, _("Put out of use"), &choices, on_generic, form);
    choices_finish(&choices);
    return SCREEN_REDRAW;
}
