#include <curses.h>
#include <term.h> /* has a struct term of its own, so this file knows nothing of ours */

const char *curses_text(const char *capability);

const char *curses_text(const char *capability)
{
    char name[16];
    snprintf(name, sizeof(name), "%s", capability);
    const char *text = tigetstr(name);
    return text && text != (char *)-1 ? text : "";
}
