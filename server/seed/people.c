/* The forty of the offices, one log-in per base role named like it and a second set in the second branch, and a driver for every vehicle. */
#include "server/seed/seed-private.h"

#include <ctype.h>
#include <string.h>

#include "server/areas/org/employee.h"

struct desk {
    const char *login, *role, *title;
    enum branch_index branch;
    const char *more; /* further roles, parted by spaces */
};

static const struct desk desks[] = {
    {"admin", "admin", "系统管理员", HEAD_OFFICE, NULL},
    {"finance_manager", "finance_manager", "财务经理", HEAD_OFFICE, NULL},
    {"auditor", "auditor", "审计", HEAD_OFFICE, NULL},
    {"tour_planner", "tour_planner", "计调", HEAD_OFFICE, NULL},
    {"product_editor", "product_editor", "产品编辑", HEAD_OFFICE, NULL},
    {"channel_editor", "channel_editor", "渠道编辑", HEAD_OFFICE, NULL},
    {"operations", "operations", "运营", HEAD_OFFICE, NULL},
    {"marketing", "marketing", "市场", HEAD_OFFICE, NULL},
    {"ho.accountant", "accountant", "会计", HEAD_OFFICE, NULL},
    {"ho.cashier", "cashier", "出纳", HEAD_OFFICE, NULL},
    {"call_taker", "call_taker", "话务员", FIRST, NULL},
    {"order_clerk", "order_clerk", "建单员", FIRST, NULL},
    {"dispatcher", "dispatcher", "调度员", FIRST, NULL},
    {"agent", "agent", "客服", FIRST, NULL},
    {"reception", "reception", "接待", FIRST, NULL},
    {"counter", "counter", "柜台", FIRST, NULL},
    {"service_desk", "service_desk", "总服务台", FIRST, NULL},
    {"store_accountant", "store_accountant", "门店财务", FIRST, NULL},
    {"accountant", "accountant", "会计", FIRST, NULL},
    {"accountant2", "accountant", "会计", FIRST, NULL},
    {"cashier", "cashier", "出纳", FIRST, NULL},
    {"branch_manager", "branch_manager", "站长", FIRST, NULL},
    {"partner", "partner", "第三方", FIRST, NULL},
    {"call_taker_b", "call_taker", "话务员", SECOND, NULL},
    {"order_clerk_b", "order_clerk", "建单员", SECOND, NULL},
    {"dispatcher_b", "dispatcher", "调度员", SECOND, NULL},
    {"agent_b", "agent", "客服", SECOND, NULL},
    {"reception_b", "reception", "接待", SECOND, NULL},
    {"counter_b", "counter", "柜台", SECOND, NULL},
    {"service_desk_b", "service_desk", "总服务台", SECOND, NULL},
    {"store_accountant_b", "store_accountant", "门店财务", SECOND, NULL},
    {"accountant_b", "accountant", "会计", SECOND, NULL},
    {"cashier_b", "cashier", "出纳", SECOND, NULL},
    {"branch_manager_b", "branch_manager", "站长", SECOND, NULL},
    {"finance_manager_b", "finance_manager", "财务副经理", SECOND, NULL}, /* reopening a period takes two */
    {"sd.desk", "order_clerk", "值班员", THIRD, "call_taker dispatcher"},
    {"nc.desk", "order_clerk", "值班员", FOURTH, "call_taker dispatcher"},
    {"xz.desk", "order_clerk", "值班员", FIFTH, "call_taker dispatcher"},
};

/* Two of the forty drive: the log-ins driver and driver_b, on the first vehicle of their branches. */
_Static_assert(array_len(desks) == 38, "with two drivers forty");

static const char *const all_week[] = {"1", "2", "3", "4", "5", "6", "7"};
static const char *const working_week[] = {"1", "2", "3", "4", "5"};

static struct text_set roles_of(struct seed *seed, const struct desk *desk)
{
    const char **items = arena_alloc(seed->arena, 8 * sizeof(*items));
    size_t count = 0;
    items[count++] = desk->role;
    char *rest = NULL, *more = desk->more ? arena_strdup(seed->arena, desk->more) : NULL;
    for (char *role = more ? strtok_r(more, " ", &rest) : NULL; role; role = strtok_r(NULL, " ", &rest))
        items[count++] = role;
    return (struct text_set){items, count};
}

static struct day day_back(const struct seed *seed, int days)
{
    return day_add(seed_day(seed, seed->now), -days);
}

static const char *hour_text(struct seed *seed, int hour)
{
    return arena_printf(seed->arena, "%02d:00", hour);
}

/* What everybody's row has; the caller adds what is his own. */
static struct person *blank(struct seed *seed, enum branch_index branch, const char *login,
                            struct employee *row)
{
    struct person *person = arena_new(seed->arena, struct person);
    *person = (struct person){.id = seed_id(seed, TABLE_EMPLOYEE),
                              .branch = branch,
                              .login = login,
                              .name = name_person(seed),
                              .phone = name_phone(seed),
                              .free_at = seed_at(seed, -DAYS(1000))};
    record_blank(&employee_entity, row);
    row->branch_id = seed->branches[branch];
    row->code = arena_printf(seed->arena, "E%04zu", seed->people.count + 1);
    row->name = person->name;
    row->login = login;
    row->password = seed->password_hash;
    row->password_at = seed_at(seed, -DAYS(120));
    row->must_change_password = false;
    row->failed_logins = 0;
    row->phone = person->phone;
    row->hired_on = day_back(seed, (int)seed_between(seed, 120, 2000));
    row->sex = seed_chance(seed, 50) ? "female" : "male";
    return person;
}

static void put(struct seed *seed, struct person *person, const struct employee *row)
{
    const struct person *admin = seed->people.count ? seed->people.items[0] : person;
    struct record_meta meta = {.id = person->id,
                               .created_by = admin->id,
                               .created_at = seed_at(seed, -DAYS(399) + (int64_t)seed->people.count * 60),
                               .updated_at = INSTANT_NIL,
                               .branch_id = row->branch_id};
    record_put(seed, TABLE_EMPLOYEE, &employee_entity, row, &meta);
    record_search(seed, &employee_entity, row, &meta);
    record_told(seed, &employee_entity, row, &meta);
    vec_push(&seed->people, person);
}

static void desk_make(struct seed *seed, const struct desk *desk)
{
    struct employee row;
    struct person *person = blank(seed, desk->branch, desk->login, &row);
    bool watch = strcmp(desk->title, "值班员") == 0 || strcmp(desk->role, "dispatcher") == 0;
    person->role = desk->role;
    row.roles = roles_of(seed, desk);
    row.job_title = desk->title;
    row.work_days = watch ? (struct text_set){(const char **)all_week, 7}
                          : (struct text_set){(const char **)working_week, 5};
    if (strcmp(desk->role, "partner") != 0) /* who sits in another house */
        row.extension = person->extension = arena_printf(seed->arena, "8%03zu", seed->people.count + 1);
    if (watch)
        row.work_from = row.work_to = "08:00";
    put(seed, person, &row);
}

/* Half are on call around the clock, the rest share day and night. */
static void set_shift(struct person *driver, size_t n)
{
    static const int hours[4][2] = {{8, 8}, {8, 20}, {8, 8}, {20, 8}};
    driver->from = hours[n % 4][0];
    driver->to = hours[n % 4][1];
}

static void driver_make(struct seed *seed, size_t n)
{
    struct van *van = &seed->vans[n];
    enum branch_index branch = (enum branch_index)(FIRST + n / (VEHICLES / 5));
    char *login = arena_strdup(seed->arena, van->row.code);
    for (char *at = login; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    if (n == 0)
        login = arena_strdup(seed->arena, "driver");
    else if (n == VEHICLES / 5)
        login = arena_strdup(seed->arena, "driver_b");
    struct employee row;
    struct person *person = blank(seed, branch, login, &row);
    const char **roles = arena_alloc(seed->arena, sizeof(*roles));
    roles[0] = person->role = "driver";
    set_shift(person, n % (VEHICLES / 5));
    row.roles = (struct text_set){roles, 1};
    row.job_title = "司机";
    row.work_days = (struct text_set){(const char **)all_week, 7};
    row.work_from = hour_text(seed, person->from);
    row.work_to = hour_text(seed, person->to);
    row.licence_class = "B2";
    row.licence_number =
        arena_printf(seed->arena, "4401%014lld", (long long)seed_between(seed, 0, 99999999999999));
    row.licence_until = day_back(seed, -(int)seed_between(seed, 60, 1500));
    put(seed, person, &row);
    van->drivers[0] = person;
    van->ndrivers = 1;
}

/* Every other vehicle may be driven by the next one's driver too. */
static void share_drivers(struct seed *seed)
{
    enum { PER_BRANCH = VEHICLES / 5 };
    for (size_t i = 0; i < VEHICLES; i += 2) {
        size_t next = i / PER_BRANCH * PER_BRANCH + (i + 1) % PER_BRANCH;
        seed->vans[i].drivers[seed->vans[i].ndrivers++] = seed->vans[next].drivers[0];
    }
}

void people_make(struct seed *seed)
{
    for (size_t i = 0; i < array_len(desks); i++)
        desk_make(seed, &desks[i]);
    for (size_t i = 0; i < VEHICLES; i++)
        driver_make(seed, i);
    share_drivers(seed);
}

struct person *people_login(struct seed *seed, const char *login)
{
    for (size_t i = 0; i < seed->people.count; i++) {
        if (strcmp(seed->people.items[i]->login, login) == 0)
            return seed->people.items[i];
    }
    return NULL;
}

static bool does(const struct person *person, const char *role)
{
    if (strcmp(person->role, role) == 0)
        return true;
    for (size_t i = 0; i < array_len(desks); i++) {
        if (desks[i].more && strcmp(desks[i].login, person->login) == 0)
            return strstr(desks[i].more, role) != NULL;
    }
    return false;
}

/* One of those at the branch; where there is none, of the head office. */
struct person *people_find(struct seed *seed, enum branch_index branch, const char *role)
{
    struct person *found[8];
    size_t count = 0;
    for (size_t i = 0; i < seed->people.count && count < array_len(found); i++) {
        struct person *person = seed->people.items[i];
        if (person->branch == branch && does(person, role))
            found[count++] = person;
    }
    if (count == 0)
        return people_find(seed, HEAD_OFFICE, role);
    return found[seed_between(seed, 0, (int64_t)count - 1)];
}
