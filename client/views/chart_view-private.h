/* For the files of the chart of a list only. */
#pragma once

#include "base/vec.h"
#include "client/ui/chart.h"
#include "client/views/ask.h"
#include "client/views/chart_view.h"
#include "client/views/rows.h"
#include "client/views/tool.h"
#include "model/catalogue.h"

enum chart_step { STEP_HOUR, STEP_DAY, STEP_WEEK, STEP_MONTH, STEP_YEAR, STEPS };

enum { CHART_GROUPS = 200 /* as many as the server gives */ };

struct chart_view {
    struct screen screen;
    struct app_context *app;
    const struct catalogue_entity *entity;
    char *line;     /* the list's filter as typed */
    json_t *filter; /* the same as the protocol has it, with what the list was held to; NULL: none */
    char *q;

    const struct field *by;
    const struct field *and;   /* NULL: groups are not taken apart */
    const struct field *value; /* NULL: records are counted */
    bool average;              /* of the value, in place of its sum */
    enum chart_step step;
    enum chart_kind kind;

    const struct chart_face *faces; /* of a desk; NULL: a list's own chart, which is kept for the next time */
    size_t nfaces, face;

    json_t *answer; /* NULL: none yet */
    uint64_t asked;
    bool stale;
    int64_t read_ms;

    struct arena *arena; /* of what follows: made anew from each answer */
    const char *value_label;
    struct chart chart;
    VEC(struct chart_point) points;
    VEC(const json_t *) groups; /* of each point; NULL: made here, no record is behind it */
};

bool chart_field_is_time(const struct field *field);
bool chart_field_fits(const struct field *field); /* rows can be counted by it */
const char *chart_step_name(enum chart_step step);
const char *chart_kind_label(enum chart_kind kind);

/* Points, series and labels from the answer, in the present language. */
void chart_view_build(struct chart_view *view);

/* The list's filter and the term that holds for the point. False: no record is behind it. */
bool chart_view_filter(const struct chart_view *view, size_t point, struct str *out);

/* The numbers as CSV for a spreadsheet. */
void chart_view_csv(const struct chart_view *view, struct str *out);

/* Asks for the numbers, and keeps the choice for the next time. */
void chart_view_ask(struct chart_view *view);

/* The dialogs that choose a field; what is chosen is asked for. */
void chart_view_choose_by(struct chart_view *view);
void chart_view_choose_and(struct chart_view *view);
void chart_view_choose_value(struct chart_view *view);
void chart_view_next_kind(struct chart_view *view);
/* False: it does not suit the field. */
bool chart_view_set_kind(struct chart_view *view, enum chart_kind kind);
void chart_view_next_step(struct chart_view *view);

/* What was chosen last for this entity, or what suits it. */
void chart_view_begin(struct chart_view *view);
bool chart_view_take_face(struct chart_view *view, size_t face); /* false: its field is none here */
void chart_view_remember(const struct chart_view *view);
