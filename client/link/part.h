/*
 * A file as the server sends it (E.export, E.print): pieces that say where they stand, written to a part beside the target and given its name when
 * it is whole and right. When the line breaks the server sends it again, and it begins anew.
 */
#pragma once

#include "base/util.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

struct part {
    int fd;
    char *path, *temp; /* NULL: standard output */
    int64_t size;
    int restarts; /* how often it began anew */
    EVP_MD_CTX *digest;
};

/* What a person means by a path: ~ is his home. malloc'd. */
char *part_path(const char *typed) must_check;

/* 0, or -errno: the part cannot be made. path "-": standard output, where nothing can be taken back. */
int part_open(struct part *part, const char *path) must_check;

/* A row of the answer; what is no piece (progress) is passed over. 0, or -errno: it cannot be written, or (-ESTALE) a piece is missing. */
int part_take(struct part *part, const json_t *row) must_check;

/* Whole: checked against what the answer says of it, and named. replace: an old file of this name goes. 0, or -errno (-EBADMSG: it is not what was
 * sent, -EEXIST). The part is finished in any case. */
int part_keep(struct part *part, const json_t *answer, bool replace) must_check;
void part_drop(struct part *part);
