/* The verbs of coming and going: session.login, resume, logout, password, and the one-time code. */
#pragma once

#include "server/core/verb.h"

#include <stdbool.h>

struct request;

/* Each hands over its rows of verbs: coming and going; passwords and one-time codes; one's own sessions. Before threads. */
void login_register(void);
void password_verbs_register(void);
void own_sessions_register(void);

/* Verbs a user may use before an old or first password is changed. */
bool login_allows_old_password(const struct verb *verb);

/* What only who has just come in is told: the token to resume by, and the key of the drafts on the disk of his device. */
struct login_secrets {
    const char *token, *draft_key;
};

/* Puts the session's description (user, roles, permissions, branch …) into the reply; secrets NULL: without. */
struct session;
void login_describe(struct request *request, const struct session *session,
                    const struct login_secrets *secrets, int64_t lock_seconds);

/* Run for the loop, under no name: ends the idle session; reads its rights anew. */
extern const struct verb session_idle_verb, session_reload_verb;

/* Checks the password of who is logged in, slowed and counted like a login; 0, or the refusal. Does its own transaction. */
int login_confirm(struct request *request, const char *field, const char *password);
