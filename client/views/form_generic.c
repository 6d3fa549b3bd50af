/* What may be done with any record: put out of use, back into it, away. */
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/action.h"
#include "client/views/form-private.h"

static const char *const generic_verbs[] = {"disable", "enable", "delete"};

bool form_may_generic(const struct form *form)
{
    for (size_t i = 0; i < array_len(generic_verbs); i++)
        if (form_may(form, generic_verbs[i]))
            return true;
    return false;
}

static void on_generic(void *context, const struct dialog_answer *answer)
{
    struct form *form = context;
    struct action_target target = {form->id, form->version};
    if (answer->key == K_ENTER)
        action_run_generic(form->app, &form->screen, form->entity, generic_verbs[answer->id], &target,
                           form_acted, form);
}

unsigned form_offer_generic(struct form *form)
{
    static const char *const words[] = {N_("Disable"), N_("Enable"), N_("Delete")};
    struct choices choices;
    choices_init(&choices);
    for (size_t i = 0; i < array_len(generic_verbs); i++)
        if (form_may(form, generic_verbs[i]))
            choices_add(&choices, (int64_t)i, _(words[i]), NULL);
    bool any = choices.items.count > 0;
    if (any)
        dialog_choose(form->app->ui, _("Put out of use"), &choices, on_generic, form);
    choices_finish(&choices);
    return any ? SCREEN_REDRAW : SCREEN_BELL;
}
