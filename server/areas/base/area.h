/*
 * What others may ask of base data: the codes of a kind, and what stands beside a code. Answered from memory, so that pure code can ask; the
 * memory is filled by base_load() at start and again whenever base data, roles or districts have changed.
 */
#pragma once

#include "server/entity/entity.h"

extern const struct area base_area;

/* One code with what stands beside it. Texts live for ever. */
struct base_detail {
    const char *account;    /* payment_method, clear_difference, shortage, overage: account in the chart; NULL: none */
    const char *limit_role; /* clear_difference: role that one must hold to use it; NULL: anybody */
    int64_t limit_fen;      /* clear_difference, shortage, overage: up to this anybody may; NIL: nothing */
    int64_t vat_bp;         /* service, rescue_item: output VAT in basis points; NIL: none */
    bool by_driver;         /* payment_method: with the driver until handed in */
    bool disabled;
};

/* False when the kind has no such code. */
bool base_find(const char *kind, const char *code, struct base_detail *detail_r);

/* The codes of a kind in order, labels copied into the arena (entity_choices of entity.h). Also "role", "district" and "ledger_account"
 * (those that may be posted to). */
const struct base_choice *base_choices(const char *kind, struct arena *arena, size_t *count_r);

/* Reads all of it in this transaction; negative when that failed, and then the old remains. */
must_check int base_load(struct tx *tx);

/* A row of base_item, role or district was changed, here or by another server: what is in memory is to be read again. Any thread. */
void base_changed(void);

/* Whether base_load() is due. */
bool base_stale(void);

void base_register(void); /* its jobs; in main, before threads */
