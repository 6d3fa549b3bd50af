#include "client/views/calc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"

enum { PLACES = 6, DEPTH_MAX = 20 };
#define UNIT INT64_C(1000000)
#define LARGEST (INT64_C(1000000000000) * UNIT)

struct calc {
    const char *at;
    int depth;
    int fault; /* the first one, negative */
};

typedef __int128 wide;

static int64_t sum(struct calc *c);

static int64_t fail(struct calc *c, int fault)
{
    c->fault = c->fault ? c->fault : fault;
    return 0;
}

static int64_t fit(struct calc *c, wide value)
{
    return value > LARGEST || value < -LARGEST ? fail(c, -ERANGE) : (int64_t)value;
}

static wide divide_half_up(wide value, wide by)
{
    wide half = (by < 0 ? -by : by) / 2;
    return (value < 0 ? value - half : value + half) / by;
}

static int peek(struct calc *c)
{
    while (*c->at == ' ' || *c->at == ',')
        c->at++;
    return (unsigned char)*c->at;
}

static int64_t number(struct calc *c)
{
    wide value = 0;
    int places = -1;
    bool digits = false;
    for (; (*c->at >= '0' && *c->at <= '9') || *c->at == '.' || *c->at == ','; c->at++) {
        if (*c->at == ',')
            continue;
        if (*c->at == '.') {
            if (places >= 0)
                return fail(c, -EINVAL);
            places = 0;
            continue;
        }
        digits = true;
        if (places == PLACES)
            continue; /* finer than we count */
        value = value * 10 + (*c->at - '0');
        places += places >= 0;
        if (value > LARGEST)
            return fail(c, -ERANGE);
    }
    for (places = MAX(places, 0); places < PLACES; places++)
        value *= 10;
    return digits ? fit(c, value) : fail(c, -EINVAL);
}

static int64_t factor(struct calc *c)
{
    int next = peek(c);
    if (++c->depth > DEPTH_MAX)
        return fail(c, -EINVAL);
    int64_t value;
    if (next == '-' || next == '+') {
        c->at++;
        value = factor(c);
        value = next == '-' ? -value : value;
    } else if (next == '(') {
        c->at++;
        value = sum(c);
        if (peek(c) != ')')
            return fail(c, -EINVAL);
        c->at++;
    } else {
        value = number(c);
    }
    c->depth--;
    return value;
}

static int64_t product(struct calc *c)
{
    int64_t value = factor(c);
    for (int next = peek(c); !c->fault && (next == '*' || next == '/' || next == 'x'); next = peek(c)) {
        c->at++;
        int64_t right = factor(c);
        if (c->fault)
            return 0;
        if (next != '/')
            value = fit(c, divide_half_up((wide)value * right, UNIT));
        else if (right)
            value = fit(c, divide_half_up((wide)value * UNIT, right));
        else
            return fail(c, -ERANGE);
    }
    return value;
}

static int64_t sum(struct calc *c)
{
    int64_t value = product(c);
    for (int next = peek(c); !c->fault && (next == '+' || next == '-'); next = peek(c)) {
        c->at++;
        int64_t right = product(c);
        value = fit(c, (wide)value + (next == '-' ? -(wide)right : (wide)right));
    }
    return value;
}

static void print(int64_t value, int places, char *out, size_t size)
{
    int64_t unit = 1;
    for (int i = places; i < PLACES; i++)
        unit *= 10;
    int64_t rounded = (int64_t)divide_half_up(value, unit), scale = UNIT / unit;
    int64_t whole = rounded < 0 ? -rounded : rounded, rest = whole % scale;
    int n = snprintf(out, size, "%s%" PRId64, rounded < 0 ? "-" : "", whole / scale);
    if (!rest || n < 0 || (size_t)n >= size)
        return;
    snprintf(out + n, size - (size_t)n, ".%0*" PRId64, places, rest);
    for (size_t end = strlen(out); out[end - 1] == '0';)
        out[--end] = '\0';
}

int calc(const char *text, int places, char *out, size_t size)
{
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    struct calc c = {.at = utf8_nfkc(arena, text)};
    if (!c.at)
        return -EINVAL;
    if (peek(&c) == '=')
        c.at++;
    int64_t value = sum(&c);
    if (!c.fault && peek(&c))
        c.fault = -EINVAL;
    if (c.fault)
        return c.fault;
    print(value, MIN(places, (int)PLACES), out, size);
    return 0;
}

bool calc_is_one(const char *text)
{
    text += strspn(text, " ");
    if (*text == '=')
        return true;
    text += strspn(text, "+-");
    return strpbrk(text, "+-*/()x") != NULL;
}
