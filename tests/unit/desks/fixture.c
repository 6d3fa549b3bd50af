#include "fixture.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "client/views/open.h"
#include "wire/json.h"

static struct catalogue *catalogue;
static const struct catalogue *views_catalogue;

/* catalogue.json holds what a server would describe: an array of entities. */
static struct catalogue *read_catalogue(void)
{
    static const char menu[] = "{\"hash\":\"h\",\"menu\":[],\"entities\":[\"rescue\",\"customer\",\"order_notice\"]}";
    struct str texts[3];
    json_t *rows = json_load_file(DESKS_CATALOGUE, 0, NULL);
    assert_int_equal(json_array_size(rows), array_len(texts));
    for (size_t i = 0; i < array_len(texts); i++) {
        str_init(&texts[i], NULL);
        json_write(json_array_get(rows, i), &texts[i]);
    }
    json_decref(rows);
    const char *const lines[] = {texts[0].data, texts[1].data, texts[2].data};
    struct catalogue *read = catalogue_create(NULL, lines, array_len(lines), menu);
    for (size_t i = 0; i < array_len(texts); i++)
        str_finish(&texts[i]);
    return read;
}

int desks_setup(void **state)
{
    int result = fixture_setup(state);
    views_catalogue = app.catalogue;
    app.catalogue = catalogue = read_catalogue();
    assert_non_null(catalogue);
    return result;
}

int desks_teardown(void **state)
{
    app.catalogue = views_catalogue;
    int result = fixture_teardown(state);
    catalogue_destroy(catalogue);
    return result;
}

void open_a_desk(const struct desk *desk)
{
    open_desk(&app, desk, OPEN_TASK);
    while (is_asked("session.watch"))
        answer("session.watch", "{\"cursor\":\"1.2.3\"}");
}

static int64_t ahead_ns;

/* Instead of the C library's: what runs by the monotonic clock, the loop and the desks, need not be waited for. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && clock == CLOCK_MONOTONIC) {
        int64_t ns = now->tv_nsec + ahead_ns;
        now->tv_sec += ns / 1000000000;
        now->tv_nsec = ns % 1000000000;
    }
    return result;
}

/* In steps, so that what one timer begins ends within it, too. */
void settle(void)
{
    for (int i = 0; i < 50; i++) {
        ahead_ns += 10 * 1000000;
        ev_now_update(app.loop);
        ev_run(app.loop, EVRUN_NOWAIT);
    }
}

void answer_rows(const char *verb, const char *rows)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    answer(verb, arena_printf(arena, "{\"rows\":[%s],\"next\":null}", rows));
}

static int asked_at(const char *verb)
{
    for (size_t i = 0; i < asked_count(); i++)
        if (strcmp(asked_verb(i), verb) == 0)
            return (int)i;
    return -1;
}

bool is_asked(const char *verb)
{
    return asked_at(verb) >= 0;
}

const json_t *asked_of(const char *verb)
{
    int at = asked_at(verb);
    if (at < 0)
        fail_msg("nobody asked %s", verb);
    return asked_args((size_t)at);
}

const char *asked_value(const char *verb, const char *name)
{
    static struct str text;
    const json_t *value = json_object_get(asked_of(verb), name);
    if (!text.data)
        str_init(&text, NULL);
    str_clear(&text);
    if (value)
        json_write(value, &text);
    return text.data;
}
