#include "client/views/path.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "base/utf8.h"
#include "client/link/part.h"
#include "client/ui/choices.h"
#include "client/ui/dialog.h"
#include "client/ui/input.h"
#include "client/ui/linear.h"
#include "client/ui/words.h"
#include "client/views/fault.h"

enum { NAMES_MAX = 500, BOX_COLS = 66, PATH_CHARS = 1000 };

struct path_box {
    struct screen screen;
    struct app_context *app;
    uint64_t below;
    char *title, *text;
    struct input input;
    struct choices names;
    enum path_kind kind;
    path_done *done;
    void (*cancelled)(void *context);
    void *context;
    char *chosen; /* asked about, since it is there already */
};

static struct path_box *box_of(struct screen *screen)
{
    return container_of(screen, struct path_box, screen);
}

/* ---- names that go on what was typed */

struct matches {
    char *names[NAMES_MAX];
    size_t count;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_folder(const char *folder, const char *name)
{
    struct stat about;
    char *path = NULL;
    if (asprintf(&path, "%s%s", folder, name) < 0)
        memory_exhausted();
    bool is = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
    free(path);
    return is;
}

/* Names with control characters cannot be typed, so they are not offered. */
static void read_folder(struct matches *matches, const char *folder, const char *begin)
{
    DIR *dir = opendir(*folder ? folder : ".");
    size_t len = strlen(begin);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) && matches->count < NAMES_MAX;) {
        const char *name = entry->d_name;
        bool hidden = *name == '.' && *begin != '.';
        if (hidden || strncmp(name, begin, len) != 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
            utf8_check(name, strlen(name), false) != UTF8_OK)
            continue;
        char *shown = NULL;
        if (asprintf(&shown, "%s%s", name, is_folder(folder, name) ? "/" : "") < 0)
            memory_exhausted();
        matches->names[matches->count++] = shown;
    }
    closedir(dir);
    qsort(matches->names, matches->count, sizeof(matches->names[0]), by_name);
}

static size_t common(const struct matches *matches)
{
    size_t len = strlen(matches->names[0]);
    for (size_t i = 1; i < matches->count; i++) {
        size_t same = 0;
        while (same < len && matches->names[0][same] == matches->names[i][same])
            same++;
        len = same;
    }
    while (len && ((unsigned char)matches->names[0][len] & 0xC0) == 0x80)
        len--;
    return len;
}

/* What was typed, with its last part replaced. */
static void put_name(struct path_box *box, const char *name, size_t len)
{
    const char *typed = input_text(&box->input), *slash = strrchr(typed, '/');
    struct str path cleanup(cleanup_str);
    str_init(&path, NULL);
    str_add_n(&path, typed, slash ? (size_t)(slash - typed) + 1 : 0);
    str_add_n(&path, name, len);
    input_set(&box->input, path.data);
}

static unsigned complete(struct path_box *box)
{
    char *real = part_path(input_text(&box->input)), *slash = strrchr(real, '/');
    struct matches matches = {.count = 0};
    char *begin = memory_strdup(slash ? slash + 1 : real);
    real[slash ? slash - real + 1 : 0] = '\0';
    read_folder(&matches, real, begin);
    choices_clear(&box->names);
    if (matches.count)
        put_name(box, matches.names[0], common(&matches));
    box->names.open = matches.count > 1;
    for (size_t i = 0; i < matches.count; i++) {
        if (box->names.open)
            choices_add(&box->names, (int64_t)i, matches.names[i], NULL);
        free(matches.names[i]);
    }
    free(begin);
    free(real);
    return matches.count ? SCREEN_REDRAW : SCREEN_REDRAW | SCREEN_BELL;
}

/* ---- the end */

static void finish(struct path_box *box)
{
    struct screen *below = ui_find(box->app->ui, box->below);
    char *path = box->chosen;
    box->chosen = NULL;
    if (below)
        box->cancelled = NULL;
    ui_close(box->app->ui, &box->screen);
    if (below)
        box->done(below, path, box->context);
    free(path);
}

static void on_overwrite(void *context, const struct dialog_answer *answer)
{
    struct path_box *box = context;
    if (answer->key == 'o' && unlink(box->chosen) == 0)
        finish(box);
    else if (answer->key == 'o')
        ui_say(box->app->ui, ROLE_ERROR, "%s: %s", box->chosen, fault_words(errno));
}

static unsigned accept(struct path_box *box)
{
    struct stat about;
    free(box->chosen);
    box->chosen = part_path(input_text(&box->input));
    int failed = stat(box->chosen, &about) < 0 ? errno : S_ISDIR(about.st_mode) ? EISDIR : 0;
    if (box->kind == PATH_TO_READ && !failed && access(box->chosen, R_OK) < 0)
        failed = errno;
    if (box->kind == PATH_TO_WRITE && failed == ENOENT && *box->chosen) {
        finish(box);
        return SCREEN_REDRAW;
    }
    if (failed) {
        ui_say(box->app->ui, ROLE_ERROR, "%s: %s", input_text(&box->input), fault_words(failed));
        return SCREEN_REDRAW | SCREEN_BELL;
    }
    if (box->kind == PATH_TO_READ) {
        finish(box);
        return SCREEN_REDRAW;
    }
    const struct dialog_button buttons[] = {{'o', _("Overwrite")}, {'n', _("Another name")}};
    dialog_confirm(box->app->ui, _("The file is there already"), box->chosen, buttons, array_len(buttons),
                   true, on_overwrite, box);
    return SCREEN_REDRAW;
}

static unsigned names_key(struct path_box *box, const struct key *key)
{
    const struct choices_item *item = choices_current(&box->names);
    switch (choices_key(&box->names, key)) {
    case CHOICES_TAKEN:
        if (item)
            put_name(box, item->text, strlen(item->text));
        box->names.open = false;
        return SCREEN_REDRAW;
    case CHOICES_CLOSED: box->names.open = false; return SCREEN_REDRAW;
    case CHOICES_USED: return SCREEN_REDRAW;
    default: box->names.open = false; return SCREEN_UNUSED;
    }
}

static unsigned path_key(struct screen *screen, const struct key *key)
{
    struct path_box *box = box_of(screen);
    unsigned used = box->names.open ? names_key(box, key) : SCREEN_UNUSED;
    if (used != SCREEN_UNUSED)
        return used;
    switch (key->code) {
    case K_TAB: return complete(box);
    case K_ENTER:
    case K_SAVE: return accept(box);
    case K_CANCEL:
    case K_LEAVE: return SCREEN_REDRAW | SCREEN_CLOSE;
    default: break;
    }
    switch (input_key(&box->input, key)) {
    case INPUT_UNUSED: return SCREEN_UNUSED;
    case INPUT_REFUSED: return SCREEN_BELL;
    default: return SCREEN_REDRAW;
    }
}

static void path_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct path_box *box = box_of(screen);
    int cols = MIN((int)BOX_COLS, body.cols - 2);
    int text = box->text ? canvas_wrap_count(box->text, cols - 4) : 0;
    int rows = MIN(text + (text > 0) + 3, body.rows);
    struct area in = canvas_box(
        canvas,
        (struct area){body.row + (body.rows - rows) / 2, body.col + (body.cols - cols) / 2, rows, cols},
        ROLE_BORDER, box->title);
    if (text)
        canvas_paragraph(canvas, (struct area){in.row, in.col, MIN(text, in.rows), in.cols}, ROLE_NORMAL,
                         box->text, 0);
    int row = in.row + MIN(text + (text > 0), in.rows - 1), label = utf8_width(_("File"));
    input_label(canvas, row, in.col, label, _("File"), true);
    input_draw(&box->input, canvas, row, in.col + label + 1, in.cols - label - 2, !box->names.open);
    if (box->names.open)
        choices_popup(&box->names, canvas, body, row, in.col + label + 1);
}

static void path_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_ENTER, _("Confirm"), 0);
    key_bar_add(bar, K_TAB, _("Fill in"), 1);
    key_bar_add(bar, K_CANCEL, _("Cancel"), 2);
    key_bar_add(bar, K_HELP, _("Help"), 3);
}

static void path_plain(struct screen *screen, struct str *out)
{
    struct path_box *box = box_of(screen);
    str_addf(out, "%s\n%s\n%s: %s\n", box->title, box->text ? box->text : "", _("File"),
             input_text(&box->input));
}

static void path_linear(struct screen *screen, struct linear *linear)
{
    struct path_box *box = box_of(screen);
    str_addf(&linear->text, "%s\n%s\n", box->title, box->text ? box->text : "");
    linear->line = &box->input;
    linear->line_label = _("File");
}

static void path_close(struct screen *screen)
{
    struct path_box *box = box_of(screen);
    if (box->cancelled)
        box->cancelled(box->context);
    input_finish(&box->input);
    choices_finish(&box->names);
    free(box->title);
    free(box->text);
    free(box->chosen);
    free(box);
}

static const struct screen_ops path_ops = {
    .name = "path",
    .overlay = true,
    .key = path_key,
    .draw = path_draw,
    .keys = path_keys,
    .about = N_("The name of a file on this machine. ~ is your home. Tab goes on with the names there are."),
    .plain = path_plain,
    .linear = path_linear,
    .close = path_close,
};

const struct input *path_line(struct screen *screen)
{
    return screen->ops == &path_ops ? &box_of(screen)->input : NULL;
}

uint64_t path_ask(struct app_context *app, struct screen *below, const char *title, const char *text,
                  const char *start, enum path_kind kind, path_done *done, void (*cancelled)(void *context),
                  void *context)
{
    struct path_box *box = memory_zeroed(1, sizeof(*box));
    *box = (struct path_box){.app = app,
                             .below = below->id,
                             .kind = kind,
                             .done = done,
                             .cancelled = cancelled,
                             .context = context};
    box->screen.ops = &path_ops;
    box->title = memory_strdup(title);
    box->text = text ? memory_strdup(text) : NULL;
    input_init(&box->input, INPUT_TEXT, PATH_CHARS);
    box->input.required = true;
    choices_init(&box->names);
    if (start)
        input_set(&box->input, start);
    ui_open(app->ui, &box->screen);
    return box->screen.id;
}
