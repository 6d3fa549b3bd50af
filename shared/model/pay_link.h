/*
 * The address at which a customer pays an order, as a branch writes it down: https://pay.example.com/{order}/{fen}. In place of {order} stands the
 * order's number, of {fen} the amount in fen, of {yuan} in yuan with two decimals. What is drawn from it must fit the smallest screen as a QR code.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"

/* Bytes of the address once it is filled in: a code of 33 modules, which a window of 40 columns and 20 lines shows. */
enum { PAY_LINK_BYTES = 78 };

enum pay_link_fault {
    PAY_LINK_OK,
    PAY_LINK_NO_ADDRESS, /* it does not begin with https:// and a host */
    PAY_LINK_BAD_LETTER, /* a letter that no address has */
    PAY_LINK_BAD_PLACE,  /* a brace that is none of the three places */
    PAY_LINK_NO_ORDER,   /* nobody would know which order was paid */
    PAY_LINK_NO_AMOUNT,
    PAY_LINK_TOO_LONG,
};

enum pay_link_fault pay_link_check(const char *text);

/* A template that was checked, filled in. In the arena. */
const char *pay_link_fill(struct arena *arena, const char *text, const char *number, int64_t fen);
