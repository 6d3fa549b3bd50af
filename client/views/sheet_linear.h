/* A sheet's fields as the linear mode speaks of them. */
#pragma once

#include "client/ui/linear.h"
#include "client/views/sheet.h"

void sheet_linear(struct sheet *sheet, struct linear *linear);
