#include "client/own_theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/ui/words.h"
#include "client/views/preference.h"

enum { TROUBLE_MAX = 300 };

static FILE *open_file(struct str *path)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config && *config)
        str_addf(path, "%s/yizhan/theme", config);
    else if (home && *home)
        str_addf(path, "%s/.config/yizhan/theme", home);
    return path->len ? fopen(path->data, "re") : NULL;
}

static void take_line(char *line, const char *path, int number, struct str *trouble)
{
    char what[TROUBLE_MAX];
    char *name = line + strspn(line, " \t"), *rest = name + strcspn(name, " \t\r\n");
    if (!*name || *name == '\n' || *name == '\r' || *name == '#')
        return;
    if (*rest)
        *rest++ = '\0';
    rest += strspn(rest, " \t");
    rest[strcspn(rest, "\r\n")] = '\0';
    if (!theme_own_set(name, rest, what, sizeof(what)) && !trouble->len)
        str_addf(trouble, "%s:%d: %s", path, number, what);
}

static bool take_file(struct str *trouble)
{
    char line[256];
    struct str path cleanup(cleanup_str);
    str_init(&path, NULL);
    theme_own_begin(THEME_DARK);
    FILE *file = open_file(&path);
    if (!file)
        return false;
    for (int number = 1; fgets(line, sizeof(line), file); number++)
        take_line(line, path.data, number, trouble);
    fclose(file);
    return true;
}

/* The base first, wherever it stands. */
static bool take_object(const json_t *body, struct str *trouble)
{
    char what[TROUBLE_MAX];
    const char *base = json_string_value(json_object_get(body, "base")), *name;
    json_t *value;
    if (!json_is_object(body))
        return false;
    theme_own_begin(THEME_DARK);
    if (base && !theme_own_set("base", base, what, sizeof(what)))
        str_addf(trouble, "%s: %s", _("Your theme"), what);
    json_object_foreach((json_t *)body, name, value)
    {
        const char *words = json_string_value(value);
        if (strcmp(name, "base") == 0 || !words)
            continue;
        if (!theme_own_set(name, words, what, sizeof(what)) && !trouble->len)
            str_addf(trouble, "%s: %s", _("Your theme"), what);
    }
    return true;
}

bool own_theme_choose(const struct options *options, struct term_options *term, struct str *trouble)
{
    bool own = take_file(trouble);
    term->theme_given = options->theme != NULL;
    if (options->theme)
        return theme_parse(options->theme, &term->theme);
    if (own)
        term->theme = THEME_OWN;
    return true;
}

void own_theme_preferred(struct app *app)
{
    struct str trouble cleanup(cleanup_str);
    const json_t *body = preference_get(&app->context, "theme", "", "");
    const char *none = getenv("NO_COLOR");
    str_init(&trouble, NULL);
    if (app->options->theme || app->face.is_plain || (none && *none) || !take_object(body, &trouble))
        return;
    term_set_theme(app->face.front.term, THEME_OWN);
    if (trouble.len)
        ui_say(&app->ui, ROLE_WARNING, "%s", trouble.data);
    ui_redraw(&app->ui);
}
