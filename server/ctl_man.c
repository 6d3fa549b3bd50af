/* man: sections of the manual in mdoc, made from the tables, so that they cannot go stale. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "server/core/verb.h"
#include "server/ctl.h"
#include "server/entity/entity.h"
#include "server/settings.h"

/* Text on lines of its own, a sentence on each, as mdoc wants it; a leading dot or quote and every backslash are mdoc's own. */
static void put_text(const char *text)
{
    bool begin = true;
    for (const char *c = text; *c; c++) {
        bool ended = c >= text + 2 && *c == ' ' && strchr(".?!:", c[-1]) && c[-2] != ' ';
        if (ended && (isupper((unsigned char)c[1]) || isdigit((unsigned char)c[1]))) {
            putchar('\n');
            begin = true;
            continue;
        }
        if (begin && (*c == '.' || *c == '\''))
            fputs("\\&", stdout);
        if (*c == '\\')
            fputs("\\e", stdout);
        else
            putchar(*c);
        begin = false;
    }
    putchar('\n');
}

static void man_setting(const struct setting *row)
{
    if (row->kind == SETTING_TEXT && !row->text)
        printf(".It Ic %s\n", row->name);
    else if (row->kind == SETTING_TEXT)
        printf(".It Ic %s = Dq %s\n", row->name, row->text);
    else if (row->kind == SETTING_NUMBER)
        printf(".It Ic %s = %ld\n", row->name, row->number);
    else
        printf(".It Ic %s = %s\n", row->name, row->number ? "true" : "false");
    put_text(row->help);
    if (row->kind == SETTING_NUMBER)
        printf("From %ld to %ld.\n", row->min, row->max);
    if (row->live)
        puts("Taken over on\n.Dv SIGHUP .");
}

static int man_settings(void)
{
    for (size_t i = 0; i < settings_count; i++)
        man_setting(&settings_table[i]);
    return EX_OK;
}

/* ---- fields and arguments ---- */

static void put_codes(const struct choice *choices)
{
    fputs("One of", stdout);
    for (const struct choice *choice = choices; choice->code; choice++)
        printf("\n.Cm %s%s", choice->code, choice[1].code ? " ," : " .");
    putchar('\n');
}

static void put_bounds(const struct field *field)
{
    enum field_type type = field_type_of(field);
    if (field->ref)
        printf("The id of a row of\n.Ic %s .\n", field->ref);
    if (field->choices)
        put_codes(field->choices);
    if (field->base)
        printf("A code of the base data\n.Ic %s .\n", field->base);
    if (type == FIELD_TEXT || type == FIELD_NOTE || type == FIELD_CODE)
        printf("At most %" PRIu32 " characters.\n", field_max(field));
    if (field->unique)
        puts("Unique.");
}

static void put_item(const struct field *field)
{
    const char *type = field_type_name(field_type_of(field));
    bool fixed = field->readonly || field->virtual_;
    printf(".It Ar %s Pq %s%s%s%s\n", field->name, *type ? type : "object",
           field->required ? ", required" : "", fixed ? ", read only" : "",
           field->create_only && !fixed ? ", fixed after create" : "");
}

static void put_field(const struct field *field)
{
    put_item(field);
    if (field->help)
        put_text(field->help);
    put_bounds(field);
}

static void put_lines(const struct field *field)
{
    for (size_t i = 0; i < field->lines->nfields; i++) {
        const struct field *member = &field->lines->fields[i];
        printf(".It Ar %s[].%s Pq %s%s\n", field->name, member->name, field_type_name(field_type_of(member)),
               member->required ? ", required" : "");
        if (member->help)
            put_text(member->help);
    }
}

static void put_fields(const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_field(&fields[i]);
        if (fields[i].lines)
            put_lines(&fields[i]);
    }
}

/* ---- verbs ---- */

static void put_reserved(const char *name, const char *type, bool required)
{
    printf(".It Ar %s Pq %s%s\n", name, type, required ? ", required" : "");
}

static void man_args(const struct verb *verb)
{
    if (!verb->nargs && !(verb->takes & ~(unsigned)TAKES_ANY) && !(verb->flags & (VERB_KEYED | VERB_BATCH)))
        return;
    puts(".Bl -tag -width Ds -compact");
    if (verb->takes & TAKES_ID)
        put_reserved("id", "id", true);
    if (verb->takes & TAKES_VERSION)
        put_reserved("version", "int", true);
    if (verb->flags & VERB_KEYED)
        put_reserved("key", "text", true);
    if (verb->takes & (TAKES_REASON | TAKES_REASON_REQUIRED))
        put_reserved("reason", "text", (verb->takes & TAKES_REASON_REQUIRED) != 0);
    if (verb->flags & VERB_BATCH)
        put_reserved("items", "lines", false);
    put_fields(verb->args, verb->nargs);
    puts(".El");
}

static void man_who(const struct verb *verb)
{
    if (verb->flags & VERB_OPEN)
        puts("Heard before login.");
    else if (verb->flags & VERB_SESSION)
        puts(verb->flags & VERB_OURS ? "Every session has it but third parties'." : "Every session has it.");
    else if (!verb->permission)
        puts("Nobody has it.");
    else if (strcmp(verb->permission, verb->name) != 0)
        printf("Needs the permission\n.Ic %s .\n", verb->permission);
}

static int man_verbs(void)
{
    for (size_t i = 0; i < verb_count(); i++) {
        const struct verb *verb = verb_at(i);
        printf(".It Ic %s\n", verb->name);
        put_text(verb->help ? verb->help : verb->label);
        man_who(verb);
        man_args(verb);
    }
    return EX_OK;
}

/* ---- entities ---- */

static const char *scope_text(const struct entity *entity)
{
    static const char *const texts[] = {
        [SCOPE_COMPANY] = "Its rows are the whole company's.",
        [SCOPE_BRANCH] = "Each row belongs to a branch.",
        [SCOPE_SHARED] = "A row belongs to a branch or, without one, to the whole company.",
    };
    return texts[entity->scope];
}

static void man_states(const struct entity *entity)
{
    if (!entity->states)
        return;
    puts(".Pp\nStates:");
    for (const struct choice *state = entity->states; state->code; state++)
        printf(".Cm %s%s\n", state->code, state[1].code ? " ," : " .");
}

static void man_action(const struct entity *entity, const struct action *action)
{
    printf(".It Ic %s.%s\nFrom\n.Cm %s", entity->name, action->name,
           strcmp(action->from, "*") == 0 ? "any" : action->from);
    if (action->to)
        printf("\nto\n.Cm %s", action->to);
    puts(" .");
    if (action->key)
        printf("Key\n.Ql %c .\n", action->key);
}

static void man_flow(const struct entity *entity)
{
    if (!entity->nactions)
        return;
    puts(".Pp\nSteps:\n.Bl -tag -width Ds -compact");
    for (size_t i = 0; i < entity->nactions; i++)
        man_action(entity, &entity->actions[i]);
    puts(".El");
}

static int man_entities(void)
{
    for (size_t i = 0; i < entity_count(); i++) {
        const struct entity *entity = entity_at(i);
        printf(".Ss %s\n", entity->name);
        put_text(entity->help ? entity->help : entity->label);
        puts(scope_text(entity));
        if (entity->nfields) {
            puts(".Bl -tag -width Ds -compact");
            put_fields(entity->fields, entity->nfields);
            puts(".El");
        }
        man_states(entity);
        man_flow(entity);
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
