/* The child process that decodes: no files, no sockets, no other program, little memory and time; its pixels stand in memory both have. */
#include "client/ui/picture_child.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"

enum { DECODE_SECONDS = 5, DECODE_MEMORY = 512 << 20, EXIT_BROKEN = 3 };

/* What the child leaves behind. */
struct result {
    int width, height;
    unsigned char pixels[(size_t)PICTURE_SIDE * PICTURE_SIDE * 4];
};

void picture_child_fail(void)
{
    _exit(EXIT_BROKEN);
}

void *picture_child_alloc(size_t size)
{
    void *memory = calloc(1, size ? size : 1);
    if (!memory)
        picture_child_fail();
    return memory;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/* The sanitizers ask the system for much that the decoders do not. */
static void confine(void)
{
}
#else

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

#ifdef MACHINE
#define ALLOW(number)                                                                                        \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* Memory and the end: everything else is refused. */
static void forbid_calls(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(__NR_brk),
        ALLOW(__NR_mmap),
        ALLOW(__NR_munmap),
        ALLOW(__NR_mremap),
        ALLOW(__NR_madvise),
        ALLOW(__NR_futex),
        ALLOW(__NR_exit),
        ALLOW(__NR_exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    struct sock_fprog program = {.len = array_len(filter), .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
#else
static void forbid_calls(void)
{
}
#endif

static void confine(void)
{
    const struct rlimit memory = {DECODE_MEMORY, DECODE_MEMORY};
    setrlimit(RLIMIT_AS, &memory);
    close_range(0, ~0U, 0);
    forbid_calls();
}
#endif

/* Averages squares of pixels until the longer side is small enough. */
static void shrink(const unsigned char *from, int width, int height, struct result *result)
{
    int by = (MAX(width, height) + PICTURE_SIDE - 1) / PICTURE_SIDE;
    result->width = MAX(width / by, 1);
    result->height = MAX(height / by, 1);
    for (int y = 0; y < result->height; y++) {
        for (int x = 0; x < result->width; x++) {
            uint32_t sum[4] = {0}, count = 0;
            for (int v = y * by; v < MIN((y + 1) * by, height); v++) {
                for (int u = x * by; u < MIN((x + 1) * by, width); u++, count++)
                    for (int i = 0; i < 4; i++)
                        sum[i] += from[((size_t)v * (size_t)width + (size_t)u) * 4 + (size_t)i];
            }
            for (int i = 0; i < 4; i++)
                result->pixels[((size_t)y * (size_t)result->width + (size_t)x) * 4 + (size_t)i] =
                    (unsigned char)(sum[i] / MAX(count, 1));
        }
    }
}

static _Noreturn void decode(enum picture_type type, const void *bytes, size_t size, struct result *result)
{
    const struct rlimit seconds = {DECODE_SECONDS, DECODE_SECONDS};
    int width = 0, height = 0;
    setrlimit(RLIMIT_CPU, &seconds);
    confine();
    const unsigned char *pixels = picture_child_decode(type, bytes, size, &width, &height);
    if (width < 1 || height < 1)
        picture_child_fail();
    shrink(pixels, width, height, result);
    _exit(0);
}

/* Waits for it, but not for ever. */
static int wait_for(pid_t child)
{
    int status;
    int64_t until = time_monotonic_ms() + DECODE_SECONDS * 1000;
    for (;;) {
        pid_t done = waitpid(child, &status, WNOHANG);
        if (done == child)
            return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EBADMSG;
        if (done < 0 && errno != EINTR)
            return -EBADMSG;
        if (time_monotonic_ms() > until)
            break;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return -ETIMEDOUT;
}

static int take(const struct result *result, struct picture *picture)
{
    bool fits = result->width >= 1 && result->height >= 1 && result->width <= PICTURE_SIDE &&
                result->height <= PICTURE_SIDE;
    if (!fits)
        return -EBADMSG;
    size_t size = (size_t)result->width * (size_t)result->height * 4;
    picture->pixels = memory_alloc(size);
    memcpy(picture->pixels, result->pixels, size);
    picture->width = result->width;
    picture->height = result->height;
    return 0;
}

int picture_decode(const struct picture_head *head, const void *bytes, size_t size, struct picture *picture)
{
    struct result *result =
        mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (result == MAP_FAILED)
        return -ENOMEM;
    pid_t child = fork();
    if (child == 0)
        decode(head->type, bytes, size, result);
    int trouble = child < 0 ? -errno : wait_for(child);
    if (!trouble)
        trouble = take(result, picture);
    munmap(result, sizeof(*result));
    return trouble;
}
