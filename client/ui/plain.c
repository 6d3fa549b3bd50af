#include <string.h>

#include "base/utf8.h"
#include "client/ui/plain.h"

void plain_init(struct plain *plain)
{
    str_init(&plain->shown, NULL);
}

void plain_finish(struct plain *plain)
{
    str_finish(&plain->shown);
}

static bool is_box(uint32_t cp)
{
    return cp >= 0x2500 && cp < 0x2580;
}

/* Without borders, runs of spaces or underscores as one space, nothing at the ends. */
static void tidy(const char *line, size_t len, struct str *out)
{
    size_t start = out->len;
    bool space = false;
    for (size_t at = 0; at < len;) {
        uint32_t cp = ' ';
        size_t n = utf8_decode(line + at, len - at, &cp);
        n = n ? n : 1;
        bool filler = cp == '_' && (line[at + 1] == '_' || (at && line[at - 1] == '_'));
        if (cp == ' ' || is_box(cp) || filler || utf8_is_control(cp)) {
            space = true;
        } else {
            if (space && out->len > start)
                str_add_char(out, ' ');
            space = false;
            str_add_n(out, line + at, n);
        }
        at += n;
    }
}

static bool was_shown(const struct str *shown, const char *line)
{
    size_t n = strlen(line);
    for (const char *at = shown->data; *at;) {
        size_t len = strcspn(at, "\n");
        if (len == n && memcmp(at, line, n) == 0)
            return true;
        at += len + (at[len] == '\n');
    }
    return false;
}

void plain_print(struct plain *plain, struct ui *ui, struct str *out)
{
    struct str text, now, line;
    str_init(&text, NULL);
    str_init(&now, NULL);
    str_init(&line, NULL);
    ui_plain(ui, &text);
    ui->dirty = false;
    for (const char *at = text.data; *at;) {
        size_t len = strcspn(at, "\n");
        str_clear(&line);
        tidy(at, len, &line);
        at += len + (at[len] == '\n');
        if (!line.len)
            continue;
        if (!was_shown(&plain->shown, line.data))
            str_addf(out, "%s\n", line.data);
        str_addf(&now, "%s\n", line.data);
    }
    str_finish(&plain->shown);
    plain->shown = now;
    str_finish(&text);
    str_finish(&line);
}
