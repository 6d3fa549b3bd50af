/* Photos of a job: what its service wants is told, one is picked by its path or taken by the camera's program, and sent in its turn. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/uuid.h"
#include "client/desks/driver-private.h"
#include "client/desks/order.h"
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/path.h"
#include "client/views/text.h"
#include "client/views/transfer.h"

enum { CAMERA_SECONDS = 60, CAMERA_BYTES = 20 * 1024 * 1024, PATH_SIZE = 1024 };

/* ---- what is wanted */

static void on_needs(struct screen *screen, const struct answer *answer, void *context)
{
    struct driver *desk = driver_of(screen);
    (void)context;
    if (answer->code != ERR_NONE)
        return;
    json_decref(desk->needs);
    desk->needs = json_deep_copy(answer->object);
    const json_t *kinds = json_object_get(answer->object, "kinds");
    if (kinds) {
        json_decref(desk->kinds);
        desk->kinds = json_deep_copy(kinds);
    }
}

void driver_ask_needs(struct driver *desk)
{
    if (desk->record.id != NIL)
        ask(desk->app, &desk->screen, "rescue.needs", json_pack("{s:I}", "id", (json_int_t)desk->record.id),
            CALL_READ, NULL, on_needs, NULL);
}

const json_t *driver_needs(const struct driver *desk, int64_t id)
{
    return desk->needs && order_number(desk->needs, "id") == id ? desk->needs : NULL;
}

static const char *kind_words(const struct driver *desk, const char *code)
{
    size_t i;
    const json_t *kind;
    json_array_foreach(desk->kinds, i, kind)
    {
        if (strcmp(order_text(kind, "code"), code) == 0)
            return order_text(kind, desk->app->language);
    }
    return code;
}

static void add_kinds(const struct driver *desk, struct str *out, const json_t *missing)
{
    size_t i;
    const json_t *code;
    json_array_foreach(missing, i, code)
        str_addf(out, "%s%s", i ? _(", ") : "", kind_words(desk, json_string_value(code)));
}

static const char *signature_words(const char *sign)
{
    static const struct {
        const char *sign, *words;
    } rows[] = {
        {"code", N_("his code")}, {"photo", N_("on a photo")}, {"any", N_("his code, or on a photo")}};
    for (size_t i = 0; i < array_len(rows); i++)
        if (strcmp(rows[i].sign, sign) == 0)
            return _(rows[i].words);
    return "";
}

void driver_needs_text(const struct driver *desk, struct arena *arena, const char **photos_r,
                       const char **signature_r)
{
    const json_t *needs = driver_needs(desk, desk->record.id), *missing = json_object_get(needs, "missing");
    int64_t wanted = order_number(needs, "photos"), have = order_number(needs, "have");
    struct str out;
    *photos_r = *signature_r = "";
    if (!needs)
        return;
    str_init(&out, arena);
    if (wanted > 0 || have > 0)
        str_addf(&out, _("%d of %d"), (int)have, (int)MAX(wanted, 0));
    if (json_array_size(missing)) {
        str_addf(&out, "%s%s ", out.len ? " · " : "", _("missing:"));
        add_kinds(desk, &out, missing);
    }
    *photos_r = out.data ? out.data : "";
    *signature_r = order_truth(needs, "signature") ? _("there") : signature_words(order_text(needs, "sign"));
}

/* The server's words name kinds of photos in English. */
const char *driver_refusal(const struct driver *desk, struct arena *arena, const struct answer *answer)
{
    const json_t *missing = json_object_get(answer->object, "missing");
    struct str out;
    if (!json_array_size(missing) || !desk->kinds)
        return answer_text(arena, desk->now.entity, answer);
    str_init(&out, arena);
    str_addf(&out, "%s ", _("Photos are missing:"));
    add_kinds(desk, &out, missing);
    return out.data;
}

/* ---- the camera's picture, in a file of its own until it is sent */

static bool own_folder(char path[PATH_SIZE])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && *state == '/')
        snprintf(path, PATH_SIZE, "%s/yizhan/photos/", state);
    else if (home && *home == '/')
        snprintf(path, PATH_SIZE, "%s/.local/state/yizhan/photos/", home);
    else
        return false;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return true;
}

static bool is_own(const char *path)
{
    char folder[PATH_SIZE];
    return own_folder(folder) && strncmp(path, folder, strlen(folder)) == 0;
}

/* Negative errno, or 0 and its path. */
static int write_picture(const struct str *bytes, char path[PATH_SIZE])
{
    char name[37];
    if (!own_folder(path))
        return -errno;
    uuid_v7(name);
    size_t len = strlen(path);
    snprintf(path + len, PATH_SIZE - len, "%s.jpg", name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    size_t written = 0;
    while (written < bytes->len) {
        ssize_t n = write(fd, bytes->data + written, bytes->len - written);
        if (n <= 0)
            break;
        written += (size_t)n;
    }
    int failed = written < bytes->len || fsync(fd) != 0 ? -errno : 0;
    close(fd);
    if (failed)
        unlink(path);
    return failed;
}

/* ---- taking one */

bool driver_photo_offered(const struct driver *desk)
{
    struct driver *own = (struct driver *)desk;
    return jobs_current(driver_jobs(own)) != NULL && app_may(desk->app, "rescue.attach");
}

static void add_photo(struct driver *desk, const char *path)
{
    json_t *args = json_pack("{s:s}", "path", path);
    if (*desk->photo_kind)
        json_object_set_new(args, "kind", json_string(desk->photo_kind));
    driver_queue_add(desk, desk->photo_id, DRIVER_PHOTO, args, NULL);
    desk->photo_id = NIL;
}

static void on_path(struct screen *below, const char *path, void *context)
{
    struct driver *desk = driver_of(below);
    char whole[PATH_SIZE];
    (void)context;
    if (*path == '/' || !getcwd(whole, sizeof(whole))) {
        add_photo(desk, path);
        return;
    }
    size_t len = strlen(whole); /* it may be sent by a program that begins elsewhere */
    snprintf(whole + len, sizeof(whole) - len, "/%s", path);
    add_photo(desk, whole);
}

static void on_picture(void *context, int failed, const struct str *output)
{
    struct driver *desk = context;
    char path[PATH_SIZE];
    if (!failed && !output->len)
        failed = -EIO;
    if (!failed)
        failed = write_picture(output, path);
    if (failed)
        ui_say(desk->app->ui, ROLE_ERROR, _("The camera's program gave no photo: %s"), strerror(-failed));
    else
        add_photo(desk, path);
    ui_redraw(desk->app->ui);
}

static void take_picture(struct driver *desk)
{
    int failed = helper_start(&desk->camera, &(struct helper_ask){.command = desk->app->photo_command,
                                                                  .limit = CAMERA_BYTES,
                                                                  .seconds = CAMERA_SECONDS,
                                                                  .done = on_picture,
                                                                  .context = desk});
    if (failed)
        ui_say(desk->app->ui, ROLE_ERROR, "%s: %s", desk->app->photo_command, strerror(-failed));
    else
        ui_say(desk->app->ui, ROLE_NORMAL, "%s", _("The camera's program runs …"));
}

static void take(struct driver *desk)
{
    if (desk->app->photo_command)
        take_picture(desk);
    else
        path_ask(desk->app, &desk->screen, _("Photo"), kind_words(desk, desk->photo_kind), NULL, PATH_TO_READ,
                 on_path, NULL, NULL);
}

static void on_kind(void *context, const struct dialog_answer *answer)
{
    struct driver *desk = context;
    const json_t *kind = json_array_get(desk->kinds, (size_t)answer->id);
    if (answer->key != K_ENTER || !kind || desk->photo_id == NIL)
        return;
    snprintf(desk->photo_kind, sizeof(desk->photo_kind), "%s", order_text(kind, "code"));
    take(desk);
}

static bool is_missing(const struct driver *desk, int64_t id, const char *code)
{
    size_t i;
    const json_t *missing;
    json_array_foreach(json_object_get(driver_needs(desk, id), "missing"), i, missing)
    {
        if (strcmp(json_string_value(missing), code) == 0)
            return true;
    }
    return false;
}

/* What is missing stands first. */
static void ask_kind(struct driver *desk, int64_t id)
{
    struct choices choices = {0};
    size_t i;
    const json_t *kind;
    for (int round = 0; round < 2; round++) {
        json_array_foreach(desk->kinds, i, kind)
        {
            bool missing = is_missing(desk, id, order_text(kind, "code"));
            if (missing == (round == 0))
                choices_add(&choices, (int64_t)i, order_text(kind, desk->app->language),
                            missing ? _("missing") : "");
        }
    }
    dialog_choose(desk->app->ui, _("Photo of"), &choices, on_kind, desk);
}

unsigned driver_photo(struct driver *desk)
{
    const struct job *job = jobs_current(driver_jobs(desk));
    if (!job || helper_runs(&desk->camera))
        return SCREEN_BELL;
    desk->photo_id = job->id;
    *desk->photo_kind = '\0';
    if (json_array_size(desk->kinds))
        ask_kind(desk, job->id);
    else
        take(desk);
    return SCREEN_REDRAW;
}

/* ---- sending one */

static bool is_done(const struct transfer_result *result)
{
    if (result->failed)
        return false;
    const char *field = order_text(result->answer->object, "field");
    return result->answer->code == ERR_NONE || (result->answer->code == ERR_CONFLICT &&
                                                strcmp(field, "key") == 0); /* it was sent before a crash */
}

static void on_sent(struct app_context *app, struct screen *screen, const struct transfer_result *result,
                    void *context)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    (void)app;
    if (!screen)
        return; /* it stands on the disk still */
    struct driver *desk = driver_of(screen);
    bool done = is_done(result);
    const char *why = result->failed ? strerror(-result->failed)
                      : done         ? ""
                                     : answer_text(arena, desk->now.entity, result->answer);
    driver_queue_ended(desk, (uint64_t)(uintptr_t)context, done, why);
    driver_ask_needs(desk);
}

bool driver_photo_send(struct driver *desk, struct driver_step *step)
{
    json_t *end = json_pack("{s:s, s:I, s:O}", "entity", "rescue", "id", (json_int_t)step->id, "key",
                            json_object_get(step->args, "key"));
    if (json_object_get(step->args, "kind"))
        json_object_set(end, "kind", json_object_get(step->args, "kind"));
    step->asked = true;
    int failed = transfer_send(desk->app, &desk->screen, order_text(step->args, "path"), end, on_sent,
                               (void *)(uintptr_t)step->serial);
    if (!failed)
        return true;
    driver_queue_ended(desk, step->serial, false, strerror(-failed));
    return false;
}

void driver_photo_forget(const struct driver_step *step)
{
    const char *path = order_text(step->args, "path");
    if (is_own(path))
        unlink(path);
}
