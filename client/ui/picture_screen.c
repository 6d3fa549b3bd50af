/* A picture on a screen of its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/ui/picture.h"
#include "client/ui/words.h"

static const double zoom_most = 16;

struct picture_screen {
    struct screen screen;
    struct picture picture;
    struct picture_view view;
    char *title;
    int trouble;
    size_t size; /* bytes of the file */
};

static struct picture_screen *own(struct screen *screen)
{
    return container_of(screen, struct picture_screen, screen);
}

static const char *trouble_text(int trouble)
{
    switch (trouble) {
    case -EFBIG: return _("The picture has more pixels than are shown here");
    case -ENOSYS: return _("This program was built without pictures");
    case -ETIMEDOUT: return _("The picture took too long to decode");
    case -EBADMSG: return _("The picture is broken");
    default: return _("This is no picture of a known kind");
    }
}

static void add_facts(const struct picture_screen *shown, struct str *out)
{
    const struct picture_head *head = &shown->picture.head;
    if (head->type)
        str_addf(out, "%s %u×%u · ", picture_type_name(head->type), head->width, head->height);
    str_addf(out, "%zu KiB", (shown->size + 1023) / 1024);
    if (shown->view.zoom > 1)
        str_addf(out, " · %.0f×", shown->view.zoom);
}

static void move(struct picture_view *view, double x, double y)
{
    double half = 0.5 / view->zoom;
    view->middle_x = MAX(MIN(view->middle_x + x / view->zoom, 1 - half), half);
    view->middle_y = MAX(MIN(view->middle_y + y / view->zoom, 1 - half), half);
}

static unsigned zoom(struct picture_view *view, double by)
{
    double to = MAX(MIN(view->zoom * by, zoom_most), 1);
    if (to == view->zoom)
        return SCREEN_BELL;
    view->zoom = to;
    move(view, 0, 0);
    return SCREEN_REDRAW;
}

static unsigned picture_key(struct screen *screen, const struct key *key)
{
    struct picture_view *view = &own(screen)->view;
    switch (key->code) {
    case '+':
    case '=': return zoom(view, 2);
    case '-': return zoom(view, 0.5);
    case K_HOME: *view = (struct picture_view){1, 0.5, 0.5}; return SCREEN_REDRAW;
    case K_LEFT: move(view, -0.25, 0); return SCREEN_REDRAW;
    case K_RIGHT: move(view, 0.25, 0); return SCREEN_REDRAW;
    case K_UP: move(view, 0, -0.25); return SCREEN_REDRAW;
    case K_DOWN: move(view, 0, 0.25); return SCREEN_REDRAW;
    case K_ENTER: return SCREEN_CLOSE;
    default: return SCREEN_UNUSED;
    }
}

static void picture_keys(struct screen *screen, struct key_bar *bar)
{
    if (own(screen)->trouble == 0) {
        key_bar_add(bar, '+', _("Closer"), 0);
        key_bar_add(bar, '-', _("Farther"), 1);
        key_bar_add(bar, K_HOME, _("All"), 2);
    }
    key_bar_add(bar, K_CANCEL, _("Back"), 3);
}

static void picture_screen_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    const struct picture_screen *shown = own(screen);
    if (shown->trouble)
        canvas_paragraph(canvas, body, ROLE_WARNING, trouble_text(shown->trouble), 0);
    else
        picture_draw(&shown->picture, &shown->view, canvas, body);
}

static void picture_title(struct screen *screen, struct str *out)
{
    str_add(out, own(screen)->title);
}

static void picture_crumb(struct screen *screen, struct str *out)
{
    add_facts(own(screen), out);
}

static void picture_plain(struct screen *screen, struct str *out)
{
    const struct picture_screen *shown = own(screen);
    add_facts(shown, out);
    str_addf(out, "\n%s\n",
             shown->trouble ? trouble_text(shown->trouble) : _("A picture, which lines of text cannot show"));
}

static void picture_close(struct screen *screen)
{
    struct picture_screen *shown = own(screen);
    picture_finish(&shown->picture);
    free(shown->title);
    free(shown);
}

static const struct screen_ops picture_ops = {
    .name = "picture",
    .key = picture_key,
    .draw = picture_screen_draw,
    .title = picture_title,
    .crumb = picture_crumb,
    .keys = picture_keys,
    .plain = picture_plain,
    .close = picture_close,
};

void picture_open(struct ui *ui, const char *title, const void *bytes, size_t size)
{
    struct picture_screen *shown = memory_zeroed(1, sizeof(*shown));
    shown->screen.ops = &picture_ops;
    shown->title = memory_strdup(title);
    shown->size = size;
    shown->view = (struct picture_view){1, 0.5, 0.5};
    shown->trouble = picture_read(&shown->picture, bytes, size);
    ui_open(ui, &shown->screen);
}
