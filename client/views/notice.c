#include "client/views/notice.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/open.h"
#include "client/views/ringing.h"
#include "client/views/text.h"
#include "model/catalogue.h"
#include "wire/json.h"

enum { KEPT_MAX = 200 };

struct notices {
    VEC(struct notice) all; /* the oldest first */
    size_t more;            /* unread on the server beyond those */
    uint64_t asked;         /* for the list; 0: not */
    char *alarm;            /* of a desk; NULL: none */
};

/* ------------------------------------------------------------------------------------------------- looking */

size_t notice_count(const struct app_context *app)
{
    return app->notices->all.count;
}

const struct notice *notice_at(const struct app_context *app, size_t index)
{
    return &app->notices->all.items[app->notices->all.count - 1 - index];
}

static struct notice *find(struct notices *notices, int64_t id)
{
    vec_each(struct notice, notice, &notices->all)
    {
        if (notice->id == id)
            return notice;
    }
    return NULL;
}

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static bool is_alarm(const struct notice *notice)
{
    return strcmp(member(notice->object, "level"), "alarm") == 0;
}

const char *notice_text(const struct app_context *app, struct arena *arena, const struct notice *notice)
{
    const char *text = member(notice->object, "text"), *from = member(notice->object, "from");
    (void)app;
    if (!*text)
        return error_text(arena, NULL, notice->object);
    return *from ? arena_printf(arena, "%s: %s", from, text) : text;
}

/* ------------------------------------------------------------------------------------------------- the bell line */

static const struct notice *most_urgent(const struct notices *notices)
{
    const struct notice *found = NULL;
    vec_each(const struct notice, notice, &notices->all)
    {
        if (!notice->read && (!found || is_alarm(notice) >= is_alarm(found)))
            found = notice;
    }
    return found;
}

static size_t count_unread(const struct notices *notices)
{
    size_t unread = notices->more;
    vec_each(const struct notice, notice, &notices->all) unread += !notice->read;
    return unread;
}

static const char *notice_words(const struct app_context *app, struct arena *arena)
{
    const struct notices *notices = app->notices;
    const struct notice *notice = most_urgent(notices);
    size_t unread = count_unread(notices);
    if (!unread)
        return "";
    const char *count =
        text_fill(arena, _("{count} unread"), "count", arena_printf(arena, "%zu", unread), NULL);
    return arena_printf(arena, "%s ^N%s%s", count, notice ? "  " : "",
                        notice ? notice_text(app, arena, notice) : "");
}

void notice_show(struct app_context *app)
{
    const struct notices *notices = app->notices;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const struct notice *notice = most_urgent(notices);
    enum role role = ROLE_ALARM;
    const char *text = "", *words = notice_words(app, arena);
    if (app->locked) {
        role = ROLE_NORMAL;
    } else if (ringing_any(app->ringing)) {
        text = ringing_words(app->ringing, arena);
    } else if (notices->alarm) {
        text = arena_printf(arena, "%s%s%s", notices->alarm, *words ? "  " : "", words);
    } else {
        text = words;
        role = notice && is_alarm(notice) ? ROLE_ALARM : ROLE_WARNING;
    }
    if (status_set_bell(&app->ui->status, role, text))
        ui_redraw(app->ui);
}

void notice_alarm(struct app_context *app, const char *text)
{
    struct notices *notices = app->notices;
    if (strcmp(notices->alarm ? notices->alarm : "", text) == 0)
        return;
    free(notices->alarm);
    notices->alarm = *text ? memory_strdup(text) : NULL;
    notice_show(app);
}

/* ------------------------------------------------------------------------------------------------- coming in */

static void changed(struct app_context *app)
{
    notice_show(app);
    notice_list_changed(app);
}

static void drop_oldest(struct notices *notices)
{
    json_decref(notices->all.items[0].object);
    notices->all.count--;
    memmove(&notices->all.items[0], &notices->all.items[1],
            notices->all.count * sizeof(notices->all.items[0]));
}

/* In the order of their numbers, whatever order they come in. */
static struct notice *add(struct notices *notices, const json_t *object)
{
    struct notice notice = {.ahead = notices->asked != 0};
    if (json_get_int(object, "id", &notice.id) != JSON_GET_FOUND || find(notices, notice.id))
        return NULL;
    json_get_bool(object, "read", &notice.read);
    notice.object = json_deep_copy(object);
    vec_push(&notices->all, notice);
    size_t at = notices->all.count - 1;
    for (; at > 0 && notices->all.items[at - 1].id > notice.id; at--)
        notices->all.items[at] = notices->all.items[at - 1];
    notices->all.items[at] = notice;
    if (notices->all.count > KEPT_MAX)
        drop_oldest(notices);
    return find(notices, notice.id);
}

/* What is over by it: read already, as the server has it. */
static void settle(struct notices *notices, const json_t *object)
{
    const json_t *settled = json_object_get(object, "settles"), *id;
    size_t i;
    json_array_foreach(settled, i, id)
    {
        struct notice *notice = find(notices, json_integer_value(id));
        if (notice)
            notice->read = true;
        else if (notices->more)
            notices->more--;
    }
}

void notice_heard(struct app_context *app, const json_t *object)
{
    if (!add(app->notices, object))
        return;
    settle(app->notices, object);
    app->ui->bell = true;
    changed(app);
    ui_redraw(app->ui);
}

static void clear(struct notices *notices)
{
    vec_each(struct notice, notice, &notices->all) json_decref(notice->object);
    vec_clear(&notices->all);
    notices->more = 0;
}

/* All but those that came while the list was on its way. */
static void drop_what_was_before(struct notices *notices)
{
    size_t kept = 0;
    for (size_t i = 0; i < notices->all.count; i++) {
        struct notice notice = notices->all.items[i];
        if (notice.ahead)
            notices->all.items[kept++] = notice;
        else
            json_decref(notice.object);
    }
    notices->all.count = kept;
}

/* One that came meanwhile and stands in the list all the same is counted there. */
static void take_row(struct notices *notices, const json_t *row)
{
    int64_t id = 0;
    json_get_int(row, "id", &id);
    struct notice *notice = find(notices, id);
    if (!notice)
        notice = add(notices, row);
    if (!notice)
        return;
    notice->ahead = false;
    json_get_bool(row, "read", &notice->read);
    if (!notice->read && notices->more)
        notices->more--;
}

/* What the list does not have yet stays, and what it settled is settled in the list as well. */
static void take_rows(struct notices *notices, const json_t *rows)
{
    for (size_t i = json_array_size(rows); i-- > 0;)
        take_row(notices, json_array_get(rows, i));
    vec_each(struct notice, notice, &notices->all)
    {
        if (notice->ahead)
            settle(notices, notice->object);
        notice->ahead = false;
    }
}

static void on_list(void *context, const struct answer *answer)
{
    struct app_context *app = context;
    struct notices *notices = app->notices;
    int64_t unread = 0;
    notices->asked = 0;
    if (answer->code)
        return;
    drop_what_was_before(notices);
    json_get_int(answer->object, "unread", &unread);
    notices->more = (size_t)MAX(unread, 0);
    take_rows(notices, json_object_get(answer->object, "rows"));
    changed(app);
}

void notice_ready(struct app_context *app)
{
    struct notices *notices = app->notices;
    if (!notices->asked)
        notices->asked = link_call(app->link, "notice.list", NULL, CALL_READ, NULL, on_list, app);
    ringing_ready(app);
}

/* ------------------------------------------------------------------------------------------------- read and gone to */

static void say_read(struct app_context *app, const char *name, int64_t id)
{
    link_call(app->link, "notice.read", json_pack("{s:I}", name, (json_int_t)id), CALL_READ, NULL, NULL,
              NULL);
}

void notice_read(struct app_context *app, int64_t id)
{
    struct notice *notice = find(app->notices, id);
    if (!notice || notice->read)
        return;
    notice->read = true;
    say_read(app, "id", id);
    changed(app);
}

void notice_read_all(struct app_context *app)
{
    struct notices *notices = app->notices;
    if (!notices->all.count || !count_unread(notices))
        return;
    vec_each(struct notice, notice, &notices->all) notice->read = true;
    notices->more = 0;
    say_read(app, "up_to", vec_last(&notices->all).id);
    changed(app);
}

/* On a task of its own: what is being typed elsewhere stays as it is. */
bool notice_go_to(struct app_context *app, const json_t *object)
{
    const struct catalogue_entity *entity = catalogue_entity(app->catalogue, member(object, "entity"));
    int64_t id = 0;
    json_get_int(object, "row_id", &id);
    if (!entity || id <= 0)
        return false;
    open_record(app, entity, id, OPEN_TASK);
    return true;
}

void notice_open(struct app_context *app, int64_t id)
{
    struct notice *notice = find(app->notices, id);
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    if (!notice)
        return;
    const char *text = notice_text(app, arena, notice);
    notice_read(app, id);
    if (notice_go_to(app, notice->object))
        ui_say(app->ui, is_alarm(notice) ? ROLE_ALARM : ROLE_NORMAL, "%s", text);
    else
        dialog_message(app->ui, _("Notice"), text, NULL, NULL);
}

void notice_next(struct app_context *app)
{
    const struct notice *notice = most_urgent(app->notices);
    if (notice)
        notice_open(app, notice->id);
    else
        notice_list_open(app);
}

/* ------------------------------------------------------------------------------------------------- life */

struct notices *notices_create(struct app_context *app)
{
    (void)app;
    return memory_zeroed(1, sizeof(struct notices));
}

void notices_destroy(struct notices *notices)
{
    if (!notices)
        return;
    clear(notices);
    vec_finish(&notices->all);
    free(notices->alarm);
    free(notices);
}
