#include "fixture.h"

#include <stdlib.h>

#include "base/arena.h"
#include "client/views/open.h"
#include "wire/json.h"

static struct catalogue *catalogue;
static const struct catalogue *views_catalogue;

/* catalogue.json holds what a server would describe: an array of entities. */
static struct catalogue *read_catalogue(void)
{
    static const char menu[] = "{\"hash\":\"h\",\"menu\":[],\"entities\":[\"rescue\",\"customer\"]}";
    struct str texts[2];
    json_t *rows = json_load_file(DESKS_CATALOGUE, 0, NULL);
    assert_int_equal(json_array_size(rows), array_len(texts));
    for (size_t i = 0; i < array_len(texts); i++) {
        str_init(&texts[i], NULL);
        json_write(json_array_get(rows, i), &texts[i]);
    }
    json_decref(rows);
    const char *const lines[] = {texts[0].data, texts[1].data};
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

static void stop(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)timer, (void)events;
    ev_break(loop, EVBREAK_ALL);
}

void settle(void)
{
    ev_timer timer;
    ev_now_update(app.loop);
    ev_timer_init(&timer, stop, 0.5, 0);
    ev_timer_start(app.loop, &timer);
    ev_run(app.loop, 0);
    ev_timer_stop(app.loop, &timer);
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
