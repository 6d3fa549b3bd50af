#include "client/language.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "client/ui/term.h"
#include "client/ui/words.h"

static const char *const languages[] = {"en", "zh_CN", "zh_TW"};

static bool bind_beside_program(void)
{
    char program[PATH_MAX], folder[PATH_MAX], file[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (n <= 0)
        return false;
    program[n] = '\0';
    /* <build>/client/yizhan → <build>/shared/po */
    if (snprintf(folder, sizeof(folder), "%s/shared/po", dirname(dirname(program))) >= (int)sizeof(folder) ||
        snprintf(file, sizeof(file), "%s/zh_CN/LC_MESSAGES/%s.mo", folder, YIZHAN_DOMAIN) >=
            (int)sizeof(file) ||
        access(file, R_OK) != 0)
        return false;
    bindtextdomain(YIZHAN_DOMAIN, folder);
    return true;
}

void language_init(void)
{
    if (!bind_beside_program())
        bindtextdomain(YIZHAN_DOMAIN, YIZHAN_LOCALEDIR);
    bind_textdomain_codeset(YIZHAN_DOMAIN, "UTF-8");
    textdomain(YIZHAN_DOMAIN);
}

static const char *from_environment(void)
{
    static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < array_len(names); i++) {
        const char *value = getenv(names[i]);
        if (!value || !*value || strcmp(value, "C") == 0 || strcmp(value, "POSIX") == 0)
            continue;
        if (strncmp(value, "zh", 2) != 0)
            return "en";
        bool traditional =
            strstr(value, "TW") || strstr(value, "HK") || strstr(value, "MO") || strstr(value, "Hant");
        return traditional ? "zh_TW" : "zh_CN";
    }
    return "en";
}

void language_start(const char *wanted, char *language, size_t size)
{
    snprintf(language, size, "%s", wanted ? wanted : from_environment());
    term_language(language);
}

void language_next(char *language, size_t size)
{
    size_t i = 0;
    while (i < array_len(languages) && strcmp(languages[i], language) != 0)
        i++;
    snprintf(language, size, "%s", languages[(i + 1) % array_len(languages)]);
    term_language(language);
}
