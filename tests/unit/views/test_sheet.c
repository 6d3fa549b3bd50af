#include "fixture.h"

#include "client/views/sheet.h"

/* A screen with a sheet of all the job's fields in it. */
static struct {
    struct screen screen;
    struct sheet sheet;
    int changes, left;
} host;

static void on_changed(struct sheet *sheet, struct sheet_entry *entry)
{
    (void)sheet, (void)entry;
    host.changes++;
}

static void on_leave(struct sheet *sheet)
{
    (void)sheet;
    host.left++;
}

static const struct sheet_ops ops = {.changed = on_changed, .leave = on_leave};

static unsigned host_key(struct screen *screen, const struct key *key)
{
    (void)screen;
    return sheet_key(&host.sheet, key) == SHEET_UNUSED ? SCREEN_UNUSED : SCREEN_REDRAW;
}

static void host_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    (void)screen;
    sheet_draw(&host.sheet, canvas, body);
}

static void host_plain(struct screen *screen, struct str *out)
{
    (void)screen;
    sheet_plain(&host.sheet, out);
}

static void host_close(struct screen *screen)
{
    (void)screen;
    sheet_finish(&host.sheet);
}

static const struct screen_ops host_ops = {
    .name = "host", .key = host_key, .draw = host_draw, .plain = host_plain, .close = host_close};

static int setup(void **state)
{
    fixture_setup(state);
    memset(&host, 0, sizeof(host));
    host.screen.ops = &host_ops;
    ui_open(&ui, &host.screen);
    sheet_init(&host.sheet, &app, &host.screen, &ops);
    const struct catalogue_entity *job = entity("job");
    for (size_t t = 0; t < job->ntabs; t++) {
        sheet_add_tab(&host.sheet, job->tabs[t].label);
        for (const char *const *name = job->tabs[t].fields; *name; name++)
            sheet_add(&host.sheet, catalogue_field(job, *name));
    }
    sheet_focus(&host.sheet, "name");
    return 0;
}

static void load(const char *json, bool keep)
{
    json_t *row = json_loads(json, 0, NULL);
    assert_non_null(row);
    sheet_load(&host.sheet, row, keep);
    json_decref(row);
}

static void assert_changes(bool all, const char *expected)
{
    json_t *changes = sheet_changes(&host.sheet, all), *wanted = json_loads(expected, 0, NULL);
    assert_non_null(wanted);
    if (!json_equal(changes, wanted)) {
        char *text = json_dumps(changes, JSON_COMPACT);
        fail_msg("%s", text);
    }
    json_decref(changes);
    json_decref(wanted);
}

static void assert_value(const char *name, const char *value)
{
    const char *got = sheet_value(&host.sheet, name);
    assert_string_equal(got ? got : "(none)", value);
}

static void test_type_and_move(void **state)
{
    (void)state;
    type("Ann's car");
    assert_true(sheet_dirty(&host.sheet));
    assert_null(sheet_value(&host.sheet, "name")); /* not yet: the cursor is in it */
    keys("Enter", NULL);
    assert_value("name", "Ann's car");
    assert_int_equal(host.changes, 1);
    assert_string_equal(sheet_current(&host.sheet)->field->name, "kind");
    keys("Up", NULL);
    assert_string_equal(sheet_current(&host.sheet)->field->name, "name");
    keys("Up", NULL); /* the number cannot be typed: nothing before it */
    assert_string_equal(sheet_current(&host.sheet)->field->name, "name");
    assert_changes(true, "{\"name\":\"Ann's car\"}");
}

static void test_defaults_are_no_changes(void **state)
{
    (void)state;
    sheet_defaults(&host.sheet);
    assert_value("kind", "tow");
    assert_false(sheet_dirty(&host.sheet));
    assert_changes(true, "{\"kind\":\"tow\"}");
    assert_changes(false, "{}");
}

static void test_choice_popup(void **state)
{
    (void)state;
    sheet_focus(&host.sheet, "kind");
    keys("F4", NULL);
    assert_shown("Tow");
    assert_shown("Tyre");
    assert_hidden("Old way");
    keys("Down", "Enter", NULL);
    assert_value("kind", "tyre");
    sheet_focus(&host.sheet, "kind");
    type("to"); /* a letter begins another */
    keys("Enter", NULL);
    assert_value("kind", "tow");
    sheet_focus(&host.sheet, "kind");
    keys("Backspace", "Tab", NULL);
    assert_null(sheet_value(&host.sheet, "kind"));
}

static void test_a_value_is_typed_anew(void **state)
{
    (void)state;
    load("{\"name\":\"Ann\",\"price_fen\":1200,\"due_at\":\"2026-11-22T01:00:00Z\",\"remarks\":\"first\"}",
         false);
    sheet_focus(&host.sheet, "price_fen");
    type("34");
    keys("Enter", NULL);
    assert_value("price_fen", "3400");
    keys("Up", "End", NULL); /* a key that moves begins to edit it */
    type("9");
    keys("Tab", NULL);
    assert_value("price_fen", "3400"); /* 34.009 is no amount: it is told */
    assert_non_null(sheet_find(&host.sheet, "price_fen")->trouble);
    keys("Up", NULL);
    type("5"); /* what is wrong is put right, not begun again */
    assert_shown("34.0095");
    sheet_focus(&host.sheet, "due_at");
    type("2026-11-23 8");
    keys("Tab", NULL);
    assert_value("due_at", "2026-11-23T00:00:00Z");
    sheet_focus(&host.sheet, "name");
    type("e"); /* words go on */
    sheet_focus(&host.sheet, "remarks");
    type(", second");
    keys("Tab", NULL);
    assert_value("name", "Anne");
    assert_value("remarks", "first, second");
}

/* Others' changes do not select again what is being edited. */
static void test_a_reload_selects_nothing(void **state)
{
    (void)state;
    load("{\"price_fen\":100}", false);
    sheet_focus(&host.sheet, "price_fen");
    keys("End", NULL);
    load("{\"price_fen\":200}", true);
    type("1");
    assert_shown("2.001");
    keys("^Y", NULL);
    load("{\"price_fen\":300}", true);
    sheet_focus(&host.sheet, "price_fen");
    load("{\"price_fen\":400}", true);
    type("1");
    keys("Tab", NULL);
    assert_value("price_fen", "100");
}

static void test_shown_only_if(void **state)
{
    (void)state;
    assert_hidden("Tyre size");
    sheet_set(&host.sheet, "kind", "tyre", NULL);
    assert_shown("Tyre size");
    sheet_set(&host.sheet, "tyre_size", "205/55", NULL);
    assert_changes(true, "{\"kind\":\"tyre\",\"tyre_size\":\"205/55\"}");
    sheet_set(&host.sheet, "kind", "tow", NULL);
    assert_changes(true, "{\"kind\":\"tow\"}"); /* what is not shown is not sent */
}

static void test_trouble_stays_typed(void **state)
{
    (void)state;
    sheet_focus(&host.sheet, "price_fen");
    type("1*");
    keys("Tab", NULL);
    assert_shown("1*");
    assert_non_null(sheet_find(&host.sheet, "price_fen")->trouble);
    assert_false(sheet_check(&host.sheet));
    sheet_focus(&host.sheet, "price_fen");
    type("3.50");
    keys("Tab", NULL);
    assert_value("price_fen", "350");
    assert_null(sheet_find(&host.sheet, "price_fen")->trouble);
}

static void test_check_names_the_first(void **state)
{
    (void)state;
    sheet_focus(&host.sheet, "remarks");
    assert_false(sheet_check(&host.sheet));
    assert_string_equal(sheet_current(&host.sheet)->field->name, "name");
    assert_shown("Name is required");
    type("n");
    sheet_set(&host.sheet, "kind", "tow", NULL);
    assert_true(sheet_check(&host.sheet));
}

static void test_look_up(void **state)
{
    (void)state;
    sheet_focus(&host.sheet, "customer_id");
    type("an");
    assert_int_equal(asked_count(), 1); /* the question for the first letter was taken back */
    assert_string_equal(asked_verb(0), "customer.list");
    assert_string_equal(json_string_value(json_object_get(asked_args(0), "q")), "an");
    answer("customer.list", "{\"rows\":[{\"id\":7,\"code\":\"C7\",\"name\":\"Ann\"},{\"id\":8,\"code\":"
                            "\"C8\",\"name\":\"Anton\"}],\"next\":null}");
    assert_shown("Ann");
    assert_shown("C8");
    keys("Down", "Enter", NULL);
    assert_value("customer_id", "8");
    assert_shown("Anton");
    assert_string_equal(sheet_current(&host.sheet)->field->name, "price_fen");
    assert_changes(true, "{\"customer_id\":8}");
}

/* Enter before the answer: the only hit is taken when it comes, and the cursor goes on. */
static void test_enter_before_the_answer(void **state)
{
    (void)state;
    sheet_focus(&host.sheet, "customer_id");
    type("bo");
    keys("Enter", NULL);
    assert_string_equal(sheet_current(&host.sheet)->field->name, "customer_id");
    answer("customer.list", "{\"rows\":[{\"id\":9,\"code\":\"C9\",\"name\":\"Bob\"}],\"next\":null}");
    assert_value("customer_id", "9");
    assert_string_equal(sheet_current(&host.sheet)->field->name, "price_fen");
}

static void test_nothing_found(void **state)
{
    (void)state;
    sheet_focus(&host.sheet, "customer_id");
    type("zz");
    keys("Enter", NULL);
    answer("customer.list", "{\"rows\":[],\"next\":null}");
    assert_null(sheet_value(&host.sheet, "customer_id"));
    assert_shown("Nothing is found by these letters");
    assert_shown("Nothing found");
    keys("Esc", NULL);
    assert_hidden("Nothing found");
}

static void test_number_without_look_up(void **state)
{
    (void)state;
    permit("customer.list", false);
    sheet_focus(&host.sheet, "customer_id");
    type("#42");
    keys("Tab", NULL);
    assert_value("customer_id", "42");
    assert_int_equal(asked_count(), 0);
}

static void test_load_keeps_what_was_typed(void **state)
{
    (void)state;
    load("{\"name\":\"one\",\"kind\":\"tow\",\"price_fen\":100,\"customer_id\":7,\"customer_label\":\"Ann\"}",
         false);
    assert_shown("Ann");
    assert_false(sheet_dirty(&host.sheet));
    sheet_set(&host.sheet, "name", "mine", NULL);
    load("{\"name\":\"theirs\",\"kind\":\"tyre\",\"price_fen\":100,\"customer_id\":null}", true);
    assert_value("name", "mine");
    assert_value("kind", "tyre");
    assert_null(sheet_value(&host.sheet, "customer_id"));
    assert_changes(false, "{\"name\":\"mine\"}");
    sheet_set(&host.sheet, "price_fen", NULL, NULL);
    assert_changes(false, "{\"name\":\"mine\",\"price_fen\":null}");
}

/* A live reload does not touch the letters that are being typed. */
static void test_load_while_typing(void **state)
{
    (void)state;
    load("{\"name\":\"one\"}", false);
    sheet_focus(&host.sheet, "name");
    type(" and a half");
    load("{\"name\":\"two\"}", true);
    type("!");
    keys("Tab", NULL);
    assert_value("name", "one and a half!");
}

static void test_draft(void **state)
{
    (void)state;
    sheet_set(&host.sheet, "kind", "tyre", NULL);
    sheet_set(&host.sheet, "customer_id", "7", "Ann");
    sheet_focus(&host.sheet, "name");
    type("half ty");
    json_t *draft = sheet_save(&host.sheet);
    type("ped");
    sheet_finish(&host.sheet);
    sheet_init(&host.sheet, &app, &host.screen, &ops);
    for (size_t i = 0; i < entity("job")->nfields; i++)
        sheet_add(&host.sheet, &entity("job")->fields[i]);
    sheet_restore(&host.sheet, draft);
    json_decref(draft);
    assert_value("kind", "tyre");
    assert_shown("Ann");
    assert_shown("half ty");
    assert_string_equal(sheet_current(&host.sheet)->field->name, "name");
    keys("Tab", NULL);
}

static void test_accused(void **state)
{
    (void)state;
    assert_true(sheet_accuse(&host.sheet, "remarks", "Too rude"));
    assert_string_equal(sheet_current(&host.sheet)->field->name, "remarks");
    assert_int_equal(host.sheet.tab, 1);
    assert_false(sheet_accuse(&host.sheet, "nothing", "x"));
    assert_false(sheet_accuse(&host.sheet, "tyre_size", "x")); /* not shown */
}

static void test_note(void **state)
{
    (void)state;
    sheet_focus(&host.sheet, "remarks");
    type("one");
    keys("Enter", NULL); /* a new line, not the next field */
    type("two");
    keys("Tab", NULL);
    assert_value("remarks", "one\ntwo");
    assert_int_equal(host.left, 0);
}

static void test_tabs(void **state)
{
    (void)state;
    assert_shown("[Job]");
    keys("PgDn", NULL);
    assert_shown("[More]");
    assert_string_equal(sheet_current(&host.sheet)->field->name, "tags");
    keys("PgUp", NULL);
    assert_string_equal(sheet_current(&host.sheet)->field->name, "name");
    sheet_focus(&host.sheet, "urgent");
    keys("Enter", NULL); /* over the edge of the tab */
    assert_int_equal(host.sheet.tab, 1);
}

static void test_readonly(void **state)
{
    (void)state;
    load("{\"number\":\"J1\",\"name\":\"one\",\"kind\":\"tow\"}", false);
    host.sheet.readonly = true;
    sheet_focus(&host.sheet, "number");
    type("zzz");
    keys("Down", NULL);
    assert_string_equal(sheet_current(&host.sheet)->field->name, "name");
    assert_value("name", "one");
    assert_changes(false, "{}");
}

static void test_small(void **state)
{
    (void)state;
    ui_resize(&ui, 20, 40);
    load("{\"number\":\"J1\",\"name\":\"a name that is longer than a phone\",\"kind\":\"tow\"}", false);
    assert_shown("than a phone");
    sheet_focus(&host.sheet, "urgent");
    assert_shown("a name that is longer");
    assert_shown("Urgent");
}

static void test_plain(void **state)
{
    struct str out cleanup(cleanup_str);
    (void)state;
    str_init(&out, NULL);
    load("{\"name\":\"one\",\"price_fen\":1250}", false);
    sheet_focus(&host.sheet, "name");
    sheet_plain(&host.sheet, &out);
    assert_non_null(strstr(out.data, "> Name: one\n"));
    assert_non_null(strstr(out.data, "Price: 12.50\n"));
    assert_non_null(strstr(out.data, "Kind:  *\n"));
}

#define sheet_test(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        sheet_test(test_type_and_move),
        sheet_test(test_defaults_are_no_changes),
        sheet_test(test_choice_popup),
        sheet_test(test_a_value_is_typed_anew),
        sheet_test(test_a_reload_selects_nothing),
        sheet_test(test_shown_only_if),
        sheet_test(test_trouble_stays_typed),
        sheet_test(test_check_names_the_first),
        sheet_test(test_look_up),
        sheet_test(test_enter_before_the_answer),
        sheet_test(test_nothing_found),
        sheet_test(test_number_without_look_up),
        sheet_test(test_load_keeps_what_was_typed),
        sheet_test(test_load_while_typing),
        sheet_test(test_draft),
        sheet_test(test_accused),
        sheet_test(test_note),
        sheet_test(test_tabs),
        sheet_test(test_readonly),
        sheet_test(test_small),
        sheet_test(test_plain),
    };
    return run_views(tests);
}
