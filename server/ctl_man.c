/* man: sections of the manual in mdoc, made from the tables, so that they cannot go stale. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "server/core/verb.h"
#include "server/ctl.h"
#include "server/entity/entity.h"
#include "server/settings.h"

/* Text as it stands on a line of its own: mdoc takes a leading dot or quote, and every backslash, for its own. */
static void put_text(const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
    }
    putchar('\n');
}

static int man_settings(void)
{
    for (size_t i = 0; i < settings_count; i++) {
        const struct setting *row = &settings_table[i];
        printf(".It Ic %s", row->name);
        if (row->kind == SETTING_TEXT)
            printf(" = Dq %s\n", row->text ? row->text : "");
        else if (row->kind == SETTING_NUMBER)
            printf(" = %ld\n", row->number);
        else
            printf(" = %s\n", row->number ? "true" : "false");
        put_text(row->help);
        if (row->kind == SETTING_NUMBER)
            printf("From %ld to %ld.\n", row->min, row->max);
        if (row->live)
            puts("Taken over on\n.Dv SIGHUP .");
    }
    return EX_OK;
}

static void man_arg(const char *name, const char *type, bool required)
{
    printf(".It Ar %s Pq %s%s\n", name, type, required ? ", required" : "");
}

static void man_args(const struct verb *verb)
{
    bool any = verb->nargs > 0 || verb->takes || verb->flags & (VERB_KEYED | VERB_BATCH);
    if (!any)
        return;
    puts(".Bl -tag -width Ds -compact");
    if (verb->takes & TAKES_ID)
        man_arg("id", "id", true);
    if (verb->takes & TAKES_VERSION)
        man_arg("version", "int", true);
    if (verb->flags & VERB_KEYED)
        man_arg("key", "text", true);
    if (verb->takes & (TAKES_REASON | TAKES_REASON_REQUIRED))
        man_arg("reason", "text", (verb->takes & TAKES_REASON_REQUIRED) != 0);
    if (verb->flags & VERB_BATCH)
        man_arg("items", "lines", false);
    for (size_t i = 0; i < verb->nargs; i++) {
        const struct field *arg = &verb->args[i];
        man_arg(arg->name, field_type_name(field_type_of(arg)), arg->required);
        if (arg->help)
            put_text(arg->help);
    }
    puts(".El");
}

static int man_verbs(void)
{
    for (size_t i = 0; i < verb_count(); i++) {
        const struct verb *verb = verb_at(i);
        printf(".It Ic %s\n", verb->name);
        put_text(verb->help ? verb->help : verb->label);
        man_args(verb);
    }
    return EX_OK;
}

static void man_field(const struct field *field)
{
    printf(".It Ar %s Pq %s%s%s\n", field->name, field_type_name(field_type_of(field)), field->required ? ", required" : "",
           field->readonly || field->virtual_ ? ", read only" : "");
    if (field->help)
        put_text(field->help);
}

static int man_entities(void)
{
    for (size_t i = 0; i < entity_count(); i++) {
        const struct entity *entity = entity_at(i);
        printf(".Ss %s\n", entity->name);
        put_text(entity->help ? entity->help : entity->label);
        puts(".Bl -tag -width Ds -compact");
        for (size_t j = 0; j < entity->nfields; j++)
            man_field(&entity->fields[j]);
        puts(".El");
    }
    return EX_OK;
}

int ctl_man(struct ctl *ctl)
{
    const char *section = ctl->argc == 1 ? ctl->argv[0] : "";
    if (strcmp(section, "settings") == 0)
        return man_settings();
    if (strcmp(section, "verbs") == 0)
        return man_verbs();
    if (strcmp(section, "entities") == 0)
        return man_entities();
    fputs("yizhanctl: man settings, verbs or entities\n", stderr);
    return EX_USAGE;
}
