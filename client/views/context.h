/*
 * What every view and desk is given: one for as long as the client runs. Views are screens (client/ui/screen.h) over a model; they ask the
 * server through ask.h, hear of others' changes through live.h, and open each other through open.h.
 */
#pragma once

#include "base/util.h"
#include "client/link/call.h"
#include "client/ui/screen.h"

struct asking;
struct catalogue;
struct catalogue_entity;
struct drafts;
struct holders;
struct live;
struct notices;
struct preferences;
struct ringing;

/* Who sits at the terminal. */
struct identity {
    int64_t employee_id, branch_id, session_id;
    char user[64], name[64], branch[64], role[128];
    char zone[64]; /* IANA name of the branch's time zone: times are typed and shown in it */
    bool must_change_password;
    int lock_seconds; /* without a key; 0: never */
};

/* What only the program itself can do. */
enum app_command {
    APP_QUIT,     /* asks first */
    APP_LOGOUT,   /* and the login screen over what is open: also the lock */
    APP_LANGUAGE, /* the next one */
    APP_SETTINGS, /* another was chosen */
    APP_LOCK,     /* the cover over everything, opened by the password */
    APP_STOP,     /* the running requests */
    APP_CONTINUE, /* the password was changed as it had to be */
};

struct app_context {
    struct ev_loop *loop;
    struct ui *ui;
    struct link *link;

    /* What this person may see and do. Never NULL; empty before the first login. A new login or changed rights put another one here; the
     * entities and fields of the one before stay valid until every screen has been closed. */
    const struct catalogue *catalogue;
    struct identity who;
    struct live *live;
    struct preferences *preferences; /* preference.h */
    struct notices *notices;         /* notice.h */
    struct ringing *ringing;         /* ringing.h */
    struct holders *holders;         /* holder.h */
    struct drafts *drafts;
    struct asking *asking; /* requests under way: ask.h */
    bool locked;           /* nothing of what lies below may be seen */
    char language[8];      /* "en", "zh_CN", "zh_TW" */
    const char *position_command, *photo_command; /* other programs that say where the phone is, and take a picture; NULL: none */
    int position_seconds;                         /* between two positions */
    void (*command)(struct app_context *app, enum app_command command);
};

/* Whether a verb may be used at all: `rescue.dispatch`. Over which rows is the server's to say. */
bool app_may(const struct app_context *app, const char *verb);

/* On the task that is shown, and under overlays at most. */
bool app_in_sight(const struct app_context *app, const struct screen *screen);

/* Screens of this kind hold what a person typed; `dirty` says whether it is unsaved. Asked before the program ends. */
void unsaved_register(const struct screen_ops *ops, bool (*dirty)(struct screen *screen));
size_t unsaved_count(const struct ui *ui);
bool unsaved_screen(struct screen *screen);

/* Another language was chosen: screens that keep words make them anew. */
void language_register(const struct screen_ops *ops, void (*changed)(struct screen *screen));
void language_changed(const struct ui *ui);
