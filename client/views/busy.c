#include "client/views/busy.h"

#include "base/vec.h"

struct busy {
    busy_look *look;
    void *context;
};

static VEC(struct busy) running;

void busy_begin(busy_look *look, void *context)
{
    vec_push(&running, (struct busy){look, context});
}

void busy_end(void *context)
{
    size_t kept = 0;
    for (size_t i = 0; i < running.count; i++)
        if (running.items[i].context != context)
            running.items[kept++] = running.items[i];
    running.count = kept;
    if (!kept)
        vec_finish(&running);
}

bool busy_words(struct str *words, int *permille_r)
{
    *permille_r = -1;
    if (!running.count)
        return false;
    const struct busy *busy = &running.items[running.count - 1];
    busy->look(busy->context, words, permille_r);
    return true;
}
