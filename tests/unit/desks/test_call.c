/* The intake: what is learned while typing, and an order saved once. */
#include "fixture.h"

static const char districts[] = "{\"code\":\"440106\",\"level\":\"district\",\"name_en\":\"Tianhe\",\"name_"
                                "zh_cn\":\"天河区\",\"place_lon\":"
                                "113.361,\"place_lat\":23.125}";
static const char live_order[] =
    "{\"id\":7,\"number\":\"R7\",\"state\":\"dispatched\",\"plate\":\"粤A12345\",\"place\":\"Old road\","
    "\"customer_id\":3,\"customer_label\":\"Ann\",\"contact_name\":\"Ann\",\"created_at\":\"2026-11-21T10:00:"
    "00Z\"}";
static const char ann[] = "{\"id\":3,\"name\":\"Ann\",\"kind\":\"person\"}";

static void open_call(void)
{
    open_a_desk(&call_desk);
    answer_rows("district.list", districts);
}

/* Phone, customer chosen, place and service: enough to save. */
static void fill(void)
{
    type("13800138000");
    settle();
    answer_rows("rescue.list", "");
    answer_rows("customer.list", ann);
    keys("Enter", NULL); /* over customer and contact, which are known, to the plate */
    keys("Tab", NULL);
    type("广州市天河区 1");
    keys("Enter", NULL); /* over the coordinates, which the district gives */
    type("tow");
    keys("Enter", NULL);
}

static void a_known_caller(void **state)
{
    (void)state;
    open_call();
    type("138001");
    settle();
    assert_false(is_asked("rescue.list"));
    type("38000");
    settle();
    assert_string_equal(asked_value("rescue.list", "filter"), "{\"contact_phone\":\"13800138000\"}");
    assert_string_equal(asked_value("customer.list", "q"), "\"13800138000\"");
    answer_rows("rescue.list", live_order);
    answer_rows("customer.list", ann);
    assert_shown("Open orders of this caller");
    assert_shown("R7 Dispatched");
    assert_shown("same phone");
    assert_shown("Customer     Ann");
    assert_shown("Contact      Ann");
    assert_shown("F8 Show order");
}

static void another_phone_takes_the_customer_back(void **state)
{
    (void)state;
    open_call();
    type("13800138000");
    settle();
    answer_rows("rescue.list", "");
    answer_rows("customer.list", ann);
    keys("^U", NULL);
    type("13900139000");
    settle();
    answer_rows("rescue.list", "");
    answer_rows("customer.list", "");
    assert_hidden("Customer     Ann");
}

static void the_last_order_is_copied_field_by_field(void **state)
{
    (void)state;
    open_call();
    type("13800138000");
    settle();
    answer_rows("rescue.list", live_order);
    answer_rows("customer.list", "");
    keys("Enter", "^D", NULL);
    assert_shown("Customer     Ann");
    keys("^D", "^D", NULL);
    assert_shown("Plate        粤A12345");
}

static void the_price_comes_by_itself(void **state)
{
    (void)state;
    open_call();
    assert_shown("Needs customer and service");
    fill();
    settle();
    assert_string_equal(asked_value("rescue.estimate", "customer_id"), "3");
    assert_string_equal(asked_value("rescue.estimate", "lon"), "113.361");
    answer("rescue.estimate",
           "{\"estimate_fen\":36000,\"km\":6,\"source\":\"agreement\",\"free_times\":0,\"parts\":[{\"kind\":"
           "\"base\",\"label\":"
           "\"Base price\",\"quantity\":1,\"amount_fen\":30000},{\"kind\":\"km\",\"label\":\"Further "
           "km\",\"quantity\":6,"
           "\"amount_fen\":6000}],\"credit\":[{\"limit_fen\":50000,\"owed_fen\":30000,\"coming_fen\":0,"
           "\"order_fen\":36000,\"over_fen\":16000}]}");
    assert_shown("Credit limit          500.00");
    assert_shown("Owed so far           300.00");
    assert_shown("Above the limit       160.00");
    assert_shown("Base price            300.00");
    assert_shown("Further km × 6         60.00");
    assert_shown("Estimate              360.00");
    settle();
    assert_false(is_asked("rescue.estimate")); /* the same facts are not asked again */
    keys("Up", NULL);
    type("fuel");
    keys("Enter", NULL);
    settle();
    assert_string_equal(asked_value("rescue.estimate", "service"), "\"fuel\"");
}

static void saved_and_ready_for_the_next(void **state)
{
    (void)state;
    open_call();
    fill();
    keys("F10", "F10", NULL);
    assert_string_equal(asked_value("rescue.create", "contact_phone"), "\"13800138000\"");
    assert_string_equal(asked_value("rescue.create", "customer_id"), "3");
    assert_string_equal(asked_value("rescue.create", "lat"), "23.125");
    assert_string_equal(asked_value("rescue.create", "coordinates"), "");
    answer("rescue.create", "{\"id\":9,\"version\":1}");
    assert_false(is_asked("rescue.create")); /* F10 twice is one order */
    assert_hidden("13800138000");
    answer("rescue.get", "{\"id\":9,\"number\":\"R9\"}");
    assert_shown("Order R9 is saved");
    assert_shown("last saved: R9");
}

static void coordinates_typed_go_before_the_district(void **state)
{
    (void)state;
    open_call();
    fill();
    keys("Up", "Up", NULL);
    type("nowhere");
    keys("F10", NULL);
    assert_false(is_asked("rescue.create"));
    assert_shown("Two numbers are needed here");
    keys("^U", NULL);
    type("113.5, 235");
    keys("Tab", NULL); /* not only when all is saved */
    assert_shown("No such place");
    keys("Up", "^U", NULL);
    type("23.5, 113.5");
    keys("Tab", NULL);
    assert_shown("113.50000 23.50000");
    keys("F10", NULL);
    assert_string_equal(asked_value("rescue.create", "lon"), "113.5");
    assert_string_equal(asked_value("rescue.create", "lat"), "23.5");
    assert_string_equal(asked_value("rescue.create", "coordinates"), "");
}

static void a_refusal_stands_at_its_field(void **state)
{
    (void)state;
    open_call();
    fill();
    keys("F10", NULL);
    refuse("rescue.create",
           "{\"code\":\"invalid\",\"field\":\"lon\",\"message\":\"no\",\"msgid\":\"Far out at sea\"}");
    assert_shown("Far out at sea");
    assert_shown("13800138000");
    type("113 23"); /* the cursor stands in the coordinates */
    keys("F10", NULL);
    assert_string_equal(asked_value("rescue.create", "lon"), "113.0");
}

/* Nobody knows whether it was done: the same form is the same command, another form another one. */
static void after_an_unknown_outcome_the_key_stays(void **state)
{
    char key[64];
    (void)state;
    open_call();
    fill();
    keys("F10", NULL);
    snprintf(key, sizeof(key), "%s", asked_value("rescue.create", "key"));
    refuse("rescue.create",
           "{\"code\":\"unknown_outcome\",\"retry\":\"same_key\",\"message\":\"?\",\"msgid\":\"?\"}");
    keys("F10", NULL);
    assert_string_equal(asked_value("rescue.create", "key"), key);
    refuse("rescue.create",
           "{\"code\":\"unknown_outcome\",\"retry\":\"same_key\",\"message\":\"?\",\"msgid\":\"?\"}");
    type("Somewhere");
    keys("F10", NULL);
    assert_string_not_equal(asked_value("rescue.create", "key"), key);
}

static void a_new_customer_in_between(void **state)
{
    (void)state;
    open_call();
    type("13800138000");
    settle();
    answer_rows("rescue.list", "");
    answer_rows("customer.list", "");
    keys("Enter", NULL);
    type("Bob");
    assert_shown("F6 Make it");
    keys("F6", NULL);
    assert_shown("Name");
    keys("F10", NULL);
    assert_string_equal(asked_value("customer.create", "name"), "\"Bob\"");
    assert_string_equal(asked_value("customer.create", "phone"), "\"13800138000\"");
    refuse("customer.create",
           "{\"code\":\"duplicate\",\"field\":\"phone\",\"message\":\"no\",\"msgid\":\"Taken already\"}");
    assert_shown("Taken already");
    keys("F10", NULL);
    answer("customer.create", "{\"id\":44,\"version\":1,\"duplicates\":[{\"name\":\"Bobby\"}]}");
    assert_shown("Customer     Bob");
    assert_shown("Perhaps there already: Bobby");
}

static void leaving_asks_first(void **state)
{
    (void)state;
    open_call();
    type("1");
    keys("Esc", NULL);
    assert_int_equal(ui_task_count(&ui), 1);
}

/* A question about what is not true any more goes by itself. */
static void saved_while_it_is_asked_whether_to_leave(void **state)
{
    (void)state;
    open_call(); /* the first screen of all is not left */
    open_call();
    fill();
    keys("F10", "Esc", NULL);
    assert_shown("The order is not saved. Leave it?");
    answer("rescue.create", "{\"id\":9,\"version\":1}");
    assert_hidden("The order is not saved. Leave it?");
    assert_shown("New rescue order");
    assert_shown("The order is saved");
}

static const char split[] = "{\"estimate_fen\":36000,\"km\":0,\"source\":\"list\",\"free_times\":0,"
                            "\"parts\":[],\"charges\":[{\"payer_id\":5,\"amount_fen\":30000},"
                            "{\"payer_id\":3,\"amount_fen\":6000}]}";

/* The insurer so much, the customer the rest: one line typed, and back where one was. */
static void several_payers(void **state)
{
    (void)state;
    open_call();
    fill();
    keys("^G", NULL);
    type("PICC");
    settle();
    answer_rows("customer.list", "{\"id\":5,\"name\":\"PICC\",\"kind\":\"insurer\"}");
    keys("Enter", NULL);
    type("300");
    keys("F10", "F10", NULL);
    settle();
    assert_string_equal(asked_value("rescue.estimate", "charges"),
                        "[{\"payer_id\":5,\"share_fen\":30000},{\"payer_id\":3}]");
    answer("rescue.estimate", split);
    assert_shown("PICC                  300.00");
    assert_shown("Ann                    60.00");
    type("2"); /* the cursor is where it was: in the destination */
    keys("F10", NULL);
    assert_string_equal(asked_value("rescue.create", "destination"), "\"2\"");
    assert_string_equal(asked_value("rescue.create", "charges"),
                        "[{\"payer_id\":5,\"share_fen\":30000},{\"payer_id\":3}]");
}

/* Said of the customer alone it is every order. */
static void one_payer_is_none(void **state)
{
    (void)state;
    open_call();
    fill();
    keys("^G", NULL);
    type("Ann");
    settle();
    answer_rows("customer.list", ann);
    keys("Enter", "F10", "F10", "F10", NULL);
    assert_true(is_asked("rescue.create"));
    assert_string_equal(asked_value("rescue.create", "charges"), "");
}

static void a_notice_that_waits(void **state)
{
    (void)state;
    open_call();
    type("13800138000");
    settle();
    assert_string_equal(asked_value("order_notice.list", "q"), "\"13800138000\"");
    answer_rows("order_notice.list", "{\"id\":4,\"foreign_number\":\"PA-1\",\"partner_id\":5,\"partner_"
                                     "label\":\"PICC\",\"place\":\"East road\"}");
    assert_shown("Notices that wait");
    assert_shown("PICC PA-1");
    assert_shown("F8 Show notice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        desk_test(a_known_caller),
        desk_test(another_phone_takes_the_customer_back),
        desk_test(the_last_order_is_copied_field_by_field),
        desk_test(the_price_comes_by_itself),
        desk_test(saved_and_ready_for_the_next),
        desk_test(coordinates_typed_go_before_the_district),
        desk_test(a_refusal_stands_at_its_field),
        desk_test(after_an_unknown_outcome_the_key_stays),
        desk_test(a_new_customer_in_between),
        desk_test(leaving_asks_first),
        desk_test(saved_while_it_is_asked_whether_to_leave),
        desk_test(several_payers),
        desk_test(one_payer_is_none),
        desk_test(a_notice_that_waits),
    };
    return run_views(tests);
}
