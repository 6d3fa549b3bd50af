/* Records found by what is typed: of the entity the line names, or of several at once. Nothing waits: what is typed meanwhile is asked for next. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/command-private.h"
#include "client/views/lookup.h"
#include "wire/json.h"

enum { BURST = 8, OF_EACH = 4, LETTERS_LEAST = 2 };

/* One entity's answer, kept until all are there, so that the order does not depend on who was first. */
struct part {
    const struct catalogue_entity *entity;
    uint64_t asked; /* 0: answered */
    json_t *rows;
};

static struct {
    struct part parts[BURST];
    size_t count, waiting;
    char *wanted; /* typed meanwhile: the next to be asked for; NULL: nothing */
} finding;

static void forget_parts(void)
{
    for (size_t i = 0; i < finding.count; i++)
        json_decref(finding.parts[i].rows);
    finding.count = finding.waiting = 0;
}

void command_find_stop(void)
{
    for (size_t i = 0; i < finding.count; i++)
        if (finding.parts[i].asked)
            ask_cancel(command.app, finding.parts[i].asked);
    forget_parts();
    free(finding.wanted);
    finding.wanted = NULL;
}

/* ---- showing ---- */

static void add_rows(const struct part *part, size_t most, bool grouped, struct palette_entry found[],
                     size_t *count)
{
    const struct catalogue_entity *entity = part->entity;
    const char *group = entity->plural ? _(entity->plural) : entity->name;
    for (size_t i = 0; i < json_array_size(part->rows) && i < most; i++) {
        const json_t *row = json_array_get(part->rows, i);
        struct command_item item = {.kind = COMMAND_RECORD, .entity = entity};
        const char *detail;
        const char *title = lookup_title(command.app, command.arena, entity, row, &detail);
        json_get_int(row, "id", &item.id);
        found[(*count)++] = (struct palette_entry){.id = (int64_t)command.items.count,
                                                   .text = title,
                                                   .detail = detail,
                                                   .group = grouped ? group : NULL};
        vec_push(&command.items, item);
    }
}

/* `line`: the list of all that fit is offered at the end. NULL: it is not. */
static void show(const char *line, bool grouped)
{
    struct palette_entry found[LOOKUP_ROWS + BURST * OF_EACH + 1];
    size_t count = 0;
    for (size_t i = 0; i < finding.count; i++)
        add_rows(&finding.parts[i], grouped ? OF_EACH : LOOKUP_ROWS, grouped, found, &count);
    if (line) {
        struct quick quick;
        quick_parse(command.app->catalogue, line, command.arena, &quick);
        found[count++] = (struct palette_entry){
            .id = (int64_t)command.items.count,
            .text = arena_printf(command.arena, "%s: %s",
                                 quick.entity->plural ? _(quick.entity->plural) : quick.entity->name,
                                 quick.part ? quick.part : ""),
            .detail = "⏎"};
        vec_push(&command.items, ((struct command_item){.kind = COMMAND_LINE, .line = line}));
    }
    palette_found(command.app->ui, command.screen, found, count);
}

/* ---- one entity ---- */

static void on_record(struct screen *screen, const struct answer *answer, void *context)
{
    const char *line = context;
    (void)screen;
    finding.parts[0].asked = 0;
    finding.waiting = 0;
    finding.parts[0].rows = answer->code ? NULL : json_incref(json_object_get(answer->object, "rows"));
    command.items.count = MIN(command.items.count, command.fixed);
    show(line, false);
    forget_parts();
}

static void find_record(struct screen *screen, const char *line, const struct quick *quick)
{
    command_find_stop();
    const char *kept = arena_strdup(command.arena, line);
    show(kept, false);
    finding.parts[0] = (struct part){.entity = quick->entity};
    finding.parts[0].asked =
        lookup_ask(command.app, screen, quick->entity->name, quick->part, on_record, (void *)kept);
    finding.count = finding.waiting = finding.parts[0].asked ? 1 : 0;
}

/* ---- several ---- */

static bool is_searched(const struct catalogue_entity *entity)
{
    for (size_t i = 0; i < entity->nfields; i++)
        if (entity->fields[i].search)
            return true;
    return false;
}

static void burst(struct screen *screen, const char *line);

static void on_part(struct screen *screen, const struct answer *answer, void *context)
{
    struct part *part = context;
    part->asked = 0;
    part->rows = answer->code ? NULL : json_incref(json_object_get(answer->object, "rows"));
    if (--finding.waiting)
        return;
    if (!finding.wanted) /* else the line has gone on: Enter shall not take what fitted less of it */
        show(NULL, true);
    forget_parts();
    char *line = finding.wanted;
    finding.wanted = NULL;
    if (line)
        burst(screen, line);
    free(line);
}

/* In one go, so that they share the round trip. */
static void burst(struct screen *screen, const char *line)
{
    const struct catalogue *catalogue = command.app->catalogue;
    for (size_t i = 0; i < catalogue->count && finding.count < BURST; i++) {
        const struct catalogue_entity *entity = catalogue->entities[i];
        if (entity->hidden || !is_searched(entity))
            continue;
        struct part *part = &finding.parts[finding.count];
        *part = (struct part){.entity = entity};
        part->asked = lookup_ask(command.app, screen, entity->name, line, on_part, part);
        finding.count += part->asked != 0;
    }
    finding.waiting = finding.count;
}

static bool long_enough(const char *line)
{
    size_t letters = 0;
    bool wide = false;
    for (const char *at = line; *at; at++) {
        letters += (*at & 0xC0) != 0x80 && *at != ' ';
        wide = wide || *at & 0x80;
    }
    return letters >= LETTERS_LEAST || (wide && letters);
}

void command_find(const char *line, const struct quick *quick)
{
    struct screen *screen = ui_find(command.app->ui, command.screen);
    if (!screen)
        return;
    if (quick->kind == QUICK_RECORD && *quick->part != '#') {
        find_record(screen, line, quick);
        return;
    }
    bool wanted = quick->kind == QUICK_NONE && long_enough(line);
    if (finding.waiting && finding.count && finding.waiting <= finding.count && wanted) {
        free(finding.wanted); /* the burst under way is answered first */
        finding.wanted = memory_strdup(line);
        return;
    }
    command_find_stop();
    if (wanted)
        burst(screen, line);
}
