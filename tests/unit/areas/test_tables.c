/* The rows of every entity of every area: each thing named is there, each text a person reads is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/areas/base/kinds.h"
#include "server/areas/registry.h"

static int faults;

static void fault(const struct entity *entity, const char *what, const char *which)
{
    print_error("%s: %s %s\n", entity->name, what, which ? which : "");
    faults++;
}

static int set_up(void **state)
{
    registry_register();
    return 0;
}

static bool text_good(const char *text)
{
    size_t len = text ? strlen(text) : 0;
    return len > 0 && text[0] != ' ' && text[len - 1] != ' ';
}

/* Helps are sentences; labels are not. */
static void look_texts(const struct entity *entity, const char *name, const char *label, const char *help)
{
    if (!text_good(label) || strlen(label) > 30 || label[strlen(label) - 1] == '.')
        fault(entity, "label of", name);
    if (!text_good(help) || (help[strlen(help) - 1] != '.' && !strchr(help, '%') && !strstr(help, "…")))
        fault(entity, "help of", name);
}

static bool kind_known(const char *base)
{
    static const char *const others[] = {"role", "district", "permission", "ledger_account"};
    for (size_t i = 0; i < array_len(others); i++) {
        if (strcmp(others[i], base) == 0)
            return true;
    }
    for (const struct choice *kind = base_kinds; kind->code; kind++) {
        if (strcmp(kind->code, base) == 0)
            return true;
    }
    return false;
}

static void look_field(const struct entity *entity, const struct field *field)
{
    look_texts(entity, field->name, field->label, field->help);
    if (field->ref && !entity_find(field->ref))
        fault(entity, "nothing to refer to:", field->name);
    if (field->base && !kind_known(field->base))
        fault(entity, "no such kind of base data:", field->name);
    if (field_type_of(field) == FIELD_CHOICE && !field->choices && !field->base)
        fault(entity, "no choices for", field->name);
    if (field_type_of(field) == FIELD_REF && !field->ref)
        fault(entity, "refers to nothing:", field->name);
    if (field->secret && (field->search || field->sortable))
        fault(entity, "a secret can be found:", field->name);
    if (field->offset >= entity->size && field->offset)
        fault(entity, "outside of the struct:", field->name);
    for (const struct choice *choice = field->choices; choice && choice->code; choice++) {
        if (!text_good(choice->label))
            fault(entity, "choice without label:", choice->code);
    }
}

static void look_named(const struct entity *entity, const char *const *names, const char *where)
{
    for (; names && *names; names++) {
        if (!entity_field(entity, *names))
            fault(entity, where, *names);
    }
}

static void look_sort(const struct entity *entity)
{
    char name[64];
    for (const char *sort = entity->sort ? entity->sort : "-created_at"; *sort;) {
        size_t len = strcspn(sort, " ");
        snprintf(name, sizeof(name), "%.*s", (int)len, sort);
        const struct field *field = entity_field(entity, name + (*name == '-'));
        if (!field || (!field->sortable && !entity->parent))
            fault(entity, "cannot be sorted by", name);
        sort += len + (sort[len] == ' ');
    }
}

static void look_action(const struct entity *entity, const struct action *action)
{
    look_texts(entity, action->name, action->label, action->help);
    if (!action->from)
        fault(entity, "from nowhere:", action->name);
    for (size_t i = 0; i < action->nargs; i++)
        look_texts(entity, action->args[i].name, action->args[i].label, action->args[i].help);
    if (action->reason_base && !kind_known(action->reason_base))
        fault(entity, "no such reasons:", action->name);
}

static void look_tabs(const struct entity *entity)
{
    for (const struct tab *tab = entity->tabs; tab && tab->label; tab++)
        look_named(entity, tab->fields, "no such field in a tab:");
    for (size_t i = 0; i < entity->nfields && entity->tabs; i++) {
        bool shown = entity->fields[i].readonly || (entity->fields[i].virtual_ && !entity->fields[i].no_column);
        for (const struct tab *tab = entity->tabs; tab->label && !shown; tab++) {
            for (const char *const *name = tab->fields; *name && !shown; name++)
                shown = strcmp(*name, entity->fields[i].name) == 0;
        }
        if (!shown && (entity->fields[i].required || !strcmp(entity->name, "employee")))
            fault(entity, "in no tab:", entity->fields[i].name);
    }
}

static void look_entity(const struct entity *entity)
{
    look_texts(entity, entity->name, entity->label, entity->help);
    if (!text_good(entity->plural) || !text_good(entity->area))
        fault(entity, "no plural or area", NULL);
    if (!entity->title || !entity_field(entity, entity->title))
        fault(entity, "no title", entity->title);
    if (!entity->columns || !entity->columns[0])
        fault(entity, "no columns", NULL);
    look_named(entity, entity->columns, "no such column:");
    look_sort(entity);
    look_tabs(entity);
    for (size_t i = 0; i < entity->nfields; i++) {
        look_field(entity, &entity->fields[i]);
        if (entity->fields[i].lines)
            look_entity(entity->fields[i].lines);
    }
    for (size_t i = 0; i < entity->nactions; i++)
        look_action(entity, &entity->actions[i]);
}

static void every_entity(void **state)
{
    assert_true(entity_count() >= 16);
    for (size_t i = 0; i < entity_count(); i++)
        look_entity(entity_at(i));
    assert_int_equal(faults, 0);
}

static void screen_codes_differ(void **state)
{
    for (size_t i = 0; i < entity_count(); i++) {
        const char *code = entity_at(i)->code;
        if (entity_at(i)->flags & ENTITY_HIDDEN)
            continue;
        assert_non_null(code);
        for (size_t j = 0; j < i; j++)
            assert_true(!entity_at(j)->code || strcmp(code, entity_at(j)->code) != 0);
    }
}

/* Denied by default: a verb nobody may be given is a slip. */
static void every_verb_is_permitted_to_somebody(void **state)
{
    for (size_t i = 0; i < verb_count(); i++) {
        const struct verb *verb = verb_at(i);
        if (!verb->permission && !(verb->flags & (VERB_OPEN | VERB_SESSION)))
            fail_msg("%s is reachable by nobody", verb->name);
        if (!text_good(verb->label) || !text_good(verb->help))
            fail_msg("%s has no texts", verb->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entity),
        cmocka_unit_test(screen_codes_differ),
        cmocka_unit_test(every_verb_is_permitted_to_somebody),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
