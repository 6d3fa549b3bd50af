/* The one gate every request passes: session, permission, arguments, key; then its handler, again where the database asks for it. */
#pragma once

struct arena;
struct connection;
struct task;

struct parcel;

/* Runs a task on a worker; the arena is reset first. Gives the last parcel, which the worker posts once it has let go of the task. connection NULL:
 * on the loop (VERB_IN_LOOP). */
struct parcel *gate_run(struct task *task, struct connection *connection, struct arena *arena);
