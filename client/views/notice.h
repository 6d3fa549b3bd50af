/*
 * What this person must hear of: counted on the bell line with the newest of it, listed on a screen of its own, and opened with its record by
 * Ctrl-N. A ringing call stands there before everything else and is opened by Ctrl-O. Nothing of it covers a form or takes a key.
 */
#pragma once

#include "client/views/context.h"

struct arena;

struct notice {
    int64_t id;
    json_t *object; /* as the server sent it */
    bool read;
    bool ahead; /* came while the list was asked for, which may not have it yet */
};

struct notices *notices_create(struct app_context *app);
void notices_destroy(struct notices *notices);

/* From the app: logged in (again); a `notice` line came; another language or setting. A call's `popup` goes to ringing.h. */
void notice_ready(struct app_context *app);
void notice_heard(struct app_context *app, const json_t *object);
void notice_show(struct app_context *app);

/* Ctrl-N: the most urgent that is unread, with its record; the list where nothing is. */
void notice_next(struct app_context *app);
/* The record a notice or a call is about, on a task of its own. False: it is about none. */
bool notice_go_to(struct app_context *app, const json_t *object);

/* A desk's own alarm on the bell line, in front of the notices; "" ends it. */
void notice_alarm(struct app_context *app, const char *text);

/* For the list: the newest first. */
size_t notice_count(const struct app_context *app);
const struct notice *notice_at(const struct app_context *app, size_t index);
const char *notice_text(const struct app_context *app, struct arena *arena, const struct notice *notice);
void notice_open(struct app_context *app, int64_t id); /* marks it as read and goes to its record */
void notice_read(struct app_context *app, int64_t id);
void notice_read_all(struct app_context *app);

/* notice_list.c */
void notice_list_open(struct app_context *app);
void notice_list_changed(struct app_context *app);
void notice_list_register(void);
