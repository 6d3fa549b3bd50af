/* The words of the screens: where the translations are, and which language is shown. */
#pragma once

#include <stddef.h>

/* Binds the text domain: the installed catalogues, else those of the build tree beside the program. Call after term_locale(). */
void language_init(void);

/* "en", "zh_CN" or "zh_TW": the wanted one, else what the environment asks for. */
void language_start(const char *wanted, char *language, size_t size);
void language_next(char *language, size_t size);
