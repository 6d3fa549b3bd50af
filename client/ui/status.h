#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"
#include "base/vec.h"
#include "client/ui/canvas.h"

/* The rows around the body: title, breadcrumb; message line, bell line, key bar. */
enum { STATUS_TOP_ROWS = 2, STATUS_FOOT_ROWS = 3 };

struct key_hint {
    int code;
    const char *label; /* translated; valid until the drawing is done */
    int priority;      /* where not all fit the lowest numbers stay */
};

struct key_bar {
    VEC(struct key_hint) hints;
};

void key_bar_add(struct key_bar *bar, int code, const char *label, int priority);

struct status {
    char branch[64], user[64], role[64]; /* of the person, translated */
    char clock[16];                      /* "14:05" */
    char link[32];                       /* empty: connected (●), else "RETRY 3s" */
    char mark[24];                       /* "REC", "▶ 3/20"; empty: nothing is recorded or replayed */
    char bell[256];                      /* the ringing call, alarms, counts */
    enum role bell_role;
    char message[512];
    enum role message_role;
    bool message_fresh; /* said by the handler of the present key */
    char progress[128]; /* label of a running request; empty: none */
    int permille;       /* -1: unknown */
    struct key_bar bar;
};

void status_init(struct status *status);
void status_finish(struct status *status);

/* Each sets one thing and returns true when it is another than before. */
must_check bool status_set_person(struct status *status, const char *branch, const char *user,
                                  const char *role);
must_check bool status_set_clock(struct status *status, const char *clock);
must_check bool status_set_link(struct status *status, const char *trouble); /* NULL: connected */
must_check bool status_set_mark(struct status *status, const char *mark);
must_check bool status_set_bell(struct status *status, enum role role, const char *text);
must_check bool status_set_message(struct status *status, enum role role, const char *text);
must_check bool status_set_progress(struct status *status, const char *label, int permille); /* NULL: none */

void status_draw(struct status *status, struct canvas *canvas, const char *title, const char *crumb,
                 size_t tasks);

/* The code that leads here, at the end of the crumb's row where there is room. */
void status_draw_code(struct canvas *canvas, const char *crumb, const char *code);
void progress_draw(struct canvas *canvas, int row, int col, int width, const char *label, int permille);
