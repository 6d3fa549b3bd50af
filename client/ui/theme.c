#include <string.h>

#include "client/ui/theme-private.h"
#include "client/ui/words.h"

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, OWN = -1 };

#define PLAIN                                                                                                \
    {                                                                                                        \
        OWN, OWN, OWN, OWN, 0, 0, 0                                                                          \
    }
#define STYLE(fg, bg, fg_256, bg_256, attributes)                                                            \
    {                                                                                                        \
        fg, bg, fg_256, bg_256, attributes, 0, 0                                                             \
    }
#define ONLY(attributes) STYLE(OWN, OWN, OWN, OWN, attributes)

static const struct style dark[ROLE_COUNT] = {
    [ROLE_NORMAL] = PLAIN,
    [ROLE_TITLE] = STYLE(OWN, OWN, OWN, OWN, STYLE_REVERSE),
    [ROLE_CRUMB] = STYLE(CYAN, OWN, 110, OWN, 0),
    [ROLE_DIM] = STYLE(OWN, OWN, 246, OWN, STYLE_DIM),
    [ROLE_LABEL] = STYLE(CYAN, OWN, 110, OWN, 0),
    [ROLE_FOCUS] = STYLE(CYAN, OWN, 117, OWN, STYLE_BOLD | STYLE_UNDERLINE),
    [ROLE_FIELD] = PLAIN,
    [ROLE_READONLY] = STYLE(OWN, OWN, 250, OWN, 0),
    [ROLE_HEAD] = STYLE(CYAN, OWN, 117, OWN, STYLE_BOLD),
    [ROLE_SELECT] = ONLY(STYLE_REVERSE),
    [ROLE_MARKED] = STYLE(YELLOW, OWN, 222, OWN, STYLE_BOLD),
    [ROLE_CHANGED] = STYLE(YELLOW, OWN, 222, OWN, 0),
    [ROLE_PENDING] = STYLE(OWN, OWN, 246, OWN, STYLE_DIM),
    [ROLE_SUM] = ONLY(STYLE_BOLD),
    [ROLE_BORDER] = STYLE(OWN, OWN, 244, OWN, 0),
    [ROLE_MATCH] = STYLE(YELLOW, OWN, 222, OWN, STYLE_UNDERLINE),
    [ROLE_KEY] = ONLY(STYLE_BOLD),
    [ROLE_KEY_TEXT] = STYLE(OWN, OWN, 250, OWN, 0),
    [ROLE_STEP_DONE] = STYLE(GREEN, OWN, 114, OWN, 0),
    [ROLE_STEP_NOW] = ONLY(STYLE_BOLD | STYLE_REVERSE),
    [ROLE_STEP_LATER] = STYLE(OWN, OWN, 246, OWN, STYLE_DIM),
    [ROLE_GOOD] = STYLE(GREEN, OWN, 114, OWN, 0),
    [ROLE_WARNING] = STYLE(YELLOW, OWN, 222, OWN, STYLE_BOLD),
    [ROLE_ERROR] = STYLE(RED, OWN, 210, OWN, STYLE_BOLD),
    [ROLE_ALARM] = STYLE(WHITE, RED, 231, 124, STYLE_BOLD),
    [ROLE_SERIES_1] = STYLE(CYAN, OWN, 80, OWN, 0),
    [ROLE_SERIES_2] = STYLE(YELLOW, OWN, 221, OWN, 0),
    [ROLE_SERIES_3] = STYLE(GREEN, OWN, 114, OWN, 0),
    [ROLE_SERIES_4] = STYLE(MAGENTA, OWN, 176, OWN, 0),
    [ROLE_SERIES_5] = STYLE(WHITE, OWN, 111, OWN, 0),
    [ROLE_SERIES_6] = STYLE(RED, OWN, 210, OWN, 0),
    [ROLE_QR] = STYLE(BLACK, WHITE, 16, 231, 0),
};

static const struct style light[ROLE_COUNT] = {
    [ROLE_NORMAL] = PLAIN,
    [ROLE_TITLE] = ONLY(STYLE_REVERSE),
    [ROLE_CRUMB] = STYLE(BLUE, OWN, 24, OWN, 0),
    [ROLE_DIM] = STYLE(OWN, OWN, 241, OWN, STYLE_DIM),
    [ROLE_LABEL] = STYLE(BLUE, OWN, 24, OWN, 0),
    [ROLE_FOCUS] = STYLE(BLUE, OWN, 19, OWN, STYLE_BOLD | STYLE_UNDERLINE),
    [ROLE_FIELD] = PLAIN,
    [ROLE_READONLY] = STYLE(OWN, OWN, 238, OWN, 0),
    [ROLE_HEAD] = STYLE(BLUE, OWN, 19, OWN, STYLE_BOLD),
    [ROLE_SELECT] = ONLY(STYLE_REVERSE),
    [ROLE_MARKED] = STYLE(MAGENTA, OWN, 90, OWN, STYLE_BOLD),
    [ROLE_CHANGED] = STYLE(MAGENTA, OWN, 90, OWN, 0),
    [ROLE_PENDING] = STYLE(OWN, OWN, 241, OWN, STYLE_DIM),
    [ROLE_SUM] = ONLY(STYLE_BOLD),
    [ROLE_BORDER] = STYLE(OWN, OWN, 244, OWN, 0),
    [ROLE_MATCH] = STYLE(MAGENTA, OWN, 90, OWN, STYLE_UNDERLINE),
    [ROLE_KEY] = ONLY(STYLE_BOLD),
    [ROLE_KEY_TEXT] = STYLE(OWN, OWN, 238, OWN, 0),
    [ROLE_STEP_DONE] = STYLE(BLUE, OWN, 22, OWN, 0),
    [ROLE_STEP_NOW] = ONLY(STYLE_BOLD | STYLE_REVERSE),
    [ROLE_STEP_LATER] = STYLE(OWN, OWN, 241, OWN, STYLE_DIM),
    [ROLE_GOOD] = STYLE(BLUE, OWN, 22, OWN, 0),
    [ROLE_WARNING] = STYLE(MAGENTA, OWN, 94, OWN, STYLE_BOLD),
    [ROLE_ERROR] = STYLE(RED, OWN, 124, OWN, STYLE_BOLD),
    [ROLE_ALARM] = STYLE(WHITE, RED, 231, 124, STYLE_BOLD),
    [ROLE_SERIES_1] = STYLE(BLUE, OWN, 25, OWN, 0),
    [ROLE_SERIES_2] = STYLE(RED, OWN, 130, OWN, 0),
    [ROLE_SERIES_3] = STYLE(BLACK, OWN, 28, OWN, 0),
    [ROLE_SERIES_4] = STYLE(MAGENTA, OWN, 90, OWN, 0),
    [ROLE_SERIES_5] = STYLE(BLUE, OWN, 24, OWN, 0),
    [ROLE_SERIES_6] = STYLE(BLACK, OWN, 240, OWN, 0),
    [ROLE_QR] = STYLE(BLACK, WHITE, 16, 231, 0),
};

static const struct style mono[ROLE_COUNT] = {
    [ROLE_NORMAL] = PLAIN,
    [ROLE_TITLE] = ONLY(STYLE_REVERSE),
    [ROLE_CRUMB] = PLAIN,
    [ROLE_DIM] = PLAIN,
    [ROLE_LABEL] = PLAIN,
    [ROLE_FOCUS] = ONLY(STYLE_BOLD | STYLE_UNDERLINE),
    [ROLE_FIELD] = PLAIN,
    [ROLE_READONLY] = PLAIN,
    [ROLE_HEAD] = ONLY(STYLE_BOLD),
    [ROLE_SELECT] = ONLY(STYLE_REVERSE),
    [ROLE_MARKED] = ONLY(STYLE_BOLD),
    [ROLE_CHANGED] = ONLY(STYLE_UNDERLINE),
    [ROLE_PENDING] = PLAIN,
    [ROLE_SUM] = ONLY(STYLE_BOLD),
    [ROLE_BORDER] = PLAIN,
    [ROLE_MATCH] = ONLY(STYLE_UNDERLINE),
    [ROLE_KEY] = ONLY(STYLE_BOLD),
    [ROLE_KEY_TEXT] = PLAIN,
    [ROLE_STEP_DONE] = PLAIN,
    [ROLE_STEP_NOW] = ONLY(STYLE_BOLD | STYLE_REVERSE),
    [ROLE_STEP_LATER] = PLAIN,
    [ROLE_GOOD] = PLAIN,
    [ROLE_WARNING] = ONLY(STYLE_BOLD),
    [ROLE_ERROR] = ONLY(STYLE_BOLD),
    [ROLE_ALARM] = ONLY(STYLE_BOLD | STYLE_REVERSE),
    [ROLE_SERIES_1] = PLAIN,
    [ROLE_SERIES_2] = ONLY(STYLE_BOLD),
    [ROLE_SERIES_3] = PLAIN,
    [ROLE_SERIES_4] = ONLY(STYLE_BOLD),
    [ROLE_SERIES_5] = PLAIN,
    [ROLE_SERIES_6] = ONLY(STYLE_BOLD),
    [ROLE_QR] = ONLY(STYLE_REVERSE),
};

/* Bright on black or black on bright, nothing dim. Bold black is grey where bold is bright, so it is not bold. */
static const struct style contrast[ROLE_COUNT] = {
    [ROLE_NORMAL] = STYLE(WHITE, BLACK, 231, 16, 0),
    [ROLE_TITLE] = STYLE(BLACK, YELLOW, 16, 226, 0),
    [ROLE_CRUMB] = STYLE(WHITE, BLACK, 231, 16, STYLE_BOLD),
    [ROLE_DIM] = STYLE(WHITE, BLACK, 231, 16, 0),
    [ROLE_LABEL] = STYLE(WHITE, BLACK, 231, 16, 0),
    [ROLE_FOCUS] = STYLE(YELLOW, BLACK, 226, 16, STYLE_BOLD | STYLE_UNDERLINE),
    [ROLE_FIELD] = STYLE(WHITE, BLACK, 231, 16, 0),
    [ROLE_READONLY] = STYLE(WHITE, BLACK, 231, 16, 0),
    [ROLE_HEAD] = STYLE(YELLOW, BLACK, 226, 16, STYLE_BOLD),
    [ROLE_SELECT] = STYLE(BLACK, WHITE, 16, 231, 0),
    [ROLE_MARKED] = STYLE(YELLOW, BLACK, 226, 16, STYLE_BOLD),
    [ROLE_CHANGED] = STYLE(YELLOW, BLACK, 226, 16, STYLE_UNDERLINE),
    [ROLE_PENDING] = STYLE(WHITE, BLACK, 231, 16, 0),
    [ROLE_SUM] = STYLE(WHITE, BLACK, 231, 16, STYLE_BOLD),
    [ROLE_BORDER] = STYLE(WHITE, BLACK, 231, 16, 0),
    [ROLE_MATCH] = STYLE(YELLOW, BLACK, 226, 16, STYLE_BOLD | STYLE_UNDERLINE),
    [ROLE_KEY] = STYLE(YELLOW, BLACK, 226, 16, STYLE_BOLD),
    [ROLE_KEY_TEXT] = STYLE(WHITE, BLACK, 231, 16, 0),
    [ROLE_STEP_DONE] = STYLE(WHITE, BLACK, 231, 16, 0),
    [ROLE_STEP_NOW] = STYLE(BLACK, YELLOW, 16, 226, 0),
    [ROLE_STEP_LATER] = STYLE(WHITE, BLACK, 231, 16, 0),
    [ROLE_GOOD] = STYLE(WHITE, BLACK, 231, 16, STYLE_BOLD),
    [ROLE_WARNING] = STYLE(YELLOW, BLACK, 226, 16, STYLE_BOLD),
    [ROLE_ERROR] = STYLE(BLACK, WHITE, 16, 231, STYLE_UNDERLINE),
    [ROLE_ALARM] = STYLE(WHITE, RED, 231, 124, STYLE_BOLD | STYLE_UNDERLINE),
    [ROLE_SERIES_1] = STYLE(WHITE, BLACK, 231, 16, 0),
    [ROLE_SERIES_2] = STYLE(YELLOW, BLACK, 226, 16, STYLE_BOLD),
    [ROLE_SERIES_3] = STYLE(CYAN, BLACK, 51, 16, 0),
    [ROLE_SERIES_4] = STYLE(GREEN, BLACK, 46, 16, STYLE_BOLD),
    [ROLE_SERIES_5] = STYLE(MAGENTA, BLACK, 213, 16, 0),
    [ROLE_SERIES_6] = STYLE(RED, BLACK, 203, 16, STYLE_BOLD),
    [ROLE_QR] = STYLE(BLACK, WHITE, 16, 231, 0),
};

static struct style own[ROLE_COUNT];

static const struct {
    const char *name, *label;
    const struct style *styles;
} themes[THEME_COUNT] = {
    [THEME_DARK] = {"dark", N_("Dark"), dark},
    [THEME_LIGHT] = {"light", N_("Light"), light},
    [THEME_MONO] = {"mono", N_("Without colour"), mono},
    [THEME_CONTRAST] = {"contrast", N_("High contrast"), contrast},
    [THEME_OWN] = {"own", N_("Your own"), own},
};

const struct style *theme_style(enum theme theme, enum role role)
{
    return &themes[theme].styles[role];
}

void theme_own_begin(enum theme base)
{
    memcpy(own, themes[base].styles, sizeof(own));
}

void theme_own_style(enum role role, const struct style *style)
{
    own[role] = *style;
}

const char *theme_name(enum theme theme)
{
    return themes[theme].name;
}

const char *theme_label(enum theme theme)
{
    return themes[theme].label;
}

bool theme_parse(const char *name, enum theme *theme_r)
{
    for (int i = 0; i < THEME_COUNT; i++) {
        if (strcmp(name, themes[i].name) == 0) {
            *theme_r = (enum theme)i;
            return true;
        }
    }
    return false;
}

const char *role_name(enum role role)
{
    static const char *const names[ROLE_COUNT] = {
        "normal", "title",    "crumb",     "dim",      "label",      "focus",    "field",   "readonly",
        "head",   "select",   "marked",    "changed",  "pending",    "sum",      "border",  "match",
        "key",    "key_text", "step_done", "step_now", "step_later", "good",     "warning", "error",
        "alarm",  "series_1", "series_2",  "series_3", "series_4",   "series_5", "series_6", "qr"};
    return names[role];
}
