/* Bytes of a file on their way to the client, in row lines. */
#include "server/entity/export-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void export_stream_init(struct export_stream *stream, struct request *request)
{
    *stream = (struct export_stream){.request = request, .digest = EVP_MD_CTX_new()};
    str_init(&stream->chunk, NULL);
    if (!stream->digest || !EVP_DigestInit_ex(stream->digest, EVP_sha256(), NULL))
        memory_exhausted();
}

void export_stream_finish(struct export_stream *stream)
{
    str_finish(&stream->chunk);
    EVP_MD_CTX_free(stream->digest);
    stream->digest = NULL;
}

/* Each piece says where it stands in the file: a reader whose line broke gets it again from the start, and sees that. */
static void begin_piece(struct export_stream *stream, size_t room, const char *member)
{
    str_clear(&stream->chunk);
    str_reserve(&stream->chunk, room + 64);
    str_addf(&stream->chunk, "{\"at\":%lld,\"%s\":\"", (long long)stream->bytes, member);
}

static void count_bytes(struct export_stream *stream, const void *bytes, size_t n)
{
    EVP_DigestUpdate(stream->digest, bytes, n);
    stream->bytes += (int64_t)n;
}

/* Escapes of JSON: 0 as it is, else the letter behind the backslash or u. Bytes above ASCII go through, but for the lead of the C1 controls. */
static const char escapes[256] = {
    ['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r',
    ['\t'] = 't', [0x00] = 'u',  [0x01] = 'u', [0x02] = 'u', [0x03] = 'u', [0x04] = 'u',
    [0x05] = 'u', [0x06] = 'u',  [0x07] = 'u', [0x0b] = 'u', [0x0e] = 'u', [0x0f] = 'u',
    [0x10] = 'u', [0x11] = 'u',  [0x12] = 'u', [0x13] = 'u', [0x14] = 'u', [0x15] = 'u',
    [0x16] = 'u', [0x17] = 'u',  [0x18] = 'u', [0x19] = 'u', [0x1a] = 'u', [0x1b] = 'u',
    [0x1c] = 'u', [0x1d] = 'u',  [0x1e] = 'u', [0x1f] = 'u', [0x7f] = 'u', [0xc2] = 'U'};

/* The text comes from the database, which keeps no other than whole UTF-8. */
static void add_escaped(struct str *out, const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t start = at;
        while (at < len && !escapes[(unsigned char)text[at]])
            at++;
        str_add_n(out, text + start, at - start);
        if (at == len)
            return;
        unsigned char c = (unsigned char)text[at++];
        if (escapes[c] == 'u') {
            str_addf(out, "\\u%04x", c);
        } else if (escapes[c] != 'U') {
            str_add_n(out, (const char[]){'\\', escapes[c]}, 2);
        } else if (at < len && (unsigned char)text[at] < 0xa0) {
            str_addf(out, "\\u%04x", (unsigned char)text[at++]);
        } else {
            str_add_char(out, (char)c);
        }
    }
}

int export_send_text(struct export_stream *stream, const char *text, size_t len)
{
    begin_piece(stream, len + len / 8, "text");
    count_bytes(stream, text, len);
    add_escaped(&stream->chunk, text, len);
    str_add(&stream->chunk, "\"}");
    return request_send_row(stream->request, stream->chunk.data, stream->chunk.len);
}

static int send_data(struct export_stream *stream, const unsigned char *bytes, size_t n)
{
    begin_piece(stream, EXPORT_CHUNK / 3 * 4, "data");
    count_bytes(stream, bytes, n);
    int len = EVP_EncodeBlock((unsigned char *)stream->chunk.data + stream->chunk.len, bytes, (int)n);
    stream->chunk.len += (size_t)len;
    str_add(&stream->chunk, "\"}");
    return request_send_row(stream->request, stream->chunk.data, stream->chunk.len);
}

int export_send_file(struct export_stream *stream, int fd)
{
    unsigned char bytes[EXPORT_CHUNK];
    off_t at = 0;
    for (;;) {
        if (request_cancelled(stream->request))
            return -ECANCELED;
        ssize_t n = pread(fd, bytes, sizeof(bytes), at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        int rc = send_data(stream, bytes, (size_t)n);
        if (rc)
            return rc;
        at += n;
    }
}

const char *export_temp_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && *folder ? folder : "/tmp";
}

int export_temp_open(void)
{
    int fd = open(export_temp_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return fd >= 0 ? fd : memfd_create("export", MFD_CLOEXEC); /* not every file system can */
}

void export_stream_reply(struct export_stream *stream, struct str *out)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    EVP_DigestFinal_ex(stream->digest, hash, &n);
    str_addf(out, ",\"size\":%lld,\"sha256\":\"", (long long)stream->bytes);
    for (unsigned i = 0; i < n; i++)
        str_addf(out, "%02x", hash[i]);
    str_add_char(out, '"');
}
