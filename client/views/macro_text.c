#include "client/views/macro_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* In words of ASCII, whatever the key bar calls them. */
static const struct {
    int code;
    const char *name;
} names[] = {
    {K_UP, "Up"},         {K_DOWN, "Down"},     {K_LEFT, "Left"},       {K_RIGHT, "Right"},
    {K_HOME, "Home"},     {K_END, "End"},       {K_PAGE_UP, "PgUp"},    {K_PAGE_DOWN, "PgDn"},
    {K_ENTER, "Enter"},   {K_TAB, "Tab"},       {K_BACKTAB, "BackTab"}, {K_BACKSPACE, "Backspace"},
    {K_DELETE, "Delete"}, {K_INSERT, "Insert"}, {K_ESCAPE, "Esc"},      {'<', "lt"},
    {'{', "lb"},
};

static bool name_key(int code, char out[16])
{
    for (size_t i = 0; i < array_len(names); i++)
        if (names[i].code == code) {
            snprintf(out, 16, "%s", names[i].name);
            return true;
        }
    if (code >= K_F1 && code <= K_F12)
        snprintf(out, 16, "F%d", code - K_F1 + 1);
    else if (code > K_CTRL_BASE && code < K_CTRL_BASE + 0x80)
        snprintf(out, 16, "^%c", code - K_CTRL_BASE);
    else
        return false;
    return true;
}

static struct key key_of(int code)
{
    char text[5] = "";
    if (code >= K_BASE)
        return key_code(code);
    text[utf8_encode((uint32_t)code, text)] = '\0';
    return key_text(text);
}

static bool key_named(const char *name, size_t len, struct key *key_r)
{
    char own[16];
    for (int code = K_F1; code < K_CTRL_BASE + 0x80; code++)
        if (name_key(code, own) && strlen(own) == len && strncmp(own, name, len) == 0) {
            *key_r = key_of(code);
            return true;
        }
    for (size_t i = 0; i < array_len(names); i++)
        if (strlen(names[i].name) == len && strncmp(names[i].name, name, len) == 0) {
            *key_r = key_of(names[i].code);
            return true;
        }
    return false;
}

/* ---- recording ---- */

static bool push(struct macro_steps *steps, const struct key *key, const char *place)
{
    struct macro_step step = {.key = *key};
    if (steps->items.count >= MACRO_STEPS_MAX)
        return false;
    snprintf(step.place, sizeof(step.place), "%s", place);
    vec_push(&steps->items, step);
    return true;
}

/* Pasted text is as if it had been typed. */
static bool add_paste(struct macro_steps *steps, const struct key *key, const char *place)
{
    for (size_t at = 0; at < key->paste_len;) {
        uint32_t cp;
        size_t n = utf8_decode(key->paste + at, key->paste_len - at, &cp);
        struct key one = key_of(n && cp != '\n' ? (int)cp : K_ENTER);
        if (!push(steps, &one, place))
            return false;
        at += n ? n : 1;
    }
    return true;
}

bool macro_add(struct macro_steps *steps, const struct key *key, const char *place)
{
    char name[16];
    if (key->kind == KEY_PASTE)
        return add_paste(steps, key, place);
    if (key->kind == KEY_REPORT || (key->code >= K_BASE && !name_key(key->code, name)))
        return false;
    return push(steps, key, place);
}

/* ---- as text ---- */

void macro_write(const struct macro_steps *steps, struct str *out)
{
    const char *place = "";
    char name[16];
    vec_each(const struct macro_step, step, &steps->items)
    {
        if (strcmp(place, step->place) != 0)
            str_addf(out, "{%s}", step->place);
        place = step->place;
        if (name_key(step->key.code, name))
            str_addf(out, "<%s>", name);
        else
            str_add(out, step->key.text);
    }
}

static const char *read_key(struct macro_steps *steps, const char *at, const char *place)
{
    const char *end = strchr(at, '>');
    struct key key;
    bool known = end && key_named(at + 1, (size_t)(end - at - 1), &key);
    return known && push(steps, &key, place) ? end + 1 : NULL;
}

static const char *read_place(const char *at, char place[MACRO_PLACE_MAX])
{
    const char *end = strchr(at, '}');
    if (!end || end - at - 1 >= MACRO_PLACE_MAX)
        return NULL;
    snprintf(place, MACRO_PLACE_MAX, "%.*s", (int)(end - at - 1), at + 1);
    return end + 1;
}

static const char *read_letter(struct macro_steps *steps, const char *at, const char *place)
{
    uint32_t cp;
    size_t n = utf8_decode(at, strlen(at), &cp);
    struct key key = key_of((int)cp);
    return n && cp >= ' ' && push(steps, &key, place) ? at + n : NULL;
}

bool macro_read(const char *text, struct macro_steps *steps_r, const char **bad_r)
{
    char place[MACRO_PLACE_MAX] = "";
    *steps_r = (struct macro_steps){0};
    for (const char *at = text, *next; *at; at = next) {
        if (*at == '<')
            next = read_key(steps_r, at, place);
        else if (*at == '{')
            next = read_place(at, place);
        else
            next = read_letter(steps_r, at, place);
        if (!next) {
            *bad_r = at;
            vec_finish(&steps_r->items);
            return false;
        }
    }
    return true;
}
