#include <confuse.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "server/settings.h"
#include "wire/limits.h"

#define TEXT(member, standard, words, ...)                                                                   \
    {                                                                                                        \
        .name = #member, .kind = SETTING_TEXT, .offset = offsetof(struct settings, member),                  \
        .text = standard, .help = words, __VA_ARGS__                                                         \
    }
#define NUMBER(member, standard, low, high, words, ...)                                                      \
    {                                                                                                        \
        .name = #member, .kind = SETTING_NUMBER, .offset = offsetof(struct settings, member),                \
        .number = standard, .min = low, .max = high, .help = words, __VA_ARGS__                              \
    }
#define SWITCH(member, standard, words, ...)                                                                 \
    {                                                                                                        \
        .name = #member, .kind = SETTING_SWITCH, .offset = offsetof(struct settings, member),                \
        .number = standard, .help = words, __VA_ARGS__                                                       \
    }

const struct setting settings_table[] = {
    TEXT(listen, "127.0.0.1:7719",
         "Address and port to listen at. An empty address or * means every address of the machine; an IPv6 "
         "address stands in brackets; port 0 picks a free one."),
    TEXT(state, NULL,
         "Directory of what the server keeps: certificates it made itself, and the private database cluster "
         "where no database is named."),
    TEXT(database, NULL,
         "Connection string of the database, as user yizhan_app. Several hosts may be named. Without it a "
         "private cluster is kept under the state directory."),
    TEXT(database_owner, NULL,
         "The same as user yizhan_owner, who migrates at start and is not connected afterwards. Without it "
         "database is taken with that user. "
         "The word none: migrations are left to yizhanctl(8), which takes database with that user, and the "
         "server only checks that they were applied."),
    TEXT(database_tail, NULL,
         "The same as user yizhan_tail, who seals the trail, keeps balances and follows the changes of other "
         "servers. Without it database is taken with that user."),
    TEXT(database_user, NULL,
         "System user that the private cluster runs as when it is made by root; without it user, or yizhan "
         "where there is "
         "such a user, or else postgres. It stays with whom it was made for."),
    TEXT(user, NULL,
         "System user that the server becomes when root starts it, as soon as it listens and has read its "
         "keys: the one the private cluster runs as, or, with a database of its own, without this setting, "
         "yizhan. It never "
         "goes on as root. What SIGHUP reads again must be readable for this user."),
    TEXT(tls_cert, NULL,
         "PEM file with the server's certificate and what it needs to be verified. Without it one is made "
         "under the state directory.",
         .live = true),
    TEXT(tls_key, NULL, "PEM file with the key of tls_cert.", .live = true),
    TEXT(tls_client_ca, NULL,
         "PEM file with the authority of terminals' certificates. A terminal that shows one must have it "
         "from there; its name stands in the trail.",
         .live = true),
    TEXT(tls_names, NULL,
         "Further names and addresses, parted by spaces, that the certificate made by the server is good "
         "for."),
    SWITCH(tls_12, 0, "Whether TLS 1.2 is taken as well as 1.3.", .live = true),
    NUMBER(workers, 0, 0, 256,
           "Threads, each with a database connection, that serve short requests. 0: eight per core, between "
           "4 and 32."),
    NUMBER(long_workers, 2, 1, 64, "The same for exports, imports and reports."),
    NUMBER(hash_workers, 2, 1, 64, "The same for logins, which hash passwords."),
    NUMBER(queue, 1024, 16, 100000,
           "Requests that may wait in each of these lanes; above it the answer is busy."),
    NUMBER(connections, 20000, 16, 1000000, "Connections in all."),
    NUMBER(connections_per_address, WIRE_CONNECTIONS_PER_ADDRESS_BEFORE_LOGIN, 1, 100000,
           "Connections of one address (of IPv6: one network, /64) that have not logged in."),
    NUMBER(idle_seconds, 1800, 60, 86400, "A session without a request for so long is ended.", .live = true),
    NUMBER(request_seconds, 10, 1, 600, "A short request is given up after so long.", .live = true),
    NUMBER(long_seconds, 600, 1, 86400, "An export, import or report is given up after so long.",
           .live = true),
    NUMBER(drain_seconds, 30, 1, 600,
           "How long requests under way may go on after SIGTERM; then they are cancelled."),
    TEXT(sms_url, NULL,
         "Where text messages are handed over: the sendsms service of a Kannel, as in "
         "http://127.0.0.1:13013/cgi-bin/sendsms. Without it they wait."),
    TEXT(sms_user, NULL, "User of that service (its sendsms-user)."),
    TEXT(sms_password, NULL, "Password of that user. Keep the file from others' eyes."),
    TEXT(sms_sender, NULL, "Number or name that text messages come from."),
    TEXT(gammu_database, NULL,
         "Conninfo of the PostgreSQL database of a gammu-smsd (its SQL service), where text messages go by a "
         "modem "
         "of the house, in place of sms_url; as in \"host=/run/postgresql dbname=smsd user=smsd\". Reports "
         "and replies "
         "are fetched from there, too."),
    TEXT(mail_url, NULL,
         "Where mail is handed over, as in smtp://127.0.0.1:25 or smtps://mail.example.org. Without it mail "
         "waits."),
    TEXT(mail_user, NULL, "User at the mail server, where it wants one."),
    TEXT(mail_password, NULL, "Password of that user."),
    TEXT(mail_from, NULL, "Address that mail comes from."),
    TEXT(hook_listen, NULL,
         "HOST:PORT where the server hears from gateways over HTTP: /sms/report for deliveries, /sms/reply "
         "for what people write, /track for where vehicles are. "
         "Loopback, or a network of the house: there is no TLS."),
    TEXT(hook_token, NULL,
         "What gateways that call there must give as the parameter token; 16 characters at least. "
         "Trackers have tokens of their own."),
    TEXT(notice_drop, NULL,
         "Folder that third parties put files of notices into (CSV, their names ending in .csv): in it one "
         "folder for each, named as the partner's record says. What was read goes to done or failed in there, "
         "with the results beside it. Several servers may share it."),
    TEXT(statement_log, NULL,
         "File to which every statement of the worker threads is added with its parameters, as lines of "
         "JSON, for tuning. It holds personal data; one that is made here is nobody else's to read."),
    TEXT(log_level, "info", "What is logged: debug, info, warn or error.", .live = true),
};

const size_t settings_count = array_len(settings_table);

static void *member_of(struct settings *settings, const struct setting *row)
{
    return (char *)settings + row->offset;
}

static cfg_opt_t option_of(const struct setting *row)
{
    char *name = (char *)row->name;
    if (row->kind == SETTING_TEXT)
        return (cfg_opt_t)CFG_STR(name, (char *)row->text, CFGF_NONE);
    if (row->kind == SETTING_NUMBER)
        return (cfg_opt_t)CFG_INT(name, row->number, CFGF_NONE);
    return (cfg_opt_t)CFG_BOOL(name, row->number ? cfg_true : cfg_false, CFGF_NONE);
}

static void take(cfg_t *cfg, const struct setting *row, struct settings *settings)
{
    void *member = member_of(settings, row);
    if (row->kind == SETTING_TEXT) {
        const char *text = cfg_getstr(cfg, row->name);
        *(char **)member = text ? memory_strdup(text) : NULL;
    } else if (row->kind == SETTING_SWITCH) {
        *(bool *)member = cfg_getbool(cfg, row->name);
    } else {
        *(long *)member = cfg_getint(cfg, row->name);
    }
}

/* Values are judged as they are read, so that the line can be named. */
static int judge_number(cfg_t *cfg, cfg_opt_t *opt)
{
    const struct setting *row = settings_table;
    while (strcmp(row->name, opt->name) != 0)
        row++;
    long number = cfg_opt_getnint(opt, 0);
    if (number >= row->min && number <= row->max)
        return 0;
    cfg_error(cfg, "%s must be between %ld and %ld", row->name, row->min, row->max);
    return -1;
}

static int judge_user(cfg_t *cfg, cfg_opt_t *opt)
{
    const char *name = cfg_opt_getnstr(opt, 0);
    const struct passwd *pw = getpwnam(name);
    if (pw && pw->pw_uid != 0)
        return 0;
    cfg_error(cfg, pw ? "%s: the server does not run as root" : "%s: there is no user %s", opt->name, name);
    return -1;
}

static int judge_log_level(cfg_t *cfg, cfg_opt_t *opt)
{
    enum log_level level;
    if (log_level_parse(cfg_opt_getnstr(opt, 0), &level) == 0)
        return 0;
    cfg_error(cfg, "log_level must be debug, info, warn or error");
    return -1;
}

static void set_judges(cfg_t *cfg)
{
    for (size_t i = 0; i < settings_count; i++)
        if (settings_table[i].kind == SETTING_NUMBER)
            cfg_set_validate_func(cfg, settings_table[i].name, judge_number);
    cfg_set_validate_func(cfg, "log_level", judge_log_level);
    cfg_set_validate_func(cfg, "user", judge_user);
}

static int check_together(const struct settings *settings)
{
    if (!settings->tls_cert != !settings->tls_key) {
        log_error("tls_cert and tls_key go together");
        return -EINVAL;
    }
    return 0;
}

/* libconfuse counts the line of a comment three times, and the line it names would be another: it gets to see none. */
static void blank_comments(struct str *text)
{
    char quote = '\0';
    for (char *c = text->data; *c; c++) {
        if (quote && *c == '\\' && c[1])
            c++;
        else if (quote)
            quote = *c == quote ? '\0' : quote;
        else if (*c == '"' || *c == '\'')
            quote = *c;
        else if (*c == '#')
            memset(c, ' ', strcspn(c, "\n"));
    }
}

static int read_text(const char *path, struct str *text)
{
    char bytes[4096];
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    for (size_t n; (n = fread(bytes, 1, sizeof(bytes), file)) > 0;)
        str_add_n(text, bytes, n);
    int result = ferror(file) ? -EIO : 0;
    fclose(file);
    return result;
}

static int parse(cfg_t *cfg, const char *path)
{
    struct str text cleanup(cleanup_str);
    str_init(&text, NULL);
    int result = path ? read_text(path, &text) : 0;
    if (result < 0)
        log_error("%s: %s", path, strerror(-result));
    if (result < 0 || text.len == 0)
        return result;
    blank_comments(&text);
    FILE *file = fmemopen(text.data, text.len, "r");
    if (!file)
        return -errno;
    cfg->filename = memory_strdup(path);
    result = cfg_parse_fp(cfg, file) == CFG_SUCCESS ? 0 : -EINVAL;
    fclose(file);
    return result;
}

printf_like(2, 0) static void complain(cfg_t *cfg, const char *format, va_list args)
{
    char text[512];
    vsnprintf(text, sizeof(text), format, args);
    log_error("%s:%d: %s", cfg && cfg->filename ? cfg->filename : "configuration", cfg ? cfg->line : 0, text);
}

int settings_load(const char *path, struct settings *settings)
{
    cfg_opt_t options[array_len(settings_table) + 1];
    for (size_t i = 0; i < settings_count; i++)
        options[i] = option_of(&settings_table[i]);
    options[settings_count] = (cfg_opt_t)CFG_END();
    cfg_t *cfg = cfg_init(options, CFGF_NONE);
    cfg_set_error_function(cfg, complain);
    set_judges(cfg);
    memset(settings, 0, sizeof(*settings));
    int result = parse(cfg, path);
    for (size_t i = 0; result == 0 && i < settings_count; i++)
        take(cfg, &settings_table[i], settings);
    cfg_free(cfg);
    if (result == 0)
        result = check_together(settings);
    if (result < 0)
        settings_finish(settings);
    return result;
}

void settings_finish(struct settings *settings)
{
    for (size_t i = 0; i < settings_count; i++)
        if (settings_table[i].kind == SETTING_TEXT)
            free(*(char **)member_of(settings, &settings_table[i]));
    memset(settings, 0, sizeof(*settings));
}

void settings_override(char **text, const char *value)
{
    if (!value)
        return;
    free(*text);
    *text = memory_strdup(value);
}
