/* Messages to people, as other areas may ask for them. Who gets what after which step is a matter of rules, which need nobody's asking. */
#pragma once

#include "server/entity/entity.h"

extern const struct area messages_area;

int message_dress(struct request *request);

/* A message written by hand. Texts live until commit. */
struct message_draft {
    const char *channel; /* "sms" or "mail" */
    const char *address;
    const char *name;     /* NULL: not known */
    const char *language; /* of the signature's surroundings: "en", "zh_CN", "zh_TW" */
    const char *subject;  /* of mail */
    const char *body;
    const char *about; /* entity and row it belongs to; NULL and NIL: none */
    int64_t row_id, branch_id, party_id, employee_id;
};

/* Queues it in the transaction; it leaves after commit. The request's key keeps it from being there twice: one message a request. */
void message_write(struct request *request, const struct message_draft *draft);

/* A message about one of an entity's rows, written by somebody who has it before him: an action's load and in_tx, with these arguments. */
#define MESSAGE_ARGS                                                                                         \
    ARG(recipient, FIELD_CHOICE, .choices = message_recipients, .label = N_("To"), .required = true,         \
        .init = "contact", .help = N_("Who gets it."))                                                       \
    ,                                                                                                        \
        ARG(template_id, FIELD_REF, .ref = "message_template", .label = N_("Template"),                      \
            .help = N_("What it says. Empty: the text below.")),                                             \
        ARG(body, FIELD_NOTE, .label = N_("Text"), .max = 500, .sms = true,                                  \
            .help = N_("What it says, in your own words; a text message."))
extern const struct choice message_recipients[];
must_check int message_hand_load(struct act *act);
must_check int message_hand_in_tx(struct act *act);

/* The words of a text in {braces} that are none of `words`: the first, in the arena, or NULL where all is well. A brace without its other
 * counts as a word. */
const char *message_text_fault(struct arena *arena, const char *text, const struct text_set *words);

/* 0, or what request_fail() gave: whether this is an address of the channel. */
must_check int message_check_address(struct request *request, const char *field, const char *channel,
                                     const char *address);
