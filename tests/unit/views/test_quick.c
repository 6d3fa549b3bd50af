/* What a line of the command line means, and that what is written is read as the same. */
#include "../test.h"

#include <string.h>

#include "base/arena.h"
#include "client/views/quick.h"
#include "quick_catalogue.h"

/* Kinds by a letter (Sum, List, New, Record, Action), then the entity, what finds the record or filters the list, the action, and the arguments. */
static const struct {
    const char *line, *means;
} lines[] = {
    {"", "-"},
    {" ", "-"},
    {"zz", "-"},
    {"zz 1", "-"},
    {"ro", "L rescue"},
    {" ro ", "L rescue"},
    {"r", "L rescue"},
    {"rescue", "L rescue"},
    {"d", "L rescue"},
    {"ro state=new", "L rescue state=new"},
    {"ro State=new", "L rescue State=new"}, /* by its label */
    {"ro state=new axle", "L rescue state=new axle"},
    {"ro axle state=new", "L rescue axle state=new"},
    {"ro created>=2026-11-01", "L rescue created>=2026-11-01"},
    {"ro plate~A12  x", "L rescue plate~A12  x"},
    {"ro nothing=new", "R rescue nothing=new"},
    {"ro 1042", "R rescue 1042"},
    {"ro #12", "R rescue #12"},
    {"ro wang li", "R rescue wang li"},
    {"ro \"wang d\"", "R rescue wang d"},
    {"ro \"state=new\"", "R rescue state=new"},
    {"c 1380013", "R customer 1380013"},
    {"c 138 0013 8000", "R customer 138 0013 8000"},
    {"cu +86138", "R customer +86138"},
    {"cu+", "N customer"},
    {"c+", "N customer"},
    {"cu +", "N customer"},
    {"cu+ name=王五", "N customer name=王五"},
    {"cu+ na=王五 ki=firm", "N customer name=王五 kind=firm"},
    {"cu+ name=\"wang wu\" 13800138000", "N customer name=wang wu | 13800138000"},
    {"cu+ \"name=x\"", "N customer | name=x"},
    {"cu+ zip=5", "N customer | zip=5"},
    {"r+ price=50", "N rescue price_fen=50"},
    {"ro 1042 d", "A rescue 1042 dispatch"},
    {"ro 1042 dispatch v07", "A rescue 1042 dispatch | v07"},
    {"ro 1042 Dispatch v07", "A rescue 1042 dispatch | v07"},
    {"d 1042 v07", "A rescue 1042 dispatch | v07"},
    {"d 1042 v07 at=9:30", "A rescue 1042 dispatch | v07 at=9:30"},
    {"d 1042 vehicle=v07", "A rescue 1042 dispatch vehicle_id=v07"},
    {"d 1042 v07 \"li si\"", "A rescue 1042 dispatch | v07 | li si"},
    {"ro wang li d v07", "A rescue wang li dispatch | v07"},
    {"ro 1042 \"d\" v07", "R rescue 1042 d v07"},
    {"ro 1042 v not needed", "A rescue 1042 void | not | needed"},
    {"ro 1042 v reason=\"not needed\"", "A rescue 1042 void reason=not needed"},
    {"ro 1042 a", "A rescue 1042 accept"},
    {"ro 1042 copy", "A rescue 1042 copy"},
    {"ro d 5", "R rescue d 5"}, /* nothing names the record */
    {"d+", "-"},
    {"d+ 1042", "-"},
    {"= 12*3.5", "S 12*3.5"},
    {"=1", "S1"},
    {"\"ro\" 1", "-"},
    {"ro \"", "-"},
    {"ro \"a\"\"b\"", "R rescue a\"b"},
};

static const char *describe(struct arena *arena, const struct quick *quick)
{
    static const char letters[] = "-SLNRA";
    struct str out;
    str_init(&out, arena);
    str_add_char(&out, letters[quick->kind]);
    if (quick->kind == QUICK_SUM)
        str_add(&out, quick->sum);
    if (quick->entity)
        str_addf(&out, " %s", quick->entity->name);
    if (quick->part)
        str_addf(&out, " %s", quick->part);
    if (quick->filter && *quick->filter)
        str_addf(&out, " %s", quick->filter);
    if (quick->action)
        str_addf(&out, " %s", quick->action->name);
    for (size_t i = 0; i < quick->nargs; i++)
        str_addf(&out, " %s%s%s", quick->args[i].name ? quick->args[i].name : "|",
                 quick->args[i].name ? "=" : " ", quick->args[i].text);
    return out.data;
}

static void table_of_lines(void **state)
{
    struct catalogue *catalogue = quick_catalogue();
    struct arena *arena = arena_create(0);
    (void)state;
    assert_non_null(catalogue);
    for (size_t i = 0; i < array_len(lines); i++) {
        struct quick quick, again;
        struct str written;
        quick_parse(catalogue, lines[i].line, arena, &quick);
        const char *means = describe(arena, &quick);
        if (strcmp(means, lines[i].means) != 0)
            fail_msg("\"%s\": \"%s\", not \"%s\"", lines[i].line, means, lines[i].means);
        str_init(&written, arena);
        quick_write(&quick, &written);
        quick_parse(catalogue, written.data, arena, &again);
        if (strcmp(describe(arena, &again), means) != 0)
            fail_msg("\"%s\" was written as \"%s\"", lines[i].line, written.data);
    }
    arena_destroy(arena);
    catalogue_destroy(catalogue);
}

static void too_many_words_are_refused(void **state)
{
    struct catalogue *catalogue = quick_catalogue();
    struct arena *arena = arena_create(0);
    struct quick quick;
    struct str line;
    (void)state;
    str_init(&line, arena);
    str_add(&line, "cu+");
    for (int i = 0; i < QUICK_ARGS; i++)
        str_add(&line, " x");
    assert_int_equal(quick_parse(catalogue, line.data, arena, &quick), QUICK_NEW);
    assert_int_equal(quick.nargs, QUICK_ARGS);
    str_add(&line, " y");
    assert_int_equal(quick_parse(catalogue, line.data, arena, &quick), QUICK_NONE);
    for (int i = 0; i < 100; i++)
        str_add(&line, " y");
    assert_int_equal(quick_parse(catalogue, line.data, arena, &quick), QUICK_NONE);
    arena_destroy(arena);
    catalogue_destroy(catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_of_lines),
        cmocka_unit_test(too_many_words_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
