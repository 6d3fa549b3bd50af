/* The real thing on a pseudo terminal, read back by libvterm as a person's terminal would show it. */
#include "ui_test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

#include "base/rand.h"
#include "client/ui/dialog.h"
#include "client/ui/front.h"
#include "client/ui/input.h"

struct seat {
    int master, slave;
    VTerm *vterm;
    VTermScreen *screen;
    struct term *term;
    int rows, cols;
    struct str heard;
};

/* What the terminal answers (the cursor's place) goes back to the program. */
static void vterm_says(const char *bytes, size_t n, void *context)
{
    struct seat *seat = context;
    assert_int_equal(write(seat->master, bytes, n), (ssize_t)n);
}

static void resize_pty(struct seat *seat, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    ioctl(seat->master, TIOCSWINSZ, &size);
    vterm_set_size(seat->vterm, rows, cols);
    seat->rows = rows;
    seat->cols = cols;
}

static void sit_down(struct seat *seat, int rows, int cols)
{
    *seat = (struct seat){0};
    str_init(&seat->heard, NULL);
    assert_int_equal(openpty(&seat->master, &seat->slave, NULL, NULL, NULL), 0);
    fcntl(seat->master, F_SETFL, O_NONBLOCK);
    seat->vterm = vterm_new(rows, cols);
    vterm_set_utf8(seat->vterm, 1);
    vterm_output_set_callback(seat->vterm, vterm_says, seat);
    seat->screen = vterm_obtain_screen(seat->vterm);
    vterm_screen_enable_altscreen(seat->screen, 1);
    vterm_screen_reset(seat->screen, 1);
    resize_pty(seat, rows, cols);
}

static int start_here(struct seat *seat, const char *type)
{
    struct term_options options = {.type = type, .in = seat->slave, .out = seat->slave};
    return term_start(&seat->term, &options);
}

static int start(struct seat *seat, const char *type, int rows, int cols)
{
    sit_down(seat, rows, cols);
    return start_here(seat, type);
}

/* Lets the terminal read what was sent to it. */
static void see(struct seat *seat)
{
    static char bytes[1 << 20];
    size_t total = 0;
    ssize_t n;
    while ((n = read(seat->master, bytes + total, sizeof(bytes) - total)) > 0)
        total += (size_t)n;
    vterm_input_write(seat->vterm, bytes, total);
    vterm_screen_flush_damage(seat->screen);
}

static void stop(struct seat *seat)
{
    see(seat);
    term_stop(seat->term);
    see(seat);
    close(seat->master);
    close(seat->slave);
    vterm_free(seat->vterm);
    str_finish(&seat->heard);
}

static void settle(struct seat *seat, const struct canvas *canvas)
{
    for (int i = 0; i < 50; i++) {
        int result = term_paint(seat->term, canvas);
        assert_true(result >= 0);
        see(seat);
        if (result == 0 && !term_unsent(seat->term))
            return;
    }
    fail_msg("the frame never went out");
}

static void assert_same(const struct seat *seat, const struct canvas *canvas)
{
    for (int row = 0; row < canvas->rows; row++) {
        for (int col = 0; col < canvas->cols; col++) {
            const struct cell *cell = canvas_cell(canvas, row, col);
            VTermScreenCell seen;
            if (cell->width == 0)
                continue;
            vterm_screen_get_cell(seat->screen, (VTermPos){row, col}, &seen);
            uint32_t c = seen.chars[0] ? seen.chars[0] : ' ';
            if (c != (uint32_t)cell->chars[0] || seen.width != cell->width)
                fail_msg("row %d col %d: %lc (%d) instead of %lc (%d)", row, col, (wint_t)c, seen.width,
                         (wint_t)cell->chars[0], cell->width);
        }
    }
}

/* libvterm takes a mark behind an ASCII letter for a character of its own when the letter is in the last
 * column. */
static void no_marks_at_the_edge(struct canvas *canvas)
{
    for (int row = 0; row < canvas->rows; row++)
        if (canvas_cell(canvas, row, canvas->cols - 1)->chars[1])
            canvas_put(canvas, row, canvas->cols - 1, 1, ROLE_NORMAL, "e");
}

static void the_terminal_shows_the_canvas(void **state)
{
    (void)state;
    static const char *const texts[] = {"救援订单",    "a",    "ab中x",     "…",
                                        "R2611210001", "────", "e\xcc\x81", "   "};
    struct seat seat;
    struct rng rng;
    struct canvas canvas;
    rng_seed(&rng, 11);
    assert_int_equal(start(&seat, "xterm-256color", 24, 80), 0);
    canvas_init(&canvas, 24, 80);
    for (int frame = 0; frame < 300; frame++) {
        for (int i = (int)rng_range(&rng, 1, 30); i > 0; i--)
            canvas_put(&canvas, (int)rng_range(&rng, 0, 23), (int)rng_range(&rng, 0, 79), 80,
                       (enum role)rng_range(&rng, 0, ROLE_COUNT - 1),
                       texts[rng_range(&rng, 0, array_len(texts) - 1)]);
        if (frame % 50 == 49)
            canvas_clear(&canvas);
        no_marks_at_the_edge(&canvas);
        canvas_cursor(&canvas, (int)rng_range(&rng, 0, 23), (int)rng_range(&rng, 0, 79));
        settle(&seat, &canvas);
        assert_same(&seat, &canvas);
        VTermPos cursor;
        vterm_state_get_cursorpos(vterm_obtain_state(seat.vterm), &cursor);
        assert_int_equal(cursor.row, canvas.cursor_row);
        assert_int_equal(cursor.col, canvas.cursor_col);
    }
    canvas_finish(&canvas);
    stop(&seat);
}

static void hear(void *context, const struct key *key)
{
    struct seat *seat = context;
    char name[16];
    str_addf(&seat->heard, "%s ",
             key->kind == KEY_TEXT    ? key->text
             : key->kind == KEY_PASTE ? "paste"
                                      : key_label(key->code, name, sizeof(name)));
}

static void send_keys(struct seat *seat, const char *bytes)
{
    assert_int_equal(write(seat->master, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
    struct pollfd ready = {.fd = term_in(seat->term), .events = POLLIN};
    poll(&ready, 1, 1000);
    assert_int_equal(term_read(seat->term, hear, seat), 0);
}

static void keys_come_in_and_the_probe_stays_inside(void **state)
{
    (void)state;
    struct seat seat;
    assert_int_equal(start(&seat, "xterm", 24, 80), 0);
    see(&seat); /* the probe is answered now */
    send_keys(&seat, "中");
    send_keys(&seat, "\033OA\033[5~\x14");
    assert_string_equal(seat.heard.data, "中 ↑ PgUp ^T ");
    assert_int_equal(term_read(seat.term, hear, &seat), 0); /* nothing there: comes back at once */
    send_keys(&seat, "\033[200~x\ny\033[201~");
    assert_string_equal(seat.heard.data, "中 ↑ PgUp ^T paste ");
    stop(&seat);
}

static void a_terminal_with_wide_lines_gets_ascii(void **state)
{
    (void)state;
    struct seat seat;
    struct canvas canvas;
    assert_int_equal(start(&seat, "xterm", 10, 40), 0);
    char greeting[4096];
    assert_true(read(seat.master, greeting, sizeof(greeting)) > 0);
    send_keys(&seat, "\033[2;3R"); /* ─ moved the cursor by two */
    canvas_init(&canvas, 10, 40);
    canvas_box(&canvas, canvas_whole(&canvas), ROLE_BORDER, "原因");
    canvas_put(&canvas, 1, 1, 38, ROLE_NORMAL, "▸ 平安…");
    settle(&seat, &canvas);
    VTermScreenCell cell;
    vterm_screen_get_cell(seat.screen, (VTermPos){0, 0}, &cell);
    assert_int_equal(cell.chars[0], '+');
    vterm_screen_get_cell(seat.screen, (VTermPos){1, 1}, &cell);
    assert_int_equal(cell.chars[0], '>');
    vterm_screen_get_cell(seat.screen, (VTermPos){1, 7}, &cell);
    assert_int_equal(cell.chars[0], '~');
    canvas_finish(&canvas);
    stop(&seat);
}

static void a_resize_is_noticed(void **state)
{
    (void)state;
    struct seat seat;
    struct canvas canvas;
    assert_int_equal(start(&seat, "xterm-256color", 24, 80), 0);
    canvas_init(&canvas, 24, 80);
    static const int sizes[][2] = {{20, 40}, {50, 132}, {24, 80}, {6, 20}};
    for (size_t i = 0; i < array_len(sizes); i++) {
        resize_pty(&seat, sizes[i][0], sizes[i][1]);
        assert_int_equal(term_resized(seat.term), true);
        assert_false(term_resized(seat.term));
        canvas_resize(&canvas, sizes[i][0], sizes[i][1]);
        canvas_box(&canvas, canvas_whole(&canvas), ROLE_BORDER, "中文");
        settle(&seat, &canvas);
        assert_same(&seat, &canvas);
    }
    canvas_finish(&canvas);
    stop(&seat);
}

/* A line that takes nothing: the loop goes on, and the last picture is the one that comes. */
static void a_stuck_line_never_blocks(void **state)
{
    (void)state;
    struct seat seat;
    struct canvas canvas;
    assert_int_equal(start(&seat, "xterm-256color", 50, 200), 0);
    canvas_init(&canvas, 50, 200);
    bool postponed = false;
    for (int i = 0; i < 200; i++) {
        canvas_fill(&canvas, canvas_whole(&canvas), (enum role)(i % ROLE_COUNT), L'a' + i % 26);
        for (int row = 0; row < 50; row += 2)
            canvas_paint(&canvas, row, 0, 200, (enum role)((i + row) % ROLE_COUNT));
        int result = term_paint(seat.term, &canvas);
        assert_true(result >= 0);
        postponed |= result == 1;
    }
    assert_true(postponed);
    settle(&seat, &canvas);
    assert_same(&seat, &canvas);
    canvas_finish(&canvas);
    stop(&seat);
}

/* Bytes to the terminal for a typed letter: one, as it would be in a shell. */
static void typing_costs_a_byte(void **state)
{
    (void)state;
    struct seat seat;
    struct canvas canvas;
    struct input field;
    assert_int_equal(start(&seat, "xterm-256color", 24, 80), 0);
    canvas_init(&canvas, 24, 80);
    input_init(&field, INPUT_TEXT, 60);
    input_draw(&field, &canvas, 5, 12, 40, true);
    settle(&seat, &canvas);
    uint64_t before = term_counters(seat.term)->bytes;
    for (int i = 0; i < 30; i++) {
        struct key key = key_text("a");
        input_key(&field, &key);
        canvas_clear(&canvas);
        input_draw(&field, &canvas, 5, 12, 40, true);
        settle(&seat, &canvas);
    }
    assert_int_equal(term_counters(seat.term)->bytes - before, 30);
    send_keys(&seat, "b");
    assert_true(term_counters(seat.term)->key_us < 0);
    struct key key = key_text("中");
    input_key(&field, &key);
    input_draw(&field, &canvas, 5, 12, 40, true);
    settle(&seat, &canvas);
    assert_int_equal(term_counters(seat.term)->key_bytes, 3);
    assert_true(term_counters(seat.term)->key_us >= 0);
    input_finish(&field);
    canvas_finish(&canvas);
    stop(&seat);
}

static void an_unknown_type_is_an_xterm_and_dumb_is_refused(void **state)
{
    (void)state;
    struct seat seat;
    assert_int_equal(start(&seat, "no-such-terminal", 24, 80), 0);
    stop(&seat);
    assert_int_equal(start(&seat, "dumb", 24, 80), -ENOENT);
    stop(&seat);
    struct term *term;
    int null = open("/dev/null", O_RDWR);
    assert_int_equal(term_start(&term, &(struct term_options){.in = null, .out = null}), -ENOTTY);
    close(null);
}

static void no_color_is_honoured(void **state)
{
    (void)state;
    struct seat seat;
    setenv("NO_COLOR", "1", 1);
    assert_int_equal(start(&seat, "xterm-256color", 24, 80), 0);
    assert_string_equal(term_colours(seat.term), "1");
    unsetenv("NO_COLOR");
    stop(&seat);
    assert_int_equal(start(&seat, "vt220", 24, 80), 0);
    assert_string_equal(term_colours(seat.term), "1");
    stop(&seat);
}

static void assert_mode(int fd, const struct termios *expected)
{
    struct termios now;
    assert_int_equal(tcgetattr(fd, &now), 0);
    assert_int_equal(now.c_lflag, expected->c_lflag);
    assert_int_equal(now.c_iflag, expected->c_iflag);
}

/* What was written comes through the line in pieces, and may come later than the writer's end. */
static const char *hear_until(const struct seat *seat, const char *wanted)
{
    static char bytes[1 << 16];
    size_t total = 0;
    do {
        struct pollfd ready = {.fd = seat->master, .events = POLLIN};
        assert_int_equal(poll(&ready, 1, 5000), 1);
        ssize_t n = read(seat->master, bytes + total, sizeof(bytes) - 1 - total);
        assert_true(n > 0);
        total += (size_t)n;
        bytes[total] = '\0';
    } while (!strstr(bytes, wanted));
    return bytes;
}

static void a_crash_gives_the_terminal_back(void **state)
{
    (void)state;
    static const int signals[] = {SIGSEGV, SIGABRT, SIGTERM};
    for (size_t i = 0; i < array_len(signals); i++) {
        struct seat seat;
        struct termios before;
        sit_down(&seat, 24, 80);
        tcgetattr(seat.slave, &before);
        pid_t child = fork();
        if (child == 0) {
            signal(signals[i], SIG_DFL);
            if (start_here(&seat, "xterm-256color") == 0)
                raise(signals[i]);
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
        assert_mode(seat.slave, &before);
        assert_non_null(strstr(hear_until(&seat, "\033[?1049l"), "\033[?2004l"));
        stop(&seat);
    }
}

static void the_terminal_gone_is_an_error(void **state)
{
    (void)state;
    struct seat seat;
    assert_int_equal(start(&seat, "xterm", 24, 80), 0);
    see(&seat);
    close(seat.slave);
    close(seat.master);
    assert_int_equal(term_read(seat.term, hear, &seat), -EIO);
    term_stop(seat.term);
    vterm_free(seat.vterm);
    str_finish(&seat.heard);
}

static void a_destructive_question_forgets_typing_ahead(void **state)
{
    (void)state;
    struct seat seat;
    struct ui ui;
    struct front front;
    assert_int_equal(start(&seat, "xterm-256color", 24, 80), 0);
    see(&seat);
    ui_init(&ui, 24, 80);
    front_init(&front, &ui, seat.term);
    dialog_message(&ui, "root", "under it", NULL, NULL);
    dialog_yes_no(&ui, "Void", "Void it?", true, NULL, NULL);
    assert_int_equal(write(seat.master, "yyy", 3), 3); /* typed before the question was seen */
    assert_true(front_paint(&front) >= 0);
    assert_int_equal(front_read(&front), 0);
    assert_string_equal(ui_top(&ui)->ops->name, "confirm");
    settle(&seat, &ui.canvas);
    assert_same(&seat, &ui.canvas);
    ui_finish(&ui);
    stop(&seat);
}

int main(void)
{
    use_utf8();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_terminal_shows_the_canvas),
        cmocka_unit_test(keys_come_in_and_the_probe_stays_inside),
        cmocka_unit_test(a_terminal_with_wide_lines_gets_ascii),
        cmocka_unit_test(a_resize_is_noticed),
        cmocka_unit_test(a_stuck_line_never_blocks),
        cmocka_unit_test(typing_costs_a_byte),
        cmocka_unit_test(an_unknown_type_is_an_xterm_and_dumb_is_refused),
        cmocka_unit_test(no_color_is_honoured),
        cmocka_unit_test(a_crash_gives_the_terminal_back),
        cmocka_unit_test(the_terminal_gone_is_an_error),
        cmocka_unit_test(a_destructive_question_forgets_typing_ahead),
    };
    return run_all(tests);
}
