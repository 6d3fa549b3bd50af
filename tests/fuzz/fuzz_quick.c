/* A line of the command line: whatever it is taken for, written out and read again it is the same. */
#include "tests/fuzz/fuzz.h"

#include "base/arena.h"
#include "client/views/quick.h"
#include "tests/unit/views/quick_catalogue.h"

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void must_be_same(const struct quick *a, const struct quick *b)
{
    must(a->kind == b->kind && a->entity == b->entity && a->action == b->action);
    must(same_text(a->part, b->part) && same_text(a->filter, b->filter) && same_text(a->sum, b->sum));
    must(a->nargs == b->nargs);
    for (size_t i = 0; i < a->nargs; i++)
        must(same_text(a->args[i].name, b->args[i].name) && same_text(a->args[i].text, b->args[i].text));
}

static void must_be_whole(const struct quick *quick)
{
    must(quick->nargs <= QUICK_ARGS);
    must(quick->kind == QUICK_NONE || quick->kind == QUICK_SUM || quick->entity);
    must((quick->kind == QUICK_ACTION) == (quick->action != NULL));
    must((quick->kind == QUICK_RECORD || quick->kind == QUICK_ACTION) == (quick->part && *quick->part));
    must((quick->kind == QUICK_LIST) == (quick->filter != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct catalogue *catalogue;
    struct arena *arena = arena_create(0);
    struct quick quick, again;
    struct str written;
    if (!catalogue)
        catalogue = quick_catalogue();
    char *text = fuzz_text(data, size);
    quick_parse(catalogue, text, arena, &quick);
    must_be_whole(&quick);
    if (quick.kind != QUICK_NONE) {
        str_init(&written, arena);
        quick_write(&quick, &written);
        quick_parse(catalogue, written.data, arena, &again);
        must_be_same(&quick, &again);
    }
    arena_destroy(arena);
    free(text);
    return 0;
}
