#include "client/ui/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "client/ui/screen.h"

static enum screen_wait wait_of(const struct ui *ui)
{
    struct screen *top = ui_top(ui);
    return top && top->ops->waiting ? top->ops->waiting(top) : SCREEN_READY;
}

static bool is_waiting(const struct ui *ui)
{
    enum screen_wait wait = wait_of(ui);
    return wait == SCREEN_WAITS_LONG || (wait == SCREEN_WAITS && !ui->ahead.out_of_patience);
}

void ahead_forget(struct ahead *ahead)
{
    for (int i = 0; i < ahead->count; i++)
        free((char *)ahead->keys[i].paste);
    ahead->count = 0;
    ahead->since_ms = 0;
    ahead->out_of_patience = false;
}

static void keep(struct ahead *ahead, const struct key *key)
{
    struct key *kept = &ahead->keys[ahead->count++];
    *kept = *key;
    if (key->paste)
        kept->paste = memcpy(memory_zeroed(1, key->paste_len + 1), key->paste, key->paste_len);
}

static struct key take(struct ahead *ahead)
{
    struct key key = ahead->keys[0];
    memmove(ahead->keys, ahead->keys + 1, (size_t)--ahead->count * sizeof(key));
    return key;
}

bool ahead_keep(struct ui *ui, const struct key *key)
{
    struct ahead *ahead = &ui->ahead;
    if (ahead->going)
        return false;
    if (key->code == K_CANCEL || key->code == K_CTRL('C')) {
        ahead_forget(ahead);
        return false;
    }
    if (!ahead->count && !is_waiting(ui))
        return false;
    if (ahead->count == AHEAD_MAX) {
        ui->bell = true;
        return true;
    }
    keep(ahead, key);
    return true;
}

void ahead_go(struct ui *ui)
{
    struct ahead *ahead = &ui->ahead;
    while (ahead->count && !ui->busy && !is_waiting(ui)) {
        struct key key = take(ahead);
        ahead->going = true;
        ui_key(ui, &key);
        ahead->going = false;
        free((char *)key.paste);
        if (ui->drop_input)
            ahead_forget(ahead);
    }
    if (!ahead->count)
        ahead_forget(ahead);
}

void ahead_tick(struct ui *ui, int64_t now_ms)
{
    struct ahead *ahead = &ui->ahead;
    if (!ahead->count)
        return;
    if (wait_of(ui) == SCREEN_WAITS_LONG)
        ahead->since_ms = 0;
    else if (!ahead->since_ms)
        ahead->since_ms = now_ms;
    else if (now_ms - ahead->since_ms > AHEAD_PATIENCE_MS)
        ahead->out_of_patience = true;
}
