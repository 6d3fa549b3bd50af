/* For the files of the monitors only. */
#pragma once

#include "base/time.h"
#include "client/desks/later.h"
#include "client/views/list_face.h"

/* What one key shows. */
struct monitor_tab {
    char key;
    const char *label; /* msgid */
    const char *sort;
    /* The protocol's filter, a new reference. */
    json_t *(*condition)(const struct app_context *app);
    /* How many there are, of what rescue.counts says; NIL: nobody counts them. */
    int64_t (*count)(const json_t *counts);
    bool alarm; /* what is counted here is late */
};

struct monitor {
    struct app_context *app;
    struct screen *screen;
    struct rows *rows;
    const struct monitor_tab *tabs;
    size_t ntabs, tab;
    json_t *counts; /* the last answer; NULL: none yet */
    char *counted;  /* the filter's line they are counted under; NULL: none yet */
    uint64_t asked;
    char *asked_line; /* the filter's line of what is under way */
    struct later later;
    struct instant now; /* of the last tick: what lateness is measured by */
};

extern const struct monitor_tab monitor_tabs[], appointment_tabs[];
extern const size_t monitor_ntabs, appointment_ntabs;

/* Whether what is counted is what the list shows: not, until the answer for another filter is here. */
bool monitor_counts_hold(const struct monitor *monitor);

/* monitor_head.c */
int monitor_head_rows(void *context, int cols);
void monitor_head_draw(void *context, struct canvas *canvas, struct area area);
void monitor_head_plain(void *context, struct str *out);
