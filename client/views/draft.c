#include "client/views/draft.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "client/ui/words.h"
#include "client/views/fault.h"
#include "client/views/prompt.h"
#include "wire/json.h"

enum { KINDS_MAX = 16, IDLE_MS = 250, LATEST_MS = 600, LOOK_MS = 1000 };

/* A screen and its file. */
struct kept {
    uint64_t screen;
    char name[DRAFT_NAME_SIZE];
    char *text; /* as written last; NULL: not by this program */
    bool dirty; /* it was, once: when it is no more, it was saved or thrown away */
};

struct drafts {
    struct app_context *app;
    struct draft_box box;
    char user[64];
    VEC(struct kept) kept;
    int64_t first_key_ms, last_key_ms, looked_ms; /* 0: none since the last writing */
    bool told, failed;
};

static const struct draft_kind *kinds[KINDS_MAX];
static size_t nkinds;

void draft_register(const struct draft_kind *kind)
{
    for (size_t i = 0; i < nkinds; i++)
        if (kinds[i] == kind)
            return;
    if (nkinds < KINDS_MAX)
        kinds[nkinds++] = kind;
}

/* Whatever screen it is typed in. */
static const struct draft_kind prompt_kind = {.name = "prompt", .save = prompt_save, .open = prompt_open};

static const struct draft_kind *kind_of(const struct screen *screen)
{
    for (size_t i = 0; i < nkinds; i++)
        if (kinds[i]->ops == screen->ops)
            return kinds[i];
    return prompt_title(screen) ? &prompt_kind : NULL;
}

struct drafts *drafts_create(struct app_context *app)
{
    struct drafts *drafts = memory_zeroed(1, sizeof(*drafts));
    *drafts = (struct drafts){.app = app, .box = {.dir = -1, .live = -1}};
    draft_register(&prompt_kind);
    return drafts;
}

static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

static void forget(struct drafts *drafts)
{
    vec_each(struct kept, kept, &drafts->kept) wipe(kept->text);
    vec_clear(&drafts->kept);
}

void drafts_destroy(struct drafts *drafts)
{
    if (!drafts)
        return;
    drafts_write(drafts);
    forget(drafts);
    vec_finish(&drafts->kept);
    draft_box_close(&drafts->box);
    free(drafts);
}

bool drafts_kept(const struct drafts *drafts)
{
    return drafts && draft_box_is_open(&drafts->box) && !drafts->failed;
}

/* 32 bytes are 44 characters of base64, the last of them padding. */
static bool read_key(const char *text, unsigned char key[DRAFT_KEY_BYTES])
{
    enum { TEXT = 44, BYTES = 33 };
    unsigned char bytes[BYTES];
    bool good = text && strlen(text) == TEXT && text[TEXT - 1] == '=' && text[TEXT - 2] != '=' &&
                EVP_DecodeBlock(bytes, (const unsigned char *)text, TEXT) == BYTES;
    if (good)
        memcpy(key, bytes, DRAFT_KEY_BYTES);
    explicit_bzero(bytes, sizeof(bytes));
    return good;
}

void drafts_login(struct drafts *drafts, const char *user, const char *key)
{
    unsigned char bytes[DRAFT_KEY_BYTES];
    bool same = strcmp(drafts->user, user) == 0;
    bool good = read_key(key, bytes);
    if (same && good && draft_box_is_open(&drafts->box) &&
        memcmp(bytes, drafts->box.key, sizeof(bytes)) == 0) {
        explicit_bzero(bytes, sizeof(bytes));
        return;
    }
    drafts_write(drafts);
    if (!same) {
        forget(drafts);
        drafts->told = false;
    }
    draft_box_close(&drafts->box);
    snprintf(drafts->user, sizeof(drafts->user), "%s", user);
    drafts->failed = good && draft_box_open(&drafts->box, bytes) < 0;
    explicit_bzero(bytes, sizeof(bytes));
    for (size_t i = drafts->kept.count; same && i-- > 0;) { /* the server has another key: names are others */
        draft_box_name(&drafts->box, drafts->kept.items[i].name);
        wipe(drafts->kept.items[i].text);
        drafts->kept.items[i].text = NULL;
    }
}

/* ---- writing ---- */

static struct kept *kept_of(struct drafts *drafts, uint64_t screen)
{
    vec_each(struct kept, kept, &drafts->kept) if (kept->screen == screen) return kept;
    return NULL;
}

static void drop(struct drafts *drafts, size_t index)
{
    struct kept *kept = &drafts->kept.items[index];
    draft_box_remove(&drafts->box, kept->name);
    wipe(kept->text);
    *kept = vec_last(&drafts->kept);
    drafts->kept.count--;
}

static void put_title(struct screen *screen, json_t *draft)
{
    const char *prompt = prompt_title(screen);
    struct str title cleanup(cleanup_str);
    str_init(&title, NULL);
    if (prompt)
        str_add(&title, prompt);
    else
        screen_title(screen, &title);
    json_object_set_new(draft, "title", json_string(title.data));
}

static void say_failed(struct drafts *drafts, int fault)
{
    if (drafts->failed)
        return;
    drafts->failed = true;
    ui_say(drafts->app->ui, ROLE_WARNING, _("What you type cannot be kept on this machine's disk: %s"),
           fault_words(-fault));
    ui_redraw(drafts->app->ui);
}

static void keep(struct drafts *drafts, struct screen *screen, const struct draft_kind *kind, json_t *saved)
{
    struct kept *kept = kept_of(drafts, screen->id);
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    if (!kept) {
        vec_push(&drafts->kept, (struct kept){.screen = screen->id});
        kept = &vec_last(&drafts->kept);
        draft_box_name(&drafts->box, kept->name);
    }
    kept->dirty = true;
    json_t *draft = json_pack("{s:s, s:o}", "kind", kind->name, "state", saved);
    put_title(screen, draft);
    json_write(draft, &text);
    json_decref(draft);
    if (!kept->text || strcmp(kept->text, text.data) != 0) {
        int fault = draft_box_write(&drafts->box, kept->name, text.data, text.len);
        if (fault) {
            say_failed(drafts, fault);
        } else {
            drafts->failed = false;
            wipe(kept->text);
            kept->text = str_steal(&text);
        }
    }
    explicit_bzero(text.data, text.len);
}

static void look_at(struct drafts *drafts, struct screen *screen)
{
    const struct draft_kind *kind = screen->closing ? NULL : kind_of(screen);
    json_t *saved = kind ? kind->save(screen) : NULL;
    struct kept *kept = kept_of(drafts, screen->id);
    if (saved)
        keep(drafts, screen, kind, saved);
    else if (kept && kept->dirty)
        drop(drafts, (size_t)(kept - drafts->kept.items));
}

void drafts_write(struct drafts *drafts)
{
    struct ui *ui = drafts->app->ui;
    drafts->first_key_ms = 0;
    drafts->looked_ms = time_monotonic_ms();
    if (!draft_box_is_open(&drafts->box))
        return;
    for (size_t i = drafts->kept.count; i-- > 0;)
        if (!ui_find(ui, drafts->kept.items[i].screen))
            drop(drafts, i);
    for (size_t t = 0; t < ui->tasks.count; t++)
        for (size_t s = 0; s < ui->tasks.items[t].stack.count; s++)
            look_at(drafts, ui->tasks.items[t].stack.items[s]);
}

void drafts_key_pressed(struct drafts *drafts)
{
    drafts->last_key_ms = time_monotonic_ms();
    if (!drafts->first_key_ms)
        drafts->first_key_ms = drafts->last_key_ms;
}

/* In a pause of the typing, but within a second; and for what an answer saved without a key. */
void drafts_tick(struct drafts *drafts, int64_t now_ms)
{
    bool pause = drafts->first_key_ms &&
                 (now_ms - drafts->last_key_ms >= IDLE_MS || now_ms - drafts->first_key_ms >= LATEST_MS);
    if (pause || (drafts->kept.count && now_ms - drafts->looked_ms >= LOOK_MS))
        drafts_write(drafts);
}

/* ---- what is found ---- */

static json_t *read_one(struct drafts *drafts, const char *name, struct instant *at_r, bool *damaged_r)
{
    struct str text cleanup(cleanup_str);
    struct json_fault fault;
    str_init(&text, NULL);
    enum draft_fault result = draft_box_read(&drafts->box, name, &text, at_r);
    *damaged_r = result == DRAFT_DAMAGED;
    json_t *saved = result == DRAFT_OK ? json_read_reply(text.data, text.len, &fault) : NULL;
    explicit_bzero(text.data, text.len);
    return saved;
}

size_t drafts_read(struct drafts *drafts, draft_entries *entries)
{
    draft_list found = {0};
    size_t damaged = 0;
    draft_entries_finish(entries);
    draft_box_list(&drafts->box, &found);
    vec_each(const struct draft_found, each, &found)
    {
        struct draft_entry entry = {.at = each->at};
        bool bad;
        memcpy(entry.name, each->name, sizeof(entry.name));
        entry.saved = read_one(drafts, each->name, &entry.at, &bad);
        damaged += bad;
        entry.title = "";
        json_get_text(entry.saved, "title", &entry.title);
        if (entry.saved)
            vec_push(entries, entry);
    }
    vec_finish(&found);
    return damaged;
}

void draft_entries_finish(draft_entries *entries)
{
    vec_each(struct draft_entry, entry, entries) json_decref(entry->saved);
    vec_finish(entries);
}

static const struct draft_kind *kind_named(const struct draft_entry *entry)
{
    const char *name = "";
    json_get_text(entry->saved, "kind", &name);
    for (size_t i = 0; i < nkinds; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

/* What goes on unasked. It is written anew with its screen before the old file goes. False: it is for the list. */
static bool take_unasked(struct drafts *drafts, const struct draft_entry *entry)
{
    const struct draft_kind *kind = kind_named(entry);
    if (!kind || !kind->take || !kind->take(drafts->app, json_object_get(entry->saved, "state")))
        return false;
    drafts_write(drafts);
    if (!drafts->failed)
        draft_box_remove(&drafts->box, entry->name);
    return true;
}

bool drafts_open(struct drafts *drafts, const struct draft_entry *entry)
{
    const struct draft_kind *kind = kind_named(entry);
    if (!kind || !kind->open || !kind->open(drafts->app, json_object_get(entry->saved, "state")))
        return false;
    const struct screen *screen = ui_top(drafts->app->ui);
    if (!screen || kind_of(screen) != kind)
        return false;
    vec_push(&drafts->kept, (struct kept){.screen = screen->id});
    memcpy(vec_last(&drafts->kept).name, entry->name, DRAFT_NAME_SIZE);
    drafts_write(drafts);
    return true;
}

void drafts_remove(struct drafts *drafts, const struct draft_entry *entry)
{
    draft_box_remove(&drafts->box, entry->name);
}

void drafts_tell(struct app_context *app)
{
    struct drafts *drafts = app->drafts;
    draft_entries entries = {0};
    if (!drafts || drafts->told || !draft_box_is_open(&drafts->box))
        return;
    drafts->told = true;
    size_t damaged = drafts_read(drafts, &entries), left = 0;
    vec_each(const struct draft_entry, entry, &entries) left += !take_unasked(drafts, entry);
    if (left) {
        ahead_forget(&app->ui->ahead); /* meant for the menu */
        drafts_show(app);
    }
    if (damaged)
        ui_say(app->ui, ROLE_ERROR, _("Damaged drafts: %zu. They were put aside under %s"), damaged,
               "$XDG_STATE_HOME/yizhan/drafts");
    draft_entries_finish(&entries);
}
