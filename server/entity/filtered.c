#include "server/entity/filtered.h"

#include "server/entity/entity-private.h"

const struct field *filtered_field(const void *context, const char *name)
{
    const struct field *field = entity_field(context, name);
    return field && field_is_readable(field) ? field : NULL;
}

int filtered_arguments(struct request *request, const struct entity *entity, const char *zone,
                       struct filter *filter_r)
{
    struct filter_fault fault;
    const char *q = request_text(request, "q");
    if (filter_read(json_object_get(request->args, "filter"), filtered_field, entity, request->arena,
                    zone ? zone : session_zone(request->session), filter_r, &fault) < 0)
        return request_fail(request, ERR_INVALID, fault.field ? fault.field : "filter", fault.msgid, "field",
                            fault.field ? fault.field : "filter", NULL);
    if (q && *q)
        filter_r->q = q;
    return 0;
}

/* The number of a parameter is its place: those of the text come before those of the filter. */
static void add_params(struct builder *b, const struct param params[], size_t count)
{
    size_t len = b->text.len;
    for (size_t i = 0; i < count; i++)
        builder_param(b, params[i]);
    str_truncate(&b->text, len);
}

struct rows *filtered_read(const struct filtered *filtered, const char *text, const char *tail,
                           const struct param params[], size_t count)
{
    struct request *request = filtered->request;
    const struct filter *filter = &filtered->filter;
    enum search_by by = search_for(filtered->entity, request->grant, request->session);
    struct builder b;
    builder_init(&b, request->arena);
    add_params(&b, params, count);
    str_add(&b.text, text);
    sql_filter(&b, filtered->entity, filter, by);
    sql_search(&b, filtered->entity, filter->q, by);
    str_add(&b.text, tail);
    return filter->count || filter->q ? builder_read_unnamed(&b, request->tx) : builder_read(&b, request->tx);
}
