/*
 * The bench's client: N logged-in TLS connections, each sending one request and waiting for its answer, for some seconds. It does as little as a
 * client can, so that what is measured is the server. Prints one JSON object: requests, refused, seconds, latencies in microseconds.
 *
 *   load HOST PORT CA USER PASSWORD CONNECTIONS SECONDS VERB ARGUMENTS
 *
 * In ARGUMENTS the word @KEY@ becomes a new key, @N@ a number never used twice in this run.
 */
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire/tls.h"

enum { LINE_MAX_BYTES = 1024 * 1024, REQUEST_MAX = 64 * 1024, SAMPLES_MAX = 2000000 };

struct job {
    const char *host, *port, *ca, *user, *password, *verb, *arguments;
    int connections;
    double seconds;
    pthread_barrier_t ready; /* everybody is logged in */
    atomic_llong numbers, done, refused;
    atomic_int samples;
    uint32_t *sample_us;
    double start;
    char first_refusal[512];
};

struct line {
    SSL *ssl;
    size_t have, taken;
    char bytes[LINE_MAX_BYTES];
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    char text[256];
    fprintf(stderr, "load: %s: %s\n", what, tls_error_text(NULL, text, sizeof(text)));
    exit(1);
}

static int dial(const struct job *job)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(job->host, job->port, &hints, &found))
        die("address");
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen))
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    freeaddrinfo(found);
    return fd;
}

/* The next line, NUL-terminated, valid until the next call. */
static char *line_read(struct line *line)
{
    memmove(line->bytes, line->bytes + line->taken, line->have - line->taken);
    line->have -= line->taken;
    line->taken = 0;
    for (;;) {
        char *end = memchr(line->bytes, '\n', line->have);
        if (end) {
            *end = '\0';
            line->taken = (size_t)(end - line->bytes) + 1;
            return line->bytes;
        }
        int n = SSL_read(line->ssl, line->bytes + line->have, (int)(sizeof(line->bytes) - line->have));
        if (n <= 0)
            die("the server closed the connection");
        line->have += (size_t)n;
    }
}

/* Skips events, rows and progress; true for ok. */
static bool answer_read(struct line *line, char **text_r)
{
    for (;;) {
        char *text = line_read(line), *kind = strchr(text, ' ');
        if (text[0] == '*' || !kind || strncmp(kind, " row ", 5) == 0 || strncmp(kind, " progress ", 10) == 0)
            continue;
        *text_r = text;
        return strncmp(kind, " ok ", 4) == 0;
    }
}

static void request_write(struct line *line, const char *text, size_t len)
{
    if (SSL_write(line->ssl, text, (int)len) != (int)len)
        die("the server closed the connection");
}

static size_t request_make(struct job *job, char *out)
{
    size_t len = (size_t)snprintf(out, REQUEST_MAX, "t %s ", job->verb);
    for (const char *at = job->arguments; *at && len < REQUEST_MAX - 64;) {
        if (strncmp(at, "@KEY@", 5) == 0) {
            len += (size_t)sprintf(out + len, "b%d.%llx", (int)getpid(), (long long)atomic_fetch_add(&job->numbers, 1) + 0x10000000);
            at += 5;
        } else if (strncmp(at, "@N@", 3) == 0) {
            len += (size_t)sprintf(out + len, "%lld", (long long)atomic_fetch_add(&job->numbers, 1));
            at += 3;
        } else {
            out[len++] = *at++;
        }
    }
    out[len++] = '\n';
    return len;
}

static void sample(struct job *job, double seconds)
{
    int i = atomic_fetch_add(&job->samples, 1);
    if (i < SAMPLES_MAX)
        job->sample_us[i] = (uint32_t)(seconds * 1e6);
}

static void run(struct job *job, struct line *line, char *request)
{
    double end = job->start + job->seconds;
    char *text;
    for (;;) {
        size_t len = request_make(job, request);
        double before = now();
        if (before >= end)
            return;
        request_write(line, request, len);
        bool ok = answer_read(line, &text);
        sample(job, now() - before);
        atomic_fetch_add(ok ? &job->done : &job->refused, 1);
        if (!ok && !job->first_refusal[0])
            snprintf(job->first_refusal, sizeof(job->first_refusal), "%s", text);
    }
}

static void *client(void *argument)
{
    struct job *job = argument;
    SSL_CTX *tls = tls_client_context(job->ca);
    struct line *line = calloc(1, sizeof(*line));
    char *request = malloc(REQUEST_MAX), *text;
    if (!tls || !line || !request)
        die("set-up");
    int fd = dial(job);
    line->ssl = SSL_new(tls);
    SSL_set_fd(line->ssl, fd);
    if (tls_client_check_name(line->ssl, job->host) || SSL_connect(line->ssl) != 1)
        die("handshake");
    int len = snprintf(request, REQUEST_MAX, "l session.login {\"user\":\"%s\",\"password\":\"%s\"}\n", job->user, job->password);
    request_write(line, request, (size_t)len);
    if (!answer_read(line, &text)) {
        fprintf(stderr, "load: %s\n", text);
        exit(1);
    }
    if (pthread_barrier_wait(&job->ready) == PTHREAD_BARRIER_SERIAL_THREAD) {
        /* The caller reads the CPU clocks of both sides here. */
        printf("ready\n");
        fflush(stdout);
        (void)!getchar();
        job->start = now();
    }
    pthread_barrier_wait(&job->ready);
    run(job, line, request);
    SSL_free(line->ssl);
    SSL_CTX_free(tls);
    close(fd);
    free(request);
    free(line);
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void report(struct job *job, double seconds)
{
    int n = atomic_load(&job->samples) < SAMPLES_MAX ? atomic_load(&job->samples) : SAMPLES_MAX;
    qsort(job->sample_us, (size_t)n, sizeof(uint32_t), by_size);
    uint32_t p50 = n ? job->sample_us[n / 2] : 0, p99 = n ? job->sample_us[(size_t)n * 99 / 100] : 0;
    printf("{\"requests\": %lld, \"refused\": %lld, \"seconds\": %.4f, \"p50_us\": %u, \"p99_us\": %u}\n", (long long)job->done,
           (long long)job->refused, seconds, p50, p99);
    if (job->first_refusal[0])
        fprintf(stderr, "load: refused: %s\n", job->first_refusal);
}

int main(int argc, char **argv)
{
    if (argc != 10) {
        fprintf(stderr, "load HOST PORT CA USER PASSWORD CONNECTIONS SECONDS VERB ARGUMENTS\n");
        return 64;
    }
    static struct job job;
    job.host = argv[1], job.port = argv[2], job.ca = argv[3], job.user = argv[4], job.password = argv[5];
    job.connections = atoi(argv[6]);
    job.seconds = atof(argv[7]);
    job.verb = argv[8], job.arguments = argv[9];
    job.sample_us = calloc(SAMPLES_MAX, sizeof(uint32_t));
    atomic_store(&job.numbers, (long long)time(NULL) * 100000);
    pthread_t *threads = calloc((size_t)job.connections, sizeof(*threads));
    pthread_barrier_init(&job.ready, NULL, (unsigned)job.connections);
    for (int i = 0; i < job.connections; i++)
        pthread_create(&threads[i], NULL, client, &job);
    for (int i = 0; i < job.connections; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    report(&job, now() - job.start);
    return 0;
}
