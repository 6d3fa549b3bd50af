/*
 * One line per event on stderr, in a single write(2), so lines of several threads never mix.
 * Under systemd (JOURNAL_STREAM is set) a line begins with <N>, the syslog priority; otherwise with the UTC time and the
 * level. Control and hidden characters are replaced, so nothing from outside can forge a line or steer a terminal.
 * Never log a secret or a person's data: name ids.
 */
#pragma once

#include "base/util.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* A longer line is cut. In bytes. */
enum { LOG_LINE_MAX = 4096 };

/* Lines below the level are not written; LOG_LEVEL_INFO at first. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* "debug", "info", "warn", "error" → 0 and the level, else -EINVAL. */
int log_level_parse(const char *name, enum log_level *level_r) must_check;

/* Writes to another descriptor than stderr; the caller keeps it open. */
void log_set_fd(int fd);

/* Any thread. Blocks where stderr does. */
void log_write(enum log_level level, const char *format, ...) printf_like(2, 3);

#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
