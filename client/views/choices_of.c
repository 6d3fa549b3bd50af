#include "client/views/choices_of.h"

#include <string.h>

#include "client/ui/fuzzy.h"
#include "client/ui/words.h"

static const struct choice yes_no[] = {
    {.code = "true", .label = N_("yes")}, {.code = "false", .label = N_("no")}, {0}};
static const struct choice none[] = {{0}};

const struct choice *choices_of(const struct field *field)
{
    if (field_type_of(field) == FIELD_BOOL)
        return yes_no;
    return field->choices ? field->choices : none;
}

const char *choice_words(const struct app_context *app, const struct choice *choice)
{
    /* Data with one name for all languages: shipped names (roles) are msgids, others come back as they are. */
    if (choice->label_zh_cn && choice->label && strcmp(choice->label_zh_cn, choice->label) == 0)
        return _(choice->label);
    if (choice->label_zh_cn && strcmp(app->language, "zh_CN") == 0)
        return choice->label_zh_cn;
    if (choice->label_zh_tw && strcmp(app->language, "zh_TW") == 0)
        return choice->label_zh_tw;
    return choice->label && *choice->label ? _(choice->label) : choice->code;
}

bool choice_fits(const struct app_context *app, const struct choice *choice, const char *typed)
{
    const char *texts[] = {choice_words(app, choice), choice->code, choice->label, choice->label_zh_cn,
                           choice->label_zh_tw};
    for (size_t i = 0; i < array_len(texts); i++)
        if (texts[i] && fuzzy_begins(typed, texts[i]))
            return true;
    return false;
}

const struct choice *choice_find(const struct choice *choices, const char *code)
{
    for (const struct choice *choice = choices; choice && choice->code; choice++)
        if (strcmp(choice->code, code) == 0)
            return choice;
    return NULL;
}

const char *choice_label_in(const struct app_context *app, const struct choice *choices, const char *code)
{
    const struct choice *choice = choice_find(choices, code);
    return choice ? choice_words(app, choice) : code;
}

const char *choice_label(const struct app_context *app, const struct field *field, const char *code)
{
    return choice_label_in(app, choices_of(field), code);
}
