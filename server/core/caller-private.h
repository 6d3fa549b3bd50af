/* Shared by caller.c (what comes in) and caller_deliver.c (what goes out). */
#pragma once

#include "server/core/caller.h"

/* Hands the task to the workers; false when the lane is full. */
bool caller_dispatch(struct caller *caller, struct task *task);

/* The task is answered or given up: no longer under way. */
void caller_forget(struct caller *caller, const struct task *task);

/* Answers `busy` and frees the task. */
void caller_refuse_busy(struct caller *caller, struct task *task);

/* The changing request is over: the next one that waited. */
void caller_advance(struct caller *caller);

/* A line that was no message. */
void caller_count_violation(struct caller *caller);
void caller_leave_session(struct caller *caller);
