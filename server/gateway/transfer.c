/* libcurl's multi interface in a libev loop: libcurl says which sockets and which time it waits for. */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "server/gateway/gateway-private.h"

struct transfer {
    CURL *easy;
    struct curl_slist *headers, *to;
    char *body;
    size_t sent; /* of the body, mail only */
    struct str reply;
    char words[CURL_ERROR_SIZE];
    transfer_done *done;
    void *context;
    struct transfer *next;
};

/* One for each socket libcurl waits for. */
struct watch {
    ev_io io;
};

static struct {
    struct ev_loop *loop;
    CURLM *multi;
    ev_timer timer;
    struct transfer *first;
} post;

static void transfer_free(struct transfer *transfer)
{
    struct transfer **at = &post.first;
    while (*at && *at != transfer)
        at = &(*at)->next;
    if (*at)
        *at = transfer->next;
    curl_multi_remove_handle(post.multi, transfer->easy);
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->to);
    str_finish(&transfer->reply);
    free(transfer->body);
    free(transfer);
}

static void tell(struct transfer *transfer, CURLcode code)
{
    struct transfer_reply reply = {.fault = (int)code,
                                   .words = *transfer->words ? transfer->words : curl_easy_strerror(code),
                                   .body = transfer->reply.len ? transfer->reply.data : ""};
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &reply.status);
    transfer->done(transfer->context, &reply);
    transfer_free(transfer);
}

static void tell_finished(void)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(post.multi, &left));) {
        struct transfer *transfer;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        tell(transfer, message->data.result);
    }
}

static void on_socket(struct ev_loop *loop, ev_io *io, int events)
{
    int what = (events & EV_READ ? CURL_CSELECT_IN : 0) | (events & EV_WRITE ? CURL_CSELECT_OUT : 0), running;
    curl_multi_socket_action(post.multi, io->fd, what, &running);
    tell_finished();
}

static void on_time(struct ev_loop *loop, ev_timer *timer, int events)
{
    int running;
    curl_multi_socket_action(post.multi, CURL_SOCKET_TIMEOUT, 0, &running);
    tell_finished();
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *socket)
{
    struct watch *watch = socket;
    if (watch)
        ev_io_stop(post.loop, &watch->io);
    if (what == CURL_POLL_REMOVE) {
        free(watch);
        curl_multi_assign(post.multi, fd, NULL);
        return 0;
    }
    if (!watch) {
        watch = memory_zeroed(1, sizeof(*watch));
        curl_multi_assign(post.multi, fd, watch);
    }
    ev_io_init(&watch->io, on_socket, fd,
               (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
    ev_io_start(post.loop, &watch->io);
    return 0;
}

static int watch_time(CURLM *multi, long ms, void *context)
{
    ev_timer_stop(post.loop, &post.timer);
    if (ms >= 0) {
        ev_timer_set(&post.timer, (double)ms / 1000, 0);
        ev_timer_start(post.loop, &post.timer);
    }
    return 0;
}

void transfer_init(struct ev_loop *loop)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    post.loop = loop;
    post.multi = curl_multi_init();
    if (!post.multi)
        memory_exhausted();
    ev_timer_init(&post.timer, on_time, 0, 0);
    curl_multi_setopt(post.multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(post.multi, CURLMOPT_TIMERFUNCTION, watch_time);
    curl_multi_setopt(post.multi, CURLMOPT_MAX_HOST_CONNECTIONS, 8L);
}

void transfer_finish(void)
{
    while (post.first)
        tell(post.first, CURLE_ABORTED_BY_CALLBACK);
    ev_timer_stop(post.loop, &post.timer);
    curl_multi_cleanup(post.multi);
    post.multi = NULL;
    curl_global_cleanup();
}

/* The rest of a long answer is not of interest. */
static size_t on_reply(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t room = TRANSFER_BODY_MAX - transfer->reply.len;
    str_add_n(&transfer->reply, bytes, MIN(size * count, room));
    return size * count;
}

static size_t on_letter(char *buf, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t n = MIN(size * count, strlen(transfer->body) - transfer->sent);
    memcpy(buf, transfer->body + transfer->sent, n);
    transfer->sent += n;
    return n;
}

static void set_mail(struct transfer *transfer, const struct transfer_order *order)
{
    transfer->to = curl_slist_append(NULL, order->mail_to);
    curl_easy_setopt(transfer->easy, CURLOPT_MAIL_FROM, order->mail_from);
    curl_easy_setopt(transfer->easy, CURLOPT_MAIL_RCPT, transfer->to);
    curl_easy_setopt(transfer->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_READFUNCTION, on_letter);
    curl_easy_setopt(transfer->easy, CURLOPT_READDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
}

static void set_post(struct transfer *transfer, const struct transfer_order *order)
{
    for (size_t i = 0; order->headers && order->headers[i]; i++)
        transfer->headers = curl_slist_append(transfer->headers, order->headers[i]);
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(transfer->body));
    curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, transfer->body);
}

void transfer_start(const struct transfer_order *order)
{
    struct transfer *transfer = memory_zeroed(1, sizeof(*transfer));
    *transfer = (struct transfer){.easy = curl_easy_init(),
                                  .body = memory_strdup(order->body),
                                  .done = order->done,
                                  .context = order->context,
                                  .next = post.first};
    if (!transfer->easy)
        memory_exhausted();
    post.first = transfer;
    str_init(&transfer->reply, NULL);
    curl_easy_setopt(transfer->easy, CURLOPT_URL, order->url);
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, transfer->words);
    curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT, (long)TRANSFER_SECONDS);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_reply);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
    if (order->user)
        curl_easy_setopt(transfer->easy, CURLOPT_USERNAME, order->user);
    if (order->password)
        curl_easy_setopt(transfer->easy, CURLOPT_PASSWORD, order->password);
    if (order->mail_to)
        set_mail(transfer, order);
    else
        set_post(transfer, order);
    curl_multi_add_handle(post.multi, transfer->easy);
}
