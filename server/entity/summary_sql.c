/* The statement of a summary: rows are read once, counted by both fields, and what came of it is ranked. */
#include "base/arena.h"
#include "server/entity/summary-private.h"

#include <string.h>

/* A step begins where the clock of the zone says so: its first day, or of hours the instant. */
static void add_key(struct builder *b, const struct summary *summary, const struct summary_key *key)
{
    const char *zone = session_zone(summary->request->session);
    bool time = field_storage_of(key->field) == STORE_TIME;
    if (!key->step) {
        sql_value(&b->text, key->field);
        return;
    }
    str_addf(&b->text, "(date_trunc('%s', ", key->step);
    sql_value(&b->text, key->field);
    if (time) {
        str_add(&b->text, " AT TIME ZONE ");
        builder_param(b, p_text(zone));
        str_add(&b->text, "::text");
    } else {
        str_add(&b->text, "::timestamp");
    }
    if (strcmp(key->step, "hour") == 0) {
        str_add(&b->text, ") AT TIME ZONE ");
        builder_param(b, p_text(zone));
        str_add(&b->text, "::text)");
    } else {
        str_add(&b->text, ")::date)");
    }
}

static void add_conditions(struct builder *b, const struct summary *summary)
{
    const struct request *request = summary->request;
    const struct grant *grant = request->grant;
    enum search_by by = search_for(summary->entity, grant, request->session);
    sql_scope(b, summary->entity, grant, request->session);
    sql_filter(b, summary->entity, &summary->filter, by);
    sql_search(b, summary->entity, summary->filter.q, by);
}

static void add_counted(struct builder *b, const struct summary *summary)
{
    str_add(&b->text, "WITH g AS MATERIALIZED (SELECT ");
    add_key(b, summary, &summary->by);
    str_add(&b->text, " AS \"~k\", ");
    if (summary->and.field)
        add_key(b, summary, &summary->and);
    else
        str_add(&b->text, "NULL::int");
    str_add(&b->text, " AS \"~p\", count(*) AS \"~n\"");
    for (size_t i = 0; i < summary->nsums; i++) {
        str_add(&b->text, ", sum(");
        sql_value(&b->text, summary->sums[i]);
        str_addf(&b->text, ") AS \"~%zu\"", i);
    }
    for (size_t i = 0; i < summary->naverages; i++) {
        str_add(&b->text, ", sum(");
        sql_value(&b->text, summary->averages[i]);
        str_addf(&b->text, ")::double precision AS \"~a%zu\", count(", i);
        sql_value(&b->text, summary->averages[i]);
        str_addf(&b->text, ") AS \"~m%zu\"", i);
    }
    str_addf(&b->text, " FROM \"%s\" t WHERE true", summary->entity->table);
    add_conditions(b, summary);
    str_add(&b->text, " GROUP BY 1, 2)");
}

/* What a part is worth: the first sum, the first average, or how many. */
static const char *worth(const struct summary *summary)
{
    if (!summary->nsums && summary->naverages)
        return "coalesce(sum(\"~a0\") / nullif(sum(\"~m0\"), 0), 0)";
    return summary->nsums ? "coalesce(sum(\"~0\"), 0)" : "sum(\"~n\")";
}

/* Times in their order, and of more than fit the latest; everything else by size. */
static void add_ranked(struct builder *b, const struct summary *summary, const struct summary_key *key,
                       const char *name, const char *column)
{
    str_addf(&b->text, ", %s AS (SELECT \"%s\" AS \"~k\", sum(\"~n\") AS \"~n\"", name, column);
    for (size_t i = 0; i < summary->nsums; i++)
        str_addf(&b->text, ", sum(\"~%zu\") AS \"~%zu\"", i, i);
    for (size_t i = 0; i < summary->naverages; i++)
        str_addf(&b->text, ", sum(\"~a%zu\") AS \"~a%zu\", sum(\"~m%zu\") AS \"~m%zu\"", i, i, i, i);
    str_add(&b->text, ", row_number() OVER (ORDER BY ");
    if (!key->step)
        str_addf(&b->text, "%s DESC, ", worth(summary));
    str_addf(&b->text, "\"%s\"%s NULLS LAST) AS \"~r\" FROM g GROUP BY \"%s\")", column,
             key->step ? " DESC" : "", column);
}

static void add_sums(struct builder *b, const struct summary *summary, const char *alias)
{
    const char *end = alias[strlen(alias) - 1] == '(' ? ")" : "";
    for (size_t i = 0; i < summary->nsums; i++) {
        const char *cast = field_storage_of(summary->sums[i]) == STORE_INT ? "::bigint" : "";
        str_addf(&b->text, ", coalesce(%s\"~%zu\"%s, 0)%s", alias, i, end, cast);
    }
    for (size_t i = 0; i < summary->naverages; i++)
        str_addf(&b->text, ", coalesce(%s\"~a%zu\"%s, 0), coalesce(%s\"~m%zu\"%s, 0)::bigint", alias, i, end,
                 alias, i, end);
}

static void add_totals(struct builder *b, const struct summary *summary)
{
    str_addf(&b->text,
             " SELECT %d AS kind, count(*) AS rank, 0::bigint AS part, NULL::text, NULL::text,"
             " coalesce(sum(\"~n\"), 0)::bigint",
             SUMMARY_TOTAL);
    add_sums(b, summary, "sum(");
    str_add(&b->text, " FROM a");
}

static void add_label(struct builder *b, const struct summary *summary, const struct summary_key *key)
{
    size_t before = b->text.len;
    str_add_char(&b->text, '(');
    if (!sql_label(b, summary->request, &key->plain)) {
        str_truncate(&b->text, before);
        str_add(&b->text, "NULL::text");
        return;
    }
    str_add(&b->text, ")::text");
}

static void add_value(struct builder *b, const struct summary_key *key)
{
    if (key->step && strcmp(key->step, "hour") == 0)
        str_add(&b->text,
                "to_json(to_char(t.\"~k\" AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))::text");
    else
        str_add(&b->text, "to_json(t.\"~k\")::text");
}

static void add_ranks(struct builder *b, const struct summary *summary, const struct summary_key *key,
                      int kind, const char *name, int64_t limit)
{
    str_addf(&b->text, " UNION ALL SELECT %d, t.\"~r\", 0, ", kind);
    add_value(b, key);
    str_add(&b->text, ", ");
    add_label(b, summary, key);
    str_add(&b->text, ", t.\"~n\"::bigint");
    add_sums(b, summary, "t.");
    str_addf(&b->text, " FROM %s t WHERE t.\"~r\" <= ", name);
    builder_param(b, p_int(limit));
    str_add(&b->text, "::bigint");
}

static void add_cells(struct builder *b, const struct summary *summary)
{
    str_addf(&b->text, " UNION ALL SELECT %d, a.\"~r\", p.\"~r\", NULL, NULL, g.\"~n\"", SUMMARY_CELL);
    add_sums(b, summary, "g.");
    str_add(&b->text, " FROM g JOIN a ON a.\"~k\" IS NOT DISTINCT FROM g.\"~k\" AND a.\"~r\" <= ");
    builder_param(b, p_int(summary->limit));
    str_addf(&b->text, "::bigint JOIN p ON p.\"~k\" IS NOT DISTINCT FROM g.\"~p\" AND p.\"~r\" <= %d",
             SUMMARY_PARTS_MAX);
}

void summary_queue(struct summary *summary)
{
    struct builder b;
    builder_init(&b, summary->request->arena);
    add_counted(&b, summary);
    add_ranked(&b, summary, &summary->by, "a", "~k");
    if (summary->and.field)
        add_ranked(&b, summary, &summary->and, "p", "~p");
    add_totals(&b, summary);
    add_ranks(&b, summary, &summary->by, SUMMARY_GROUP, "a", summary->limit);
    if (summary->and.field) {
        add_ranks(&b, summary, &summary->and, SUMMARY_PART, "p", SUMMARY_PARTS_MAX);
        add_cells(&b, summary);
    }
    str_add(&b.text, " ORDER BY 1, 2, 3");
    summary->rows = builder_read_unnamed(&b, summary->request->tx);
}
