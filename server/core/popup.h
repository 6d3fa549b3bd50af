/*
 * Popups at terminals. What rings is told by popup_send(), and its end too; a terminal that came later has asked for what rings already, and
 * whoever tells ends must hear of that, or it would ring there for ever.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { POPUPS_TOLD_MAX = 1024 }; /* kept until they are taken; more are forgotten */

struct popup_told {
    int64_t id, employee_id;
};

/* From any thread: this person has been shown the popup in an answer. */
void popup_was_told(int64_t id, int64_t employee_id);

/* From any thread: moves up to `max` of what was told since into told_r, and says how many. */
size_t popup_take_told(struct popup_told told_r[], size_t max);
