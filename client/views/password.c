/* Changing one's own password: from the menu, or because the server wants a new one before anything else. */
#include <stdlib.h>
#include <string.h>

#include "client/ui/words.h"
#include "client/views/ask.h"
#include "client/views/login.h"
#include "client/views/sheet.h"
#include "client/views/sheet_linear.h"
#include "client/views/text.h"
#include "wire/json.h"

struct password {
    struct screen screen;
    struct app_context *app;
    struct sheet sheet;
    bool forced, waiting;
};

static const struct field fields[] = {
    {.name = "old",
     .label = N_("Old password"),
     .type = FIELD_TEXT,
     .max = 256,
     .required = true,
     .secret = true},
    {.name = "new",
     .label = N_("New password"),
     .type = FIELD_TEXT,
     .max = 256,
     .required = true,
     .secret = true},
    {.name = "again",
     .label = N_("Once more"),
     .type = FIELD_TEXT,
     .max = 256,
     .required = true,
     .secret = true},
};

static struct password *password_of(struct screen *screen)
{
    return container_of(screen, struct password, screen);
}

static void on_answer(struct screen *screen, const struct answer *answer, void *context)
{
    struct password *password = context;
    struct arena *arena cleanup(cleanup_arena) = arena_create(0);
    const char *field = "old";
    password->waiting = false;
    if (answer->code == ERR_NONE) {
        ui_say(screen->ui, ROLE_GOOD, "%s", _("The password is changed"));
        if (password->forced)
            password->app->command(password->app, APP_CONTINUE);
        else
            ui_close(screen->ui, screen);
        return;
    }
    ahead_forget(&screen->ui->ahead);
    json_get_text(answer->object, "field", &field);
    sheet_accuse(&password->sheet, field, answer_text(arena, NULL, answer));
    ui_say(screen->ui, ROLE_ERROR, "%s", answer_text(arena, NULL, answer));
}

static void submit(struct password *password)
{
    if (password->waiting || !sheet_check(&password->sheet))
        return;
    if (strcmp(sheet_value(&password->sheet, "new"), sheet_value(&password->sheet, "again")) != 0) {
        sheet_accuse(&password->sheet, "again", _("The two new passwords differ"));
        ui_say(password->app->ui, ROLE_ERROR, "%s", _("The two new passwords differ"));
        return;
    }
    password->waiting = true;
    json_t *args = sheet_changes(&password->sheet, true);
    json_object_del(args, "again");
    ask(password->app, &password->screen, "session.password", args, CALL_READ, NULL, on_answer, password);
}

static void on_leave(struct sheet *sheet)
{
    submit(container_of(sheet, struct password, sheet));
}

static const struct sheet_ops sheet_ops = {.leave = on_leave};

static unsigned password_key(struct screen *screen, const struct key *key)
{
    struct password *password = password_of(screen);
    switch (sheet_key(&password->sheet, key)) {
    case SHEET_USED: return SCREEN_REDRAW;
    case SHEET_REFUSED: return SCREEN_BELL;
    default: break;
    }
    switch (key->code) {
    case K_SAVE: submit(password); return SCREEN_REDRAW;
    case K_CTRL('E'): password->app->command(password->app, APP_LANGUAGE); return SCREEN_REDRAW;
    case K_LEAVE:
    case K_CANCEL:
        if (!password->forced)
            return SCREEN_REDRAW | SCREEN_CLOSE;
        password->app->command(password->app, APP_QUIT);
        return SCREEN_REDRAW;
    default: return password->forced ? SCREEN_BELL : SCREEN_UNUSED;
    }
}

static enum screen_wait password_waiting(struct screen *screen)
{
    return password_of(screen)->waiting ? SCREEN_WAITS_LONG : SCREEN_READY;
}

/* ---- how good the new one is: by its length, its kinds of characters and how many differ; the server has the last word */

enum { LEAST = 10 };

static int kinds_of(const char *text)
{
    bool lower = false, upper = false, digit = false, other = false;
    for (const char *c = text; *c; c++) {
        lower |= *c >= 'a' && *c <= 'z';
        upper |= *c >= 'A' && *c <= 'Z';
        digit |= *c >= '0' && *c <= '9';
        other |= !((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9'));
    }
    return lower + upper + digit + other;
}

static int distinct_of(const char *text)
{
    bool seen[256] = {false};
    int count = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        count += !seen[*c];
        seen[*c] = true;
    }
    return count;
}

static int length_of(const char *text)
{
    int count = 0;
    for (; *text; text++)
        count += (*text & 0xc0) != 0x80;
    return count;
}

static const char *strength(const char *text, enum role *role)
{
    int score = distinct_of(text) + 2 * kinds_of(text);
    *role = score < 12 ? ROLE_WARNING : score < 18 ? ROLE_NORMAL : ROLE_GOOD;
    return score < 12 ? _("Weak: easily guessed") : score < 18 ? _("Fair") : _("Strong");
}

static const char *new_text(struct password *password)
{
    const struct sheet_entry *entry = sheet_current(&password->sheet);
    if (entry && strcmp(entry->field->name, "new") == 0 && password->sheet.editing)
        return input_text(&password->sheet.input);
    const char *value = sheet_value(&password->sheet, "new");
    return value ? value : "";
}

static void strength_words(struct password *password, struct str *out, enum role *role)
{
    const char *text = new_text(password);
    int length = length_of(text);
    *role = ROLE_DIM;
    if (length == 0)
        return;
    if (length < LEAST)
        str_addf(out, _("Too short: %d of %d characters"), length, (int)LEAST);
    else
        str_addf(out, "%s", strength(text, role));
}

static void draw_strength(struct password *password, struct canvas *canvas, struct area area)
{
    enum role role;
    struct str words cleanup(cleanup_str);
    str_init(&words, NULL);
    strength_words(password, &words, &role);
    if (words.len && area.rows > 0)
        canvas_text(canvas, area.row, area.col, area.cols, role, ALIGN_LEFT, words.data);
}

static void password_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct password *password = password_of(screen);
    if (password->forced)
        canvas_paragraph(canvas, (struct area){body.row, body.col, 2, body.cols}, ROLE_WARNING,
                         _("Choose a password of your own before you go on."), 0);
    struct area area = {body.row + 2, body.col, body.rows - 2, MIN(body.cols, 60)};
    if (area.rows > 0)
        sheet_draw(&password->sheet, canvas, area);
    draw_strength(password, canvas, (struct area){body.row + 6, body.col + 1, body.rows - 6, body.cols - 1});
}

static void password_keys(struct screen *screen, struct key_bar *bar)
{
    struct password *password = password_of(screen);
    key_bar_add(bar, K_SAVE, _("Change"), 0);
    key_bar_add(bar, K_LEAVE, password->forced ? _("Leave") : _("Cancel"), 1);
}

static void password_linear(struct screen *screen, struct linear *linear)
{
    struct password *password = password_of(screen);
    if (password->forced)
        str_add(&linear->text, _("Choose a password of your own before you go on."));
    sheet_linear(&password->sheet, linear);
    linear->asks = true;
}

static void password_plain(struct screen *screen, struct str *out)
{
    sheet_plain(&password_of(screen)->sheet, out);
}

static void password_close(struct screen *screen)
{
    struct password *password = password_of(screen);
    sheet_finish(&password->sheet);
    free(password);
}

static const struct screen_ops password_ops = {
    .name = "password",
    .key = password_key,
    .waiting = password_waiting,
    .draw = password_draw,
    .heading = N_("Change password"),
    .keys = password_keys,
    .plain = password_plain,
    .linear = password_linear,
    .close = password_close,
};

static struct password *create(struct app_context *app, bool forced)
{
    struct password *password = memory_zeroed(1, sizeof(*password));
    *password = (struct password){.app = app, .forced = forced};
    password->screen.ops = &password_ops;
    sheet_init(&password->sheet, app, &password->screen, &sheet_ops);
    for (size_t i = 0; i < array_len(fields); i++)
        sheet_add(&password->sheet, &fields[i]);
    ui_open(app->ui, &password->screen);
    return password;
}

uint64_t login_password_open(struct app_context *app, uint64_t login)
{
    struct screen *screen = ui_find(app->ui, login);
    if (screen)
        ui_close(app->ui, screen); /* first: what stands over a screen goes with it */
    return create(app, true)->screen.id;
}

void password_open(struct app_context *app)
{
    create(app, false);
}
