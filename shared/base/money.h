/*
 * Amounts: integer fen, 64 bits. No function here ever gives NIL, which means "no amount"; taking NIL in is -EINVAL.
 * Everything returns 0, -EINVAL (not an amount) or -ERANGE (does not fit) and leaves the result alone on failure.
 */
#pragma once

#include "base/util.h"
#include <stddef.h>
#include <stdint.h>

/* Room for any amount as text, NUL included. */
enum { MONEY_TEXT_SIZE = 40 };

/* One whole in basis points: a VAT rate of 13 % is 1300. */
enum { MONEY_RATE_WHOLE = 10000 };

/* "12.5", "1,200.00", "¥12", "-¥3.00", ".5"; at most two decimals; thousands either all marked or none. */
int money_parse(const char *text, int64_t *fen_r) must_check;

/* "1,234.50"; "" for NIL. Returns buf. */
char *money_print(char *buf, size_t size, int64_t fen);

/* -ERANGE where the sum does not fit. */
int money_add(int64_t a, int64_t b, int64_t *fen_r) must_check;

/* fen * num / den, halves away from zero. den must not be 0. */
int money_mul_ratio(int64_t fen, int64_t num, int64_t den, int64_t *fen_r) must_check;

/* Takes a gross amount apart by a rate in basis points: net rounded, tax the rest, so they always add up. */
int money_net_of(int64_t gross_fen, int rate_bp, int64_t *net_r, int64_t *tax_r) must_check;

/*
 * Shares total by weights (none negative, not all 0) into n parts that add up to it exactly: the largest remainders get the
 * odd fen, the earlier part first among equals.
 */
int money_split(int64_t total, const int64_t weights[], size_t n, int64_t parts_r[]) must_check;
