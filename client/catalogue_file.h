/* The catalogue kept on disk between starts, so that only what changed is asked for: $XDG_CACHE_HOME/yizhan/<host>_<port>/<user>, 0600. */
#pragma once

struct catalogue;
struct options;

/* NULL: there is none, or it is not understood. */
struct catalogue *catalogue_file_read(const struct options *options, const char *user);

/* Whether it can be written does not matter to anybody. */
void catalogue_file_write(const struct options *options, const char *user, const struct catalogue *catalogue);
