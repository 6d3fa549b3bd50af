/* The theme a person makes: roles and what they look like, in words such as `#ff8800 on black bold`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "client/ui/theme-private.h"
#include "client/ui/words.h"

/* xterm's; what a terminal makes of the first sixteen is the person's own choice. */
static const int basic[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
                              0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};

static const char *const names[] = {"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"};

enum { COLOUR_NONE = -1, CUBE = 16, GREYS = 232, ALL = 256 };

int theme_rgb(int colour)
{
    static const int steps[] = {0, 95, 135, 175, 215, 255};
    if (colour < 0)
        return colour;
    if (colour < CUBE)
        return basic[colour];
    if (colour >= GREYS)
        return (8 + (colour - GREYS) * 10) * 0x010101;
    int cube = colour - CUBE;
    return steps[cube / 36] << 16 | steps[cube / 6 % 6] << 8 | steps[cube % 6];
}

static int distance(int a, int b)
{
    int red = (a >> 16 & 255) - (b >> 16 & 255), green = (a >> 8 & 255) - (b >> 8 & 255),
        blue = (a & 255) - (b & 255);
    return red * red * 3 + green * green * 6 + blue * blue; /* as the eye weighs them */
}

static int nearest(int rgb, int from, int to)
{
    int best = from;
    for (int i = from; i < to; i++)
        if (distance(theme_rgb(i), rgb) < distance(theme_rgb(best), rgb))
            best = i;
    return best;
}

int theme_nearest(int rgb, int colours)
{
    return colours >= ALL ? nearest(rgb, CUBE, ALL) : nearest(rgb, 0, MIN(colours, CUBE));
}

/* Where there are eight only, a bright one is the dark one, and bold. */
static int basic_of(int colour)
{
    return colour >= 8 ? colour - 8 : colour;
}

struct colour {
    int few, many; /* of 8, of 256 */
    int rgb;
    bool bright;
};

static bool parse_rgb(const char *word, struct colour *colour)
{
    char *end;
    if (word[0] != '#' || strlen(word) != 7)
        return false;
    long rgb = strtol(word + 1, &end, 16);
    if (*end || rgb < 0)
        return false;
    *colour = (struct colour){basic_of(theme_nearest((int)rgb, 16)), theme_nearest((int)rgb, ALL),
                              STYLE_RGB | (int)rgb, false};
    return true;
}

static bool parse_colour(const char *word, struct colour *colour)
{
    bool bright = strncmp(word, "bright_", 7) == 0;
    if (strcmp(word, "default") == 0) {
        *colour = (struct colour){COLOUR_NONE, COLOUR_NONE, 0, false};
        return true;
    }
    for (int i = 0; i < (int)array_len(names); i++) {
        if (strcmp(names[i], word + (bright ? 7 : 0)) != 0)
            continue;
        *colour = (struct colour){i, i + (bright ? 8 : 0), 0, bright};
        return true;
    }
    return parse_rgb(word, colour);
}

static unsigned parse_attribute(const char *word)
{
    static const char *const attributes[] = {"bold", "dim", "underline", "reverse"};
    for (unsigned i = 0; i < array_len(attributes); i++)
        if (strcmp(attributes[i], word) == 0)
            return 1u << i;
    return 0;
}

/* "[colour] [on colour] [bold] [dim] [underline] [reverse]" */
static bool parse_style(const char *words, struct style *style, char *trouble, size_t size)
{
    char text[128], *rest = text;
    bool ground = false;
    *style = (struct style){.fg = -1, .bg = -1, .fg_256 = -1, .bg_256 = -1};
    snprintf(text, sizeof(text), "%s", words);
    for (char *word; (word = strsep(&rest, " \t\r\n"));) {
        struct colour colour;
        if (!*word)
            continue;
        if (parse_attribute(word)) {
            style->attributes |= parse_attribute(word);
        } else if (strcmp(word, "on") == 0 && !ground) {
            ground = true;
        } else if (!parse_colour(word, &colour)) {
            snprintf(trouble, size,
                     _("“%s” is no colour (black, red, green, yellow, blue, magenta, cyan, white, bright_…, "
                       "default, #rrggbb) and none of bold, dim, underline, reverse"),
                     word);
            return false;
        } else if (ground) {
            style->bg = (short)colour.few;
            style->bg_256 = (short)colour.many;
            style->bg_rgb = colour.rgb;
        } else {
            style->fg = (short)colour.few;
            style->fg_256 = (short)colour.many;
            style->fg_rgb = colour.rgb;
            style->attributes |= colour.bright ? STYLE_BOLD : 0;
        }
    }
    return true;
}

bool theme_own_set(const char *name, const char *words, char *trouble, size_t size)
{
    enum theme base;
    struct style style;
    if (strcmp(name, "base") == 0) {
        if (theme_parse(words, &base) && base != THEME_OWN) {
            theme_own_begin(base);
            return true;
        }
        snprintf(trouble, size, _("“%s” is no theme to begin with (dark, light, mono, contrast)"), words);
        return false;
    }
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (strcmp(role_name((enum role)role), name) != 0)
            continue;
        if (!parse_style(words, &style, trouble, size))
            return false;
        theme_own_style((enum role)role, &style);
        return true;
    }
    snprintf(trouble, size, _("“%s” is no part of a screen that a theme knows"), name);
    return false;
}
