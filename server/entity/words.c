/* The catalogues of gettext, read here: gettext itself knows one language a process and wants its locales installed, and here each request
 * has its own. The files are mapped and never written again. */
#include "server/entity/words.h"

#include "base/log.h"
#include "base/util.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC = 0x950412de, HEADER_BYTES = 28 };

struct words {
    const char *language;
    const char *bytes; /* NULL: no catalogue */
    size_t size;
    uint32_t count, originals, translations; /* offsets of the two tables of (length, offset) */
};

static struct words catalogues[] = {{.language = "zh_CN"}, {.language = "zh_TW"}};
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint32_t number(const struct words *words, size_t at)
{
    uint32_t n;
    memcpy(&n, words->bytes + at, sizeof(n));
    return n;
}

/* Entry i of a table; NULL when it does not lie in the file with the NUL behind it. */
static const char *entry(const struct words *words, uint32_t table, uint32_t i)
{
    uint32_t len = number(words, table + 8 * (size_t)i), at = number(words, table + 8 * (size_t)i + 4);
    bool inside = (size_t)at + len < words->size && words->bytes[at + len] == '\0';
    return inside ? words->bytes + at : NULL;
}

static bool read_header(struct words *words)
{
    if (words->size < HEADER_BYTES || number(words, 0) != MAGIC)
        return false;
    words->count = number(words, 8);
    words->originals = number(words, 12);
    words->translations = number(words, 16);
    size_t table = 8 * (size_t)words->count;
    return words->originals + table <= words->size && words->translations + table <= words->size;
}

static void open_file(struct words *words, const char *folder)
{
    char path[PATH_MAX];
    struct stat about;
    if (snprintf(path, sizeof(path), "%s/%s/LC_MESSAGES/yizhan.mo", folder, words->language) >= PATH_MAX)
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    void *bytes = fstat(fd, &about) == 0 && about.st_size > 0
                      ? mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0)
                      : MAP_FAILED;
    close(fd);
    if (bytes == MAP_FAILED)
        return;
    words->bytes = bytes;
    words->size = (size_t)about.st_size;
    if (!read_header(words)) {
        log_warn("words: %s is no catalogue", path);
        words->bytes = NULL;
    }
}

/* <build>/server/yizhand → <build>/shared/po */
static bool beside_program(char *folder, size_t size)
{
    char program[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (n <= 0)
        return false;
    program[n] = '\0';
    return snprintf(folder, size, "%s/shared/po", dirname(dirname(program))) < (int)size;
}

static void load(void)
{
    char folder[PATH_MAX];
    bool found = beside_program(folder, sizeof(folder));
    for (size_t i = 0; i < array_len(catalogues); i++) {
        if (found)
            open_file(&catalogues[i], folder);
        if (!catalogues[i].bytes)
            open_file(&catalogues[i], YIZHAN_LOCALEDIR);
        if (!catalogues[i].bytes)
            log_warn("words: no catalogue of %s; exports in it will be English", catalogues[i].language);
    }
}

void words_load(void)
{
    pthread_once(&once, load);
}

static const struct words *catalogue_of(const char *language)
{
    words_load();
    for (size_t i = 0; language && i < array_len(catalogues); i++) {
        if (!strcmp(catalogues[i].language, language))
            return &catalogues[i];
    }
    return NULL;
}

bool words_know(const char *language)
{
    return language && (!strcmp(language, "en") || catalogue_of(language));
}

const char *words_get(const char *language, const char *msgid)
{
    const struct words *words = catalogue_of(language);
    if (!words || !words->bytes || !msgid || !*msgid)
        return msgid;
    for (uint32_t low = 0, high = words->count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        const char *original = entry(words, words->originals, middle);
        int order = original ? strcmp(msgid, original) : -1;
        if (order == 0) {
            const char *translated = entry(words, words->translations, middle);
            return translated && *translated ? translated : msgid;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return msgid;
}
