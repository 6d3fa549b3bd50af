#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "client/ui/term-private.h"

/* Prepared beforehand: a signal handler may only write and set the terminal's mode. */
static struct {
    volatile sig_atomic_t armed;
    int fd;
    struct termios saved;
    char bytes[512];
    size_t n;
} restore;

static void write_all(int fd, const char *bytes, size_t n)
{
    for (int tries = 0; n && tries < 20; tries++) {
        ssize_t done = write(fd, bytes, n);
        if (done > 0) {
            bytes += done;
            n -= (size_t)done;
        } else if (done < 0 && errno != EAGAIN && errno != EINTR) {
            return;
        } else {
            struct pollfd wait = {.fd = fd, .events = POLLOUT};
            poll(&wait, 1, 50);
        }
    }
}

static void put_right(void)
{
    if (!restore.armed)
        return;
    restore.armed = 0;
    write_all(restore.fd, restore.bytes, restore.n);
    tcsetattr(restore.fd, TCSANOW, &restore.saved);
}

static void on_signal(int number)
{
    int kept = errno;
    put_right();
    errno = kept;
    signal(number, SIG_DFL);
    raise(number);
}

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGHUP, SIGINT, SIGQUIT};

/* Whoever has a handler of his own for a signal keeps it. */
static void catch_signals(void)
{
    for (size_t i = 0; i < array_len(crashes); i++) {
        struct sigaction now;
        if (sigaction(crashes[i], NULL, &now) != 0 || now.sa_handler != SIG_DFL)
            continue;
        struct sigaction ours = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
        sigemptyset(&ours.sa_mask);
        sigaction(crashes[i], &ours, NULL);
    }
}

void restore_arm(int fd, const struct termios *saved, const char *bytes, size_t n)
{
    static bool once;
    restore.armed = 0;
    restore.fd = fd;
    restore.saved = *saved;
    restore.n = MIN(n, sizeof(restore.bytes));
    memcpy(restore.bytes, bytes, restore.n);
    restore.armed = 1;
    catch_signals();
    if (!once)
        atexit(put_right);
    once = true;
}

void restore_disarm(void)
{
    restore.armed = 0;
}
