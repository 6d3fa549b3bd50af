#include "server/areas/base/kinds.h"

const struct choice base_kinds[] = {
    {"service", N_("Service")},
    {"rescue_item", N_("Extra item of a rescue")},
    {"photo_kind", N_("Kind of photo")},
    {"car_model", N_("Car model")},
    {"road", N_("Road condition")},
    {"vehicle_type", N_("Vehicle type")},
    {"customer_type", N_("Customer type")},
    {"payment_method", N_("Payment method")},
    {"recall_reason", N_("Reason to recall")},
    {"void_reason", N_("Reason to void")},
    {"refuse_reason", N_("Reason to refuse")},
    {"empty_run_reason", N_("Reason of an empty run")},
    {"replace_reason", N_("Reason to replace the vehicle")},
    {"reject_reason", N_("Reason to reject a notice")},
    {"return_reason", N_("Reason to return an order")},
    {"clear_difference", N_("Reason of a difference")},
    {"shortage", N_("What becomes of a driver's shortage")},
    {"sla_limit", N_("Time limit of a service")},
    {"holiday", N_("Holiday")},
    {NULL},
};
