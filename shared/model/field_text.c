/* Values of fields between what people type and see and what is stored. */
#include "model/field.h"

#include "base/arena.h"
#include "base/money.h"
#include "base/str.h"
#include "base/utf8.h"
#include "model/value.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *trimmed(struct arena *arena, const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    size_t len = strlen(text);
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    return arena_strndup(arena, text, len);
}

static bool is_digits(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

static enum field_fault parse_code(struct arena *arena, const char *text, const char **out_r)
{
    for (const char *at = text; *at; at++) {
        if (!isalnum((unsigned char)*at) && !strchr("-._", *at))
            return FIELD_BAD;
    }
    *out_r = arena_strdup(arena, text);
    return FIELD_OK;
}

/* Digits, with a leading + for another country and # or * behind for an extension. */
static enum field_fault parse_phone(struct arena *arena, const char *text, const char **out_r)
{
    char *out = arena_alloc(arena, strlen(text) + 1);
    size_t n = 0, digits = 0;
    for (const char *at = text; *at; at++) {
        if (*at == ' ' || *at == '-' || *at == '(' || *at == ')' || *at == '.')
            continue;
        bool digit = *at >= '0' && *at <= '9';
        if (!digit && !(*at == '+' && !n) && !((*at == '*' || *at == '#' || *at == ',') && n))
            return FIELD_BAD;
        digits += digit;
        out[n++] = *at;
    }
    *out_r = out;
    return digits >= 3 ? FIELD_OK : FIELD_BAD;
}

static enum field_fault parse_plate(struct arena *arena, const char *text, const char **out_r)
{
    char plate[64];
    *out_r = NULL;
    if (plate_is_none(text))
        return FIELD_OK;
    if (!plate_normalise(text, plate, sizeof(plate)))
        return FIELD_BAD;
    *out_r = arena_strdup(arena, plate);
    return FIELD_OK;
}

/* "90" seconds, "1:30" minutes and seconds, "1:05:00" hours, and 2h 30m 15s. */
static enum field_fault parse_duration(struct arena *arena, const char *text, const char **out_r)
{
    int64_t total = 0, part = 0;
    bool digits = false, units = false;
    for (const char *at = text; *at; at++) {
        if (*at >= '0' && *at <= '9') {
            part = part * 10 + (*at - '0');
            digits = true;
        } else if (*at == ':' && digits && !units) {
            total = (total + part) * 60;
            part = 0;
            digits = false;
        } else if (digits && strchr("dhms", *at)) {
            total += part * (*at == 'd' ? 86400 : *at == 'h' ? 3600 : *at == 'm' ? 60 : 1);
            part = 0;
            digits = false;
            units = true;
        } else if (*at != ' ') {
            return FIELD_BAD;
        }
        if (part > INT32_MAX || total > INT32_MAX)
            return FIELD_TOO_LARGE;
    }
    if (!digits && !units)
        return FIELD_BAD;
    *out_r = arena_printf(arena, "%" PRId64, total + part);
    return FIELD_OK;
}

static enum field_fault parse_fen(struct arena *arena, const char *text, const char **out_r)
{
    int64_t fen;
    int rc = money_parse(text, &fen);
    if (rc < 0)
        return rc == -ERANGE ? FIELD_TOO_LARGE : FIELD_BAD;
    *out_r = arena_printf(arena, "%" PRId64, fen);
    return FIELD_OK;
}

/* 10, 12.5 or 10 % */
static enum field_fault parse_percent(struct arena *arena, const char *text, const char **out_r)
{
    size_t len = strlen(text);
    if (len && text[len - 1] == '%')
        text = trimmed(arena, arena_strndup(arena, text, len - 1));
    return parse_fen(arena, text, out_r);
}

static enum field_fault parse_int(struct arena *arena, const char *text, const char **out_r)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno == ERANGE)
        return FIELD_TOO_LARGE;
    if (end == text || *end || isspace((unsigned char)*text))
        return FIELD_BAD;
    *out_r = arena_printf(arena, "%lld", number);
    return FIELD_OK;
}

static enum field_fault parse_real(struct arena *arena, const char *text, const char **out_r)
{
    if (text[strspn(text, "+-.0123456789eE")])
        return FIELD_BAD;
    char *end;
    double real = strtod(text, &end);
    if (end == text || *end)
        return FIELD_BAD;
    struct value value = {.storage = STORE_REAL, .real = real + 0.0}; /* a zero has no sign */
    *out_r = value_text(arena, &value);
    return FIELD_OK;
}

static enum field_fault parse_bool(const char *text, const char **out_r)
{
    static const char *const yes[] = {"true", "yes", "y", "1", "on", "是"};
    static const char *const no[] = {"false", "no", "n", "0", "off", "否"};
    for (size_t i = 0; i < array_len(yes); i++) {
        if (!strcasecmp(text, yes[i]))
            *out_r = "true";
        if (!strcasecmp(text, no[i]))
            *out_r = "false";
    }
    return *out_r ? FIELD_OK : FIELD_BAD;
}

/* 2026-11-01, 2026/11/1, 20261101 */
static enum field_fault parse_date(struct arena *arena, const char *text, const char **out_r)
{
    char buf[DAY_TEXT_SIZE];
    int year, month, date, used = 0;
    struct day day;
    if (is_digits(text) && strlen(text) == 8) {
        if (sscanf(text, "%4d%2d%2d%n", &year, &month, &date, &used) != 3)
            return FIELD_BAD;
    } else if (sscanf(text, "%4d%*1[-/.]%2d%*1[-/.]%2d%n", &year, &month, &date, &used) != 3) {
        return FIELD_BAD;
    }
    if (text[used] || day_make(year, month, date, &day) < 0)
        return FIELD_BAD;
    *out_r = arena_strdup(arena, day_print(buf, sizeof(buf), day));
    return FIELD_OK;
}

static enum field_fault parse_time(struct arena *arena, const char *text, const char **out_r)
{
    char buf[TIME_TEXT_SIZE];
    struct instant at;
    if (time_parse(text, &at) < 0)
        return FIELD_BAD;
    *out_r = arena_strdup(arena, time_print(buf, sizeof(buf), at));
    return FIELD_OK;
}

/* A code, or a label as shown in English. */
static enum field_fault parse_choice(const struct field *field, const char *text, const char **out_r)
{
    *out_r = text;
    for (const struct choice *choice = field->choices; choice && choice->code; choice++) {
        if (!strcasecmp(choice->code, text) || (choice->label && !strcasecmp(choice->label, text))) {
            *out_r = choice->code;
            return FIELD_OK;
        }
    }
    return field->choices ? FIELD_NO_CHOICE : FIELD_OK;
}

static enum field_fault parse_set(const struct field *field, struct arena *arena, const char *text,
                                  const char **out_r)
{
    struct str out;
    str_init(&out, arena);
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, ", \t");
        if (len) {
            const char *code;
            enum field_fault fault = parse_choice(field, arena_strndup(arena, at, len), &code);
            if (fault != FIELD_OK)
                return fault;
            if (out.len)
                str_add_char(&out, ',');
            str_add(&out, code);
        }
        at += len + (at[len] != '\0');
    }
    *out_r = out.data;
    return FIELD_OK;
}

static enum field_fault parse_folded(const struct field *field, struct arena *arena, const char *text,
                                     const char **out_r)
{
    switch (field_type_of(field)) {
    case FIELD_CODE: return parse_code(arena, text, out_r);
    case FIELD_PHONE: return parse_phone(arena, text, out_r);
    case FIELD_PLATE: return parse_plate(arena, text, out_r);
    case FIELD_FEN: return parse_fen(arena, text, out_r);
    case FIELD_PERCENT: return parse_percent(arena, text, out_r);
    case FIELD_RATIO:
    case FIELD_POINT: return parse_real(arena, text, out_r);
    case FIELD_BOOL: return parse_bool(text, out_r);
    case FIELD_DATE: return parse_date(arena, text, out_r);
    case FIELD_TIME: return parse_time(arena, text, out_r);
    case FIELD_DURATION: return parse_duration(arena, text, out_r);
    case FIELD_CHOICE: return parse_choice(field, text, out_r);
    case FIELD_SET: return parse_set(field, arena, text, out_r);
    default: return parse_int(arena, text, out_r);
    }
}

enum field_fault field_parse_text(const struct field *field, struct arena *arena, const char *typed,
                                  const char **out_r)
{
    enum field_type type = field_type_of(field);
    bool prose = type == FIELD_TEXT || type == FIELD_NOTE;
    *out_r = NULL;
    if (!typed || !*typed)
        return FIELD_OK;
    char *text = prose ? utf8_nfc(arena, typed) : utf8_nfkc(arena, typed);
    if (!text)
        return FIELD_UNCLEAN;
    if (type != FIELD_NOTE)
        text = trimmed(arena, text);
    if (!*text)
        return FIELD_OK;
    if (utf8_check(text, strlen(text), type == FIELD_NOTE) != UTF8_OK)
        return FIELD_UNCLEAN;
    enum field_fault fault = FIELD_OK;
    if (prose)
        *out_r = text;
    else
        fault = parse_folded(field, arena, text, out_r);
    if (fault != FIELD_OK)
        return fault;
    struct value value = value_of_text(field, arena, *out_r);
    return value_check(field, &value);
}

static const char *print_time(struct arena *arena, const char *value, const char *zone)
{
    struct instant at;
    int offset = 0, year, month, day;
    if (time_parse(value, &at) < 0 || (zone && time_zone_offset(zone, at, &offset) < 0))
        return value;
    struct day date = day_of(at, offset);
    int64_t seconds = (at.us - day_start(date, offset).us) / US_PER_SECOND;
    day_split(date, &year, &month, &day);
    return arena_printf(arena, "%02d-%02d %02d:%02d", month, day, (int)(seconds / 3600),
                        (int)(seconds / 60 % 60));
}

static const char *print_duration(struct arena *arena, const char *value)
{
    long long seconds = strtoll(value, NULL, 10);
    long long hours = seconds / 3600, minutes = llabs(seconds / 60 % 60), rest = llabs(seconds % 60);
    if (hours)
        return arena_printf(arena, "%lld:%02lld:%02lld", hours, minutes, rest);
    return arena_printf(arena, "%s%lld:%02lld", seconds < 0 ? "-" : "", minutes, rest);
}

/* Hundredths where there are any: 10%, 12.5%. */
static const char *print_percent(struct arena *arena, const char *value)
{
    char buf[MONEY_TEXT_SIZE], *end;
    long long hundredths = strtoll(value, &end, 10);
    if (*end)
        return value;
    money_print(buf, sizeof(buf), hundredths);
    size_t len = strlen(buf);
    while (buf[len - 1] == '0')
        len--;
    return arena_printf(arena, "%.*s%%", (int)(buf[len - 1] == '.' ? len - 1 : len), buf);
}

static const char *print_choice(const struct field *field, const char *value)
{
    for (const struct choice *choice = field->choices; choice && choice->code; choice++) {
        if (!strcmp(choice->code, value))
            return choice->label ? choice->label : value;
    }
    return value;
}

const char *field_print(const struct field *field, struct arena *arena, const char *value, const char *zone)
{
    char buf[MONEY_TEXT_SIZE];
    if (!value || !*value)
        return "";
    switch (field_type_of(field)) {
    case FIELD_FEN: {
        char *end;
        long long fen = strtoll(value, &end, 10);
        return *end ? value : arena_strdup(arena, money_print(buf, sizeof(buf), fen));
    }
    case FIELD_PERCENT: return print_percent(arena, value);
    case FIELD_TIME: return print_time(arena, value, zone);
    case FIELD_DURATION: return print_duration(arena, value);
    case FIELD_CHOICE: return print_choice(field, value);
    case FIELD_BOOL: return strcmp(value, "true") == 0 ? N_("yes") : N_("no");
    default: return value;
    }
}
