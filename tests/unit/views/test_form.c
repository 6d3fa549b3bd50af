#include "fixture.h"

#include "client/views/open.h"

static const char record[] = "{\"id\":3,\"version\":1,\"number\":\"J3\",\"name\":\"three\",\"kind\":\"tow\","
                             "\"price_fen\":1200,\"customer_id\":7,"
                             "\"customer_label\":\"Ann\",\"state\":\"new\",\"parts\":[],\"tags\":[],"
                             "\"can\":[\"finish\",\"ping\",\"update\",\"disable\"]}";

static void open_three(void)
{
    open_record(&app, entity("job"), 3, OPEN_TASK);
    answer("session.watch", "{\"cursor\":\"1.2.3\"}");
    answer("job.get", record);
}

static void open_blank(void)
{
    open_new(&app, entity("job"), NULL, OPEN_TASK);
    answer("session.watch", "{\"cursor\":\"1.2.3\"}");
}

static void test_view(void **state)
{
    (void)state;
    open_three();
    assert_shown("Job J3");
    assert_shown("[New] ▸ Done");
    assert_shown("12.00");
    assert_shown("Ann");
    assert_shown("f Finish");
    assert_hidden("x Drop"); /* the server does not name it */
    type("x");
    assert_int_equal(asked_count(), 0);
}

static void test_create(void **state)
{
    (void)state;
    open_blank();
    assert_shown("New: Job");
    assert_hidden("No  ");
    type("a job");
    keys("F10", NULL);
    assert_string_equal(asked_verb(0), "job.create");
    assert_string_equal(asked_text(0), "{\"name\":\"a job\",\"kind\":\"tow\"}");
    answer("job.create", "{\"id\":9,\"version\":1}");
    assert_shown("Saved");
    assert_string_equal(asked_verb(0), "job.get");
    answer("job.get", "{\"id\":9,\"version\":1,\"number\":\"J9\",\"name\":\"a "
                      "job\",\"kind\":\"tow\",\"state\":\"new\",\"can\":[]}");
    assert_shown("Job J9");
}

static void test_prefill(void **state)
{
    json_t *prefill =
        json_pack("{s:s, s:i, s:s}", "name", "from outside", "customer_id", 7, "customer_label", "Ann");
    (void)state;
    open_new(&app, entity("job"), prefill, OPEN_TASK);
    json_decref(prefill);
    assert_shown("from outside");
    assert_shown("Ann");
}

/* F10 twice is one order. */
static void test_saved_once(void **state)
{
    (void)state;
    open_blank();
    type("a job");
    keys("F10", "F10", NULL);
    assert_int_equal(asked_count(), 1);
}

/* What is typed behind F10 is for what comes then, and for nothing if the server refuses. */
static void test_typed_behind_saving(void **state)
{
    (void)state;
    open_blank();
    type("a job");
    keys("F10", NULL);
    type("f lost");
    refuse("job.create", "{\"code\":\"invalid\",\"field\":\"name\",\"msgid\":\"{field} is required\"}");
    ahead_go(&ui);
    assert_hidden("lost");
    keys("F10", NULL);
    type("p");
    answer("job.create", "{\"id\":3,\"version\":1}");
    ahead_go(&ui);
    assert_int_equal(asked_count(), 1);
    answer("job.get", record);
    ahead_go(&ui);
    assert_string_equal(asked_verb(0), "job.ping");
    type("p"); /* the step after this one: not before it is seen what became of it */
    answer("job.ping", "{\"id\":3,\"version\":2}");
    ahead_go(&ui);
    assert_int_equal(asked_count(), 1);
    answer("job.get", record);
    ahead_go(&ui);
    assert_string_equal(asked_verb(0), "job.ping");
    keys("Esc", NULL);
}

static void test_refusal_at_its_field(void **state)
{
    (void)state;
    open_blank();
    type("a job");
    keys("F10", NULL);
    refuse("job.create", "{\"code\":\"invalid\",\"field\":\"parts[1].what\",\"msgid\":\"{field} is "
                         "required\",\"args\":{\"field\":\"What\"}}");
    assert_shown("[More]");
    assert_shown("What is required");
    keys("F10", NULL);
    assert_int_equal(asked_count(), 1); /* what was typed is all there, to be sent again */
}

static void test_edit(void **state)
{
    (void)state;
    open_three();
    keys("Enter", NULL);
    assert_shown("[edit]");
    keys("Home", NULL);
    type("x");
    keys("F10", NULL);
    assert_string_equal(asked_text(0), "{\"name\":\"xthree\",\"id\":3,\"version\":1}");
    answer("job.update", "{\"id\":3,\"version\":2}");
    answer("job.get", record);
    assert_shown("[view]");
}

static void test_nothing_changed(void **state)
{
    (void)state;
    open_three();
    keys("Enter", "F10", NULL);
    assert_int_equal(asked_count(), 0);
    assert_shown("[view]");
}

static void test_conflict(void **state)
{
    (void)state;
    open_three();
    keys("Enter", NULL);
    type("!");
    keys("F10", NULL);
    refuse("job.update",
           "{\"code\":\"conflict\",\"msgid\":\"changed\",\"current\":{\"id\":3,\"version\":2}}");
    answer("job.get",
           "{\"id\":3,\"version\":2,\"number\":\"J3\",\"name\":\"theirs\",\"kind\":\"tyre\",\"tyre_size\":"
           "\"205\",\"price_fen\":1200,\"customer_id\":7,"
           "\"customer_label\":\"Ann\",\"state\":\"new\",\"parts\":[],\"tags\":[],\"can\":[\"update\"]}");
    assert_shown("Mine");
    assert_shown("three!");
    assert_shown("theirs");
    assert_shown("kept: Kind"); /* only they changed it: it is theirs */
    keys("F10", NULL);          /* mine */
    assert_string_equal(asked_text(0), "{\"name\":\"three!\",\"id\":3,\"version\":2}");
}

static void test_conflict_taken_from_them(void **state)
{
    (void)state;
    open_three();
    keys("Enter", NULL);
    type("!");
    keys("F10", NULL);
    refuse("job.update",
           "{\"code\":\"conflict\",\"msgid\":\"changed\",\"current\":{\"id\":3,\"version\":2}}");
    answer("job.get",
           "{\"id\":3,\"version\":2,\"number\":\"J3\",\"name\":\"theirs\",\"kind\":\"tow\",\"price_fen\":"
           "1200,\"customer_id\":7,"
           "\"customer_label\":\"Ann\",\"state\":\"new\",\"parts\":[],\"tags\":[],\"can\":[\"update\"]}");
    type(" ");
    keys("F10", NULL);
    assert_int_equal(asked_count(), 0); /* nothing of mine is left to save */
    assert_shown("theirs");
    assert_shown("[view]");
}

/* Two people at two fields: both stand, and nobody is asked. */
static void test_merge(void **state)
{
    (void)state;
    open_three();
    keys("Enter", NULL);
    type("!");
    keys("F10", NULL);
    refuse("job.update",
           "{\"code\":\"conflict\",\"msgid\":\"changed\",\"current\":{\"id\":3,\"version\":2}}");
    answer("job.get",
           "{\"id\":3,\"version\":2,\"number\":\"J3\",\"name\":\"three\",\"kind\":\"tow\",\"price_fen\":9900,"
           "\"customer_id\":7,"
           "\"customer_label\":\"Ann\",\"state\":\"new\",\"parts\":[],\"tags\":[],\"can\":[\"update\"]}");
    assert_string_equal(asked_text(0), "{\"name\":\"three!\",\"id\":3,\"version\":2}");
}

static void test_leave_unsaved(void **state)
{
    (void)state;
    open_list(&app, entity("customer"), NULL, OPEN_TASK);
    open_blank();
    type("half");
    assert_int_equal(unsaved_count(&ui), 1);
    keys("Esc", NULL);
    assert_shown("Unsaved changes");
    type("c");
    assert_shown("half");
    keys("F3", NULL);
    type("d");
    assert_hidden("half");
    assert_int_equal(unsaved_count(&ui), 0);
}

/* The size that tyres want, and back to the name. */
static void type_size(void)
{
    keys("Tab", "Tab", NULL);
    type("205");
}

static void test_save_and_leave(void **state)
{
    (void)state;
    open_list(&app, entity("customer"), NULL, OPEN_TASK);
    open_blank();
    keys("F3", NULL); /* nothing typed: gone at once */
    assert_hidden("New: Job");
    open_new(&app, entity("job"), NULL, OPEN_TASK);
    keys("Tab", NULL);
    type("ty");
    keys("Enter", "F3", NULL);
    type("s");
    assert_shown("Name is required"); /* not saved, so not left */
    type("now");
    type_size();
    keys("F3", NULL);
    type("s");
    answer("job.create", "{\"id\":9,\"version\":1}");
    assert_hidden("New: Job");
    assert_int_equal(unsaved_count(&ui), 0);
}

static void test_action(void **state)
{
    (void)state;
    open_three();
    type("p");
    assert_string_equal(asked_verb(0), "job.ping");
    type("p"); /* not again before the answer */
    assert_int_equal(asked_count(), 1);
    answer("job.ping", "{\"id\":3,\"version\":2}");
    assert_string_equal(asked_verb(0), "job.get");
}

static void test_disable(void **state)
{
    (void)state;
    open_three();
    keys("Del", NULL);
    assert_shown("Reason"); /* it is the only thing that can be done with it */
    assert_hidden("Enable");
    type("not needed");
    keys("F10", NULL);
    assert_string_equal(asked_verb(0), "job.disable");
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "reason")), "not needed");
}

static void test_copy_previous(void **state)
{
    (void)state;
    open_blank();
    type("the first");
    keys("F10", NULL);
    answer("job.create", "{\"id\":9,\"version\":1}");
    answer("job.get", "{\"id\":9,\"version\":1,\"number\":\"J9\",\"name\":\"the "
                      "first\",\"kind\":\"tow\",\"state\":\"new\",\"can\":[]}");
    keys("F6", NULL);
    assert_hidden("the first");
    keys("^D", NULL);
    assert_shown("the first");
}

static void test_out_of_reach(void **state)
{
    (void)state;
    open_three();
    keys("F5", NULL);
    refuse("job.get", "{\"code\":\"not_found\",\"msgid\":\"There is no such record\"}");
    assert_shown("out of reach");
    assert_shown("three"); /* what was read stays to be read */
}

static void test_small(void **state)
{
    (void)state;
    ui_resize(&ui, 20, 40);
    open_three();
    assert_shown("Job J3");
    assert_shown("three");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        view_test(test_view),
        view_test(test_create),
        view_test(test_prefill),
        view_test(test_saved_once),
        view_test(test_typed_behind_saving),
        view_test(test_refusal_at_its_field),
        view_test(test_edit),
        view_test(test_nothing_changed),
        view_test(test_conflict),
        view_test(test_conflict_taken_from_them),
        view_test(test_merge),
        view_test(test_leave_unsaved),
        view_test(test_save_and_leave),
        view_test(test_action),
        view_test(test_disable),
        view_test(test_copy_previous),
        view_test(test_out_of_reach),
        view_test(test_small),
    };
    return run_views(tests);
}
