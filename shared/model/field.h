/*
 * One value of a record: what it is called, what it may hold, how it is bound to a C struct. The server's tables are made of
 * these rows, the catalogue carries them over the wire, and the client draws and checks forms with the same rows.
 */
#pragma once

#include "base/geo.h"
#include "base/time.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a value means; the names are those of the protocol's catalogue (field_type_name). */
enum field_type {
    FIELD_NONE, /* taken from the storage of the struct member */
    FIELD_ID,
    FIELD_TEXT, /* one line */
    FIELD_NOTE, /* several lines */
    FIELD_CODE, /* letters, digits and - . _ */
    FIELD_PHONE,
    FIELD_PLATE, /* stored normalised: 粤A12345 */
    FIELD_INT,
    FIELD_FEN,
    FIELD_RATIO,
    FIELD_PERCENT, /* hundredths of a percent; shown and typed as percent */
    FIELD_BOOL,
    FIELD_DATE,
    FIELD_TIME,
    FIELD_DURATION, /* seconds */
    FIELD_REF,      /* id of a row of .ref */
    FIELD_CHOICE,   /* one code of .choices, or of the base data kind .base */
    FIELD_SET,      /* several codes, text[] in the database */
    FIELD_POINT,
    FIELD_FILE,
    FIELD_LINES, /* a line table: rows of .lines */
    FIELD_TYPES
};

/* How the C struct holds it. Null is: NIL, NULL, NAN, INT32_MIN in the wrapper types; a bool has no null. */
enum field_storage {
    STORE_NONE,
    STORE_INT,  /* int64_t */
    STORE_TEXT, /* const char *, arena-owned */
    STORE_BOOL, /* bool */
    STORE_REAL, /* double */
    STORE_TIME, /* struct instant */
    STORE_DATE, /* struct day */
    STORE_SET,  /* struct text_set */
    STORE_LINES /* struct line_set */
};

struct text_set {
    const char **items;
    size_t count;
};

/* The rows of a line table as read or as sent: an array of `count` structs of the line entity's size. */
struct line_set {
    void *items;
    size_t count;
};

struct choice {
    const char *code;
    const char *label; /* English: a msgid, but of base data the words themselves */
    /* Of base data only, as the catalogue brings it: */
    const char *label_zh_cn, *label_zh_tw;
    bool disabled; /* kept for old records, not offered */
    bool side;     /* of states: left the way (void, off duty): no step of it */
};

struct entity;

struct field {
    const char *name;
    const char *label; /* English msgid */
    const char *help;  /* English msgid */
    enum field_type type;
    enum field_storage storage;
    uint16_t offset; /* in the entity's struct */
    uint8_t width;   /* cells in a list; 0 = by type */
    uint32_t max; /* characters of text, or the largest number; 0: by type (text 200, note 4000, code 64 …) */
    int64_t min; /* of numbers; 0 refuses what is below it, so amounts that may be negative say so */
    bool required;
    bool readonly;    /* never taken from a client */
    bool create_only; /* taken at create, fixed afterwards */
    bool secret;      /* never sent; `***` in the trail */
    bool pii;         /* masked in lists without pii.view */
    bool search;      /* written to search_key (how: by type) */
    bool unique;      /* `duplicate` with this field when its unique index is hit */
    bool sms;         /* goes out as a text message: its parts are counted while it is typed */
    bool sortable;    /* an index leads to it (drift test for big entities) */
    bool virtual_;    /* no column: `sql` says what it is, read only */
    bool filled; /* never NULL in the database though no client must give it (states, numbers, defaults) */
    /* An argument of create/update that a hook consumes; virtual_ with it: read by `sql` all the same. */
    bool no_column;
    const char *sql;  /* expression over alias t, for virtual_ */
    const char *init; /* default as text, shown in the form */
    const char *ref;  /* FIELD_REF: name of the entity it points to */
    /* FIELD_REF: SQL function from the id to the words shown, where whoever sees this record may know them though the other
     * entity is out of his sight; NULL: its title, within sight. */
    const char *label_by;
    const char *base;             /* FIELD_CHOICE, FIELD_SET: base data kind that holds the codes */
    const struct choice *choices; /* ended by a row without code */
    const char *show_if;          /* "field=code[,code]": shown and required only then */
    const struct entity *lines;   /* FIELD_LINES: the line entity (its struct, its fields) */
    const char *column;           /* where it differs from name */
    /* The client's end of .lines: the fields of a line, from the catalogue. */
    const struct field *line_fields;
    size_t nline_fields;
};

#define FIELD_STORAGE_OF(member)                                                                             \
    _Generic((member),                                                                                       \
        int64_t: STORE_INT,                                                                                  \
        const char *: STORE_TEXT,                                                                            \
        bool: STORE_BOOL,                                                                                    \
        double: STORE_REAL,                                                                                  \
        struct instant: STORE_TIME,                                                                          \
        struct day: STORE_DATE,                                                                              \
        struct text_set: STORE_SET,                                                                          \
        struct line_set: STORE_LINES)

/* One row of an entity's field table: FIELD(customer, phone, .type = FIELD_PHONE, .label = N_("Phone"), …) */
#define FIELD(record, member, ...)                                                                           \
    {                                                                                                        \
        .name = #member, .offset = offsetof(struct record, member),                                          \
        .storage = FIELD_STORAGE_OF(((struct record *)0)->member), __VA_ARGS__                               \
    }

/* One row of an argument table (not bound to a struct): ARG(reason, FIELD_TEXT, .required = true) */
#define ARG(argument, kind, ...)                                                                             \
    {                                                                                                        \
        .name = #argument, .type = kind, __VA_ARGS__                                                         \
    }

/* Characters (items of a set or of lines) where a row has no .max. */
enum {
    FIELD_TEXT_MAX = 200,
    FIELD_NOTE_MAX = 4000,
    FIELD_CODE_MAX = 64,
    FIELD_PHONE_MAX = 32,
    FIELD_PLATE_MAX = 16,
    FIELD_ITEMS_MAX = 1000
};

/* The largest amount anybody may type: ten billion yuan. */
#define FIELD_FEN_MAX INT64_C(1000000000000)

const char *field_type_name(enum field_type type);
enum field_type field_type_parse(const char *name); /* FIELD_NONE when unknown */

/* The type meant when .type is FIELD_NONE: by storage (int64_t → int, text → text …). */
enum field_type field_type_of(const struct field *field);

/* .max, or what stands for it by type; 0: no limit. Cells in a list, likewise. */
uint32_t field_max(const struct field *field);
int field_width(const struct field *field);
bool field_is_number(const struct field *field); /* may be summed */

/* Whether a field with this show_if is shown, given the protocol values of the others (NULL for none). */
bool field_shown(const char *show_if, const char *(*value_of)(void *context, const char *field),
                 void *context);

enum field_fault {
    FIELD_OK,
    FIELD_MISSING,   /* required and empty */
    FIELD_BAD,       /* not of this type */
    FIELD_TOO_LONG,  /* over .max */
    FIELD_TOO_SMALL, /* under .min */
    FIELD_TOO_LARGE,
    FIELD_UNCLEAN,  /* control or hidden characters, broken UTF-8, not NFC */
    FIELD_NO_CHOICE /* not one of .choices */
};

/* msgid of what is wrong, with {field} {max} {min} {value} as parameters. */
const char *field_fault_text(enum field_fault fault);

struct arena;
struct str;

/* Normalises what a person typed (full width folded in code/phone/plate/date/amount, plate dots and traditional province characters
 * folded, shorthand dates are not known here) and checks it. *out_r is arena text in the protocol's form (numbers as digits, fen for amounts,
 * RFC 3339 for times). Used by the client's forms, by CSV import and by `yizhan call`. */
must_check enum field_fault field_parse_text(const struct field *field, struct arena *arena,
                                             const char *typed, const char **out_r);

/* The display form of a protocol value (amounts "1,234.50", times "MM-DD hh:mm" in `zone`): for lists, forms and reports. */
const char *field_print(const struct field *field, struct arena *arena, const char *value, const char *zone);

/* Normal form of a plate: upper case, without dots and spaces, 粵→粤 and the like; false when it cannot be a plate
 * (ordinary, new-energy, HK/Macau, temporary, trailer, police, embassy, army). */
bool plate_normalise(const char *typed, char *out, size_t size);
/* The words people say when a car has no plate: 无牌, none … */
bool plate_is_none(const char *typed);
