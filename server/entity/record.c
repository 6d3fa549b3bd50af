#include "server/entity/entity-private.h"

#include "base/arena.h"

#include <math.h>
#include <string.h>

bool bit_is_set(const uint64_t set[2], size_t index)
{
    return set[index / 64] >> (index % 64) & 1;
}

void bit_set(uint64_t set[2], size_t index)
{
    set[index / 64] |= UINT64_C(1) << (index % 64);
}

void bit_clear(uint64_t set[2], size_t index)
{
    set[index / 64] &= ~(UINT64_C(1) << (index % 64));
}

void record_init(const struct field *fields, size_t count, void *record)
{
    for (size_t i = 0; i < count; i++) {
        struct value value = value_null(&fields[i]);
        if (fields[i].storage != STORE_NONE && fields[i].storage != STORE_LINES)
            record_set(&fields[i], record, &value);
    }
}

struct value record_get(const struct field *field, const void *record)
{
    const char *at = (const char *)record + field->offset;
    struct value value = {.storage = field->storage};
    switch (field->storage) {
    case STORE_INT:
        value.number = *(const int64_t *)(const void *)at;
        value.null = value.number == NIL;
        break;
    case STORE_TEXT:
        value.text = *(const char *const *)(const void *)at;
        value.null = !value.text;
        break;
    case STORE_BOOL: value.truth = *(const bool *)(const void *)at; break;
    case STORE_REAL:
        value.real = *(const double *)(const void *)at;
        value.null = isnan(value.real);
        break;
    case STORE_TIME:
        value.time = *(const struct instant *)(const void *)at;
        value.null = instant_is_nil(value.time);
        break;
    case STORE_DATE:
        value.day = *(const struct day *)(const void *)at;
        value.null = day_is_nil(value.day);
        break;
    case STORE_SET: value.set = *(const struct text_set *)(const void *)at; break;
    default: value.null = true; break;
    }
    return value;
}

void record_set(const struct field *field, void *record, const struct value *value)
{
    void *at = (char *)record + field->offset;
    switch (field->storage) {
    case STORE_INT: *(int64_t *)at = value->null ? NIL : value->number; break;
    case STORE_TEXT: *(const char **)at = value->null ? NULL : value->text; break;
    case STORE_BOOL: *(bool *)at = !value->null && value->truth; break;
    case STORE_REAL: *(double *)at = value->null ? NAN : value->real; break;
    case STORE_TIME: *(struct instant *)at = value->null ? INSTANT_NIL : value->time; break;
    case STORE_DATE: *(struct day *)at = value->null ? DAY_NIL : value->day; break;
    case STORE_SET: *(struct text_set *)at = value->null ? (struct text_set){0} : value->set; break;
    default: break;
    }
}

void record_copy_field(const struct field *field, void *to, const void *from)
{
    if (field->storage == STORE_LINES) {
        memcpy((char *)to + field->offset, (const char *)from + field->offset, sizeof(struct line_set));
        return;
    }
    struct value value = record_get(field, from);
    record_set(field, to, &value);
}

struct value rows_value(struct rows *rows, size_t row, int column, const struct field *field)
{
    struct value value = value_null(field);
    if (rows_null(rows, row, column))
        return value;
    value.null = false;
    switch (value.storage) {
    case STORE_INT: value.number = rows_int(rows, row, column); break;
    case STORE_TEXT: value.text = rows_text(rows, row, column); break;
    case STORE_BOOL: value.truth = rows_bool(rows, row, column); break;
    case STORE_REAL: value.real = rows_real(rows, row, column); break;
    case STORE_TIME: value.time = rows_time(rows, row, column); break;
    case STORE_DATE: value.day = rows_date(rows, row, column); break;
    case STORE_SET: value.set = rows_set(rows, row, column); break;
    default: value.null = true; break;
    }
    return value;
}
