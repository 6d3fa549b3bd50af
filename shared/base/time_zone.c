/* Time zones by name: each is read once and kept to the end of the process. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "base/time.h"
#include "base/zone.h"

#define ZONE_DIR "/usr/share/zoneinfo"

enum { ZONE_NAME_MAX = 64, ZONE_FILE_MAX = 64 * 1024 };

static pthread_rwlock_t zones_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct map zones;

/* Words of letters, digits, _ + - with single slashes between them: it never leaves the directory. */
static bool name_is_valid(const char *name)
{
    static const char word[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-";
    if (strlen(name) > ZONE_NAME_MAX)
        return false;
    for (;;) {
        size_t n = strspn(name, word);
        if (!n)
            return false;
        name += n;
        if (!*name)
            return true;
        if (*name++ != '/')
            return false;
    }
}

/* Up to size bytes of the file, or -errno. */
static ssize_t read_whole(int fd, char *buf, size_t size)
{
    size_t used = 0;
    while (used < size) {
        ssize_t n = read(fd, buf + used, size - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        used += (size_t)n;
    }
    return (ssize_t)used;
}

static int open_zone(const char *name)
{
    char path[sizeof(ZONE_DIR) + ZONE_NAME_MAX + 2];
    struct stat info;
    snprintf(path, sizeof(path), "%s/%s", ZONE_DIR, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -ENOENT;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        return fd;
    close(fd);
    return -ENOENT;
}

static int load(const char *name, struct zone **zone_r)
{
    char *bytes cleanup(cleanup_free) = memory_alloc(ZONE_FILE_MAX);
    int fd cleanup(cleanup_close) = open_zone(name);
    if (fd < 0)
        return fd;
    ssize_t n = read_whole(fd, bytes, ZONE_FILE_MAX);
    return n < 0 ? -ENOENT : zone_parse(bytes, (size_t)n, zone_r);
}

static struct zone *look_up(const char *name)
{
    pthread_rwlock_rdlock(&zones_lock);
    struct zone *zone = map_get(&zones, name);
    pthread_rwlock_unlock(&zones_lock);
    return zone;
}

/* Keeps the zone, or the one another thread kept meanwhile. */
static struct zone *keep(const char *name, struct zone *zone)
{
    pthread_rwlock_wrlock(&zones_lock);
    struct zone *kept = map_get(&zones, name);
    if (!kept)
        map_put(&zones, name, zone);
    pthread_rwlock_unlock(&zones_lock);
    if (!kept)
        return zone;
    zone_destroy(zone);
    return kept;
}

static int find(const char *name, const struct zone **zone_r)
{
    if (!name_is_valid(name))
        return -EINVAL;
    struct zone *zone = look_up(name);
    if (!zone) {
        int error = load(name, &zone);
        if (error < 0)
            return error;
        zone = keep(name, zone);
    }
    *zone_r = zone;
    return 0;
}

static int64_t second_of(struct instant at)
{
    return at.us / US_PER_SECOND - (at.us % US_PER_SECOND < 0);
}

int time_zone_offset(const char *zone, struct instant at, int *seconds_r)
{
    const struct zone *found;
    int error = find(zone, &found);
    if (error < 0)
        return error;
    if (instant_is_nil(at))
        return -EINVAL;
    *seconds_r = zone_offset(found, second_of(at));
    return 0;
}

int time_zone_day(const char *zone, struct instant at, struct day *day_r)
{
    int seconds;
    int error = time_zone_offset(zone, at, &seconds);
    if (error < 0)
        return error;
    *day_r = day_of(at, seconds);
    return 0;
}

/* The first second in (before, after] at which the local clock shows midnight or later. */
static int64_t first_from(const struct zone *zone, int64_t midnight, int64_t before, int64_t after)
{
    while (after - before > 1) {
        int64_t middle = before + (after - before) / 2;
        if (middle + zone_offset(zone, middle) >= midnight)
            after = middle;
        else
            before = middle;
    }
    return after;
}

/* midnight is counted as if the local clock were UTC. */
static int64_t day_start_in(const struct zone *zone, int64_t midnight)
{
    static const int64_t around = 36 * 3600; /* more than any zone is off or ever jumped */
    int64_t early = midnight - zone_offset(zone, midnight - around);
    int64_t late = midnight - zone_offset(zone, midnight + around);
    int64_t first = MIN(early, late), second = MAX(early, late);
    if (first + zone_offset(zone, first) == midnight)
        return first;
    if (second + zone_offset(zone, second) == midnight)
        return second;
    return first_from(zone, midnight, first - 1, second);
}

int time_zone_day_start(const char *zone, struct day day, struct instant *at_r)
{
    const struct zone *found;
    int error = find(zone, &found);
    if (error < 0)
        return error;
    if (instant_is_nil(day_start(day, 0)))
        return -EINVAL;
    at_r->us = day_start_in(found, day.n * SECONDS_PER_DAY) * US_PER_SECOND;
    return 0;
}
