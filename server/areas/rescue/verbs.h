/* The area's verbs that are no step of a flow. */
#pragma once

#include "server/core/request.h"

int rescue_suggest(struct request *request);
int rescue_needs(struct request *request);
int rescue_estimate(struct request *request);
int rescue_counts(struct request *request);
int handin_held(struct request *request);
int handin_mine(struct request *request);
