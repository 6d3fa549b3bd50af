/* Marking many rows: a stretch of them, all at hand, all that the filter finds. */
#include "client/ui/dialog.h"
#include "client/ui/words.h"
#include "client/views/list_tools.h"
#include "client/views/tool.h"
#include "model/catalogue.h"

enum { MARK_TO_HERE, MARK_AT_HAND, MARK_FOUND, MARK_TURN, MARK_NONE, MARK_MOST = 500 };

static void mark_rows(struct rows *rows, size_t first, size_t last)
{
    for (size_t i = first; i <= last && i < rows->records.count; i++)
        table_mark(&rows->table, rows->records.items[i].id, true);
}

/* From the nearest mark, above or below, to the cursor. */
static void mark_to_here(struct rows *rows)
{
    size_t here = rows->table.cursor, count = rows->records.count;
    for (size_t step = 1; step < count; step++) {
        bool up = step <= here && table_is_marked(&rows->table, rows->records.items[here - step].id);
        bool down = here + step < count && table_is_marked(&rows->table, rows->records.items[here + step].id);
        if (!up && !down)
            continue;
        mark_rows(rows, up ? here - step : here, up ? here : here + step);
        return;
    }
    mark_rows(rows, here, here);
}

static void turn_round(struct rows *rows)
{
    for (size_t i = 0; i < rows->records.count; i++) {
        int64_t id = rows->records.items[i].id;
        table_mark(&rows->table, id, !table_is_marked(&rows->table, id));
    }
}

static void all_are_there(struct rows *rows)
{
    mark_rows(rows, 0, MARK_MOST - 1);
    if (!rows->complete || rows->records.count > MARK_MOST)
        ui_say(rows->app->ui, ROLE_WARNING, _("Only the first %d are marked: the filter finds more"),
               (int)MARK_MOST);
}

static void on_chosen(void *context, const struct dialog_answer *answer)
{
    struct rows *rows = context;
    if (answer->key != K_ENTER)
        return;
    switch (answer->id) {
    case MARK_TO_HERE: mark_to_here(rows); break;
    case MARK_AT_HAND:
        if (rows->records.count)
            mark_rows(rows, 0, rows->records.count - 1);
        break;
    case MARK_FOUND: rows_read_most(rows, all_are_there); break;
    case MARK_TURN: turn_round(rows); break;
    default: table_unmark_all(&rows->table); break;
    }
}

static void choose(const struct subject *subject)
{
    struct choices choices;
    choices_init(&choices);
    if (subject->rows->table.marks.count)
        choices_add(&choices, MARK_TO_HERE, _("From the nearest mark to here"), NULL);
    choices_add(&choices, MARK_AT_HAND, _("All rows at hand"), NULL);
    choices_add(&choices, MARK_FOUND, _("All the filter finds, up to 500"), NULL);
    choices_add(&choices, MARK_TURN, _("The others instead"), "*");
    choices_add(&choices, MARK_NONE, _("None"), "Esc");
    dialog_choose(subject->app->ui, _("Mark"), &choices, on_chosen, subject->rows);
    choices_finish(&choices);
}

static const struct tool tools[] = {
    {
        .name = "mark",
        .label = N_("Mark many"),
        .help = N_("Marks a stretch of rows, all at hand, or all the filter finds"),
        .search = "mark select all biaoji quanxuan",
        .key = '+',
        .priority = 31,
        .places = TOOL_LIST,
        .run = choose,
    },
};

void list_marks_register(void)
{
    tool_register(tools, array_len(tools));
}
