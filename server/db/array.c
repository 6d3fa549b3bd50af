#include "server/db/array.h"

#include "base/arena.h"

#include <inttypes.h>
#include <string.h>

#include "server/db/connection-private.h"

void array_begin(struct array_text *array, struct arena *arena)
{
    str_init(&array->text, arena);
    str_add_char(&array->text, '{');
}

static void separate(struct array_text *array)
{
    if (array->text.len > 1)
        str_add_char(&array->text, ',');
}

void array_add_int(struct array_text *array, int64_t value)
{
    separate(array);
    if (value == NIL)
        str_add(&array->text, "NULL");
    else
        str_addf(&array->text, "%" PRId64, value);
}

void array_add_text(struct array_text *array, const char *text)
{
    struct str *out = &array->text;
    separate(array);
    if (!text) {
        str_add(out, "NULL");
        return;
    }
    str_add_char(out, '"');
    for (const char *from = text; *text; from = text) {
        text += strcspn(text, "\"\\");
        str_add_n(out, from, (size_t)(text - from));
        if (!*text)
            break;
        str_add_char(out, '\\');
        str_add_char(out, *text++);
    }
    str_add_char(out, '"');
}

void array_add_param(struct array_text *array, const struct param *param)
{
    array_add_text(array, params_encode(array->text.arena, param, 1)[0]);
}

struct param array_end(struct array_text *array)
{
    str_add_char(&array->text, '}');
    return p_text(array->text.data);
}
