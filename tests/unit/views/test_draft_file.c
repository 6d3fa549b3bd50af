/* Drafts on disk: what is written is read, by its owner alone; what is cut, changed or renamed is told and put aside. */
#include "../test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "client/views/draft_file.h"

static char home[64];
static const unsigned char key[DRAFT_KEY_BYTES] = "a key of thirty-two bytes exactl";
static const unsigned char other_key[DRAFT_KEY_BYTES] = "somebody else's thirty-two bytes";
static struct draft_box box;

static int setup(void **state)
{
    (void)state;
    snprintf(home, sizeof(home), "/tmp/yizhan-drafts-XXXXXX");
    assert_non_null(mkdtemp(home));
    setenv("XDG_STATE_HOME", home, 1);
    return draft_box_open(&box, key);
}

static int teardown(void **state)
{
    char command[128];
    (void)state;
    draft_box_close(&box);
    snprintf(command, sizeof(command), "rm -rf %s", home);
    return system(command);
}

static const char *path_of(const char *name, const char *end)
{
    static char path[256];
    snprintf(path, sizeof(path), "%s/yizhan/drafts/%s.%s", home, name, end);
    return path;
}

static void write_one(char name[DRAFT_NAME_SIZE], const char *text)
{
    draft_box_name(&box, name);
    assert_int_equal(draft_box_write(&box, name, text, strlen(text)), 0);
}

/* As after a crash: the program that wrote is gone. */
static void begin_again(const unsigned char with[DRAFT_KEY_BYTES])
{
    draft_box_close(&box);
    assert_int_equal(draft_box_open(&box, with), 0);
}

static size_t found(void)
{
    draft_list list = {0};
    draft_box_list(&box, &list);
    size_t count = list.count;
    vec_finish(&list);
    return count;
}

static void assert_reads(const char *name, const char *text)
{
    struct str got;
    struct instant at;
    str_init(&got, NULL);
    assert_int_equal(draft_box_read(&box, name, &got, &at), DRAFT_OK);
    assert_string_equal(got.data, text);
    assert_true(time_now().us - at.us < 60 * US_PER_SECOND);
    str_finish(&got);
}

static enum draft_fault read_fault(const char *name)
{
    struct str got;
    struct instant at;
    str_init(&got, NULL);
    enum draft_fault fault = draft_box_read(&box, name, &got, &at);
    str_finish(&got);
    return fault;
}

static void test_written_and_read(void **state)
{
    char name[DRAFT_NAME_SIZE];
    struct stat stat;
    (void)state;
    write_one(name, "half typed 半句");
    assert_reads(name, "half typed 半句");
    assert_int_equal(draft_box_write(&box, name, "", 0), 0);
    assert_reads(name, "");
    write_one(name, "more");
    assert_int_equal(lstat(path_of(name, "draft"), &stat), 0);
    assert_int_equal(stat.st_mode & 0777, 0600);
    begin_again(key);
    assert_int_equal(found(), 2);
    draft_box_remove(&box, name);
    assert_int_equal(found(), 1);
    assert_int_equal(read_fault(name), DRAFT_GONE);
}

static void test_folder_is_private(void **state)
{
    char name[DRAFT_NAME_SIZE], path[128];
    struct stat stat;
    (void)state;
    write_one(name, "x");
    snprintf(path, sizeof(path), "%s/yizhan/drafts", home);
    assert_int_equal(chmod(path, 0755), 0);
    begin_again(key);
    assert_int_equal(lstat(path, &stat), 0);
    assert_int_equal(stat.st_mode & 0777, 0700);
}

/* The words are not in the file, and another person of this machine finds nothing. */
static void test_read_by_its_owner_alone(void **state)
{
    char name[DRAFT_NAME_SIZE], bytes[512];
    (void)state;
    write_one(name, "13800138000 is secret");
    int fd = open(path_of(name, "draft"), O_RDONLY);
    ssize_t n = read(fd, bytes, sizeof(bytes));
    close(fd);
    assert_true(n > 0);
    assert_null(memmem(bytes, (size_t)n, "13800138000", 11));
    begin_again(other_key);
    assert_int_equal(found(), 0);
    assert_int_equal(access(path_of(name, "draft"), F_OK), 0);
    begin_again(key);
    assert_int_equal(found(), 1);
}

/* What a program that runs still holds is not offered to another. */
static void test_a_running_program_holds_its_drafts(void **state)
{
    char name[DRAFT_NAME_SIZE];
    struct draft_box second;
    draft_list list = {0};
    (void)state;
    write_one(name, "mine");
    assert_int_equal(found(), 0);
    assert_int_equal(draft_box_open(&second, key), 0);
    draft_box_list(&second, &list);
    assert_int_equal(list.count, 0);
    draft_box_close(&box);
    draft_box_list(&second, &list);
    assert_int_equal(list.count, 1);
    assert_int_equal(draft_box_write(&second, list.items[0].name, "taken over", 10), 0);
    vec_finish(&list);
    assert_int_equal(draft_box_open(&box, key), 0);
    assert_int_equal(found(), 0);
    draft_box_close(&second);
    assert_int_equal(found(), 1);
    assert_reads(name, "taken over");
}

/* Every cut and every changed byte is seen; nothing of it is shown. */
static void test_damage_is_seen(void **state)
{
    struct str sealed, text;
    struct instant at;
    (void)state;
    str_init(&sealed, NULL);
    str_init(&text, NULL);
    draft_seal(key, "name", "0011223344556677", time_now(), "some words", 10, &sealed);
    assert_int_equal(draft_unseal(key, "name", sealed.data, sealed.len, &text, &at, NULL), 0);
    assert_string_equal(text.data, "some words");
    for (size_t n = 0; n < sealed.len; n++) {
        assert_int_equal(draft_unseal(key, "name", sealed.data, n, &text, &at, NULL), -EBADMSG);
        sealed.data[n] ^= 1;
        assert_int_equal(draft_unseal(key, "name", sealed.data, sealed.len, &text, &at, NULL), -EBADMSG);
        assert_int_equal(text.len, 0);
        sealed.data[n] ^= 1;
    }
    assert_int_equal(draft_unseal(key, "eman", sealed.data, sealed.len, &text, &at, NULL), -EBADMSG);
    assert_int_equal(draft_unseal(other_key, "name", sealed.data, sealed.len, &text, &at, NULL), -EBADMSG);
    str_finish(&sealed);
    str_finish(&text);
}

static void test_damaged_is_put_aside(void **state)
{
    char name[DRAFT_NAME_SIZE], whole[DRAFT_NAME_SIZE];
    (void)state;
    write_one(name, "cut in two");
    write_one(whole, "whole");
    assert_int_equal(truncate(path_of(name, "draft"), 40), 0);
    begin_again(key);
    assert_int_equal(found(), 2);
    assert_int_equal(read_fault(name), DRAFT_DAMAGED);
    assert_int_equal(access(path_of(name, "damaged"), F_OK), 0);
    assert_int_equal(found(), 1);
    assert_reads(whole, "whole");
}

/* Power went away in the middle of writing: the one before is there. */
static void test_half_written_is_not_looked_at(void **state)
{
    char name[DRAFT_NAME_SIZE];
    (void)state;
    write_one(name, "before");
    int fd = open(path_of(name, "new"), O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "YZDRAFT1half", 12), 12);
    close(fd);
    begin_again(key);
    assert_int_equal(found(), 1);
    assert_reads(name, "before");
    struct timespec old[2] = {{.tv_sec = time(NULL) - 3600}, {.tv_sec = time(NULL) - 3600}};
    assert_int_equal(utimensat(AT_FDCWD, path_of(name, "new"), old, 0), 0);
    assert_int_equal(found(), 1);
    assert_int_equal(access(path_of(name, "new"), F_OK), -1);
}

static void test_old_ones_are_swept(void **state)
{
    char name[DRAFT_NAME_SIZE];
    (void)state;
    write_one(name, "of last month");
    begin_again(other_key); /* whoever comes: nobody takes them up any more */
    time_t then = time(NULL) - (DRAFT_DAYS + 1) * 86400L;
    struct timespec old[2] = {{.tv_sec = then}, {.tv_sec = then}};
    assert_int_equal(utimensat(AT_FDCWD, path_of(name, "draft"), old, 0), 0);
    assert_int_equal(found(), 0);
    assert_int_equal(access(path_of(name, "draft"), F_OK), -1);
}

static void test_without_a_place(void **state)
{
    struct draft_box none;
    (void)state;
    setenv("XDG_STATE_HOME", "/proc/nowhere", 1);
    assert_true(draft_box_open(&none, key) < 0);
    assert_false(draft_box_is_open(&none));
    assert_int_equal(draft_box_write(&none, "x", "y", 1), -EBADF);
    draft_box_close(&none);
    setenv("XDG_STATE_HOME", home, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_written_and_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_folder_is_private, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read_by_its_owner_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_running_program_holds_its_drafts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damage_is_seen, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged_is_put_aside, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_written_is_not_looked_at, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_ones_are_swept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_a_place, setup, teardown),
    };
    return run_all(tests);
}
