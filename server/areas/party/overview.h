/* customer.overview: everything about one customer in one answer. */
#pragma once

struct request;

int customer_overview(struct request *request);
