/* The server's rows become what the client draws from, and survive the disk. */
#include "tests/unit/test.h"

#include "base/arena.h"
#include "model/catalogue.h"

#include <string.h>

static const char vehicle[] =
    "{\"hash\":\"11\",\"name\":\"vehicle\",\"area\":\"rescue\",\"label\":\"Vehicle\",\"plural\":\"Vehicles\","
    "\"help\":\"h\",\"code\":\"ve\","
    "\"scope\":\"branch\",\"title\":\"plate\",\"fields\":[{\"name\":\"id\",\"label\":\"Id\",\"type\":\"id\","
    "\"width\":8,\"readonly\":true},"
    "{\"name\":\"plate\",\"label\":\"Plate\",\"type\":\"plate\",\"width\":10,\"required\":true,\"max\":16},"
    "{\"name\":\"type\",\"label\":\"Type\",\"type\":\"choice\",\"choices\":[{\"code\":\"tow\",\"label\":"
    "\"Tow truck\",\"zh_CN\":\"拖车\"},"
    "{\"code\":\"old\",\"label\":\"Old\",\"disabled\":true}]},{\"name\":\"created_at\",\"label\":\"Created\","
    "\"type\":\"time\"},"
    "{\"name\":\"created_by\",\"label\":\"By\",\"type\":\"ref\",\"ref\":\"employee\"},"
    "{\"name\":\"drivers\",\"label\":\"Drivers\",\"type\":\"lines\",\"lines\":[{\"name\":\"driver_id\","
    "\"label\":\"Driver\",\"type\":\"ref\",\"ref\":\"employee\"}]},"
    "{\"name\":\"shape\",\"label\":\"Shape\",\"type\":\"polygon\"}],\"list\":{\"columns\":[\"plate\","
    "\"type\"],\"sort\":\"plate\"},"
    "\"form\":{\"tabs\":[{\"label\":\"Vehicle\",\"fields\":[\"plate\",\"type\",\"drivers\"]}]},\"state\":"
    "\"state\","
    "\"states\":[{\"code\":\"idle\",\"label\":\"Idle\"}],"
    "\"actions\":[{\"name\":\"park\",\"key\":\"p\",\"label\":\"Park\",\"from\":[\"idle\",\"working\"],\"to\":"
    "\"off_duty\",\"args\":[{\"name\":\"note\","
    "\"label\":\"Note\",\"type\":\"note\"}],\"reason\":true,\"choices\":[{\"code\":\"repair\",\"label\":"
    "\"Repair\"}]},"
    "{\"name\":\"look\",\"label\":\"Look\",\"from\":[\"*\"],\"args\":[]}],"
    "\"verbs\":[{\"name\":\"vehicle.list\",\"keyed\":false},{\"name\":\"vehicle.park\",\"keyed\":true}]}";
static const char branch[] = "{\"hash\":\"22\",\"name\":\"branch\",\"area\":\"org\",\"label\":\"Branch\","
                             "\"fields\":[],\"list\":{\"columns\":[]},\"form\":{\"tabs\":[]},"
                             "\"actions\":[],\"verbs\":[{\"name\":\"branch.list\",\"keyed\":false}]}";
static const char answer[] = "{\"hash\":\"aa\",\"menu\":[{\"label\":\"Rescue\",\"key\":\"rescue\","
                             "\"children\":[{\"label\":\"Vehicles\",\"key\":\"ve\","
                             "\"entity\":\"vehicle\"}]}],\"entities\":[\"branch\",\"vehicle\"]}";

static struct catalogue *both(void)
{
    const char *const rows[] = {vehicle, branch};
    struct catalogue *catalogue = catalogue_create(NULL, rows, 2, answer);
    assert_non_null(catalogue);
    return catalogue;
}

static void reads_an_entity(void **state)
{
    struct catalogue *catalogue = both();
    const struct catalogue_entity *entity = catalogue_entity(catalogue, "vehicle");
    assert_non_null(entity);
    assert_ptr_equal(catalogue_entity_of_code(catalogue, "ve"), entity);
    const struct field *type = catalogue_field(entity, "type"), *drivers = catalogue_field(entity, "drivers");
    assert_int_equal(type->type, FIELD_CHOICE);
    assert_string_equal(type->choices[0].label_zh_cn, "拖车");
    assert_true(type->choices[1].disabled);
    assert_null(type->choices[2].code);
    assert_int_equal(drivers->nline_fields, 1);
    assert_string_equal(drivers->line_fields[0].ref, "employee");
    assert_int_equal(catalogue_field(entity, "shape")->type, FIELD_TEXT);
    assert_true(catalogue_field(entity, "shape")->readonly);
    assert_string_equal(entity->columns[1], "type");
    assert_null(entity->columns[2]);
    assert_int_equal(entity->ntabs, 1);
    assert_string_equal(entity->tabs[0].fields[2], "drivers");
    const struct catalogue_action *park = catalogue_action(entity, "park");
    assert_int_equal(park->key, 'p');
    assert_true(catalogue_action_from(park, "working"));
    assert_false(catalogue_action_from(park, "off_duty"));
    assert_true(catalogue_action_from(catalogue_action(entity, "look"), "anything"));
    assert_string_equal(park->reasons[0].code, "repair");
    assert_true(catalogue_may(catalogue, "vehicle.park"));
    assert_false(catalogue_may(catalogue, "vehicle.create"));
    assert_false(catalogue_may(catalogue, "nothing.list"));
    assert_int_equal(catalogue->nmenu, 1);
    assert_string_equal(catalogue->menu[0].children[0].entity, "vehicle");
    catalogue_destroy(catalogue);
}

static void guesses_names(void **state)
{
    struct catalogue *catalogue = both();
    const struct catalogue_entity *entity = catalogue_entity(catalogue, "vehicle");
    assert_string_equal(catalogue_field_guess(entity, "created")->name, "created_at");
    assert_string_equal(catalogue_field_guess(entity, "pl")->name, "plate");
    assert_string_equal(catalogue_field_guess(entity, "id")->name, "id");
    assert_null(catalogue_field_guess(entity, "nothing"));
    assert_null(catalogue_field_guess(entity, "crea"));
    catalogue_destroy(catalogue);
}

static void keeps_what_did_not_change(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct catalogue *first = both();
    struct str have;
    str_init(&have, arena);
    catalogue_write_have(first, &have);
    assert_string_equal(have.data, "{\"branch\":\"22\",\"vehicle\":\"11\"}");
    struct catalogue *second = catalogue_create(first, NULL, 0, answer);
    assert_non_null(second);
    catalogue_destroy(first);
    assert_non_null(catalogue_field(catalogue_entity(second, "vehicle"), "plate"));
    struct catalogue *third =
        catalogue_create(second, NULL, 0, "{\"hash\":\"bb\",\"menu\":[],\"entities\":[\"branch\"]}");
    assert_non_null(third);
    assert_null(catalogue_entity(third, "vehicle"));
    catalogue_destroy(second);
    catalogue_destroy(third);
}

static void survives_the_disk(void **state)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct catalogue *first = both();
    struct str text, again;
    str_init(&text, arena);
    str_init(&again, arena);
    catalogue_write(first, &text);
    struct catalogue *second = catalogue_read(text.data);
    assert_non_null(second);
    catalogue_write(second, &again);
    assert_string_equal(text.data, again.data);
    assert_string_equal(second->hash, "aa");
    catalogue_destroy(first);
    catalogue_destroy(second);
}

static void refuses_what_is_none(void **state)
{
    const char *const rows[] = {"{\"label\":\"nameless\"}"}, *const broken[] = {"{"};
    assert_null(catalogue_create(NULL, rows, 1, answer));
    assert_null(catalogue_create(NULL, broken, 1, answer));
    assert_null(catalogue_create(NULL, NULL, 0, answer));
    assert_null(catalogue_create(NULL, NULL, 0, "[]"));
    assert_null(catalogue_read("hello\nworld\n"));
    assert_null(catalogue_read(""));
    struct catalogue *empty = catalogue_create_empty();
    assert_null(catalogue_entity(empty, "vehicle"));
    assert_false(catalogue_may(empty, "vehicle.list"));
    catalogue_destroy(empty);
    catalogue_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_an_entity),           cmocka_unit_test(guesses_names),
        cmocka_unit_test(keeps_what_did_not_change), cmocka_unit_test(survives_the_disk),
        cmocka_unit_test(refuses_what_is_none),
    };
    return run_all(tests);
}
