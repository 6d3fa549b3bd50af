#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "base/utf8.h"

static const struct {
    const char *name;
    int priority; /* of syslog */
} levels[] = {
    [LOG_LEVEL_DEBUG] = {"debug", 7},
    [LOG_LEVEL_INFO] = {"info", 6},
    [LOG_LEVEL_WARN] = {"warn", 4},
    [LOG_LEVEL_ERROR] = {"error", 3},
};

static _Atomic(enum log_level) log_threshold = LOG_LEVEL_INFO;
static atomic_int log_fd = STDERR_FILENO;
static bool log_to_journal;
static pthread_once_t log_once = PTHREAD_ONCE_INIT;

static void look_for_journal(void)
{
    log_to_journal = getenv("JOURNAL_STREAM") != NULL;
}

void log_set_level(enum log_level level)
{
    log_threshold = level;
}

enum log_level log_get_level(void)
{
    return log_threshold;
}

int log_level_parse(const char *name, enum log_level *level_r)
{
    for (size_t i = 0; i < array_len(levels); i++) {
        if (strcmp(name, levels[i].name) == 0) {
            *level_r = (enum log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

void log_set_fd(int fd)
{
    log_fd = fd;
}

static size_t write_prefix(char *line, enum log_level level)
{
    char at[TIME_TEXT_SIZE];
    int n = log_to_journal ? snprintf(line, LOG_LINE_MAX, "<%d>", levels[level].priority)
                           : snprintf(line, LOG_LINE_MAX, "%s %s: ", time_print(at, sizeof(at), time_now()),
                                      levels[level].name);
    return (size_t)n;
}

/* Appends text to the line, cleaned, as far as there is room with an LF after it. */
static size_t write_clean(char *line, size_t used, const char *text, size_t n)
{
    static const char mark[] = "\xef\xbf\xbd";
    for (size_t at = 0; at < n;) {
        uint32_t cp;
        size_t bytes = utf8_decode(text + at, n - at, &cp);
        bool clean = bytes && !utf8_is_control(cp) && !utf8_is_hidden(cp);
        const char *from = clean ? text + at : mark;
        size_t size = clean ? bytes : sizeof(mark) - 1;
        if (used + size + 1 > LOG_LINE_MAX)
            break;
        memcpy(line + used, from, size);
        used += size;
        at += bytes ? bytes : 1;
    }
    line[used++] = '\n';
    return used;
}

static printf_like(2, 0) void write_line(enum log_level level, const char *format, va_list args)
{
    if (level < log_threshold)
        return;
    int saved = errno;
    pthread_once(&log_once, look_for_journal);
    char text[LOG_LINE_MAX], line[LOG_LINE_MAX];
    int n = vsnprintf(text, sizeof(text), format, args);
    size_t text_len = n < 0 ? 0 : MIN((size_t)n, sizeof(text) - 1);
    size_t len = write_clean(line, write_prefix(line, level), text, text_len);
    ssize_t written = write(log_fd, line, len);
    (void)written; /* nobody is left to be told */
    errno = saved;
}

void log_write(enum log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_line(level, format, args);
    va_end(args);
}
