#include "client/ui/linear.h"

static size_t table_count(void *context)
{
    const struct table *table = context;
    return table->model->count(table->context);
}

static size_t table_cursor(void *context)
{
    return ((struct table *)context)->cursor;
}

static int64_t table_id(void *context, size_t row)
{
    const struct table *table = context;
    return table->model->id(table->context, row);
}

/* What a sign before the row says on the screen is said in the same words of a sign here. */
static void add_flags(const struct table *table, size_t row, struct str *out)
{
    unsigned flags = table->model->flags ? table->model->flags(table->context, row) : 0;
    if (table_is_marked(table, table->model->id(table->context, row)))
        str_add(out, "* ");
    if (flags & (ROW_FAILED | ROW_ALARM))
        str_add(out, "! ");
    if (flags & ROW_PENDING)
        str_add(out, "… ");
    if (flags & ROW_CHANGED)
        str_add(out, "~ ");
}

static void table_text(void *context, size_t row, struct str *out)
{
    struct table *table = context;
    bool first = true;
    add_flags(table, row, out);
    for (size_t i = 0; i < table->columns.count; i++) {
        enum role role = ROLE_NORMAL;
        str_clear(&table->scratch);
        const char *text = table->model->cell(table->context, row, i, &table->scratch, &role);
        if (!text || !*text)
            continue;
        str_addf(out, "%s%s", first ? "" : ", ", text);
        first = false;
    }
}

static void table_go(void *context, size_t row)
{
    struct table *table = context;
    table_select(table, table_id(table, row));
}

static bool table_more(void *context)
{
    const struct table *table = context;
    return table->model->state(table->context) != TABLE_COMPLETE;
}

static const struct linear_rows table_rows = {
    .count = table_count,
    .cursor = table_cursor,
    .id = table_id,
    .text = table_text,
    .go = table_go,
    .more = table_more,
};

void linear_table(struct linear *linear, struct table *table)
{
    linear->rows = &table_rows;
    linear->rows_context = linear->table = table;
}

static size_t choices_count(void *context)
{
    return ((struct choices *)context)->items.count;
}

static size_t choices_cursor(void *context)
{
    return ((struct choices *)context)->cursor;
}

static int64_t choices_id(void *context, size_t row)
{
    return ((struct choices *)context)->items.items[row].id;
}

static void choices_text(void *context, size_t row, struct str *out)
{
    const struct choices_item *item = &((struct choices *)context)->items.items[row];
    str_add(out, item->text);
    if (item->detail && *item->detail)
        str_addf(out, " (%s)", item->detail);
}

static void choices_go(void *context, size_t row)
{
    ((struct choices *)context)->cursor = row;
}

static const struct linear_rows choices_rows = {
    .count = choices_count,
    .cursor = choices_cursor,
    .id = choices_id,
    .text = choices_text,
    .go = choices_go,
};

void linear_choices(struct linear *linear, struct choices *choices)
{
    linear->rows = &choices_rows;
    linear->rows_context = choices;
}
