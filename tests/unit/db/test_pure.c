/* What needs no database: conninfo taken apart, and what an SQLSTATE means. */
#include "base/log.h"
#include "server/db/connection-private.h"
#include "server/db/conninfo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *word(const struct conninfo_words *words, const char *name)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->words[i], name) == 0)
            return words->values[i];
    return "";
}

/* As libpq will read it; value NULL: the word is not there. */
static void must_say(const char *conninfo, const char *name, const char *value)
{
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
    assert_non_null(options);
    for (const PQconninfoOption *o = options; o->keyword; o++)
        if (strcmp(o->keyword, name) == 0)
            assert_string_equal(o->val ? o->val : "", value ? value : "");
    PQconninfoFree(options);
}

static void setting_a_word(void **state)
{
    (void)state;
    char *text = conninfo_set("host=a dbname=b user=c", "user", "it's \\ me");
    must_say(text, "user", "it's \\ me");
    must_say(text, "host", "a");
    must_say(text, "port", NULL);
    free(text);
    text = conninfo_set("postgresql://u@h1:1,h2:2/d?connect_timeout=3", "user", "x");
    must_say(text, "host", "h1,h2");
    must_say(text, "user", "x");
    free(text);
    log_set_level(LOG_LEVEL_ERROR + 1);
    assert_null(conninfo_set("no such thing", "user", "x"));
    assert_int_not_equal(conninfo_check("hosst=a"), 0);
    log_set_level(LOG_LEVEL_ERROR);
    assert_int_equal(conninfo_check("host=a"), 0);
}

static void words_of_each_host(void **state)
{
    (void)state;
    PQconninfoOption *options = PQconninfoParse(
        "host=h1,h2,h3 port=1,2,3 hostaddr=10.0.0.1,10.0.0.2,10.0.0.3 options='-c a=b' keepalives_idle=7",
        NULL);
    struct conninfo_words w;
    assert_int_equal(conninfo_hosts(options), 3);
    assert_int_equal(conninfo_words(options, 1, "name", "-c x=y", &w), 0);
    assert_string_equal(word(&w, "host"), "h2");
    assert_string_equal(word(&w, "port"), "2");
    assert_string_equal(word(&w, "hostaddr"), "10.0.0.2");
    assert_string_equal(word(&w, "options"), "-c a=b -c x=y");
    assert_string_equal(word(&w, "application_name"), "name");
    assert_string_equal(word(&w, "keepalives_idle"), "7");
    assert_string_equal(word(&w, "target_session_attrs"), "read-write");
    assert_null(w.words[w.count]);
    assert_int_equal(conninfo_words(options, CONNINFO_ALL_HOSTS, "name", "", &w), 0);
    assert_string_equal(word(&w, "host"), "h1,h2,h3");
    PQconninfoFree(options);
    options = PQconninfoParse("host=h1,h2 port=5", NULL);
    assert_int_equal(conninfo_words(options, 1, "name", "", &w), 0);
    assert_string_equal(word(&w, "port"), "5");
    PQconninfoFree(options);
    options = PQconninfoParse("dbname=x", NULL);
    assert_int_equal(conninfo_hosts(options), 1);
    PQconninfoFree(options);
}

static void meanings_of_sqlstates(void **state)
{
    (void)state;
    struct {
        const char *sqlstate, *function;
        bool read_only;
        enum tx_fault fault;
    } cases[] = {
        {"YZ001", NULL, false, TX_MISSED},      {"YZ002", NULL, false, TX_REFUSED},
        {"23505", NULL, false, TX_DUPLICATE},   {"23503", NULL, false, TX_REFUSED},
        {"23514", NULL, false, TX_REFUSED},     {"23P01", NULL, false, TX_REFUSED},
        {"40001", NULL, false, TX_RETRY},       {"40P01", NULL, false, TX_RETRY},
        {"55P03", NULL, false, TX_BUSY},        {"57014", NULL, false, TX_TIMEOUT},
        {"57P01", NULL, false, TX_UNAVAILABLE}, {"53300", NULL, false, TX_UNAVAILABLE},
        {"25006", NULL, false, TX_UNAVAILABLE}, {"25006", NULL, true, TX_BROKEN},
        {"42501", NULL, false, TX_BROKEN},      {"42501", "ExecWithCheckOptions", false, TX_REFUSED},
        {"0A000", NULL, false, TX_BROKEN},      {"0A000", "RevalidateCachedQuery", false, TX_RETRY},
        {"26000", NULL, false, TX_RETRY},       {"22P02", NULL, false, TX_BROKEN},
        {"22003", NULL, false, TX_REFUSED},     {"42P01", NULL, false, TX_BROKEN},
        {"XX000", NULL, false, TX_BROKEN},      {"25P02", NULL, false, TX_BROKEN},
    };
    for (size_t i = 0; i < array_len(cases); i++)
        assert_int_equal(refusal_fault(cases[i].sqlstate, cases[i].function, cases[i].read_only),
                         cases[i].fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_a_word),
        cmocka_unit_test(words_of_each_host),
        cmocka_unit_test(meanings_of_sqlstates),
    };
    return cmocka_run_group_tests_name("pure", tests, NULL, NULL);
}
