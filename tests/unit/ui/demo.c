/*
 * A terminal to try the widgets on by hand: a list of 500 rows that pages, a form, dialogs, the palette.
 *   demo [--ascii] [--theme=NAME] [--count]
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "client/ui/dialog.h"
#include "client/ui/flow.h"
#include "client/ui/front.h"
#include "client/ui/palette.h"
#include "client/ui/table.h"
#include "client/ui/textarea.h"
#include "client/ui/words.h"

static struct front front;
static bool show_counters, chinese;
static volatile sig_atomic_t resized, ended;

static const char *word(const char *english, const char *zh)
{
    return chinese ? zh : english;
}

/* The list. */
enum { DEMO_ROWS = 500, DEMO_PAGE = 60 };
enum { COLUMN_NUMBER, COLUMN_CUSTOMER, COLUMN_STATE, COLUMN_PLACE, COLUMN_AMOUNT };

struct list {
    struct screen screen;
    struct table table;
    size_t loaded;
    bool loading;
    int64_t loading_since;
};

static size_t list_count(void *context)
{
    return ((struct list *)context)->loaded;
}

static enum table_state list_state(void *context)
{
    struct list *list = context;
    return list->loading ? TABLE_LOADING : list->loaded < DEMO_ROWS ? TABLE_MORE : TABLE_COMPLETE;
}

static void list_more(void *context)
{
    struct list *list = context;
    list->loading = true;
    list->loading_since = time_monotonic_ms();
}

static int64_t list_id(void *context, size_t row)
{
    (void)context;
    return (int64_t)row + 1;
}

static unsigned list_flags(void *context, size_t row)
{
    (void)context;
    return row % 9 == 3 ? ROW_ALARM : row % 7 == 5 ? ROW_CHANGED : row % 11 == 6 ? ROW_PENDING : 0;
}

static const char *list_cell(void *context, size_t row, size_t column, struct str *scratch, enum role *role)
{
    static const char *const names[] = {"平安保险", "Ling Motors", "中国人民财产保险股份有限公司", "王小明"};
    static const char *const states[] = {"新建", "已派", "已接", "在途"};
    (void)context, (void)role;
    switch (column) {
    case COLUMN_NUMBER: str_addf(scratch, "R261121%04zu", row + 1); break;
    case COLUMN_CUSTOMER: return names[row % 4];
    case COLUMN_STATE: return states[row % 4];
    case COLUMN_PLACE: str_addf(scratch, "环城路 %zu 号 near the bridge", row * 3); break;
    default: str_addf(scratch, "%zu.50", row * 17); break;
    }
    return scratch->data;
}

static const char *list_sum(void *context, size_t column, struct str *scratch)
{
    (void)context, (void)scratch;
    return column == COLUMN_NUMBER ? word("Total", "合计") : column == COLUMN_AMOUNT ? "2,120,000.00" : NULL;
}

static const struct table_model model = {list_count, list_state, list_more, list_id,
                                         list_flags, list_cell,  list_sum};

/* The form. */
enum { FORM_FIELDS = 5 };

struct form {
    struct screen screen;
    struct input fields[FORM_FIELDS];
    struct textarea remarks;
    int focus;
    struct choices look_up;
};

static struct form *form_of(struct screen *screen)
{
    return container_of(screen, struct form, screen);
}

static void look_up(struct form *form)
{
    static const char *const names[] = {"平安保险", "平安银行", "中国平安", "Ping An Ltd"};
    choices_clear(&form->look_up);
    for (size_t i = 0; i < array_len(names); i++)
        if (fuzzy_score(input_text(&form->fields[1]), names[i]))
            choices_add(&form->look_up, (int64_t)i, names[i], "020-1234");
    form->look_up.open = true;
}

static unsigned form_flags(enum input_result result)
{
    return result == INPUT_UNUSED ? SCREEN_UNUSED : result == INPUT_REFUSED ? SCREEN_BELL : SCREEN_REDRAW;
}

static unsigned form_key(struct screen *screen, const struct key *key)
{
    struct form *form = form_of(screen);
    if (form->look_up.open) {
        switch (choices_key(&form->look_up, key)) {
        case CHOICES_TAKEN:
            input_set(&form->fields[1], choices_current(&form->look_up)->text);
            form->look_up.open = false;
            return SCREEN_REDRAW;
        case CHOICES_UNUSED: break;
        default: return SCREEN_REDRAW;
        }
    }
    enum input_result result = form->focus < FORM_FIELDS ? input_key(&form->fields[form->focus], key)
                                                         : textarea_key(&form->remarks, key);
    if (result == INPUT_CHANGED && form->focus == 1)
        look_up(form);
    if (result != INPUT_UNUSED)
        return form_flags(result);
    switch (key->code) {
    case K_ENTER:
    case K_TAB:
    case K_DOWN: form->focus = (form->focus + 1) % (FORM_FIELDS + 1); return SCREEN_REDRAW;
    case K_BACKTAB:
    case K_UP: form->focus = (form->focus + FORM_FIELDS) % (FORM_FIELDS + 1); return SCREEN_REDRAW;
    case K_SAVE:
        form->fields[3].invalid = true;
        ui_say(screen->ui, ROLE_ERROR, "%s",
               word("Amount: must not be above 500.00; ask a manager", "金额：不得超过 500.00，请找主管"));
        return SCREEN_REDRAW | SCREEN_BELL;
    default: return SCREEN_UNUSED;
    }
}

static void form_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct form *form = form_of(screen);
    const char *const labels[] = {word("Name", "姓名"),   word("Customer", "客户"), word("Phone", "电话"),
                                  word("Amount", "金额"), word("Password", "密码"), word("Remarks", "备注")};
    const char *const steps[] = {"新建", "已派", "已接", "在途", "到达",
                                 "完成", "核单", "核价", "入账", "核销"};
    flow_draw(canvas, body.row, body.col, body.cols, steps, array_len(steps), 4);
    for (int i = 0; i < FORM_FIELDS; i++) {
        input_label(canvas, body.row + 2 + i, 0, 10, labels[i], i == form->focus);
        input_draw(&form->fields[i], canvas, body.row + 2 + i, 11, i ? 20 : body.cols - 14, i == form->focus);
    }
    input_label(canvas, body.row + 7, 0, 10, labels[FORM_FIELDS], form->focus == FORM_FIELDS);
    textarea_draw(&form->remarks, canvas,
                  (struct area){body.row + 7, 11, MIN(5, body.rows - 7), body.cols - 12},
                  form->focus == FORM_FIELDS);
    choices_popup(&form->look_up, canvas, body, body.row + 3, 11);
}

static void form_title(struct screen *screen, struct str *out)
{
    (void)screen;
    str_add(out, word("Rescue order", "救援订单"));
}

static void form_crumb(struct screen *screen, struct str *out)
{
    (void)screen;
    str_add(out, word("Monitor > R2611210001 > edit", "监控 > R2611210001 > 修改"));
}

static void form_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_HELP, word("Help", "帮助"), 3);
    key_bar_add(bar, K_LOOKUP, word("Look up", "查找"), 2);
    key_bar_add(bar, K_SAVE, word("Save", "保存"), 0);
    key_bar_add(bar, K_CANCEL, word("Back", "返回"), 1);
}

static void form_close(struct screen *screen)
{
    struct form *form = form_of(screen);
    for (int i = 0; i < FORM_FIELDS; i++)
        input_finish(&form->fields[i]);
    textarea_finish(&form->remarks);
    choices_finish(&form->look_up);
    free(form);
}

static const struct screen_ops form_ops = {
    .name = "form",
    .key = form_key,
    .draw = form_draw,
    .title = form_title,
    .crumb = form_crumb,
    .keys = form_keys,
    .close = form_close,
};

static void open_form(struct ui *ui)
{
    struct form *form = memory_zeroed(1, sizeof(*form));
    static const enum input_kind kinds[] = {INPUT_TEXT, INPUT_TEXT, INPUT_PHONE, INPUT_AMOUNT, INPUT_SECRET};
    for (int i = 0; i < FORM_FIELDS; i++)
        input_init(&form->fields[i], kinds[i], i ? 30 : 200);
    form->fields[0].required = form->fields[2].required = true;
    textarea_init(&form->remarks, 500);
    choices_init(&form->look_up);
    form->screen.ops = &form_ops;
    ui_open(ui, &form->screen);
}

static void answered(void *context, const struct dialog_answer *answer)
{
    struct list *list = context;
    char name[16];
    ui_say(list->screen.ui, ROLE_GOOD, "%s %s (%lld)", key_label(answer->key, name, sizeof(name)),
           answer->text, (long long)answer->id);
}

static void ask_reason(struct list *list)
{
    struct choices choices;
    static const char *const reasons[] = {"客户取消", "重复下单", "车辆故障", "Weather"};
    choices_init(&choices);
    for (size_t i = 0; i < array_len(reasons); i++)
        choices_add(&choices, (int64_t)i + 1, reasons[i], NULL);
    dialog_choose(list->screen.ui, word("Reason", "原因"), &choices, answered, list);
    choices_finish(&choices);
}

static void run_line(void *context, const struct palette_entry *entry, const char *line)
{
    struct list *list = context;
    if (line)
        ui_say(list->screen.ui, ROLE_GOOD, "%s | %s", entry ? entry->text : "-", line);
}

static void open_palette(struct list *list)
{
    static const struct palette_entry entries[] = {{1, "救援监控", "R4", "jyjk", 0, NULL},
                                                   {2, "车辆管理", "R1", "clgl", 0, NULL},
                                                   {3, "会计期间", "F10", "kjqj", 0},
                                                   {4, "Rescue order", "R3", NULL, 0, NULL},
                                                   {5, "Trial balance", "F13", NULL, 0, NULL}};
    static const struct palette_ops ops = {run_line, NULL};
    palette_open(list->screen.ui, word("Command", "命令"), entries, array_len(entries), &ops, list);
}

static unsigned list_key(struct screen *screen, const struct key *key)
{
    struct list *list = container_of(screen, struct list, screen);
    switch (table_key(&list->table, key)) {
    case TABLE_OPENED: open_form(screen->ui); return SCREEN_REDRAW;
    case TABLE_UNUSED: break;
    default: return SCREEN_REDRAW;
    }
    switch (key->code) {
    case K_NEW: open_form(screen->ui); return SCREEN_REDRAW;
    case K_PALETTE: open_palette(list); return SCREEN_REDRAW;
    case 'v':
        dialog_yes_no(screen->ui, word("Void", "作废"), word("Void this order?", "作废这张订单？"), true,
                      answered, list);
        return SCREEN_REDRAW;
    case 'r': ask_reason(list); return SCREEN_REDRAW;
    case 'l': chinese = !chinese; return SCREEN_REDRAW;
    case 'q': ended = 1; return 0;
    default: return SCREEN_UNUSED;
    }
}

static void list_draw(struct screen *screen, struct canvas *canvas, struct area body)
{
    struct list *list = container_of(screen, struct list, screen);
    table_draw(&list->table, canvas, body, true);
}

/* The rows come half a second after they were asked for, as over a line. */
static unsigned list_tick(struct screen *screen, int64_t now_ms)
{
    struct list *list = container_of(screen, struct list, screen);
    if (!list->loading || now_ms - list->loading_since < 500)
        return 0;
    list->loading = false;
    list->loaded = MIN(list->loaded + DEMO_PAGE, (size_t)DEMO_ROWS);
    table_changed(&list->table);
    return SCREEN_REDRAW;
}

static void list_title(struct screen *screen, struct str *out)
{
    (void)screen;
    str_add(out, word("Rescue monitor", "订单监控"));
}

static void list_crumb(struct screen *screen, struct str *out)
{
    struct list *list = container_of(screen, struct list, screen);
    str_add(out, word("All states  ", "全部状态  "));
    table_position(&list->table, out);
}

static void list_keys(struct screen *screen, struct key_bar *bar)
{
    (void)screen;
    key_bar_add(bar, K_HELP, word("Help", "帮助"), 5);
    key_bar_add(bar, K_PALETTE, word("Command", "命令"), 4);
    key_bar_add(bar, K_NEW, word("New", "新建"), 1);
    key_bar_add(bar, 'v', word("Void", "作废"), 2);
    key_bar_add(bar, 'r', word("Reason", "原因"), 3);
    key_bar_add(bar, 'l', word("中文", "English"), 6);
    key_bar_add(bar, 'q', word("Quit", "退出"), 0);
}

static void list_close(struct screen *screen)
{
    struct list *list = container_of(screen, struct list, screen);
    table_finish(&list->table);
    free(list);
}

static const struct screen_ops list_ops = {
    .name = "list",
    .key = list_key,
    .draw = list_draw,
    .tick = list_tick,
    .title = list_title,
    .crumb = list_crumb,
    .keys = list_keys,
    .close = list_close,
};

static void open_list(struct ui *ui)
{
    static const struct table_column columns[] = {{"单号 No.", 11, 12, ALIGN_LEFT, 0},
                                                  {"客户 Customer", 12, 28, ALIGN_LEFT, 2},
                                                  {"状态", 4, 6, ALIGN_LEFT, 1},
                                                  {"地点 Place", 16, 40, ALIGN_LEFT, 3},
                                                  {"金额", 12, 12, ALIGN_RIGHT, 1}};
    struct list *list = memory_zeroed(1, sizeof(*list));
    list->screen.ops = &list_ops;
    list->loaded = DEMO_PAGE;
    table_init(&list->table, &model, list);
    for (size_t i = 0; i < array_len(columns); i++)
        table_add_column(&list->table, &columns[i]);
    table_reset(&list->table);
    ui_open(ui, &list->screen);
}

static void on_resize(int number)
{
    (void)number;
    resized = 1;
}

static void say_counters(struct ui *ui)
{
    const struct term_counters *counters = term_counters(front.term);
    char text[128];
    snprintf(text, sizeof(text), "%llu bytes, %lld us", (unsigned long long)counters->key_bytes,
             (long long)counters->key_us);
    if (show_counters)
        fprintf(stderr, "%s\n", text);
    (void)ui;
}

static int turn(struct ui *ui)
{
    struct pollfd ready[2] = {{.fd = term_in(front.term), .events = POLLIN}};
    ready[1] = (struct pollfd){.fd = term_unsent(front.term) ? term_out(front.term) : -1, .events = POLLOUT};
    int wait = front_wait_ms(&front);
    poll(ready, 2, wait < 0 || wait > 100 ? 100 : wait);
    int result = 0;
    if (resized) {
        resized = 0;
        front_resized(&front);
    }
    if (ready[0].revents)
        result = front_read(&front);
    if (ready[1].revents && result == 0)
        result = front_write(&front);
    front_timeout(&front);
    ui_tick(ui, time_monotonic_ms());
    if (result == 0)
        result = front_paint(&front);
    if (ready[0].revents)
        say_counters(ui);
    return result < 0 ? result : 0;
}

int main(int argc, char **argv)
{
    struct term_options options = {.in = 0, .out = 1};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--ascii") == 0)
            options.borders = BORDERS_ASCII;
        if (strcmp(argv[i], "--count") == 0)
            show_counters = true;
        if (strncmp(argv[i], "--theme=", 8) == 0)
            options.theme_given = theme_parse(argv[i] + 8, &options.theme);
    }
    term_locale();
    struct term *term;
    int result = term_start(&term, &options);
    if (result != 0) {
        fprintf(stderr, "demo: %s\n", strerror(-result));
        return 1;
    }
    struct sigaction action = {.sa_handler = on_resize};
    sigaction(SIGWINCH, &action, NULL);
    struct ui ui;
    ui_init(&ui, 24, 80);
    (void)!status_set_person(&ui.status, "广州天河站", "李调度", "调度员");
    (void)!status_set_clock(&ui.status, "14:05");
    (void)!status_set_bell(&ui.status, ROLE_ALARM, "☎ 13800138000 王小明 · 2 SLA");
    open_list(&ui);
    front_init(&front, &ui, term);
    while (!ended && result >= 0 && ui_top(&ui))
        result = turn(&ui);
    ui_finish(&ui);
    term_stop(term);
    return 0;
}
