#include "client/views/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "client/ui/dialog.h"
#include "client/ui/palette.h"
#include "client/views/path.h"

enum { PROMPTS_MAX = 16 };

static const struct prompt *prompts[PROMPTS_MAX];
static size_t nprompts;

/* Those that are open; of one that was closed the row goes when the next is opened. */
struct open_prompt {
    uint64_t screen;
    const struct prompt *prompt;
    char *title;
    char *first; /* what stood in its line when it was opened; NULL: it has none */
    json_t *about;
};

static VEC(struct open_prompt) kept;

static const struct prompt *named(const char *name)
{
    for (size_t i = 0; i < nprompts; i++)
        if (strcmp(prompts[i]->name, name) == 0)
            return prompts[i];
    return NULL;
}

void prompt_register(const struct prompt rows[], size_t count)
{
    for (size_t i = 0; i < count && nprompts < PROMPTS_MAX; i++)
        if (!named(rows[i].name))
            prompts[nprompts++] = &rows[i];
}

static void forget(size_t index)
{
    free(kept.items[index].title);
    free(kept.items[index].first);
    json_decref(kept.items[index].about);
    kept.items[index] = vec_last(&kept);
    if (--kept.count == 0)
        vec_finish(&kept);
}

static struct open_prompt *find(const struct screen *screen)
{
    vec_each(struct open_prompt, open, &kept) if (open->screen == screen->id) return open;
    return NULL;
}

/* Of a box that has one. */
static const struct input *line_of(struct screen *screen)
{
    const struct input *line = path_line(screen);
    if (!line)
        line = dialog_line(screen);
    return line ? line : palette_line(screen);
}

void prompt_keep(struct app_context *app, uint64_t screen, const struct prompt *prompt, const char *title,
                 json_t *about)
{
    for (size_t i = kept.count; i-- > 0;)
        if (kept.items[i].screen == screen || !ui_find(app->ui, kept.items[i].screen))
            forget(i);
    struct screen *open = ui_find(app->ui, screen);
    const struct input *line = open ? line_of(open) : NULL;
    vec_push(&kept, ((struct open_prompt){.screen = screen,
                                          .prompt = prompt,
                                          .title = memory_strdup(title),
                                          .first = line ? memory_strdup(input_text(line)) : NULL,
                                          .about = about}));
}

json_t *prompt_line(struct screen *screen)
{
    const struct open_prompt *open = find(screen);
    const struct input *line = line_of(screen);
    bool other = line && open && strcmp(input_text(line), open->first ? open->first : "") != 0;
    return other ? json_string(input_text(line)) : NULL;
}

const char *prompt_text(const json_t *typed)
{
    return json_string_value(typed);
}

/* ---- the draft ---- */

const char *prompt_title(const struct screen *screen)
{
    const struct open_prompt *open = find(screen);
    return open ? open->title : NULL;
}

json_t *prompt_save(struct screen *screen)
{
    const struct open_prompt *open = find(screen);
    json_t *typed = open ? open->prompt->typed(screen) : NULL;
    if (!typed)
        return NULL;
    return json_pack("{s:s, s:O?, s:o}", "prompt", open->prompt->name, "about", open->about, "typed", typed);
}

bool prompt_open(struct app_context *app, const json_t *saved)
{
    const char *name = "";
    json_get_text(saved, "prompt", &name);
    const struct prompt *prompt = named(name);
    return prompt && prompt->open(app, json_object_get(saved, "about"), json_object_get(saved, "typed"));
}
