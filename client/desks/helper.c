#include "client/desks/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"

enum { WORDS_MAX = 32, EXIT_NO_PROGRAM = 127 };

/* One word from *from to *to, both moved on; false: a quote is left open. */
static bool take_word(const char **from, char **to)
{
    char quote = 0;
    for (; **from && (quote || (**from != ' ' && **from != '\t')); (*from)++) {
        char c = **from;
        if (quote ? c == quote : c == '\'' || c == '"')
            quote = quote ? 0 : c;
        else
            *(*to)++ = c;
    }
    *(*to)++ = '\0';
    return !quote;
}

char **helper_words(const char *command)
{
    size_t count = 0;
    char **words = memory_zeroed(WORDS_MAX + 1, sizeof(*words));
    char *text = memory_zeroed(strlen(command) + WORDS_MAX + 1, 1);
    for (char *to = text; count < WORDS_MAX; count++) {
        command += strspn(command, " \t");
        if (!*command)
            break;
        words[count] = to;
        if (!take_word(&command, &to)) {
            count = 0;
            break;
        }
    }
    if (count)
        return words;
    free(text);
    free(words);
    return NULL;
}

static void free_words(char **words)
{
    free(words[0]);
    free(words);
}

/* ---- the child: nothing of ours but its output, and it does not outlive us */

static _Noreturn void run(char **words, int out, pid_t parent, int seconds)
{
    const struct rlimit cpu = {(rlim_t)seconds, (rlim_t)seconds}, core = {0, 0};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_NO_PROGRAM);
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(null, STDERR_FILENO) < 0)
        _exit(EXIT_NO_PROGRAM);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    setrlimit(RLIMIT_CPU, &cpu);
    setrlimit(RLIMIT_CORE, &core);
    execvp(words[0], words);
    _exit(EXIT_NO_PROGRAM);
}

/* ---- this side */

void helper_init(struct helper *helper, struct ev_loop *loop)
{
    *helper = (struct helper){.loop = loop, .fd = -1};
}

bool helper_runs(const struct helper *helper)
{
    return helper->pid != 0;
}

static void close_output(struct helper *helper)
{
    if (helper->fd < 0)
        return;
    ev_io_stop(helper->loop, &helper->io);
    close(helper->fd);
    helper->fd = -1;
}

/* The group: what it started goes with it. */
static void kill_all(const struct helper *helper)
{
    if (kill(-helper->pid, SIGKILL) != 0 && !helper->ended)
        kill(helper->pid, SIGKILL);
}

static void clear(struct helper *helper)
{
    close_output(helper);
    ev_timer_stop(helper->loop, &helper->timer);
    ev_child_stop(helper->loop, &helper->child);
    helper->pid = 0;
}

void helper_stop(struct helper *helper)
{
    if (helper->pid) {
        kill_all(helper);
        clear(helper);
    }
    str_finish(&helper->output);
    helper->output = (struct str){0};
}

/* Both its end and the end of its output were seen. */
static void settle(struct helper *helper)
{
    if (!helper->ended || helper->fd >= 0)
        return;
    struct str output = helper->output;
    helper->output = (struct str){0};
    kill_all(helper); /* what it left behind */
    clear(helper);
    helper->done(helper->context, helper->failed, &output);
    str_finish(&output);
}

/* What is there to be read; true: there may be more to come. */
static bool take_output(struct helper *helper)
{
    char bytes[16 * 1024];
    ssize_t got;
    while ((got = read(helper->fd, bytes, sizeof(bytes))) > 0) {
        if (helper->output.len + (size_t)got > helper->limit) {
            helper->failed = -EFBIG;
            kill_all(helper);
            return false;
        }
        str_add_n(&helper->output, bytes, (size_t)got);
    }
    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

static void on_output(struct ev_loop *loop, ev_io *io, int events)
{
    struct helper *helper = io->data;
    (void)loop, (void)events;
    if (take_output(helper))
        return;
    close_output(helper);
    settle(helper);
}

/* Its output ends with it, though something it started may hold that open. */
static void on_end(struct ev_loop *loop, ev_child *child, int events)
{
    struct helper *helper = child->data;
    int status = child->rstatus;
    (void)loop, (void)events;
    ev_child_stop(helper->loop, child);
    helper->ended = true;
    if (!helper->failed && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_PROGRAM)
        helper->failed = -ENOENT;
    else if (!helper->failed && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
        helper->failed = -EIO;
    if (helper->fd >= 0)
        take_output(helper);
    close_output(helper);
    settle(helper);
}

static void on_time(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct helper *helper = timer->data;
    (void)loop, (void)events;
    if (!helper->failed && !helper->ended)
        helper->failed = -ETIMEDOUT;
    kill_all(helper);
    close_output(helper);
    settle(helper);
}

static void watch(struct helper *helper, int seconds)
{
    ev_io_init(&helper->io, on_output, helper->fd, EV_READ);
    ev_child_init(&helper->child, on_end, helper->pid, 0);
    ev_timer_init(&helper->timer, on_time, seconds, 0);
    helper->io.data = helper->child.data = helper->timer.data = helper;
    ev_now_update(helper->loop);
    ev_io_start(helper->loop, &helper->io);
    ev_child_start(helper->loop, &helper->child);
    ev_timer_start(helper->loop, &helper->timer);
}

int helper_start(struct helper *helper, const struct helper_ask *ask)
{
    int ends[2];
    char **words = helper->pid ? NULL : helper_words(ask->command);
    if (!words)
        return helper->pid ? -EBUSY : -EINVAL;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        free_words(words);
        return -errno;
    }
    pid_t self = getpid(), pid = fork();
    if (pid == 0)
        run(words, ends[1], self, ask->seconds);
    int failed = pid < 0 ? -errno : 0;
    free_words(words);
    close(ends[1]);
    if (failed) {
        close(ends[0]);
        return failed;
    }
    setpgid(pid, pid); /* whoever of the two is first */
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    str_finish(&helper->output);
    helper->pid = pid;
    helper->fd = ends[0];
    helper->limit = ask->limit;
    helper->failed = 0;
    helper->ended = false;
    helper->done = ask->done;
    helper->context = ask->context;
    str_init(&helper->output, NULL);
    watch(helper, ask->seconds);
    return 0;
}
