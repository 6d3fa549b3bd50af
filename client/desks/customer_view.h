/* Everything about one customer on one screen: who he is, what he owes, his orders, calls, messages and ratings, the newest first. */
#pragma once

#include "client/views/context.h"

/* Before the ui starts. */
void customer_view_register(void);
bool customer_view_allowed(const struct app_context *app);
void customer_view_open(struct app_context *app, int64_t customer_id);
