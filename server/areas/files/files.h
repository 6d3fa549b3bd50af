/* For the files of this room only. */
#pragma once

#include "server/entity/entity.h"
#include "server/entity/import.h"

enum {
    FILE_READ_MAX = 40 * 1024, /* bytes of one file.read, and of one part */
    FILE_NAME_MAX = 200,
    FILE_NOTE_MAX = 200,
    FILE_HEAD_BYTES = 4 * 1024, /* what its kind is known by */
    FILE_TAIL_BYTES = 16 * 1024,
    FILES_OF_RECORD_MAX = 500
};

int file_begin(struct request *request);
int file_chunk(struct request *request);
int file_end(struct request *request);
int file_list(struct request *request);
int file_read(struct request *request);
int file_remove(struct request *request);

/* ---- sniff.c */
struct file_ends {
    const unsigned char *head, *tail;
    size_t nhead, ntail;
    bool whole; /* the head is all there is */
};

/* "jpeg", "png", "gif", "webp", "pdf", "xlsx", "csv", "text"; NULL: none of these. The name only tells csv from other text. */
const char *file_sniff(const struct file_ends *ends, const char *name);
/* `type` is among the words. */
bool file_type_among(const char *words, const char *type);

/* ---- bytes.c */
/* Bytes that so much base64 stands for; negative: it is no base64. */
int64_t base64_raw_size(const char *text);
/* A hexadecimal column, decoded into the arena; NULL: no bytes. */
const unsigned char *hex_bytes(struct arena *arena, const char *hex, size_t *len_r);

/* ---- attached.c: rights come from the record */
struct file_record {
    const struct entity *entity;
    int64_t id;
    struct rows *look;
};

/* Names the record and queues the look at it; the scope of the transaction is that of the right it is looked at by. `changing`: by the right to
 * update it or to attach to it, else by the right to see it. Anything but 0 must be returned. */
must_check int file_record_look(struct request *request, const char *entity, int64_t id, bool changing,
                                struct file_record *record_r);
/* After request_need(): not_found when it is not there to be seen. */
must_check int file_record_judge(struct request *request, const struct file_record *record);
/* One row in the trail of the record. was, now: JSON of the file, NULL: none. */
void file_record_tell(struct request *request, const struct file_record *record, const char *action,
                      const char *was, const char *now);

/* ---- source.c: for imports */
int files_read_upload(struct request *request, int64_t upload, struct import_file *file_r);
void files_drop_upload(struct request *request, int64_t upload);
