/* The hooks that the rows of the flow name, by the file that has them. */
#pragma once

#include "server/entity/entity.h"

entity_hook rescue_check, rescue_load, rescue_in_tx; /* intake.c: create and update */
entity_hook contact_in_tx, urge_in_tx, void_in_tx, proceed_in_tx; /* desk.c */
entity_hook rate_in_tx;                              /* rating.c */
entity_hook confirm_result_in_tx, dispute_in_tx, resubmit_in_tx, remark_in_tx; /* result.c */
entity_hook copy_load, copy_in_tx;                                             /* copy.c */
entity_hook vehicle_load; /* dispatch.c: the order's vehicle, locked */
entity_hook dispatch_load, dispatch_in_tx, refuse_in_tx, recall_in_tx;
entity_hook backfill_load, backfill_in_tx;
entity_hook accept_in_tx, depart_in_tx, arrive_in_tx;                    /* job.c */
entity_hook finish_load, complete_load, complete_in_tx, empty_run_in_tx; /* finish.c */
entity_hook replace_load, replace_in_tx, collect_in_tx;
entity_hook money_load; /* money.c */
entity_hook audit_in_tx, price_in_tx, receive_in_tx, clear_in_tx, return_in_tx, onestop_in_tx;
entity_hook approve_in_tx, decline_in_tx; /* charge_approve.c */
