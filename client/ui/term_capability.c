/* Questions to terminfo, in a file that knows nothing of our own terminal. */
#include <curses.h>
#include <term.h> /* has a struct term of its own */

const char *curses_text(const char *capability);
bool curses_knows(const char *type, int fd);

const char *curses_text(const char *capability)
{
    char name[16];
    snprintf(name, sizeof(name), "%s", capability);
    const char *text = tigetstr(name);
    return text && text != (char *)-1 ? text : "";
}

/* newterm() would tell as well, but does not give back what it took when the answer is no. */
bool curses_knows(const char *type, int fd)
{
    int trouble;
    bool known = setupterm(type, fd, &trouble) == OK;
    if (known)
        del_curterm(cur_term);
    return known;
}
