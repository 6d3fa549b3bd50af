/* Passwords: the rules, and argon2id. Hashing takes tens of milliseconds: the hash lane's work. */
#pragma once

#include "base/util.h"

#include <stdbool.h>

struct arena;
struct request;

/* At least so many characters. */
enum { PASSWORD_MIN = 10, PASSWORD_MAX = 200 };

/* 0, or `invalid` with that field. */
int password_check(struct request *request, const char *field, const char *password) must_check;

/* The same without a request: a msgid, or NULL when it will do. */
const char *password_fault(const char *password) must_check;

/* argon2id in its text form ($argon2id$v=19$…). */
char *password_hash(struct arena *arena, const char *password) must_check;

/* 1 it is right, 0 it is not, -ENOMEM: there was no memory to find out. A NULL hash takes as long as a real one and is never right. */
int password_verify(const char *hash, const char *password) must_check;
