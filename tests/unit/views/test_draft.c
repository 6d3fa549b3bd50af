/* What is half typed, written while one types and gone on with: forms and their records, who is told what, and when it goes. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/views/command.h"
#include "client/views/draft.h"
#include "client/views/form-private.h"
#include "client/views/open.h"

static char home[64];
static const char key[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
static const char other_key[] = "//ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

static int setup(void **state)
{
    fixture_setup(state);
    snprintf(home, sizeof(home), "/tmp/yizhan-draft-XXXXXX");
    assert_non_null(mkdtemp(home));
    setenv("XDG_STATE_HOME", home, 1);
    app.drafts = drafts_create(&app);
    drafts_login(app.drafts, "ann", key);
    return 0;
}

static int teardown(void **state)
{
    char command[128];
    drafts_destroy(app.drafts);
    app.drafts = NULL;
    snprintf(command, sizeof(command), "rm -rf %s", home);
    assert_int_equal(system(command), 0);
    return fixture_teardown(state);
}

static int files(void)
{
    char command[128], count[16] = "";
    snprintf(command, sizeof(command), "ls %s/yizhan/drafts/*.draft 2>/dev/null | wc -l", home);
    FILE *out = popen(command, "r");
    assert_non_null(fgets(count, sizeof(count), out));
    pclose(out);
    return atoi(count);
}

/* As after kill -9 and a new start: the screens are gone, the files are there. */
static void begin_again(const char *user, const char *with)
{
    drafts_destroy(app.drafts);
    app.drafts = NULL;
    ui_close_all(&ui);
    app.drafts = drafts_create(&app);
    drafts_login(app.drafts, user, with);
    drafts_tell(&app);
}

static void new_job(const char *name)
{
    open_new(&app, entity("job"), NULL, OPEN_TASK);
    type(name);
}

static void test_written_in_a_pause(void **state)
{
    (void)state;
    new_job("half a na");
    drafts_key_pressed(app.drafts);
    int64_t now = time_monotonic_ms();
    drafts_tick(app.drafts, now);
    assert_int_equal(files(), 0); /* still typing */
    drafts_tick(app.drafts, now + 300);
    assert_int_equal(files(), 1);
    begin_again("ann", key);
    assert_shown("Drafts: 1");
    assert_shown("New: Job");
    keys("Enter", NULL);
    assert_shown("half a na");
    type("me");
    keys("Tab", NULL);
    assert_string_equal(sheet_value(&form_of(ui_top(&ui))->sheet, "name"), "half a name");
    assert_int_equal(files(), 1);
}

static void test_never_later_than_a_second(void **state)
{
    (void)state;
    new_job("x");
    drafts_key_pressed(app.drafts);
    for (int i = 0; i < 3; i++)
        drafts_key_pressed(app.drafts); /* without a pause */
    drafts_tick(app.drafts, time_monotonic_ms() + 700);
    assert_int_equal(files(), 1);
}

static void test_saved_and_discarded(void **state)
{
    (void)state;
    new_job("one");
    drafts_write(app.drafts);
    assert_int_equal(files(), 1);
    keys("F10", NULL);
    answer("job.create", "{\"id\":9,\"version\":1}");
    drafts_write(app.drafts);
    assert_int_equal(files(), 0);
    new_job("two");
    drafts_write(app.drafts);
    assert_int_equal(files(), 1);
    keys("Esc", NULL);
    type("d");
    drafts_write(app.drafts);
    assert_int_equal(files(), 0);
}

/* A record that is changed goes on from what it was changed from: who saved it meanwhile is seen, and saving conflicts. */
static void test_a_change_goes_on(void **state)
{
    (void)state;
    open_record(&app, entity("job"), 3, OPEN_TASK);
    answer("session.watch", "{\"cursor\":\"1.2.3\"}");
    answer("job.get",
           "{\"id\":3,\"version\":1,\"number\":\"J3\",\"name\":\"three\",\"kind\":\"tow\",\"state\":\"new\","
           "\"can\":[\"update\"]}");
    keys("Enter", NULL);
    type("!");
    drafts_write(app.drafts);
    begin_again("ann", key);
    assert_shown("Job J3");
    keys("Enter", NULL);
    assert_shown("three!");
    answer("job.get", "{\"id\":3,\"version\":2,\"number\":\"J3\",\"name\":\"theirs\"}");
    assert_shown("changed by somebody else meanwhile");
    keys("F10", NULL);
    for (size_t i = 0; i < asked_count(); i++)
        if (strcmp(asked_verb(i), "job.update") == 0)
            assert_string_equal(asked_text(i), "{\"name\":\"three!\",\"id\":3,\"version\":1}");
}

/* ---- what is typed where no form is ---- */

static void see_job(void)
{
    open_record(&app, entity("job"), 3, OPEN_TASK);
    answer("session.watch", "{\"cursor\":\"1.2.3\"}");
    answer("job.get",
           "{\"id\":3,\"version\":1,\"number\":\"J3\",\"name\":\"three\",\"kind\":\"tow\",\"state\":"
           "\"new\",\"can\":[\"update\",\"drop\",\"finish\"]}");
}

static void test_a_reason_goes_on(void **state)
{
    (void)state;
    see_job();
    type("f");
    drafts_write(app.drafts);
    assert_int_equal(files(), 0); /* nothing is typed yet */
    type("12");
    drafts_write(app.drafts);
    assert_int_equal(files(), 1);
    begin_again("ann", key);
    assert_shown("Finish");
    keys("Enter", NULL);
    assert_shown("12");
    assert_int_equal(files(), 1);
    type("3");
    keys("F10", NULL);
    answer("job.finish", "{\"id\":3,\"version\":2}");
    drafts_write(app.drafts);
    assert_int_equal(files(), 0);
}

static void test_an_action_left_is_no_draft(void **state)
{
    (void)state;
    see_job();
    type("f12");
    drafts_write(app.drafts);
    keys("Esc", NULL);
    drafts_write(app.drafts);
    assert_int_equal(files(), 0);
}

static void see_rows(void)
{
    answer("job.list", "{\"rows\":[{\"id\":3,\"number\":\"J3\",\"name\":\"three\"}],\"next\":null}");
}

static void test_a_filter_goes_on(void **state)
{
    (void)state;
    open_list(&app, entity("job"), NULL, OPEN_TASK);
    see_rows();
    type("/state=new");
    drafts_write(app.drafts);
    assert_int_equal(files(), 0); /* a word is typed again sooner than it is found */
    type(" name~th");
    drafts_write(app.drafts);
    assert_int_equal(files(), 1);
    begin_again("ann", key);
    assert_shown("Jobs · Filter");
    keys("Enter", NULL);
    assert_shown("state=new name~th");
    type("ree");
    keys("Enter", NULL);
    drafts_write(app.drafts);
    assert_int_equal(files(), 0);
    see_rows();
    keys("F9", NULL);
    type("x y");
    drafts_write(app.drafts);
    assert_int_equal(files(), 1);
    begin_again("ann", key);
    keys("Enter", NULL);
    assert_shown("x y");
    assert_shown("name~three");
}

static void test_a_command_goes_on(void **state)
{
    (void)state;
    command_open(&app, "");
    type("jo+ name=Ann");
    drafts_write(app.drafts);
    assert_int_equal(files(), 1);
    begin_again("ann", key);
    keys("Enter", NULL);
    assert_shown("> jo+ name=Ann");
    keys("Esc", NULL);
    drafts_write(app.drafts);
    assert_int_equal(files(), 0);
}

static void test_half_a_row_goes_on(void **state)
{
    (void)state;
    new_job("one");
    sheet_focus(&form_of(ui_top(&ui))->sheet, "parts");
    keys("Enter", NULL);
    type("bolt");
    keys("Tab", NULL);
    type("12.5");
    drafts_write(app.drafts);
    begin_again("ann", key);
    keys("Enter", NULL);
    assert_shown("A row of it is half typed");
    keys("F10", NULL); /* it is not lost by saving, either */
    assert_shown("A row of it is half typed");
    drafts_write(app.drafts);
    begin_again("ann", key);
    keys("Enter", "Enter", NULL);
    assert_shown("bolt");
    assert_shown("12.5");
    keys("F10", "F10", "F10", NULL);
    for (size_t i = 0; i < asked_count(); i++)
        if (strcmp(asked_verb(i), "job.create") == 0)
            assert_string_equal(
                asked_text(i),
                "{\"name\":\"one\",\"kind\":\"tow\",\"parts\":[{\"what\":\"bolt\",\"amount_fen\":1250}]}");
}

static void test_somebody_else_is_told_nothing(void **state)
{
    (void)state;
    new_job("mine");
    drafts_write(app.drafts);
    begin_again("ben", other_key);
    assert_int_equal(files(), 1);
    assert_true(!ui_top(&ui));
    begin_again("ann", key);
    assert_shown("Drafts: 1");
}

/* At one terminal: what the one before had open is his still. */
static void test_another_sits_down(void **state)
{
    (void)state;
    new_job("of ann");
    drafts_login(app.drafts, "ben", other_key);
    ui_close_all(&ui);
    drafts_write(app.drafts);
    assert_int_equal(files(), 1);
    drafts_login(app.drafts, "ann", key);
    drafts_tell(&app);
    assert_shown("New: Job");
}

static void test_thrown_away(void **state)
{
    (void)state;
    new_job("one");
    new_job("two");
    drafts_write(app.drafts);
    assert_int_equal(files(), 2);
    begin_again("ann", key);
    assert_shown("Drafts: 2");
    keys("Del", NULL);
    type("y");
    assert_int_equal(files(), 1);
    assert_shown("Drafts: 1");
    keys("Del", NULL);
    type("n");
    assert_int_equal(files(), 1);
}

static void test_without_the_right(void **state)
{
    (void)state;
    new_job("one");
    drafts_write(app.drafts);
    permit("job.create", false);
    begin_again("ann", key);
    keys("Enter", NULL);
    assert_shown("This draft cannot be opened");
    assert_int_equal(files(), 1);
    permit("job.create", true);
}

static void test_without_a_key(void **state)
{
    (void)state;
    drafts_login(app.drafts, "cora", NULL);
    new_job("one");
    drafts_write(app.drafts);
    assert_int_equal(files(), 0);
    assert_false(drafts_kept(app.drafts));
    drafts_login(app.drafts, "cora", "short");
    assert_false(drafts_kept(app.drafts));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_written_in_a_pause, setup, teardown),
        cmocka_unit_test_setup_teardown(test_never_later_than_a_second, setup, teardown),
        cmocka_unit_test_setup_teardown(test_saved_and_discarded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_change_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_reason_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_action_left_is_no_draft, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_filter_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_command_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_a_row_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_somebody_else_is_told_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_another_sits_down, setup, teardown),
        cmocka_unit_test_setup_teardown(test_thrown_away, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_the_right, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_a_key, setup, teardown),
    };
    return run_views(tests);
}
