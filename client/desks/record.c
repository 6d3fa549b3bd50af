#include "client/desks/record.h"

#include <stdlib.h>

#include "client/desks/order.h"
#include "client/views/ask.h"
#include "client/views/text.h"

enum { SETTLE_MS = 100 };

static void on_row(struct screen *screen, const struct answer *answer, void *context)
{
    struct record *record = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    record->asked = 0;
    free(record->trouble);
    record->trouble = answer->code == ERR_NONE ? NULL : memory_strdup(answer_text(arena, NULL, answer));
    json_decref(record->row);
    record->row = answer->code == ERR_NONE ? json_deep_copy(answer->object) : NULL;
    if (record->came && record->row)
        record->came(screen, record->row);
}

static void ask_row_now(void *context)
{
    struct record *record = context;
    if (record->asked)
        ask_cancel(record->app, record->asked);
    record->asked = ask(record->app, record->screen, "rescue.get",
                        json_pack("{s:I}", "id", (json_int_t)record->id), CALL_READ, NULL, on_row, record);
}

void record_init(struct record *record, struct app_context *app, struct screen *screen,
                 void (*came)(struct screen *screen, const json_t *row))
{
    *record = (struct record){.app = app, .screen = screen, .id = NIL, .came = came};
    later_init(&record->later, app, ask_row_now, record);
}

static void forget(struct record *record)
{
    later_stop(&record->later);
    if (record->asked)
        ask_cancel(record->app, record->asked);
    record->asked = 0;
    json_decref(record->row);
    record->row = NULL;
    free(record->trouble);
    record->trouble = NULL;
}

void record_finish(struct record *record)
{
    forget(record);
    later_finish(&record->later);
}

void record_want(struct record *record, int64_t id, int64_t version)
{
    if (record->id == id && record->version == version)
        return;
    if (record->id != id)
        forget(record);
    record->id = id;
    record->version = version;
    if (id != NIL)
        later_set(&record->later, SETTLE_MS);
}

void record_again(struct record *record)
{
    if (record->id != NIL)
        later_set(&record->later, SETTLE_MS);
}

const json_t *record_row(const struct record *record)
{
    return record->row && order_number(record->row, "id") == record->id ? record->row : NULL;
}
