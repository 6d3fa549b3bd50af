/*
 * One walk over a stranger's JSON before jansson sees it: depth, keys, numbers and texts. It is strict about the shape of
 * tokens and about nesting; commas and colons it leaves to the parser.
 */
#include <string.h>

#include "base/utf8.h"
#include "wire/json.h"
#include "wire/limits.h"

struct scan {
    const char *text;
    size_t len, at;
    size_t keys, depth;
    char closers[WIRE_JSON_DEPTH_MAX]; /* of the brackets that are open */
    enum json_fault_kind fault;
};

static bool fail(struct scan *scan, enum json_fault_kind fault)
{
    scan->fault = fault;
    return false;
}

static char peek(const struct scan *scan)
{
    return scan->at < scan->len ? scan->text[scan->at] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool check_text(struct scan *scan, uint32_t cp)
{
    if (cp == '\n' || cp == '\t')
        return true;
    return utf8_is_control(cp) || utf8_is_hidden(cp) ? fail(scan, JSON_FAULT_TEXT) : true;
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits after \u. */
static bool take_hex(struct scan *scan, uint32_t *unit_r)
{
    *unit_r = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        int value = hex_value(peek(scan));
        if (value < 0)
            return fail(scan, JSON_FAULT_SYNTAX);
        *unit_r = *unit_r << 4 | (uint32_t)value;
    }
    return true;
}

/* \uXXXX, or two of them for one character; the scan stands after the u. */
static bool take_unicode_escape(struct scan *scan)
{
    uint32_t high, low;
    if (!take_hex(scan, &high))
        return false;
    if (high < 0xd800 || high > 0xdfff)
        return check_text(scan, high);
    if (high > 0xdbff || peek(scan) != '\\' || scan->at + 1 >= scan->len || scan->text[scan->at + 1] != 'u')
        return fail(scan, JSON_FAULT_UTF8);
    scan->at += 2;
    if (!take_hex(scan, &low))
        return false;
    if (low < 0xdc00 || low > 0xdfff)
        return fail(scan, JSON_FAULT_UTF8);
    return check_text(scan, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
}

/* The scan stands after the backslash. */
static bool take_escape(struct scan *scan)
{
    char c = peek(scan);
    scan->at++;
    switch (c) {
    case 'u': return take_unicode_escape(scan);
    case '"':
    case '\\':
    case '/':
    case 'n':
    case 't': return true;
    case 'b':
    case 'f':
    case 'r': return fail(scan, JSON_FAULT_TEXT);
    default: return fail(scan, JSON_FAULT_SYNTAX);
    }
}

static bool take_character(struct scan *scan)
{
    uint32_t cp;
    size_t bytes = utf8_decode(scan->text + scan->at, scan->len - scan->at, &cp);
    if (!bytes)
        return fail(scan, JSON_FAULT_UTF8);
    if (cp < 0x20) /* LF and TAB too: raw they are no JSON */
        return fail(scan, JSON_FAULT_TEXT);
    if (!check_text(scan, cp))
        return false;
    scan->at += bytes;
    return true;
}

/* The scan stands on the opening quote. */
static bool take_string(struct scan *scan)
{
    scan->at++;
    while (scan->at < scan->len) {
        char c = scan->text[scan->at];
        if (c == '"') {
            scan->at++;
            return true;
        }
        scan->at += c == '\\';
        if (!(c == '\\' ? take_escape(scan) : take_character(scan)))
            return false;
    }
    return fail(scan, JSON_FAULT_SYNTAX);
}

static bool integer_fits(const char *digits, size_t n, bool negative)
{
    int64_t value = 0;
    for (size_t i = 0; i < n; i++) {
        int digit = negative ? '0' - digits[i] : digits[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit, &value))
            return false;
    }
    return value != NIL;
}

/* jansson checks the shape of fractions and whether a real fits; what we need is the range of integers. */
static bool take_number(struct scan *scan)
{
    static const char parts[] = "0123456789.eE+-";
    size_t start = scan->at;
    while (scan->at < scan->len && scan->text[scan->at] && strchr(parts, scan->text[scan->at]))
        scan->at++;
    const char *number = scan->text + start;
    size_t n = scan->at - start;
    bool negative = *number == '-';
    if (n > WIRE_JSON_NUMBER_MAX)
        return fail(scan, JSON_FAULT_RANGE);
    for (size_t i = negative; i < n; i++) {
        if (!is_digit(number[i]))
            return true;
    }
    return integer_fits(number + negative, n - negative, negative) ? true : fail(scan, JSON_FAULT_RANGE);
}

static bool take_word(struct scan *scan, const char *word)
{
    size_t n = strlen(word);
    if (scan->len - scan->at < n || memcmp(scan->text + scan->at, word, n) != 0)
        return fail(scan, JSON_FAULT_SYNTAX);
    scan->at += n;
    return true;
}

static bool open_bracket(struct scan *scan, char closer)
{
    if (scan->depth == WIRE_JSON_DEPTH_MAX)
        return fail(scan, JSON_FAULT_DEPTH);
    scan->closers[scan->depth++] = closer;
    scan->at++;
    return true;
}

static bool close_bracket(struct scan *scan, char closer)
{
    if (!scan->depth || scan->closers[scan->depth - 1] != closer)
        return fail(scan, JSON_FAULT_SYNTAX);
    scan->depth--;
    scan->at++;
    return true;
}

static bool count_key(struct scan *scan)
{
    scan->at++;
    return ++scan->keys <= WIRE_JSON_KEYS_MAX ? true : fail(scan, JSON_FAULT_KEYS);
}

static bool take_token(struct scan *scan)
{
    char c = scan->text[scan->at];
    switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case ',': scan->at++; return true;
    case ':': return count_key(scan); /* each key has one */
    case '{': return open_bracket(scan, '}');
    case '[': return open_bracket(scan, ']');
    case '}':
    case ']': return close_bracket(scan, c);
    case '"': return take_string(scan);
    case 't': return take_word(scan, "true");
    case 'f': return take_word(scan, "false");
    case 'n': return take_word(scan, "null");
    case '-': return take_number(scan);
    default: return is_digit(c) ? take_number(scan) : fail(scan, JSON_FAULT_SYNTAX);
    }
}

int json_scan(const char *text, size_t len, struct json_fault *fault_r)
{
    struct scan scan = {.text = text, .len = len};
    bool good = true;
    while (good && scan.at < len)
        good = take_token(&scan);
    if (good && scan.depth)
        scan.fault = JSON_FAULT_SYNTAX;
    *fault_r = (struct json_fault){scan.fault, scan.fault ? MIN(scan.at, len) : 0};
    return scan.fault;
}
