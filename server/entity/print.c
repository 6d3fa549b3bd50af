/* E.print: one record on paper: what its form shows, its lines, the steps it went. */
#include "server/entity/export-private.h"

#include "base/arena.h"
#include "base/money.h"
#include "server/entity/paper.h"
#include "server/entity/words.h"
#include "wire/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LABEL_WIDTH = 70, COLUMN_GAP = 12, LINE_GAP = 4, PRINT_LINE_COLUMNS = 12, PRINT_STEPS_MAX = 100 };

struct print {
    struct request *request;
    const struct entity *entity;
    const char *language;
    json_t *row;        /* as get gives it */
    struct rows *steps; /* NULL: the history is not for this user */
    struct rows *company;
    struct paper *paper;
    double column;  /* 0 or 1: where the next value stands */
    double pending; /* height of the value on the left */
};

static const char *word(const struct print *print, const char *msgid)
{
    return words_get(print->language, msgid);
}

/* ------------------------------------------------------------------------------------------------- values as text */

static const char *choice_text(const struct print *print, const struct entity *entity,
                               const struct field *field, const char *code)
{
    const char *labels = export_labels(print->request->arena, print->language, entity, field);
    const char *label = labels ? json_string_value(json_object_get(json_loads(labels, 0, NULL), code)) : NULL;
    return label ? label : code;
}

static const char *time_text(const struct print *print, const char *value)
{
    struct instant at;
    int offset = 0, year, month, day;
    if (time_parse(value, &at) < 0 ||
        time_zone_offset(session_zone(print->request->session), at, &offset) < 0)
        return value;
    struct day date = day_of(at, offset);
    int64_t seconds = (at.us - day_start(date, offset).us) / 1000000;
    day_split(date, &year, &month, &day);
    return arena_printf(print->request->arena, "%04d-%02d-%02d %02d:%02d", year, month, day,
                        (int)(seconds / 3600), (int)(seconds / 60 % 60));
}

static const char *number_text(const struct print *print, const struct field *field, const json_t *value)
{
    struct arena *arena = print->request->arena;
    if (json_is_integer(value))
        return field_print(field, arena, arena_printf(arena, "%lld", (long long)json_integer_value(value)),
                           NULL);
    return arena_printf(arena, "%.10g", json_real_value(value));
}

static const char *set_text(const struct print *print, const struct entity *entity, const struct field *field,
                            const json_t *value)
{
    struct str out;
    str_init(&out, print->request->arena);
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *code = json_string_value(json_array_get(value, i));
        str_add(&out, i ? ", " : "");
        str_add(&out, code ? choice_text(print, entity, field, code) : "");
    }
    return out.data;
}

/* "" for nothing. */
static const char *value_shown(const struct print *print, const struct entity *entity,
                               const struct field *field, const json_t *row)
{
    const json_t *value = json_object_get(row, field->name);
    struct str name;
    str_init(&name, print->request->arena);
    sql_label_name(&name, field); /* quoted */
    const char *label = json_string_value(
        json_object_get(row, arena_strndup(print->request->arena, name.data + 1, name.len - 2)));
    if (field->ref && label)
        return label;
    if (json_is_boolean(value))
        return word(print, json_is_true(value) ? N_("yes") : N_("no"));
    if (json_is_number(value))
        return number_text(print, field, value);
    if (json_is_array(value))
        return set_text(print, entity, field, value);
    const char *text = json_string_value(value);
    if (!text)
        return "";
    if (field_type_of(field) == FIELD_TIME)
        return time_text(print, text);
    return field->choices || field->base || (entity->state && !strcmp(entity->state, field->name))
               ? choice_text(print, entity, field, text)
               : text;
}

/* ------------------------------------------------------------------------------------------------- drawing */

static void end_pair(struct print *print)
{
    if (print->column > 0)
        paper_down(print->paper, print->pending + LINE_GAP);
    print->column = 0;
    print->pending = 0;
}

static void draw_section(struct print *print, const char *label)
{
    end_pair(print);
    paper_down(print->paper, 4);
    paper_need(print->paper, 40); /* not alone at the foot of a page */
    double width = paper_width(print->paper), height = paper_height(print->paper, label, width, PAPER_BOLD);
    paper_text(print->paper, 0, width, height, label, PAPER_BOLD | PAPER_GREY);
    paper_down(print->paper, height + LINE_GAP + 1);
}

/* Label and value, two beside each other; a long value has the line for itself. */
static void draw_value(struct print *print, const char *label, const char *value)
{
    struct paper *paper = print->paper;
    double half = (paper_width(paper) - COLUMN_GAP) / 2, room = half - LABEL_WIDTH;
    bool wide = strchr(value, '\n') || paper_measure(paper, value, 0) > room * 2;
    if (wide)
        end_pair(print);
    double width = wide ? paper_width(paper) - LABEL_WIDTH : room;
    double height = MAX(paper_height(paper, value, width, PAPER_WHOLE),
                        paper_height(paper, label, LABEL_WIDTH - 4, PAPER_FAINT));
    if (print->column == 0)
        paper_need(paper, height + LINE_GAP);
    double x = print->column > 0 ? half + COLUMN_GAP : 0;
    paper_text(paper, x, LABEL_WIDTH - 4, height, label, PAPER_FAINT);
    paper_text(paper, x + LABEL_WIDTH, width, height, value, PAPER_WHOLE);
    bool second = print->column > 0;
    print->pending = MAX(print->pending, height);
    print->column = 1;
    if (wide || second)
        end_pair(print);
}

/* A small table; column i begins at `at[i]` of the width, 1 ends it. */
static void draw_cells(struct print *print, const char *const *cells, const double *at, size_t count,
                       unsigned style)
{
    struct paper *paper = print->paper;
    double width = paper_width(paper), height = 8;
    for (size_t i = 0; i < count; i++)
        height =
            MAX(height, paper_height(paper, cells[i], (at[i + 1] - at[i]) * width - COLUMN_GAP / 2, style));
    paper_need(paper, height + LINE_GAP);
    for (size_t i = 0; i < count; i++)
        paper_text(paper, at[i] * width, (at[i + 1] - at[i]) * width - COLUMN_GAP / 2, height, cells[i],
                   style);
    paper_down(paper, height + LINE_GAP - 1);
}

static void draw_lines(struct print *print, const struct field *field, const json_t *lines)
{
    const struct entity *line = field->lines;
    const struct field *shown[PRINT_LINE_COLUMNS];
    const char *cells[PRINT_LINE_COLUMNS];
    double at[PRINT_LINE_COLUMNS + 1] = {0}, sum = 0;
    size_t n = 0;
    for (size_t i = 0; line->columns && line->columns[i] && n < PRINT_LINE_COLUMNS; i++) {
        const struct field *column = entity_field(line, line->columns[i]);
        if (column && field_is_readable(column))
            shown[n++] = column;
    }
    if (!json_array_size(lines) || !n)
        return;
    for (size_t i = 0; i < n; i++)
        at[i + 1] = sum += MAX(field_width(shown[i]), 6);
    for (size_t i = 1; i <= n; i++)
        at[i] /= sum;
    draw_section(print, word(print, field->label));
    for (size_t i = 0; i < n; i++)
        cells[i] = word(print, shown[i]->label);
    draw_cells(print, cells, at, n, PAPER_FAINT);
    for (size_t j = 0; j < json_array_size(lines); j++) {
        for (size_t i = 0; i < n; i++)
            cells[i] = value_shown(print, line, shown[i], json_array_get(lines, j));
        draw_cells(print, cells, at, n, 0);
    }
}

static bool draw_field(struct print *print, const struct field *field)
{
    if (field_storage_of(field) == STORE_LINES || !field_is_readable(field))
        return false;
    const char *value = value_shown(print, print->entity, field, print->row);
    if (*value)
        draw_value(print, word(print, field->label), value);
    return *value != '\0';
}

static bool has_value(struct print *print, const struct tab *tab)
{
    for (size_t i = 0; tab->fields[i]; i++) {
        const struct field *field = entity_field(print->entity, tab->fields[i]);
        if (field && field_is_readable(field) && *value_shown(print, print->entity, field, print->row))
            return true;
    }
    return false;
}

static void draw_tabs(struct print *print)
{
    const struct entity *entity = print->entity;
    for (const struct tab *tab = entity->tabs; tab && tab->label; tab++) {
        if (has_value(print, tab))
            draw_section(print, word(print, tab->label));
        for (size_t i = 0; tab->fields[i]; i++) {
            const struct field *field = entity_field(entity, tab->fields[i]);
            if (field && field_storage_of(field) != STORE_LINES)
                draw_field(print, field);
        }
        end_pair(print);
        for (size_t i = 0; tab->fields[i]; i++) {
            const struct field *field = entity_field(entity, tab->fields[i]);
            if (field && field_storage_of(field) == STORE_LINES)
                draw_lines(print, field, json_object_get(print->row, field->name));
        }
    }
    for (size_t i = 0; !entity->tabs && i < entity->nfields; i++)
        draw_field(print, &entity->fields[i]);
    end_pair(print);
}

/* All states in their order, the present one in bold. */
static void draw_flow(struct print *print)
{
    const char *now =
        print->entity->state ? json_string_value(json_object_get(print->row, print->entity->state)) : NULL;
    double x = 0;
    for (const struct choice *state = print->entity->states; now && state && state->code; state++) {
        const char *label = word(print, state->label);
        unsigned style = strcmp(state->code, now) == 0 ? PAPER_BOLD : PAPER_FAINT;
        double width = paper_measure(print->paper, label, style);
        if (x > 0 && x + width > paper_width(print->paper)) {
            paper_down(print->paper, 12);
            x = 0;
        }
        paper_text(print->paper, x, width, 9, label, style);
        paper_text(print->paper, x + width + 4, 12, 9, state[1].code ? "›" : "", PAPER_FAINT);
        x += width + 14;
    }
    paper_down(print->paper, x > 0 ? 14 : 0);
}

static const char *step_label(const struct print *print, const char *verb)
{
    const struct verb *row = verb_find(verb);
    const char *dot = strchr(verb, '.');
    return row && row->label ? word(print, row->label) : dot ? dot + 1 : verb;
}

static void draw_steps(struct print *print)
{
    static const double at[] = {0, 0.2, 0.45, 0.65, 1};
    size_t count = print->steps ? rows_count(print->steps) : 0;
    if (!count)
        return;
    draw_section(print, word(print, N_("Steps")));
    for (size_t i = 0; i < count; i++) {
        const char *when = rows_text(print->steps, i, 0), *who = rows_text(print->steps, i, 2),
                   *why = rows_text(print->steps, i, 3);
        const char *cells[] = {time_text(print, when), step_label(print, rows_text(print->steps, i, 1)),
                               who ? who : "", why ? why : ""};
        draw_cells(print, cells, at, array_len(cells), 0);
    }
}

static void draw(struct print *print, bool drawing)
{
    paper_begin(print->paper, drawing);
    draw_flow(print);
    draw_tabs(print);
    draw_steps(print);
    end_pair(print);
}

/* ------------------------------------------------------------------------------------------------- the verb */

static void queue_steps(struct print *print)
{
    struct request *request = print->request;
    const struct grant *grant = grant_of(request->session, print->entity->name, "history");
    struct builder b;
    if (!grant)
        return;
    builder_init(&b, request->arena);
    str_add(&b.text,
            "SELECT to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), c.verb, "
            "(SELECT e.name FROM employee e WHERE e.id = c.who), c.reason FROM change c WHERE c.entity = ");
    builder_param(&b, p_text(print->entity->name));
    str_add(&b.text, " AND c.row_id = ");
    builder_param(&b, p_int(request_int(request, "id")));
    str_addf(&b.text, " ORDER BY c.version, c.at, c.id LIMIT %d", PRINT_STEPS_MAX);
    print->steps = builder_read(&b, request->tx);
}

static const char *title_of(struct print *print)
{
    const struct field *field =
        print->entity->title ? entity_field(print->entity, print->entity->title) : NULL;
    const char *named = field ? value_shown(print, print->entity, field, print->row) : "";
    return arena_printf(
        print->request->arena, "%s %s", word(print, print->entity->label),
        *named ? named
               : arena_printf(print->request->arena, "%lld", (long long)request_int(print->request, "id")));
}

/* Reads the record as get does, and says in the trail that it was printed. */
static int read_record(struct print *print)
{
    struct request *request = print->request;
    request_begin(request);
    queue_steps(print);
    print->company = export_company_read(request);
    int rc = entity_run_get(request);
    if (!rc) {
        struct change change = {
            .entity = print->entity->name,
            .id = NIL,
            .action = "print",
            .branch_id = NIL,
            .old_branch_id = NIL,
            .now = arena_printf(request->arena, "{\"id\":%lld}", (long long)request_int(request, "id"))};
        change_add(request, &change);
    }
    rc = request_end(request, rc);
    print->row = rc ? NULL : json_loads(request->out.data, 0, NULL);
    return !rc && !print->row ? export_file_failed(request, "the record is no JSON") : rc;
}

static int send(struct print *print, int fd)
{
    struct request *request = print->request;
    struct export_stream stream;
    const char *what =
        arena_printf(request->arena, "%s-%lld", print->entity->name, (long long)request_int(request, "id"));
    export_stream_init(&stream, request);
    int rc = export_send_file(&stream, fd);
    str_clear(&request->out);
    str_add(&request->out, "{\"name\":");
    str_add_json(&request->out, export_file_name(request, what, "pdf"));
    str_add(&request->out, ",\"type\":\"application/pdf\",\"rows\":1");
    export_stream_reply(&stream, &request->out);
    str_add_char(&request->out, '}');
    export_stream_finish(&stream);
    return rc;
}

static int write_paper(struct print *print, int fd)
{
    struct paper_head head = {.title = title_of(print),
                              .left = rows_text(print->company, 0, 0),
                              .right = export_who_and_when(print->request),
                              .page = word(print, N_("Page {page} of {pages}")),
                              .author = print->request->session->name,
                              .language = print->language};
    print->paper = paper_create(fd, &head);
    if (!print->paper)
        return export_file_failed(print->request, "no paper");
    draw(print, false);
    draw(print, true);
    int rc = paper_finish(print->paper);
    paper_destroy(print->paper);
    return rc ? export_file_failed(print->request, "the paper could not be written") : send(print, fd);
}

int entity_run_print(struct request *request)
{
    struct print print = {.request = request, .entity = entity_verb_of(request)->entity};
    int rc = export_read_language(request, &print.language);
    if (!rc)
        rc = read_record(&print);
    if (rc)
        return rc;
    int fd = export_temp_open();
    if (fd < 0)
        return export_file_failed(request, "no temporary file");
    rc = write_paper(&print, fd);
    close(fd);
    return rc;
}
