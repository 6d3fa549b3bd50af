/* Lines from a terminal or a pipe, one after the other: the next is taken when what the one before asked for has come. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "client/face.h"

enum { PLAIN_ROWS = 200, PLAIN_COLS = 100, LINE_BYTES = 64 * 1024, PATIENCE_MS = 400 };

/* A slow reader is waited for: without a screen to repaint there is nothing better to do. False: there is none any more. */
static bool write_lines(const char *text, size_t n)
{
    while (n) {
        ssize_t done = write(STDOUT_FILENO, text, n);
        if (done > 0) {
            text += done;
            n -= (size_t)done;
        } else if (done < 0 && errno == EAGAIN) {
            struct pollfd wait = {.fd = STDOUT_FILENO, .events = POLLOUT};
            poll(&wait, 1, -1);
        } else if (done == 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* Cooked, so that a line can be corrected as anywhere, and echoed or not as it was; but not to be stopped, for there may be no shell below. */
static void set_mode(struct face *face, bool echo)
{
    struct termios mode = face->saved;
    if (!face->is_tty)
        return;
    mode.c_lflag |= (tcflag_t)(ICANON | ISIG);
    mode.c_cc[VSUSP] = _POSIX_VDISABLE;
    if (!echo)
        mode.c_lflag &= (tcflag_t)~ECHO;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
    face->hidden = !echo;
}

static void on_lines(void *context)
{
    (void)context; /* looked at in the turn of the loop */
}

void face_plain_start(struct face *face)
{
    ui_resize(face->ui, PLAIN_ROWS, PLAIN_COLS);
    plain_init(&face->plain);
    lines_init(&face->lines, face->loop, STDIN_FILENO, LINE_BYTES, on_lines, face);
    face->is_tty = tcgetattr(STDIN_FILENO, &face->saved) == 0;
    face->settling = true; /* what the start brings */
    set_mode(face, true);
}

void face_plain_stop(struct face *face)
{
    if (face->prompted)
        (void)write_lines("\n", 1);
    if (face->is_tty)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &face->saved);
    lines_finish(&face->lines);
    plain_finish(&face->plain);
    free(face->held);
}

static bool is_busy(struct face *face)
{
    bool busy = face->busy(face->context);
    if (!busy)
        face->busy_ms = 0;
    else if (!face->busy_ms)
        face->busy_ms = time_monotonic_ms();
    return busy;
}

static bool is_patient(const struct face *face)
{
    return face->busy_ms && time_monotonic_ms() - face->busy_ms < PATIENCE_MS;
}

static void prompt(struct face *face, struct str *out)
{
    size_t start = out->len;
    bool secret = plain_prompt(&face->plain, face->ui, out);
    if (face->is_tty) {
        if (face->hidden != secret)
            set_mode(face, !secret);
        face->prompted = true;
    } else if (strcmp(out->data + start, "> ") == 0) {
        str_truncate(out, start);
    } else {
        str_add_char(out, '\n');
    }
}

/* What is new; and what is wanted, when a line has been done or something came in between. */
static void print(struct face *face, bool wants)
{
    struct str news, out;
    str_init(&news, NULL);
    str_init(&out, NULL);
    plain_print(&face->plain, face->ui, &news);
    if (face->ui->bell && !face->ui->quiet)
        str_add_char(&news, '\a');
    face->ui->bell = false;
    if (news.len && face->prompted)
        str_add_char(&out, '\n');
    str_add_n(&out, news.data, news.len);
    if (news.len)
        wants |= face->prompted;
    if (wants && !face->settling)
        prompt(face, &out);
    else if (news.len)
        face->prompted = false;
    if (!write_lines(out.data, out.len))
        face->lost(face->context); /* what nobody reads is not worth saying */
    str_finish(&news);
    str_finish(&out);
}

static void take(struct face *face, const char *line)
{
    face->typed(face->context);
    if (face->hidden)
        (void)write_lines("\n", 1); /* the one that was typed is not to be seen */
    face->prompted = false;
    plain_take(&face->plain, face->ui, line);
    if (face->ui->drop_input && face->is_tty)
        tcflush(STDIN_FILENO, TCIFLUSH);
    face->ui->drop_input = false;
    face->settling = true;
}

static bool next_line(struct face *face)
{
    char *line;
    size_t len;
    if (face->held)
        return true;
    switch (lines_next(&face->lines, &line, &len)) {
    case LINES_LINE: face->held = memory_strdup(line); return true;
    case LINES_END:
        if (!face->settling)
            face->quit(face->context);
        return false;
    default: return false;
    }
}

/* Whether there is more to do at once. */
static bool step(struct face *face)
{
    bool busy = is_busy(face);
    if (face->settling && !busy) {
        plain_settled(&face->plain, face->ui);
        if (is_busy(face))
            return false;
        face->settling = false;
        print(face, true);
        return true;
    }
    if (face->plain.quit) {
        face->quit(face->context);
        return false;
    }
    if (!next_line(face))
        return false;
    bool waits = busy || face->settling;
    if (waits && !(face->is_tty && plain_urgent(&face->plain, face->ui, face->held)))
        return false;
    char *line = face->held;
    face->held = NULL;
    if (!waits)
        take(face, line);
    free(line);
    return true;
}

void face_plain_turn(struct face *face)
{
    enum { LINES_A_TURN = 100 };
    for (int i = 0; i < LINES_A_TURN && step(face); i++)
        ;
    if (face->ui->dirty && !is_patient(face))
        print(face, false);
}
