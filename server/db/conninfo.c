#include "server/db/conninfo.h"

#include "base/log.h"
#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void cleanup_options(PQconninfoOption **options)
{
    PQconninfoFree(*options);
}

static PQconninfoOption *parse(const char *conninfo)
{
    char *error = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &error);
    if (!options)
        log_error("database: conninfo: %s", error ? error : "out of memory");
    PQfreemem(error);
    return options;
}

static void add_word(struct str *s, const char *word, const char *value)
{
    str_addf(s, "%s%s='", s->len ? " " : "", word);
    for (; *value; value++) {
        if (*value == '\'' || *value == '\\')
            str_add_char(s, '\\');
        str_add_char(s, *value);
    }
    str_add_char(s, '\'');
}

char *conninfo_set(const char *conninfo, const char *word, const char *value)
{
    PQconninfoOption *options cleanup(cleanup_options) = parse(conninfo);
    if (!options)
        return NULL;
    struct str s;
    str_init(&s, NULL);
    for (const PQconninfoOption *o = options; o->keyword; o++)
        if (o->val && strcmp(o->keyword, word) != 0)
            add_word(&s, o->keyword, o->val);
    add_word(&s, word, value);
    return str_steal(&s);
}

int conninfo_check(const char *conninfo)
{
    PQconninfoOption *options cleanup(cleanup_options) = parse(conninfo);
    return options ? 0 : -EINVAL;
}

static const char *value_of(const PQconninfoOption *options, const char *word)
{
    for (; options->keyword; options++)
        if (strcmp(options->keyword, word) == 0)
            return options->val;
    return NULL;
}

static size_t count_items(const char *list)
{
    size_t n = 1;
    for (; *list; list++)
        n += *list == ',';
    return n;
}

size_t conninfo_hosts(const PQconninfoOption *options)
{
    const char *hosts = value_of(options, "hostaddr");
    if (!hosts || !*hosts)
        hosts = value_of(options, "host");
    return hosts && *hosts ? count_items(hosts) : 1;
}

/* The n-th item of a comma list; a list of one item serves every n, as in libpq. */
static int copy_item(const char *list, size_t n, char *out, size_t size)
{
    if (count_items(list) == 1)
        n = 0;
    while (n-- > 0 && (list = strchr(list, ',')))
        list++;
    size_t len = list ? strcspn(list, ",") : 0;
    if (len >= size)
        return -E2BIG;
    memcpy(out, list ? list : "", len);
    out[len] = '\0';
    return 0;
}

static int put(struct conninfo_words *w, const char *word, const char *value)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->words[i], word) == 0) {
            w->values[i] = value;
            return 0;
        }
    if (w->count + 1 >= CONNINFO_WORDS_MAX)
        return -E2BIG;
    w->words[w->count] = word;
    w->values[w->count++] = value;
    w->words[w->count] = w->values[w->count] = NULL;
    return 0;
}

static int put_item(struct conninfo_words *w, const PQconninfoOption *options, const char *word, size_t host,
                    char *out, size_t size)
{
    const char *list = value_of(options, word);
    if (!list || !*list || host == CONNINFO_ALL_HOSTS)
        return 0;
    int rc = copy_item(list, host, out, size);
    return rc ? rc : put(w, word, out);
}

/* Ours where the conninfo is silent: a dead peer is noticed within half a minute, and a standby is not taken for the primary. */
static const char *const silent[][2] = {
    {"keepalives_idle", "30"},     {"keepalives_interval", "10"},          {"keepalives_count", "3"},
    {"tcp_user_timeout", "30000"}, {"target_session_attrs", "read-write"},
};

int conninfo_words(const PQconninfoOption *options, size_t host, const char *name, const char *settings,
                   struct conninfo_words *words_r)
{
    *words_r = (struct conninfo_words){0};
    int rc = 0;
    for (size_t i = 0; i < array_len(silent) && !rc; i++)
        rc = put(words_r, silent[i][0], silent[i][1]);
    for (const PQconninfoOption *o = options; o->keyword && !rc; o++)
        if (o->val)
            rc = put(words_r, o->keyword, o->val);
    const char *theirs = value_of(options, "options");
    int len = snprintf(words_r->options, sizeof(words_r->options), "%s%s%s", theirs ? theirs : "",
                       theirs ? " " : "", settings);
    if (len < 0 || (size_t)len >= sizeof(words_r->options))
        return -E2BIG;
    if (!rc)
        rc = put(words_r, "options", words_r->options);
    if (!rc)
        rc = put(words_r, "application_name", name);
    if (!rc)
        rc = put(words_r, "client_encoding", "UTF8");
    if (!rc)
        rc = put_item(words_r, options, "host", host, words_r->host, sizeof(words_r->host));
    if (!rc)
        rc = put_item(words_r, options, "hostaddr", host, words_r->hostaddr, sizeof(words_r->hostaddr));
    if (!rc)
        rc = put_item(words_r, options, "port", host, words_r->port, sizeof(words_r->port));
    return rc;
}
