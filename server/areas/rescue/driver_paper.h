/* What the papers about drivers' money have in common, be it hand-ins, shortages or overages: who hears of them, who decides, how one is taken back. */
#pragma once

#include "server/areas/finance/area.h"
#include "server/core/notice.h"
#include "server/entity/entity.h"

/* Who asked for it, who decided, who took it back: fields of a record whose members have these names. */
#define DRIVER_PAPER_FIELDS(record)                                                                          \
    FIELD(record, created_by, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",             \
          .label = N_("Made by"), .readonly = true, .width = 10,                                             \
          .help = N_("Who decided it, or asked for it.")),                                                   \
        FIELD(record, decided_by, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",         \
              .label = N_("Decided by"), .readonly = true, .help = N_("Who approved or declined it.")),      \
        FIELD(record, decided_at, .label = N_("Decided at"), .readonly = true,                               \
              .help = N_("When that was.")),                                                                 \
        FIELD(record, decline_reason, .label = N_("Declined because"), .readonly = true,                     \
              .help = N_("Why it was not approved.")),                                                       \
        FIELD(record, reversed_by, .type = FIELD_REF, .ref = "employee", .label_by = "employee_name",        \
              .label = N_("Reversed by"), .readonly = true, .help = N_("Who took the paper back.")),         \
        FIELD(record, reversed_at, .label = N_("Reversed at"), .readonly = true,                             \
              .help = N_("When it was taken back."))

struct driver_paper {
    const char *number;
    int64_t branch_id, driver_id, created_by, amount_fen;
};

/* A letter, the day, and the row's id. */
const char *driver_paper_number(struct act *act, char letter, struct day day);

/* To who decides, and to whom it is decided for: the notice gets the paper's number and amount, and leads to it unless it is for the driver, who
 * cannot open it. A notice to a role goes to the paper's branch. */
void driver_paper_tell(struct act *act, const struct driver_paper *paper, struct notice notice);

/* Whether this person may decide what another asked for. */
must_check int driver_paper_judge(struct act *act, const struct driver_paper *paper);

/* Queues what was posted for the record, and takes it back: the document's lines, sequence and whose red it is are filled from it. */
struct rows *driver_paper_posted(struct act *act);
must_check int driver_paper_post_red(struct act *act, struct document_post *document, struct rows *posted);
