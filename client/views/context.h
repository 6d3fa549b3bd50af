/*
 * What every view and desk is given: one for as long as the client runs. Views are screens (client/ui/screen.h) over a model; they ask the
 * server through ask.h, hear of others' changes through live.h, and open each other through open.h.
 */
#pragma once

#include "base/util.h"
#include "client/link/call.h"
#include "client/ui/screen.h"

struct catalogue;
struct catalogue_entity;
struct asking;
struct drafts;
struct live;

/* Who sits at the terminal. */
struct identity {
    int64_t employee_id, branch_id;
    char user[64], name[64], branch[64], role[128];
    char zone[64]; /* IANA name of the branch's time zone: times are typed and shown in it */
    bool must_change_password;
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
    struct drafts *drafts;
    struct asking *asking; /* requests under way: ask.h */
    char language[8]; /* "en", "zh_CN", "zh_TW" */
    bool small;       /* less than 60 columns: views show one column of fields and short labels */
};

/* Whether a verb may be used at all: `rescue.dispatch`. Over which rows is the server's to say. */
bool app_may(const struct app_context *app, const char *verb);
