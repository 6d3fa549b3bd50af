#include "client/views/preference.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "client/views/text.h"
#include "wire/json.h"

/* One of them. Own memory, so that an answer that comes late finds it; `gone` ones wait for theirs. */
struct kept {
    struct preferences *all;
    int64_t id;
    char *kind, *about, *name, *owner;
    json_t *body;
    bool shared, mine;
    bool sending; /* a request is under way … */
    bool again;   /* … and has been overtaken */
    bool gone;
    bool seen, touched; /* by the reading that is under way; while it was */
};

struct preferences {
    struct app_context *app;
    VEC(struct kept *) kept; /* by kept_order */
    int64_t unknown;         /* ids given here, downwards */
    uint64_t reading;        /* call; 0: none */
    void (*done)(struct app_context *app);
};

static void send(struct kept *kept);

static void kept_destroy(struct kept *kept)
{
    free(kept->kind);
    free(kept->about);
    free(kept->name);
    free(kept->owner);
    json_decref(kept->body);
    free(kept);
}

static int kept_order(const void *a, const void *b)
{
    const struct kept *one = *(struct kept *const *)a, *other = *(struct kept *const *)b;
    int order = strcmp(one->kind, other->kind);
    if (!order)
        order = strcmp(one->about, other->about);
    if (!order)
        order = other->mine - one->mine;
    if (!order)
        order = strcmp(one->name, other->name);
    return order ? order : (one->id > other->id) - (one->id < other->id);
}

static void sort(struct preferences *all)
{
    if (all->kept.count)
        qsort(all->kept.items, all->kept.count, sizeof(all->kept.items[0]), kept_order);
}

static void take_out(struct kept *kept)
{
    struct preferences *all = kept->all;
    for (size_t i = 0; i < all->kept.count; i++)
        if (all->kept.items[i] == kept) {
            memmove(&all->kept.items[i], &all->kept.items[i + 1],
                    (all->kept.count - i - 1) * sizeof(all->kept.items[0]));
            all->kept.count--;
            break;
        }
    kept_destroy(kept);
}

/* ------------------------------------------------------------------------------------------------- looking */

static bool is(const struct kept *kept, const char *kind, const char *about)
{
    return !kept->gone && strcmp(kept->kind, kind) == 0 && (!about || strcmp(kept->about, about) == 0);
}

static struct kept *find(const struct preferences *all, const char *kind, const char *about, const char *name,
                         bool mine)
{
    vec_each(struct kept *, kept, &all->kept)
    {
        if (is(*kept, kind, about) && strcmp((*kept)->name, name) == 0 && (*kept)->mine == mine)
            return *kept;
    }
    return NULL;
}

const json_t *preference_get(const struct app_context *app, const char *kind, const char *about,
                             const char *name)
{
    const struct kept *kept = find(app->preferences, kind, about, name, true);
    if (!kept)
        kept = find(app->preferences, kind, about, name, false);
    return kept ? kept->body : NULL;
}

bool preference_each(const struct app_context *app, const char *kind, const char *about, size_t index,
                     struct preference *out)
{
    vec_each(struct kept *, at, &app->preferences->kept)
    {
        const struct kept *kept = *at;
        if (!is(kept, kind, about) || index-- > 0)
            continue;
        *out = (struct preference){.id = kept->id,
                                   .kind = kept->kind,
                                   .about = kept->about,
                                   .name = kept->name,
                                   .owner = kept->owner,
                                   .body = kept->body,
                                   .shared = kept->shared,
                                   .mine = kept->mine};
        return true;
    }
    return false;
}

/* ------------------------------------------------------------------------------------------------- changing */

static void on_removed(void *context, const struct answer *answer)
{
    (void)answer; /* what is not there any more is gone, too */
    take_out(context);
}

static void send_remove(struct kept *kept)
{
    kept->sending = true;
    link_call(kept->all->app->link, "preference.remove", json_pack("{s:I}", "id", (json_int_t)kept->id),
              CALL_CHANGES, NULL, on_removed, kept);
}

static void on_set(void *context, const struct answer *answer)
{
    struct kept *kept = context;
    bool again = kept->again;
    kept->sending = kept->again = false;
    if (answer->code && answer->code != ERR_UNAUTHENTICATED && !kept->gone)
        answer_say(kept->all->app, NULL, answer);
    json_get_int(answer->object, "id", &kept->id);
    if (kept->gone && kept->id > 0)
        send_remove(kept);
    else if (kept->gone)
        take_out(kept);
    else if (again)
        send(kept);
}

static void send(struct kept *kept)
{
    json_t *args = json_pack("{s:s, s:O}", "kind", kept->kind, "body", kept->body);
    if (*kept->about)
        json_object_set_new(args, "about", json_string(kept->about));
    if (*kept->name)
        json_object_set_new(args, "name", json_string(kept->name));
    if (kept->shared)
        json_object_set_new(args, "shared", json_true());
    kept->sending = true;
    link_call(kept->all->app->link, "preference.set", args, CALL_CHANGES, NULL, on_set, kept);
}

static struct kept *make(struct preferences *all, const char *kind, const char *about, const char *name)
{
    struct kept *kept = memory_zeroed(1, sizeof(*kept));
    *kept = (struct kept){.all = all,
                          .kind = memory_strdup(kind),
                          .about = memory_strdup(about),
                          .name = memory_strdup(name),
                          .owner = memory_strdup("")};
    vec_push(&all->kept, kept);
    return kept;
}

void preference_set(struct app_context *app, const char *kind, const char *about, const char *name,
                    json_t *body, bool shared)
{
    struct preferences *all = app->preferences;
    struct kept *kept = find(all, kind, about, name, true);
    if (!kept) {
        kept = make(all, kind, about, name);
        kept->id = --all->unknown;
        kept->mine = true;
        sort(all);
    }
    json_decref(kept->body);
    kept->body = body;
    kept->shared = shared;
    kept->touched = true;
    if (kept->sending)
        kept->again = true;
    else
        send(kept);
}

void preference_remove(struct app_context *app, int64_t id)
{
    struct kept *found = NULL;
    vec_each(struct kept *, kept, &app->preferences->kept)
    {
        if ((*kept)->id == id && (*kept)->mine && !(*kept)->gone)
            found = *kept;
    }
    if (!found)
        return;
    found->gone = true;
    if (!found->sending && found->id > 0)
        send_remove(found);
    else if (!found->sending)
        take_out(found);
}

/* ------------------------------------------------------------------------------------------------- reading */

static struct kept *by_id(struct preferences *all, int64_t id)
{
    vec_each(struct kept *, kept, &all->kept)
    {
        if ((*kept)->id == id)
            return *kept;
    }
    return NULL;
}

static void take_body(struct kept *kept, const json_t *row)
{
    json_t *body = json_object_get(row, "body");
    const char *owner = "";
    json_get_text(row, "owner", &owner);
    json_get_bool(row, "shared", &kept->shared);
    free(kept->owner);
    kept->owner = memory_strdup(owner);
    json_decref(kept->body);
    kept->body = json_is_object(body) ? json_deep_copy(body) : json_object();
}

static void on_row(void *context, const json_t *row)
{
    struct preferences *all = context;
    const char *kind = "", *about = "", *name = "";
    int64_t id = 0;
    bool mine = false;
    if (json_get_int(row, "id", &id) != JSON_GET_FOUND)
        return;
    json_get_text(row, "kind", &kind);
    json_get_text(row, "about", &about);
    json_get_text(row, "name", &name);
    json_get_bool(row, "mine", &mine);
    struct kept *kept = by_id(all, id);
    if (!kept && mine)
        kept = find(all, kind, about, name, true);
    if (!kept)
        kept = make(all, kind, about, name);
    kept->id = id;
    kept->mine = mine;
    kept->seen = true;
    if (!kept->sending && !kept->gone && !kept->touched)
        take_body(kept, row);
}

static void drop_unseen(struct preferences *all)
{
    for (size_t i = all->kept.count; i-- > 0;) {
        struct kept *kept = all->kept.items[i];
        if (!kept->seen && !kept->sending && !kept->touched)
            take_out(kept);
    }
}

static void on_read(void *context, const struct answer *answer)
{
    struct preferences *all = context;
    all->reading = 0;
    if (!answer->code)
        drop_unseen(all);
    sort(all);
    if (all->done)
        all->done(all->app);
}

void preferences_load(struct preferences *all, void (*done)(struct app_context *app))
{
    all->done = done;
    if (all->reading)
        return; /* it waits over a lost line */
    vec_each(struct kept *, kept, &all->kept)(*kept)->seen = (*kept)->touched = false;
    all->reading = link_call(all->app->link, "preference.list", NULL, CALL_READ, on_row, on_read, all);
}

/* ------------------------------------------------------------------------------------------------- life */

struct preferences *preferences_create(struct app_context *app)
{
    struct preferences *all = memory_zeroed(1, sizeof(*all));
    all->app = app;
    return all;
}

/* What the one before left unsent was failed by the link already. */
void preferences_forget(struct preferences *all)
{
    for (size_t i = all->kept.count; i-- > 0;)
        if (!all->kept.items[i]->sending)
            take_out(all->kept.items[i]);
}

void preferences_destroy(struct preferences *all)
{
    if (!all)
        return;
    vec_each(struct kept *, kept, &all->kept) kept_destroy(*kept);
    vec_finish(&all->kept);
    free(all);
}
