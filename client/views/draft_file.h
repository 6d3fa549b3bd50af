/*
 * Half-filled forms on this machine's disk: $XDG_STATE_HOME/yizhan/drafts, 0700, one file of 0600 each, AES-256-GCM with the key that the server
 * gives to one person at one device. A name begins with the person's mark (a hash by the key), so that only his own are looked at. A file is
 * written beside and renamed: after a crash there is the old one or the new one. While a program that wrote one runs, others leave it alone.
 */
#pragma once

#include "base/str.h"
#include "base/time.h"
#include "base/vec.h"

enum {
    DRAFT_KEY_BYTES = 32,
    DRAFT_NAME_SIZE = 16 + 32 + 1,
    DRAFT_MAX = 4 * 1024 * 1024, /* bytes of a file; what is larger is none of ours */
    DRAFT_DAYS = 30,             /* what nobody took up in this time goes */
};

struct draft_box {
    int dir;  /* -1: not open */
    int live; /* our lock file; -1: nothing was written yet */
    unsigned char key[DRAFT_KEY_BYTES];
    char owner[17];    /* the person's mark */
    char instance[17]; /* this program's */
};

struct draft_found {
    char name[DRAFT_NAME_SIZE];
    struct instant at; /* written */
};

enum draft_fault { DRAFT_OK, DRAFT_GONE, DRAFT_DAMAGED };

/* Makes the folders. 0, or negative errno: no draft is kept then. */
int draft_box_open(struct draft_box *box, const unsigned char key[DRAFT_KEY_BYTES]) must_check;
void draft_box_close(struct draft_box *box); /* wipes the key */
bool draft_box_is_open(const struct draft_box *box);

/* The name of a new draft. */
void draft_box_name(const struct draft_box *box, char name[DRAFT_NAME_SIZE]);

/* On the disk when it returns: 0, or negative errno and the one before is still there. */
int draft_box_write(struct draft_box *box, const char *name, const char *text, size_t len) must_check;
void draft_box_remove(struct draft_box *box, const char *name);

/* DRAFT_DAMAGED: the file was put aside as NAME.damaged. */
enum draft_fault draft_box_read(struct draft_box *box, const char *name, struct str *text,
                                struct instant *at_r);

typedef VEC(struct draft_found) draft_list;

/* The person's drafts that no running program holds, the newest first. What is old, of whomever, and what a crash left half written is swept out. */
void draft_box_list(struct draft_box *box, draft_list *found);

/* One file's bytes. The name is sealed with it: files cannot be exchanged. */
void draft_seal(const unsigned char key[DRAFT_KEY_BYTES], const char *name, const char *instance,
                struct instant at, const char *text, size_t len, struct str *out);

/* 0, or -EBADMSG: cut, changed, another name's or key's. instance_r may be NULL. */
int draft_unseal(const unsigned char key[DRAFT_KEY_BYTES], const char *name, const void *bytes, size_t len,
                 struct str *text, struct instant *at_r, char instance_r[17]) must_check;
