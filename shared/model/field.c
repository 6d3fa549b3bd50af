#include "model/field.h"

#include "model/value.h"

#include <string.h>

static const char *const type_names[FIELD_TYPES] = {
    [FIELD_NONE] = "",         [FIELD_ID] = "id",       [FIELD_TEXT] = "text",         [FIELD_NOTE] = "note",
    [FIELD_CODE] = "code",     [FIELD_PHONE] = "phone", [FIELD_PLATE] = "plate",       [FIELD_INT] = "int",
    [FIELD_FEN] = "fen",       [FIELD_RATIO] = "ratio", [FIELD_PERCENT] = "percent",   [FIELD_BOOL] = "bool",
    [FIELD_DATE] = "date",     [FIELD_TIME] = "time",   [FIELD_DURATION] = "duration", [FIELD_REF] = "ref",
    [FIELD_CHOICE] = "choice", [FIELD_SET] = "set",     [FIELD_POINT] = "point",       [FIELD_FILE] = "file",
    [FIELD_LINES] = "lines",
};

static const enum field_storage type_storage[FIELD_TYPES] = {
    [FIELD_ID] = STORE_INT,      [FIELD_TEXT] = STORE_TEXT,    [FIELD_NOTE] = STORE_TEXT,
    [FIELD_CODE] = STORE_TEXT,   [FIELD_PHONE] = STORE_TEXT,   [FIELD_PLATE] = STORE_TEXT,
    [FIELD_INT] = STORE_INT,     [FIELD_FEN] = STORE_INT,      [FIELD_RATIO] = STORE_REAL,
    [FIELD_PERCENT] = STORE_INT, [FIELD_BOOL] = STORE_BOOL,    [FIELD_DATE] = STORE_DATE,
    [FIELD_TIME] = STORE_TIME,   [FIELD_DURATION] = STORE_INT, [FIELD_REF] = STORE_INT,
    [FIELD_CHOICE] = STORE_TEXT, [FIELD_SET] = STORE_SET,      [FIELD_POINT] = STORE_REAL,
    [FIELD_FILE] = STORE_INT,    [FIELD_LINES] = STORE_LINES,
};

const char *field_type_name(enum field_type type)
{
    return (unsigned)type < FIELD_TYPES ? type_names[type] : "";
}

enum field_type field_type_parse(const char *name)
{
    for (int type = FIELD_NONE + 1; name && type < FIELD_TYPES; type++) {
        if (!strcmp(type_names[type], name))
            return (enum field_type)type;
    }
    return FIELD_NONE;
}

enum field_type field_type_of(const struct field *field)
{
    if (field->type != FIELD_NONE)
        return field->type;
    if (field->ref)
        return FIELD_REF;
    switch (field->storage) {
    case STORE_INT: return FIELD_INT;
    case STORE_TEXT: return field->choices || field->base ? FIELD_CHOICE : FIELD_TEXT;
    case STORE_BOOL: return FIELD_BOOL;
    case STORE_REAL: return FIELD_RATIO;
    case STORE_TIME: return FIELD_TIME;
    case STORE_DATE: return FIELD_DATE;
    case STORE_SET: return FIELD_SET;
    case STORE_LINES: return FIELD_LINES;
    case STORE_NONE: break;
    }
    return FIELD_NONE;
}

enum field_storage field_storage_of(const struct field *field)
{
    return field->storage != STORE_NONE ? field->storage : type_storage[field_type_of(field)];
}

uint32_t field_max(const struct field *field)
{
    if (field->max)
        return field->max;
    switch (field_type_of(field)) {
    case FIELD_TEXT: return FIELD_TEXT_MAX;
    case FIELD_NOTE: return FIELD_NOTE_MAX;
    case FIELD_CODE:
    case FIELD_CHOICE: return FIELD_CODE_MAX;
    case FIELD_PHONE: return FIELD_PHONE_MAX;
    case FIELD_PLATE: return FIELD_PLATE_MAX;
    case FIELD_SET:
    case FIELD_LINES: return FIELD_ITEMS_MAX;
    default: return 0;
    }
}

int field_width(const struct field *field)
{
    if (field->width)
        return field->width;
    switch (field_type_of(field)) {
    case FIELD_ID: return 8;
    case FIELD_CODE: return 12;
    case FIELD_PHONE: return 13;
    case FIELD_PLATE: return 10;
    case FIELD_INT:
    case FIELD_RATIO:
    case FIELD_PERCENT:
    case FIELD_DURATION: return 8;
    case FIELD_FEN: return 12;
    case FIELD_BOOL: return 4;
    case FIELD_DATE: return 10;
    case FIELD_TIME: return 11;
    case FIELD_POINT: return 10;
    case FIELD_NOTE: return 24;
    case FIELD_CHOICE: return 10;
    default: return 14;
    }
}

bool field_is_number(const struct field *field)
{
    switch (field_type_of(field)) {
    case FIELD_INT:
    case FIELD_FEN:
    case FIELD_RATIO:
    case FIELD_PERCENT:
    case FIELD_DURATION: return true;
    default: return false;
    }
}

static const char *const fault_texts[] = {
    [FIELD_OK] = "",
    [FIELD_MISSING] = N_("{field} is required"),
    [FIELD_BAD] = N_("{field}: this is not a valid value"),
    [FIELD_TOO_LONG] = N_("{field} may have at most {max} characters"),
    [FIELD_TOO_SMALL] = N_("{field} must be at least {min}"),
    [FIELD_TOO_LARGE] = N_("{field} must be at most {max}"),
    [FIELD_UNCLEAN] = N_("{field} holds characters that are not allowed"),
    [FIELD_NO_CHOICE] = N_("{field}: {value} is not one of the choices"),
};

const char *field_fault_text(enum field_fault fault)
{
    return (size_t)fault < array_len(fault_texts) ? fault_texts[fault] : "";
}

bool field_shown(const char *show_if, const char *(*value_of)(void *context, const char *field),
                 void *context)
{
    if (!show_if)
        return true;
    const char *equals = strchr(show_if, '=');
    char name[64];
    if (!equals || (size_t)(equals - show_if) >= sizeof(name))
        return true;
    memcpy(name, show_if, (size_t)(equals - show_if));
    name[equals - show_if] = '\0';
    const char *value = value_of(context, name);
    if (!value)
        return false;
    for (const char *at = equals + 1; *at;) {
        size_t len = strcspn(at, ",");
        if (strlen(value) == len && !strncmp(value, at, len))
            return true;
        at += len + (at[len] == ',');
    }
    return false;
}
