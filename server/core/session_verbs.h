/* The session's small verbs: ping, hello, whoami, describe, help, cancel; and watch. */
#pragma once

struct str;

/* Their rows; session.watch and unwatch are in watch.c. Before threads. */
void session_verbs_register(void);
void watch_register(void);

/* What the server says of itself, on connect and by session.hello. */
void hello_write(struct str *out);
