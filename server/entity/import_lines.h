/* The lines of a table somebody else sends us, one by one: columns found by name or by label in any of our languages, cells read as an import
 * reads them, each line as the arguments of E.create. References cannot be named in it. */
#pragma once

#include "server/entity/entity.h"
#include "server/entity/import_sheet.h"

struct import_lines;

/* In `arena`, and with it gone but for import_lines_close. NULL: no column of the head is a field; request_fail said so. */
struct import_lines *import_lines_open(struct request *request, const struct entity *entity,
                                       const struct sheet *sheet, struct arena *arena);
void import_lines_close(struct import_lines *lines);

/* The n-th title of the head that is no field; NULL: there are no more. */
const char *import_lines_ignored(const struct import_lines *lines, size_t n);

/* Row `row` of the sheet (0 is the head) as JSON, in the request's arena. The request may be another at each row. 0, or an error code. */
must_check int import_lines_read(struct import_lines *lines, struct request *request, size_t row,
                                 json_t **args_r);
