/* Which theme: the one of the command line, or a person's own, from a file or from what is kept for him on the server. */
#pragma once

#include "client/app-private.h"

/*
 * --theme, else the file theme in ~/.config/yizhan: lines of a part of the screen and its look, # before a remark. False: there is no such theme.
 * What is wrong in the file is put into trouble.
 */
bool own_theme_choose(const struct options *options, struct term_options *term, struct str *trouble);

/* The preference "theme", where the command line says nothing: {"base": "dark", "error": "#ff5555 bold", …}. */
void own_theme_preferred(struct app *app);
