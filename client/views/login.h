/* The login screen. It stands alone at the start, and over everything that is open when the session has ended: what is below goes on after it. */
#pragma once

#include "client/views/context.h"

struct login_ops {
    /* The password is wiped by the callee. */
    void (*login)(struct app_context *app, char *user, char *password, const char *otp);
    void (*leave)(struct app_context *app);
};

/* Returns the screen's id, as the others take it. */
uint64_t login_open(struct app_context *app, const struct login_ops *ops, const char *user);
void login_wait(struct app_context *app, uint64_t login); /* an answer is on its way */
void login_refused(struct app_context *app, uint64_t login, const struct answer *answer);
void login_offline(struct app_context *app, uint64_t login, const char *why); /* the line was lost; English */
void login_online(struct app_context *app, uint64_t login);                   /* and is back */

/* A new password must be chosen first: the screen asks for that now. It logs out when it is left. Returns its id. */
uint64_t login_password_open(struct app_context *app, uint64_t login);

/* One's own password, changed from the menu. */
void password_open(struct app_context *app);
