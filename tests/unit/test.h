/* What every cmocka test begins with; the order of the includes is cmocka's wish. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define run_all(tests) cmocka_run_group_tests(tests, NULL, NULL)
