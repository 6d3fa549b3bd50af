/* The locale of the terminal's text: UTF-8 whatever the environment says, messages in the language chosen. */
#include <langinfo.h>
#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "client/ui/term.h"

void term_locale(void)
{
    setlocale(LC_CTYPE, "");
    if (strcasecmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
    /* LANGUAGE counts for nothing while the messages' locale is C. */
    const char *messages = setlocale(LC_MESSAGES, "");
    if (!messages || strcmp(messages, "C") == 0 || strcmp(messages, "POSIX") == 0)
        setlocale(LC_MESSAGES, "C.UTF-8");
}

void term_language(const char *language)
{
    extern int _nl_msg_cat_cntr; /* gettext's own way to be told that LANGUAGE is another */
    setenv("LANGUAGE", language, 1);
    ++_nl_msg_cat_cntr;
}
