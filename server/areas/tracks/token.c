/* tracker.token: another token for a device, shown this once. It takes no key: an answer that was kept would hold the token. */
#include <openssl/sha.h>

#include "base/arena.h"
#include "base/hex.h"
#include "base/random.h"
#include "server/areas/tracks/tracks.h"
#include "server/core/change.h"

enum { TOKEN_BYTES = 16 };

static const struct sql sql_look = {
    "tracker_token_look", "SELECT t.version, t.branch_id, t.code FROM tracker t WHERE t.id = $1 AND "
                          "t.branch_id = ANY ($2::int[]) FOR NO KEY UPDATE"};
static const struct sql sql_set = {
    "tracker_token_set",
    "UPDATE tracker SET token_hash = decode($3, 'hex'), token_at = now(), updated_at = now(), version = "
    "version + 1 WHERE id = $1 AND version = $2 RETURNING 1"};

static const char *hash_of(struct arena *arena, const char *token)
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    char *text = arena_alloc(arena, sizeof(hash) * 2 + 1);
    SHA256((const unsigned char *)token, TOKEN_BYTES * 2, hash);
    hex_encode(text, hash, sizeof(hash));
    return text;
}

int tracker_token(struct request *request)
{
    unsigned char bytes[TOKEN_BYTES];
    char token[TOKEN_BYTES * 2 + 1];
    int64_t id = request_int(request, "id"), version = request_int(request, "version");
    struct rows *rows = tx_read(request->tx, &sql_look, p_int(id), p_text(request->grant->scope));
    int result = request_need(request);
    if (result)
        return result;
    if (rows_count(rows) == 0)
        return request_fail(request, ERR_NOT_FOUND, "id", N_("There is no such record"), NULL);
    if (rows_int(rows, 0, 0) != version)
        return request_fail(request, ERR_CONFLICT, NULL, N_("Somebody else changed the record meanwhile"),
                            NULL);
    random_bytes(bytes, sizeof(bytes));
    hex_encode(token, bytes, sizeof(bytes));
    tx_write_one(request->tx, &sql_set, p_int(id), p_int(version), p_text(hash_of(request->arena, token)));
    change_add(request, &(struct change){.entity = "tracker",
                                         .id = id,
                                         .version = version + 1,
                                         .branch_id = rows_int(rows, 0, 1),
                                         .old_branch_id = NIL,
                                         .was = "{\"token\":\"***\"}",
                                         .now = "{\"token\":\"***\"}"});
    str_addf(&request->out, "{\"id\":%lld,\"version\":%lld,\"token\":\"%s\",\"code\":", (long long)id,
             (long long)version + 1, token);
    str_add_json(&request->out, rows_text(rows, 0, 2));
    str_addf(&request->out, ",\"path\":\"/track?token=%s\"}", token);
    return 0;
}
