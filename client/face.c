#include "client/face.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PLAIN_ROWS = 200, PLAIN_COLS = 100 }; /* nothing is cut off: a reader has no window */

static void gone(struct face *face)
{
    ev_io_stop(face->loop, &face->in);
    ev_io_stop(face->loop, &face->out);
    face->lost(face->context);
}

static void watch_writing(struct face *face)
{
    bool unsent = !face->is_plain && term_unsent(face->front.term) > 0;
    if (unsent && !ev_is_active(&face->out))
        ev_io_start(face->loop, &face->out);
    else if (!unsent && ev_is_active(&face->out))
        ev_io_stop(face->loop, &face->out);
}

static void arm(struct face *face)
{
    int ms = face->is_plain ? keys_wait_ms(&face->keys) : front_wait_ms(&face->front);
    ev_timer_stop(face->loop, &face->timer);
    if (ms < 0)
        return;
    ev_timer_set(&face->timer, ms / 1000.0, 0);
    ev_timer_start(face->loop, &face->timer);
}

static void on_plain_key(void *context, const struct key *key)
{
    struct face *face = context;
    ui_key(face->ui, key);
    if (face->ui->drop_input)
        keys_drop(&face->keys);
    face->ui->drop_input = false;
}

static int plain_read(struct face *face)
{
    char bytes[4096];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0)
        return -EIO;
    keys_feed(&face->keys, bytes, (size_t)n, on_plain_key, face);
    return 0;
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct face *face = watcher->data;
    (void)loop, (void)events;
    face->typed(face->context);
    if ((face->is_plain ? plain_read(face) : front_read(&face->front)) < 0)
        gone(face);
    else
        arm(face);
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct face *face = watcher->data;
    (void)loop, (void)events;
    if (front_write(&face->front) < 0)
        gone(face);
}

static void on_timer(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct face *face = watcher->data;
    (void)loop, (void)events;
    if (face->is_plain)
        keys_timeout(&face->keys, on_plain_key, face);
    else
        front_timeout(&face->front);
    arm(face);
}

/* A slow reader is waited for: without a screen to repaint there is nothing better to do. */
static void write_lines(const char *text, size_t n)
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
            return;
        }
    }
}

static void paint_plain(struct face *face)
{
    struct str out cleanup(cleanup_str);
    if (!face->ui->dirty)
        return;
    str_init(&out, NULL);
    plain_print(&face->plain, face->ui, &out);
    if (face->ui->bell)
        str_add_char(&out, '\a');
    face->ui->bell = false;
    write_lines(out.data, out.len);
}

static void on_prepare(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    struct face *face = watcher->data;
    (void)loop, (void)events;
    face->before_paint(face->context);
    if (face->is_plain) {
        paint_plain(face);
        return;
    }
    if (front_paint(&face->front) < 0)
        gone(face);
    else
        watch_writing(face);
}

static void plain_start(struct face *face)
{
    struct termios raw;
    ui_resize(face->ui, PLAIN_ROWS, PLAIN_COLS);
    plain_init(&face->plain);
    keys_init(&face->keys);
    if (tcgetattr(STDIN_FILENO, &face->saved) != 0)
        return; /* a pipe: lines of a script */
    raw = face->saved;
    raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_iflag &= (tcflag_t) ~(IXON | ICRNL | INLCR | IGNCR);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    face->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

int face_start(struct face *face, struct ev_loop *loop, struct ui *ui, const struct term_options *options,
               bool plain)
{
    face->loop = loop;
    face->ui = ui;
    face->is_plain = plain;
    int in = STDIN_FILENO, out = STDOUT_FILENO;
    if (plain) {
        plain_start(face);
    } else {
        struct term *term;
        int result = term_start(&term, options);
        if (result < 0)
            return result;
        front_init(&face->front, ui, term);
        in = term_in(term);
        out = term_out(term);
    }
    ev_io_init(&face->in, on_readable, in, EV_READ);
    ev_io_init(&face->out, on_writable, out, EV_WRITE);
    ev_timer_init(&face->timer, on_timer, 0, 0);
    ev_prepare_init(&face->paint, on_prepare);
    face->in.data = face->out.data = face->timer.data = face->paint.data = face;
    ev_io_start(loop, &face->in);
    ev_prepare_start(loop, &face->paint);
    return 0;
}

void face_stop(struct face *face)
{
    ev_io_stop(face->loop, &face->in);
    ev_io_stop(face->loop, &face->out);
    ev_timer_stop(face->loop, &face->timer);
    ev_prepare_stop(face->loop, &face->paint);
    if (!face->is_plain) {
        term_stop(face->front.term);
        return;
    }
    if (face->raw)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &face->saved);
    keys_finish(&face->keys);
    plain_finish(&face->plain);
}

void face_resized(struct face *face)
{
    if (!face->is_plain)
        front_resized(&face->front);
}
