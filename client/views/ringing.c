#include "client/views/ringing.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "client/ui/words.h"
#include "client/views/notice.h"
#include "client/views/open.h"
#include "client/views/text.h"
#include "model/catalogue.h"
#include "wire/json.h"

enum { CALLS_MAX = 20 };

struct ringing {
    VEC(json_t *) calls; /* as the server sent them, the first to ring first */
    uint64_t asked;      /* what rings; 0: nobody asks */
    VEC(char *) ended;   /* since then: the answer may be from before */
};

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static void drop(struct ringing *ringing, size_t index)
{
    json_decref(ringing->calls.items[index]);
    ringing->calls.count--;
    memmove(&ringing->calls.items[index], &ringing->calls.items[index + 1],
            (ringing->calls.count - index) * sizeof(json_t *));
}

static void drop_same(struct ringing *ringing, const json_t *object)
{
    for (size_t i = ringing->calls.count; i-- > 0;)
        if (strcmp(member(ringing->calls.items[i], "id"), member(object, "id")) == 0)
            drop(ringing, i);
}

static void forget_ended(struct ringing *ringing)
{
    vec_each(char *, id, &ringing->ended) free(*id);
    vec_clear(&ringing->ended);
    ringing->asked = 0;
}

static bool has_ended(const struct ringing *ringing, const json_t *object)
{
    vec_each(char *const, id, &ringing->ended)
    {
        if (strcmp(*id, member(object, "id")) == 0)
            return true;
    }
    return false;
}

static void end(struct ringing *ringing, const json_t *object)
{
    drop_same(ringing, object);
    if (ringing->asked && ringing->ended.count < CALLS_MAX)
        vec_push(&ringing->ended, memory_strdup(member(object, "id")));
}

/* The same call again is told better by now. */
static void add(struct ringing *ringing, const json_t *object)
{
    drop_same(ringing, object);
    if (ringing->calls.count == CALLS_MAX)
        drop(ringing, 0);
    vec_push(&ringing->calls, json_deep_copy(object));
}

bool ringing_any(const struct ringing *ringing)
{
    return ringing && ringing->calls.count > 0;
}

const char *ringing_words(const struct ringing *ringing, struct arena *arena)
{
    const json_t *call = ringing->calls.items[0];
    struct str out;
    int64_t orders = 0;
    const char *number = member(call, "caller");
    str_init(&out, arena);
    str_addf(&out, "%s %s", _("Call"), *number ? number : _("number withheld"));
    if (*member(call, "name"))
        str_addf(&out, " %s", member(call, "name"));
    if (*member(call, "notice"))
        str_addf(&out, ", %s",
                 text_fill(arena, _("waiting notice: {notice}"), "notice", member(call, "notice"), NULL));
    json_get_int(call, "orders", &orders);
    if (orders > 0)
        str_addf(&out, ", %s",
                 text_fill(arena, _("open orders: {count}"), "count",
                           arena_printf(arena, "%lld", (long long)orders), NULL));
    str_add(&out, "  ^O");
    if (ringing->calls.count > 1)
        str_addf(&out, "  +%zu", ringing->calls.count - 1);
    return out.data;
}

/* ------------------------------------------------------------------------------------------------- coming in */

static void show(struct app_context *app)
{
    notice_show(app);
    ui_redraw(app->ui);
}

void ringing_popup(struct app_context *app, const json_t *object)
{
    bool ended = false;
    json_get_bool(object, "ended", &ended);
    if (ended)
        end(app->ringing, object);
    else
        add(app->ringing, object);
    app->ui->bell |= !ended;
    show(app);
}

static void clear(struct ringing *ringing)
{
    while (ringing->calls.count)
        drop(ringing, ringing->calls.count - 1);
}

static void on_list(void *context, const struct answer *answer)
{
    struct app_context *app = context;
    const json_t *rows = json_object_get(answer->object, "rows");
    for (size_t i = 0; !answer->code && i < json_array_size(rows); i++)
        if (!has_ended(app->ringing, json_array_get(rows, i)))
            ringing_popup(app, json_array_get(rows, i));
    forget_ended(app->ringing);
}

/* What ended while the line was down ended unheard; an answer still to come from before it is of no use. Without an extension nothing rings. */
void ringing_ready(struct app_context *app)
{
    struct ringing *ringing = app->ringing;
    clear(ringing);
    show(app);
    if (ringing->asked)
        link_cancel(app->link, ringing->asked);
    forget_ended(ringing);
    if (*member(link_identity(app->link), "extension"))
        ringing->asked = link_call(app->link, "call.ringing", NULL, CALL_READ, NULL, on_list, app);
}

/* ------------------------------------------------------------------------------------------------- opening */

static json_t *prefill_of(const json_t *call)
{
    json_t *prefill = json_pack("{s:s}", "contact_phone", member(call, "caller"));
    json_t *customer = json_object_get(call, "customer_id");
    if (customer && *member(call, "name")) {
        json_object_set(prefill, "customer_id", customer);
        json_object_set_new(prefill, "customer_label", json_string(member(call, "name")));
    }
    if (*member(call, "contact"))
        json_object_set_new(prefill, "contact_name", json_string(member(call, "contact")));
    return prefill;
}

/* The server links the order that is made next to this call. */
static void say_opened(struct app_context *app, const json_t *call)
{
    int64_t id = 0;
    if (json_get_int(call, "call_id", &id) == JSON_GET_FOUND)
        link_call(app->link, "call.open", json_pack("{s:I}", "id", (json_int_t)id), CALL_CHANGES, NULL, NULL,
                  NULL);
}

/* A record that is named is opened; else, where orders may be made, one is begun with the caller in it. */
static void open_call(struct app_context *app, const json_t *call)
{
    const struct catalogue_entity *rescue = catalogue_entity(app->catalogue, "rescue");
    const struct catalogue_entity *customer = catalogue_entity(app->catalogue, "customer");
    int64_t id = 0;
    say_opened(app, call);
    if (notice_go_to(app, call))
        return;
    if (rescue && app_may(app, "rescue.create")) {
        json_t *prefill = prefill_of(call);
        open_new(app, rescue, prefill, OPEN_TASK);
        json_decref(prefill);
    } else if (customer && json_get_int(call, "customer_id", &id) == JSON_GET_FOUND) {
        open_record(app, customer, id, OPEN_TASK);
    } else {
        ui_say(app->ui, ROLE_NORMAL, "%s", member(call, "caller"));
    }
}

bool ringing_answer(struct app_context *app)
{
    struct ringing *ringing = app->ringing;
    if (!ringing->calls.count)
        return false;
    json_t *call = json_incref(ringing->calls.items[0]);
    drop(ringing, 0);
    show(app);
    open_call(app, call);
    json_decref(call);
    return true;
}

/* ------------------------------------------------------------------------------------------------- life */

struct ringing *ringing_create(void)
{
    return memory_zeroed(1, sizeof(struct ringing));
}

void ringing_destroy(struct ringing *ringing)
{
    if (!ringing)
        return;
    clear(ringing);
    forget_ended(ringing);
    vec_finish(&ringing->calls);
    vec_finish(&ringing->ended);
    free(ringing);
}
