#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "client/ui/term-private.h"

static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";

/* A line in row 2 and where the cursor is then; the row is cleared again before the first frame. */
static const char probe[] = "\033[2;1H\xe2\x94\x80\033[6n\r\033[K\033[H";

enum { READ_BYTES = 4096, READ_MOST = 128 * 1024, STOP_WAIT_MS = 500 };

int64_t term_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/*
 * The same terminal under a description of our own: O_NONBLOCK on the one we were given would be the shell's
 * and every other program's too.
 */
static int reopen(int fd, int mode)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int own = open(path, mode | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    return own >= 0 ? own : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static void measure(const struct term *term, int *rows_r, int *cols_r)
{
    struct winsize size = {0};
    bool known = ioctl(term->out, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col;
    *rows_r = known ? size.ws_row : 24;
    *cols_r = known ? size.ws_col : 80;
}

static void make_raw(const struct term *term)
{
    struct termios raw = term->saved;
    cfmakeraw(&raw);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(term->in, TCSADRAIN, &raw);
}

void term_add(struct term *term, const char *bytes)
{
    str_add(&term->unsent, bytes);
}

void term_collect(struct term *term)
{
    off_t n = lseek(term->memory, 0, SEEK_CUR);
    if (n <= 0)
        return;
    str_reserve(&term->unsent, (size_t)n);
    ssize_t got = pread(term->memory, term->unsent.data + term->unsent.len, (size_t)n, 0);
    if (got > 0) {
        term->unsent.len += (size_t)got;
        term->unsent.data[term->unsent.len] = '\0';
    }
    lseek(term->memory, 0, SEEK_SET);
    if (ftruncate(term->memory, 0) != 0)
        return; /* old bytes behind the new ones are never read */
}

static int open_descriptors(struct term *term, const struct term_options *options)
{
    if (tcgetattr(options->in, &term->saved) != 0 || !isatty(options->out))
        return -ENOTTY;
    term->in = reopen(options->in, O_RDONLY);
    term->out = reopen(options->out, O_WRONLY);
    term->memory = memfd_create("frame", MFD_CLOEXEC);
    if (term->in < 0 || term->out < 0 || term->memory < 0)
        return -errno;
    term->to_memory = fdopen(term->memory, "w");
    int in = fcntl(term->in, F_DUPFD_CLOEXEC, 3);
    term->from_tty = in < 0 ? NULL : fdopen(in, "r");
    return term->to_memory && term->from_tty ? 0 : -ENOMEM;
}

static void close_descriptors(struct term *term)
{
    if (term->to_memory)
        fclose(term->to_memory);
    else if (term->memory >= 0)
        close(term->memory);
    if (term->from_tty)
        fclose(term->from_tty);
    if (term->in >= 0)
        close(term->in);
    if (term->out >= 0)
        close(term->out);
}

static void free_term(struct term *term)
{
    close_descriptors(term);
    keys_finish(&term->keys);
    str_finish(&term->unsent);
    canvas_finish(&term->shown);
    free(term);
}

/* "0;15": what some terminals say of their colours, ink and ground. */
static bool light_ground(void)
{
    const char *says = getenv("COLORFGBG");
    const char *ground = says ? strrchr(says, ';') : NULL;
    return ground && (strcmp(ground, ";7") == 0 || strcmp(ground, ";15") == 0);
}

static void choose_theme(struct term *term, const struct term_options *options)
{
    const char *no_color = getenv("NO_COLOR");
    term->theme = options->theme;
    if (!options->theme_given && term->theme == THEME_DARK && light_ground())
        term->theme = THEME_LIGHT;
    if (!term->colours || (!options->theme_given && no_color && *no_color))
        term->theme = THEME_MONO;
}

/* What a crash handler will write: the terminal as we found it. */
static void arm(struct term *term)
{
    struct str bytes;
    str_init(&bytes, NULL);
    static const char *const capabilities[] = {"sgr0", "op", "cnorm", "rmcup"};
    str_add(&bytes, paste_off);
    for (size_t i = 0; i < array_len(capabilities); i++)
        str_add(&bytes, curses_text(capabilities[i]));
    str_add(&bytes, "\r\n");
    restore_arm(term->out, &term->saved, bytes.data, bytes.len);
    str_finish(&bytes);
}

/* The first bytes: the other screen, pasting in brackets, and the question how wide a line is. */
static void greet(struct term *term)
{
    struct canvas empty;
    canvas_init(&empty, term->rows, term->cols);
    canvas_cursor(&empty, 0, 0);
    term->cursor_shown = true;
    curses_frame(term, &empty);
    canvas_finish(&empty);
    term_collect(term);
    term_add(term, paste_on);
    term->narrow = term->borders == BORDERS_ASCII;
    term->probing = term->borders == BORDERS_AUTO && strcmp(curses_text("u7"), "\033[6n") == 0;
    if (term->probing)
        term_add(term, probe);
    term->shown_valid = false;
}

int term_start(struct term **term_r, const struct term_options *options)
{
    struct term *term = memory_zeroed(1, sizeof(*term));
    term->in = term->out = term->memory = -1;
    term->counters.key_us = -1;
    keys_init(&term->keys);
    str_init(&term->unsent, NULL);
    int result = open_descriptors(term, options);
    if (result == 0)
        result = curses_start(term, options->type ? options->type : getenv("TERM"));
    if (result != 0) {
        free_term(term);
        return result;
    }
    term->slow = slow_speed(cfgetospeed(&term->saved), NULL);
    measure(term, &term->rows, &term->cols);
    canvas_init(&term->shown, term->rows, term->cols);
    term->borders = options->borders;
    choose_theme(term, options);
    curses_pairs(term);
    curses_define_keys(term);
    curses_resize(term);
    arm(term);
    make_raw(term);
    greet(term);
    *term_r = term;
    return term_flush(term);
}

/* For the last words: a slow line gets a moment. */
static void drain(struct term *term)
{
    for (int64_t end = term_now_us() + STOP_WAIT_MS * 1000; term_unsent(term) && term_now_us() < end;) {
        term->idle_us = 0;
        struct pollfd wait = {.fd = term->out, .events = POLLOUT};
        poll(&wait, 1, 50);
        if (term_flush(term) != 0)
            return;
    }
}

void term_again(struct term *term)
{
    make_raw(term);
    term_add(term, paste_on);
    term_repaint(term);
}

void term_stop(struct term *term)
{
    if (!term)
        return;
    term_add(term, paste_off);
    curses_leave(term);
    drain(term);
    tcsetattr(term->in, TCSADRAIN, &term->saved);
    restore_disarm();
    curses_stop(term);
    free_term(term);
}

void term_size(const struct term *term, int *rows_r, int *cols_r)
{
    *rows_r = term->rows;
    *cols_r = term->cols;
}

bool term_resized(struct term *term)
{
    int rows, cols;
    measure(term, &rows, &cols);
    term_repaint(term); /* there and back before we looked: what is shown may be cut off */
    if (rows == term->rows && cols == term->cols)
        return false;
    term->rows = rows;
    term->cols = cols;
    canvas_resize(&term->shown, rows, cols);
    curses_resize(term);
    return true;
}

bool term_slow(const struct term *term)
{
    return term->slow;
}

int term_in(const struct term *term)
{
    return term->in;
}

int term_out(const struct term *term)
{
    return term->out;
}

void term_set_borders(struct term *term, enum borders borders)
{
    term->borders = borders;
    term->narrow = borders == BORDERS_ASCII || (borders == BORDERS_AUTO && term->wide);
    term_repaint(term);
}

void term_set_theme(struct term *term, enum theme theme)
{
    term->theme = term->colours ? theme : THEME_MONO;
    curses_pairs(term);
    term_repaint(term);
}

const struct term_counters *term_counters(const struct term *term)
{
    return &term->counters;
}

static void note_key(struct term *term)
{
    term->key_at_us = term_now_us();
    term->key_from_bytes = term->counters.bytes;
    term->key_waits = true;
    term->counters.key_us = -1;
    term->counters.key_bytes = 0;
}

/* The terminal's answer to the probe is ours; the rest goes on. */
struct relay {
    struct term *term;
    key_handler *handler;
    void *context;
    bool noted;
};

static void relay_key(void *context, const struct key *key)
{
    struct relay *relay = context;
    struct term *term = relay->term;
    if (key->kind != KEY_REPORT) {
        if (!relay->noted)
            note_key(term);
        relay->noted = true;
        relay->handler(relay->context, key);
    } else if (term->probing) {
        term->probing = false;
        if (key->code == 3) {
            term->wide = true;
            term->narrow = term->borders != BORDERS_LINES;
            term_repaint(term);
        }
    }
}

int term_read(struct term *term, key_handler *handler, void *context)
{
    struct relay relay = {.term = term, .handler = handler, .context = context};
    char bytes[READ_BYTES];
    for (size_t total = 0; total < READ_MOST;) {
        struct pollfd ready = {.fd = term->in, .events = POLLIN};
        if (poll(&ready, 1, 0) <= 0 || !(ready.revents & (POLLIN | POLLHUP | POLLERR)))
            return 0;
        ssize_t n = read(term->in, bytes, sizeof(bytes));
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        relay.noted = false;
        keys_feed(&term->keys, bytes, (size_t)n, relay_key, &relay);
        total += (size_t)n;
    }
    return 0; /* the rest at the next turn of the loop */
}

int term_wait_ms(const struct term *term)
{
    int keys = keys_wait_ms(&term->keys), line = term_unsent(term) ? term_line_ms(term) : -1;
    return keys < 0 || (line >= 0 && line < keys) ? line : keys;
}

void term_timeout(struct term *term, key_handler *handler, void *context)
{
    struct relay relay = {.term = term, .handler = handler, .context = context};
    keys_timeout(&term->keys, relay_key, &relay);
}

void term_drop_input(struct term *term)
{
    tcflush(term->in, TCIFLUSH);
    keys_drop(&term->keys);
}

size_t term_unsent(const struct term *term)
{
    return term->unsent.len - term->sent;
}

/* Everything is out: the key that caused it has been answered. */
static void note_sent(struct term *term)
{
    str_clear(&term->unsent);
    term->sent = 0;
    if (!term->key_waits || term->counters.bytes == term->key_from_bytes)
        return;
    term->key_waits = false;
    term->counters.key_bytes = term->counters.bytes - term->key_from_bytes;
    term->counters.key_us = term_now_us() - term->key_at_us;
    term->counters.key_us_max = MAX(term->counters.key_us_max, term->counters.key_us);
}

int term_flush(struct term *term)
{
    while (term_unsent(term)) {
        size_t share = MIN(slow_share(term), term_unsent(term));
        if (!share)
            return 0;
        ssize_t n = write(term->out, term->unsent.data + term->sent, share);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : -errno;
        term->sent += (size_t)n;
        slow_sent(term, (size_t)n);
        term->counters.bytes += (uint64_t)n;
    }
    note_sent(term);
    return 0;
}

static bool same_as_shown(const struct term *term, const struct canvas *canvas)
{
    const struct canvas *shown = &term->shown;
    size_t size = (size_t)canvas->rows * (size_t)canvas->cols * sizeof(struct cell);
    return term->shown_valid && canvas->rows == shown->rows && canvas->cols == shown->cols &&
           canvas->cursor_row == shown->cursor_row && canvas->cursor_col == shown->cursor_col &&
           memcmp(canvas->cells, shown->cells, size) == 0;
}

void term_keep_shown(struct term *term, const struct canvas *canvas)
{
    struct canvas *shown = &term->shown;
    if (shown->rows != canvas->rows || shown->cols != canvas->cols)
        canvas_resize(shown, canvas->rows, canvas->cols);
    memcpy(shown->cells, canvas->cells, (size_t)canvas->rows * (size_t)canvas->cols * sizeof(struct cell));
    shown->cursor_row = canvas->cursor_row;
    shown->cursor_col = canvas->cursor_col;
    term->shown_valid = true;
}

void term_keep_row(struct term *term, const struct canvas *canvas, int row)
{
    size_t cols = (size_t)canvas->cols;
    memcpy(&term->shown.cells[(size_t)row * cols], &canvas->cells[(size_t)row * cols],
           cols * sizeof(struct cell));
    term->shown.cursor_row = canvas->cursor_row;
    term->shown.cursor_col = canvas->cursor_col;
}

int term_paint(struct term *term, const struct canvas *canvas)
{
    if (same_as_shown(term, canvas))
        return term_flush(term);
    int result = term_flush(term);
    if (result != 0 || term_unsent(term))
        return result ? result : 1;
    if (term->shown.rows != canvas->rows || term->shown.cols != canvas->cols)
        term->shown_valid = false;
    bool whole = true;
    if (term->slow) {
        whole = slow_paint(term, canvas);
    } else {
        curses_frame(term, canvas);
        term_collect(term);
        term_keep_shown(term, canvas);
    }
    term->counters.frames++;
    result = term_flush(term);
    return result ? result : !whole;
}

void term_repaint(struct term *term)
{
    term->shown_valid = false;
}

void term_bell(struct term *term)
{
    term_add(term, "\a");
}
