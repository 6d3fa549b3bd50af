/* The rows of employee's form, kept beside employee.c because they are many. */
#pragma once

#include "server/areas/org/employee.h"

enum { EMPLOYEE_NFIELDS = 36 };
extern const struct field employee_fields[EMPLOYEE_NFIELDS];
extern const struct tab employee_tabs[];
