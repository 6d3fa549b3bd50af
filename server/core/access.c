#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "server/core/access.h"
#include "server/core/session-private.h"

/* Which branches there are is not known before this is read, so the transaction opens the scope itself, by SQL. */
static const struct sql open_scope = {
    "access_scope", "SELECT set_config('app.scope', branch_all()::text, true),"
                    " set_config('app.scope_vehicle', '{}', true), set_config('app.self', '0', true)"};

#define WHO_COLUMNS                                                                                          \
    "SELECT e.id, e.login, e.name, e.branch_id, b.name, b.time_zone, e.roles, e.extension,"                  \
    " e.must_change_password, branch_all()::bigint[]::text, branch_and_below(e.branch_id)::bigint[]::text,"  \
    " ARRAY(SELECT coalesce(r.name, u.code) FROM unnest(e.roles) WITH ORDINALITY u(code, n)"                 \
    " LEFT JOIN role r ON r.code = u.code ORDER BY u.n), e.party_id"                                         \
    " FROM employee e JOIN branch b ON b.id = e.branch_id"

static const struct sql who_by_id = {"access_who", WHO_COLUMNS
                                     " WHERE e.id = $1 AND e.disabled_at IS NULL AND e.state <> 'left'"};
static const struct sql who_by_token = {"access_who_token", WHO_COLUMNS
                                        " JOIN session s ON s.employee_id = e.id"
                                        " WHERE s.token_hash = decode($1, 'hex') AND s.ended_at IS NULL"};
static const struct sql permissions_by_id = {"access_permissions",
                                             "SELECT permission, scope FROM employee_permissions($1)"};
static const struct sql permissions_by_token = {
    "access_permissions_token",
    "SELECT p.permission, p.scope FROM session s, employee_permissions(s.employee_id) p"
    " WHERE s.token_hash = decode($1, 'hex') AND s.ended_at IS NULL"};
static const struct sql live_session = {
    "access_session", "SELECT epoch, expires_at, idle_seconds FROM session WHERE id = $1 AND ended_at IS NULL"
                      " AND expires_at > now()"};

void access_open_scope(struct tx *tx)
{
    tx_read(tx, &open_scope);
}

void access_queue_employee(struct tx *tx, struct access_read *read, int64_t employee_id)
{
    read->who = tx_read(tx, &who_by_id, p_int(employee_id));
    read->permissions = tx_read(tx, &permissions_by_id, p_int(employee_id));
}

void access_queue_token(struct tx *tx, struct access_read *read, const char *token_hash_hex)
{
    read->who = tx_read(tx, &who_by_token, p_text(token_hash_hex));
    read->permissions = tx_read(tx, &permissions_by_token, p_text(token_hash_hex));
}

/* "{1,2}" as numbers; the database gives them sorted. */
static const int64_t *read_ids(struct arena *arena, const char *text, size_t *count_r)
{
    size_t count = 0;
    for (const char *at = text; *at; at++)
        count += *at == ',';
    int64_t *ids = arena_alloc(arena, (count + 1) * sizeof(*ids));
    *count_r = 0;
    for (const char *at = text + 1; *at && *at != '}'; at += *at == ',') {
        char *end;
        ids[(*count_r)++] = strtoll(at, &end, 10);
        if (end == at)
            break;
        at = end;
    }
    return ids;
}

struct branch_list {
    const int64_t *ids;
    size_t count;
    const char *text;
};

static struct branch_list branch_list(struct arena *arena, const char *text)
{
    struct branch_list list = {.text = arena_strdup(arena, text ? text : "{}")};
    list.ids = read_ids(arena, list.text, &list.count);
    return list;
}

static void make_grants(struct session *session, const char *all, const char *below)
{
    struct arena *arena = session->private_->arena;
    struct branch_list every = branch_list(arena, all), lower = branch_list(arena, below);
    struct branch_list own = branch_list(arena, arena_printf(arena, "{%lld}", (long long)session->branch_id));
    struct branch_list none = branch_list(arena, "{}");
    for (unsigned mask = 1; mask < SCOPE_SETS; mask++) {
        const struct branch_list *list = mask & SCOPE_ALL          ? &every
                                         : mask & SCOPE_BELOW      ? &lower
                                         : mask & SCOPE_OWN_BRANCH ? &own
                                                                   : &none;
        session->private_->grants[mask] = (struct grant){.all = mask & SCOPE_ALL,
                                                         .own = mask & SCOPE_OWN_ROWS,
                                                         .branches = list->ids,
                                                         .count = list->count,
                                                         .scope = list->text};
    }
}

static uint8_t scope_bit(const char *scope)
{
    if (!scope)
        return 0;
    if (strcmp(scope, "all") == 0)
        return SCOPE_ALL;
    if (strcmp(scope, "below") == 0)
        return SCOPE_BELOW;
    if (strcmp(scope, "branch") == 0)
        return SCOPE_OWN_BRANCH;
    return strcmp(scope, "own") == 0 ? SCOPE_OWN_ROWS : 0;
}

static int compare_masks(const void *a, const void *b)
{
    return strcmp(((const struct permission_mask *)a)->permission,
                  ((const struct permission_mask *)b)->permission);
}

/* One row per permission and scope becomes one row per permission. */
static void take_permissions(struct session *session, struct rows *rows)
{
    size_t n = rows_count(rows), kept = 0;
    struct permission_mask *list = memory_zeroed(n + 1, sizeof(*list));
    for (size_t i = 0; i < n; i++)
        list[i] = (struct permission_mask){rows_text(rows, i, 0), scope_bit(rows_text(rows, i, 1))};
    qsort(list, n, sizeof(*list), compare_masks);
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && strcmp(list[kept - 1].permission, list[i].permission) == 0)
            list[kept - 1].mask |= list[i].mask;
        else
            list[kept++] = list[i];
    }
    session->private_->permissions = permission_table_get(list, kept);
    free(list);
}

static const char *const *copy_texts(struct arena *arena, struct text_set texts)
{
    const char **copy = arena_alloc(arena, (texts.count + 1) * sizeof(*copy));
    for (size_t i = 0; i < texts.count; i++)
        copy[i] = arena_strdup(arena, texts.items[i]);
    return copy;
}

static void take_roles(struct session *session, struct text_set roles, struct text_set names)
{
    session->roles = copy_texts(session->private_->arena, roles);
    session->role_names = copy_texts(session->private_->arena, names);
    session->nroles = MIN(roles.count, names.count);
}

struct session *access_session(const struct access_read *read, const char *terminal)
{
    if (rows_count(read->who) != 1)
        return NULL;
    struct session *session = session_create();
    struct arena *arena = session->private_->arena;
    session->employee_id = rows_int(read->who, 0, 0);
    session->user = arena_strdup(arena, rows_text(read->who, 0, 1));
    session->name = arena_strdup(arena, rows_text(read->who, 0, 2));
    session->branch_id = rows_int(read->who, 0, 3);
    session->branch_name = arena_strdup(arena, rows_text(read->who, 0, 4));
    session->time_zone = arena_strdup(arena, rows_text(read->who, 0, 5));
    take_roles(session, rows_set(read->who, 0, 6), rows_set(read->who, 0, 11));
    session->extension = arena_strdup(arena, rows_text(read->who, 0, 7));
    session->must_change_password = rows_bool(read->who, 0, 8);
    session->party_id = rows_int(read->who, 0, 12);
    session->terminal = arena_strdup(arena, terminal);
    make_grants(session, rows_text(read->who, 0, 9), rows_text(read->who, 0, 10));
    take_permissions(session, read->permissions);
    return session;
}

struct session *access_reload(struct connection *connection, struct arena *arena, int64_t deadline_ms,
                              const struct session *was, enum tx_fault *fault_r)
{
    struct access_read read;
    struct tx *tx = tx_begin(connection, arena, deadline_ms);
    access_open_scope(tx);
    struct rows *live = tx_read(tx, &live_session, p_int(was->id));
    access_queue_employee(tx, &read, was->employee_id);
    *fault_r = tx_commit(tx);
    if (*fault_r != TX_OK || rows_count(live) != 1)
        return NULL;
    struct session *session = access_session(&read, was->terminal);
    if (!session)
        return NULL;
    session->id = was->id;
    session->epoch = rows_int(live, 0, 0);
    session->expires_at = rows_time(live, 0, 1);
    session->private_->idle_seconds = rows_int(live, 0, 2);
    return session;
}
