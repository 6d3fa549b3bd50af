/* What keeps state for the whole process, used from many threads at once; the thread sanitizer looks on. */
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/time.h"
#include "base/uuid.h"
#include "tests/unit/test.h"

enum { THREADS = 8, ROUNDS = 200 };

static const char *const zone_names[] = {"Asia/Shanghai", "Asia/Taipei", "Europe/London", "UTC"};

static void *use_everything(void *failures_r)
{
    int failures = 0;
    for (int i = 0; i < ROUNDS; i++) {
        int seconds = -1;
        char id[UUID_TEXT_SIZE];
        failures += time_zone_offset(zone_names[i % 4], (struct instant){0}, &seconds) != 0;
        failures += i % 4 == 0 && seconds != 28800;
        failures += hash_bytes("key", 3) != hash_bytes("key", 3);
        uuid_v7(id);
        log_info("round %d of %s", i, id);
        log_set_level(LOG_LEVEL_INFO);
    }
    *(int *)failures_r = failures;
    return NULL;
}

static void all_of_it_is_safe_in_any_thread(void **state)
{
    pthread_t threads[THREADS];
    int failures[THREADS];
    int null = open("/dev/null", O_WRONLY);
    log_set_fd(null);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_everything, &failures[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(failures[i], 0);
    }
    close(null);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_of_it_is_safe_in_any_thread)};
    return run_all(tests);
}
