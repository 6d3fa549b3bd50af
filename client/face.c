#include "client/face.h"

static void gone(struct face *face)
{
    ev_io_stop(face->loop, &face->in);
    ev_io_stop(face->loop, &face->out);
    face->lost(face->context);
}

static void watch_writing(struct face *face)
{
    bool unsent = term_unsent(face->front.term) > 0 && !term_line_ms(face->front.term);
    if (unsent && !ev_is_active(&face->out))
        ev_io_start(face->loop, &face->out);
    else if (!unsent && ev_is_active(&face->out))
        ev_io_stop(face->loop, &face->out);
}

static void arm(struct face *face)
{
    int ms = front_wait_ms(&face->front);
    ev_timer_stop(face->loop, &face->timer);
    if (ms < 0)
        return;
    ev_timer_set(&face->timer, ms / 1000.0, 0);
    ev_timer_start(face->loop, &face->timer);
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct face *face = watcher->data;
    (void)loop, (void)events;
    face->typed(face->context);
    if (front_read(&face->front) < 0)
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
    front_timeout(&face->front);
    arm(face);
}

static void on_prepare(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    struct face *face = watcher->data;
    (void)loop, (void)events;
    face->before_paint(face->context);
    if (face->is_plain) {
        face_plain_turn(face);
        return;
    }
    if (front_paint(&face->front) < 0)
        gone(face);
    else
        watch_writing(face);
    arm(face);
}

static int screen_start(struct face *face, const struct term_options *options)
{
    struct term *term;
    int result = term_start(&term, options);
    if (result < 0)
        return result;
    front_init(&face->front, face->ui, term);
    ev_io_init(&face->in, on_readable, term_in(term), EV_READ);
    ev_io_init(&face->out, on_writable, term_out(term), EV_WRITE);
    ev_timer_init(&face->timer, on_timer, 0, 0);
    face->in.data = face->out.data = face->timer.data = face;
    ev_io_start(face->loop, &face->in);
    return 0;
}

int face_start(struct face *face, struct ev_loop *loop, struct ui *ui, const struct term_options *options,
               bool plain)
{
    face->loop = loop;
    face->ui = ui;
    face->is_plain = plain;
    int result = plain ? 0 : screen_start(face, options);
    if (result < 0)
        return result;
    if (plain)
        face_plain_start(face);
    ev_prepare_init(&face->paint, on_prepare);
    face->paint.data = face;
    ev_prepare_start(loop, &face->paint);
    return 0;
}

void face_stop(struct face *face)
{
    ev_prepare_stop(face->loop, &face->paint);
    if (face->is_plain) {
        face_plain_stop(face);
        return;
    }
    ev_io_stop(face->loop, &face->in);
    ev_io_stop(face->loop, &face->out);
    ev_timer_stop(face->loop, &face->timer);
    term_stop(face->front.term);
}

void face_resized(struct face *face)
{
    if (!face->is_plain)
        front_resized(&face->front);
}

void face_resumed(struct face *face)
{
    if (!face->is_plain)
        front_resumed(&face->front);
}

void face_interrupt(struct face *face)
{
    struct key key = key_code(K_CTRL('C'));
    if (face->is_plain)
        ui_key(face->ui, &key);
}
