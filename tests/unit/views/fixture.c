#include "fixture.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "client/ui/key.h"
#include "client/views/ask.h"
#include "client/views/holder.h"
#include "client/views/live.h"
#include "client/views/notice.h"
#include "client/views/preference.h"
#include "client/views/views.h"

struct ui ui;
struct app_context app;
static struct catalogue *catalogue;
static struct str drawn;

void fake_link_reset(void);

static const char *const rows[] = {
    "{\"hash\":\"h1\",\"name\":\"job\",\"area\":\"work\",\"label\":\"Job\",\"plural\":\"Jobs\",\"help\":"
    "\"What is to be done.\",\"code\":\"jo\",\"title\":\"number\","
    "\"fields\":["
    "{\"name\":\"id\",\"label\":\"Number\",\"type\":\"id\",\"readonly\":true},"
    "{\"name\":\"version\",\"label\":\"Version\",\"type\":\"int\",\"readonly\":true},"
    "{\"name\":\"disabled_at\",\"label\":\"Out of use\",\"type\":\"time\",\"readonly\":true},"
    "{\"name\":\"number\",\"label\":\"No\",\"type\":\"code\",\"readonly\":true,\"width\":8},"
    "{\"name\":\"name\",\"label\":\"Name\",\"type\":\"text\",\"max\":40,\"required\":true,\"width\":12,"
    "\"help\":\"What it is called.\"},"
    "{\"name\":\"kind\",\"label\":\"Kind\",\"type\":\"choice\",\"required\":true,\"default\":\"tow\","
    "\"choices\":["
    "{\"code\":\"tow\",\"label\":\"Tow\",\"zh_CN\":\"拖车\"},{\"code\":\"tyre\",\"label\":\"Tyre\"},{"
    "\"code\":\"old\",\"label\":\"Old way\",\"disabled\":true}]},"
    "{\"name\":\"customer_id\",\"label\":\"Customer\",\"type\":\"ref\",\"ref\":\"customer\",\"width\":14},"
    "{\"name\":\"price_fen\",\"label\":\"Price\",\"type\":\"fen\",\"width\":10},"
    "{\"name\":\"due_at\",\"label\":\"Due\",\"type\":\"time\"},"
    "{\"name\":\"urgent\",\"label\":\"Urgent\",\"type\":\"bool\"},"
    "{\"name\":\"tyre_size\",\"label\":\"Tyre "
    "size\",\"type\":\"text\",\"required\":true,\"show_if\":\"kind=tyre\"},"
    "{\"name\":\"tags\",\"label\":\"Tags\",\"type\":\"set\",\"choices\":[{\"code\":\"a.one\",\"label\":"
    "\"One\"},{\"code\":\"a.two\",\"label\":\"Two\"},{\"code\":\"b.one\",\"label\":\"One\"}]},"
    "{\"name\":\"parts\",\"label\":\"Parts\",\"type\":\"lines\",\"max\":3,\"lines\":["
    "{\"name\":\"what\",\"label\":\"What\",\"type\":\"text\",\"required\":true},{\"name\":\"amount_fen\","
    "\"label\":\"Amount\",\"type\":\"fen\"}]},"
    "{\"name\":\"remarks\",\"label\":\"Remarks\",\"type\":\"note\"},"
    "{\"name\":\"state\",\"label\":\"State\",\"type\":\"choice\",\"readonly\":true,\"choices\":[{\"code\":"
    "\"new\",\"label\":\"New\"},{\"code\":\"done\",\"label\":\"Done\"}]}],"
    "\"list\":{\"columns\":[\"number\",\"name\",\"state\",\"price_fen\"],\"sort\":\"-id\"},"
    "\"form\":{\"tabs\":[{\"label\":\"Job\",\"fields\":[\"number\",\"name\",\"kind\",\"tyre_size\","
    "\"customer_id\",\"price_fen\",\"due_at\",\"urgent\"]},"
    "{\"label\":\"More\",\"fields\":[\"tags\",\"parts\",\"remarks\",\"state\"]}]},"
    "\"state\":\"state\",\"states\":[{\"code\":\"new\",\"label\":\"New\"},{\"code\":\"done\",\"label\":"
    "\"Done\"}],"
    "\"actions\":["
    "{\"name\":\"finish\",\"key\":\"f\",\"label\":\"Finish\",\"from\":[\"new\"],\"to\":\"done\",\"args\":[{"
    "\"name\":\"km\",\"label\":\"Km\",\"type\":\"int\",\"required\":true}],\"bulk\":true,\"undo\":\"reopen\"}"
    ","
    "{\"name\":\"reopen\",\"label\":\"Reopen\",\"from\":[\"done\"],\"to\":\"new\",\"args\":[],\"bulk\":true},"
    "{\"name\":\"drop\",\"key\":\"x\",\"label\":\"Drop\",\"from\":[\"new\"],\"args\":[],\"reason\":true,"
    "\"danger\":true,\"confirm\":\"Drop it?\",\"choices\":[{\"code\":\"lost\",\"label\":\"Lost\"}]},"
    "{\"name\":\"ping\",\"key\":\"p\",\"label\":\"Ping\",\"from\":[\"*\"],\"args\":[]}],"
    "\"verbs\":[]}",
    "{\"hash\":\"h2\",\"name\":\"customer\",\"area\":\"work\",\"label\":\"Customer\",\"plural\":"
    "\"Customers\",\"code\":\"cu\",\"title\":\"name\","
    "\"fields\":[{\"name\":\"id\",\"label\":\"Number\",\"type\":\"id\"},{\"name\":\"code\",\"label\":"
    "\"Code\",\"type\":\"code\"},"
    "{\"name\":\"name\",\"label\":\"Name\",\"type\":\"text\",\"required\":true}],"
    "\"list\":{\"columns\":[\"code\",\"name\"],\"sort\":\"name\"},\"form\":{\"tabs\":[]},\"actions\":[],"
    "\"verbs\":[]}",
};

static const char menu[] = "{\"hash\":\"h\",\"menu\":[{\"label\":\"Work\",\"key\":\"work\",\"children\":[{"
                           "\"label\":\"Jobs\",\"key\":\"jo\",\"entity\":\"job\"},"
                           "{\"label\":\"Customers\",\"key\":\"cu\",\"entity\":\"customer\"}]}],\"entities\":"
                           "[\"job\",\"customer\"]}";

int fixture_setup(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    app = (struct app_context){.loop = ev_default_loop(0), .ui = &ui, .language = "en"};
    snprintf(app.who.zone, sizeof(app.who.zone), "Asia/Shanghai");
    app.catalogue = catalogue = catalogue_create(NULL, rows, array_len(rows), menu);
    assert_non_null(catalogue);
    ui_init(&ui, 24, 80);
    app.live = live_create(&app);
    app.preferences = preferences_create(&app);
    app.holders = holders_create();
    app.notices = notices_create(&app);
    str_init(&drawn, NULL);
    views_register();
    return 0;
}

int fixture_teardown(void **state)
{
    (void)state;
    ui_finish(&ui);
    ask_finish(&app);
    live_destroy(app.live);
    fake_link_reset();
    preferences_destroy(app.preferences);
    holders_destroy(app.holders);
    notices_destroy(app.notices);
    catalogue_destroy(catalogue);
    str_finish(&drawn);
    return 0;
}

const struct catalogue_entity *entity(const char *name)
{
    return catalogue_entity(&*app.catalogue, name);
}

void type(const char *text)
{
    while (*text) {
        char one[8] = "";
        size_t n = (*text & 0x80) == 0 ? 1 : (*text & 0xe0) == 0xc0 ? 2 : (*text & 0xf0) == 0xe0 ? 3 : 4;
        memcpy(one, text, n);
        struct key key = key_text(one);
        ui_key(&ui, &key);
        text += n;
    }
}

static int code_of(const char *name)
{
    static const struct {
        const char *name;
        int code;
    } arrows[] = {
        {"Up", K_UP}, {"Down", K_DOWN}, {"Left", K_LEFT}, {"Right", K_RIGHT}, {"Backspace", K_BACKSPACE}};
    char label[16];
    for (size_t i = 0; i < array_len(arrows); i++)
        if (strcmp(arrows[i].name, name) == 0)
            return arrows[i].code;
    for (int code = K_BASE; code < K_CTRL_BASE + 128; code++)
        if (strcmp(key_label(code, label, sizeof(label)), name) == 0)
            return code;
    return K_NONE;
}

static void press(const char *name)
{
    int code = strlen(name) > 1 ? code_of(name) : *name;
    if (code == K_NONE)
        fail_msg("there is no key %s", name);
    struct key key = key_code(code);
    ui_key(&ui, &key);
}

void keys(const char *first, ...)
{
    va_list args;
    va_start(args, first);
    for (const char *name = first; name; name = va_arg(args, const char *))
        press(name);
    va_end(args);
}

const char *shown(void)
{
    str_clear(&drawn);
    ui_draw(&ui);
    canvas_dump(&ui.canvas, &drawn);
    return drawn.data;
}

void assert_shown(const char *text)
{
    if (!strstr(shown(), text))
        fail_msg("not on the screen: %s\n%s", text, drawn.data);
}

void assert_hidden(const char *text)
{
    if (strstr(shown(), text))
        fail_msg("on the screen: %s\n%s", text, drawn.data);
}
