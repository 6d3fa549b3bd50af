/* Three hundred customers: firms that all branches share, with contacts and price agreements, and each station's own persons with their cars.
 * Beside them the contractors whose vehicles drive for us. */
#include "server/seed/seed-private.h"

#include <string.h>

enum { CUSTOMERS = 300, PLATES_MAX = 4, CONTACTS_MAX = 3 };

struct firm {
    const char *kind, *name, *short_name;
    bool confirms; /* finished jobs wait for their word */
};

static const struct firm firms[] = {
    {"insurer", "粤安财产保险广东分公司", "粤安财险", true},
    {"insurer", "南粤汽车保险股份有限公司", "南粤车险", false},
    {"insurer", "珠江财产保险深圳分公司", "珠江财险", true},
    {"insurer", "華南聯合保險有限公司", "華南聯保", false},
    {"insurer", "Lingnan Mutual Insurance", "Lingnan Mutual", false},
    {"insurer", "岭南互助保险社", "岭南互助", false},
    {"insurer", "海晏财产保险佛山中心支公司", "海晏财险", false},
    {"insurer", "鹏程汽车保险公司", "鹏程车险", false},
    {"platform", "路安救援平台", "路安", true},
    {"platform", "畅行道路救援网", "畅行", false},
    {"platform", "Harbour Roadside Assistance", "Harbour", false},
    {"platform", "一路通汽车服务平台", "一路通", false},
};

static const char *const towns[] = {"天河", "番禺", "白云", "南山", "宝安", "龙岗",
                                    "顺德", "南海", "南城", "虎门", "香洲", "斗门"};
static const char *const dealers[] = {"骏达汽车", "宏图汽车", "恒信汽车", "粤通汽车", "新世纪汽车"};
static const char *const carriers[] = {"顺路物流", "粤海货运", "广通物流", "鸿运运输", "南方冷链"};
static const char *const renters[] = {"悦行租车", "易驾租车", "鹏城租车"};
static const char *const fleets[] = {"城市出租车队", "校车车队", "环卫车队", "公务车队"};
static const char *const suppliers[] = {"利民拖车服务部", "广源清障服务有限公司", "粵港拖車有限公司",
                                        "宏发汽车救援"};
static const char *const colours[] = {"白", "黑", "银", "灰", "红", "蓝", "Pearl white", "金"};
static const char *const models[] = {"sedan", "sedan", "sedan",  "suv", "suv",
                                     "mpv",   "ev",    "pickup", "van", "sports"};
static const char *const heavy_models[] = {"light_truck", "medium_truck", "heavy_truck",
                                           "trailer",     "van",          "special"};
static const char *const jobs[] = {"理赔主管", "服务经理", "调度", "Fleet manager", "財務", "客服专员"};

static const char *firm_name(struct seed *seed, size_t n, const char **kind_r)
{
    size_t town = n % array_len(towns), pick = n / array_len(towns);
    static const struct {
        const char *kind;
        const char *const *names;
        size_t count;
        const char *suffix;
    } sorts[] = {
        {"dealer_4s", dealers, array_len(dealers), "4S店"},
        {"dealer_4s", dealers, array_len(dealers), "销售服务有限公司"},
        {"logistics", carriers, array_len(carriers), "有限公司"},
        {"leasing", renters, array_len(renters), "有限公司"},
        {"fleet", fleets, array_len(fleets), ""},
    };
    size_t sort = n % array_len(sorts);
    *kind_r = sorts[sort].kind;
    return arena_printf(seed->arena, "%s%s%s", towns[town],
                        sorts[sort].names[(n / array_len(sorts) + pick) % sorts[sort].count],
                        sorts[sort].suffix);
}

static struct client *blank(struct seed *seed, char letter)
{
    struct client *client = arena_new(seed->arena, struct client);
    const char **roles = arena_alloc(seed->arena, 2 * sizeof(*roles));
    record_blank(entity_find("customer"), &client->row);
    client->id = seed_id(seed, TABLE_PARTY);
    client->branch = HEAD_OFFICE;
    roles[0] = letter == 'C' ? "customer" : "supplier";
    client->row.roles = (struct text_set){roles, 1};
    client->row.code = arena_printf(seed->arena, "%c%06lld", letter, (long long)client->id);
    client->row.phone = name_phone(seed);
    return client;
}

static void add_contacts(struct seed *seed, struct client *client)
{
    size_t count = (size_t)seed_between(seed, 1, CONTACTS_MAX);
    struct party_contact *contacts = arena_alloc(seed->arena, count * sizeof(*contacts));
    for (size_t i = 0; i < count; i++) {
        record_blank(&party_contact_entity, &contacts[i]);
        contacts[i].position = (int64_t)i + 1;
        contacts[i].name = name_person(seed);
        contacts[i].job_title = seed_pick(seed, jobs);
        contacts[i].phone = name_phone(seed);
    }
    client->row.contacts = (struct line_set){contacts, count};
}

static bool drives_heavy(const struct client *client)
{
    return strcmp(client->row.kind, "logistics") == 0 || strcmp(client->row.kind, "fleet") == 0;
}

static void add_plates(struct seed *seed, struct client *client, enum branch_index city, size_t count)
{
    struct party_plate *plates = arena_alloc(seed->arena, count * sizeof(*plates));
    for (size_t i = 0; i < count; i++) {
        record_blank(&party_plate_entity, &plates[i]);
        plates[i].position = (int64_t)i + 1;
        plates[i].plate = name_plate(seed, city);
        plates[i].car_model = drives_heavy(client) ? seed_pick(seed, heavy_models) : seed_pick(seed, models);
        plates[i].colour = seed_pick(seed, colours);
        for (size_t j = 0; j < i; j++)
            i -= i > j && strcmp(plates[j].plate, plates[i].plate) == 0; /* once more */
    }
    client->row.plates = (struct line_set){plates, count};
}

static void settle(struct seed *seed, struct client *client, enum branch_index city)
{
    struct place place = branch_site(seed, city);
    client->row.district = branch_district(city);
    client->row.address = place.name;
    client->row.place_lon = place.lon;
    client->row.place_lat = place.lat;
}

static struct client *firm_make(struct seed *seed, size_t n)
{
    struct client *client = blank(seed, 'C');
    struct party *row = &client->row;
    if (n < array_len(firms)) {
        row->kind = firms[n].kind;
        row->name = firms[n].name;
        row->short_name = firms[n].short_name;
        row->result_required = firms[n].confirms;
    } else {
        row->name = firm_name(seed, n - array_len(firms), &row->kind);
    }
    enum branch_index city = (enum branch_index)(FIRST + n % 5);
    settle(seed, client, city);
    row->settlement = n % 3 ? "monthly" : "per_order";
    row->terms_days = 30;
    row->credit_limit_fen = seed_between(seed, 5, 50) * 1000000;
    row->tax_number =
        arena_printf(seed->arena, "91440100MA%08lld", (long long)seed_between(seed, 0, 99999999));
    row->invoice_title = row->name;
    add_contacts(seed, client);
    if (drives_heavy(client) || strcmp(row->kind, "leasing") == 0)
        add_plates(seed, client, city, (size_t)seed_between(seed, 1, PLATES_MAX));
    return client;
}

struct client *clients_person(struct seed *seed, enum branch_index city)
{
    struct client *client = blank(seed, 'C');
    client->branch = city;
    client->row.kind = "person";
    client->row.branch_id = seed->branches[city];
    client->row.name = name_person(seed);
    settle(seed, client, city);
    client->row.opted_out = seed_chance(seed, 10);
    add_plates(seed, client, city, seed_chance(seed, 15) ? 2 : 1);
    return client;
}

static struct client *supplier_make(struct seed *seed, size_t n)
{
    struct client *client = blank(seed, 'S');
    client->supplier_only = true;
    client->row.kind = "other_firm";
    client->row.name = suppliers[n];
    client->row.settlement = "monthly";
    add_contacts(seed, client);
    return client;
}

/* Insurers and platforms have prices of their own, and some free services for each car they send. */
static void agree(struct seed *seed, struct client *client)
{
    static const char *const services[AGREED_MAX] = {"tow",         "accident_tow", "jump_start",
                                                     "tyre_change", "fuel",         "extraction"};
    struct seed_table *table = &seed->tables[TABLE_AGREEMENT];
    int64_t percent = seed_between(seed, 70, 95),
            free_times = client->row.result_required ? 1 : seed_between(seed, 0, 1);
    char from[DAY_TEXT_SIZE];
    day_print(from, sizeof(from), seed_day(seed, seed_at(seed, -DAYS(200))));
    table->columns = "id, party_id, service, base_fen, included_km, per_km_fen, night_bp, holiday_bp, "
                     "free_times, free_km, "
                     "valid_from, created_at, created_by";
    for (size_t i = 0; i < array_len(services); i++) {
        struct agreed *agreed = &client->agreed[client->nagreed++];
        *agreed = (struct agreed){seed_id(seed, TABLE_AGREEMENT), services[i],
                                  tariffs_find(seed, services[i])->price};
        agreed->price.base_fen = agreed->price.base_fen * percent / 10000 * 100;
        agreed->price.included_km += 5;
        agreed->price.night_bp /= 2;
        agreed->price.free_times = i >= 2 && i <= 4 ? free_times : 0;
        agreed->price.free_km = agreed->price.free_times ? 10 : 0;
        row_begin(&table->rows);
        row_int(&table->rows, agreed->id);
        row_int(&table->rows, client->id);
        row_text(&table->rows, agreed->service);
        row_int(&table->rows, agreed->price.base_fen);
        row_int(&table->rows, agreed->price.included_km);
        row_int(&table->rows, agreed->price.km_fen);
        row_int(&table->rows, agreed->price.night_bp);
        row_int(&table->rows, agreed->price.holiday_bp);
        row_int(&table->rows, agreed->price.free_times);
        row_int(&table->rows, agreed->price.free_km);
        row_text(&table->rows, from);
        row_time(&table->rows, seed_at(seed, -DAYS(200)));
        row_int(&table->rows, people_login(seed, "finance_manager")->id);
        row_end(&table->rows);
    }
}

/* The first of them holds us to shorter times. */
static void limit(struct seed *seed, struct client *client)
{
    static const int64_t seconds[] = {180, 120, 1800};
    struct seed_table *table = &seed->tables[TABLE_SLA_RULE];
    table->columns = "id, customer_id, service, dispatch_s, accept_s, arrive_s, created_by";
    row_begin(&table->rows);
    row_int(&table->rows, seed_id(seed, TABLE_SLA_RULE));
    row_int(&table->rows, client->id);
    row_text(&table->rows, NULL);
    for (size_t i = 0; i < array_len(seconds); i++)
        row_int(&table->rows, client->sla_s[i] = seconds[i]);
    row_int(&table->rows, people_login(seed, "admin")->id);
    row_end(&table->rows);
}

static void put_lines(struct seed *seed, enum seed_table_name table, const struct entity *line,
                      const struct line_set *set, const struct record_meta *owner)
{
    for (size_t i = 0; i < set->count; i++) {
        struct record_meta meta = {.id = seed_id(seed, table), .parent_id = owner->id};
        record_put(seed, table, line, (const char *)set->items + i * line->size, &meta);
    }
}

struct record_meta clients_put(struct seed *seed, const struct client *client, int64_t maker,
                               struct instant at)
{
    const struct entity *entity = entity_find(client->supplier_only ? "supplier" : "customer");
    struct record_meta meta = {.id = client->id,
                               .created_by = maker,
                               .created_at = at,
                               .updated_at = INSTANT_NIL,
                               .branch_id = client->row.branch_id};
    record_put(seed, TABLE_PARTY, entity, &client->row, &meta);
    put_lines(seed, TABLE_CONTACT, &party_contact_entity, &client->row.contacts, &meta);
    put_lines(seed, TABLE_PLATE, &party_plate_entity, &client->row.plates, &meta);
    record_search(seed, entity, &client->row, &meta);
    return meta;
}

static void put(struct seed *seed, struct client *client)
{
    const char *maker = client->branch == HEAD_OFFICE ? "admin" : "order_clerk";
    struct instant at = seed_at(seed, -DAYS(370) + (int64_t)seed->clients.count * HOURS(20));
    struct record_meta meta = clients_put(seed, client, people_find(seed, client->branch, maker)->id, at);
    record_told(seed, entity_find(client->supplier_only ? "supplier" : "customer"), &client->row, &meta);
    vec_push(&seed->clients, client);
}

void clients_make(struct seed *seed)
{
    enum { FIRMS = 60 };
    for (size_t i = 0; i < CUSTOMERS; i++) {
        struct client *client =
            i < FIRMS ? firm_make(seed, i) : clients_person(seed, (enum branch_index)(FIRST + i % 5));
        put(seed, client);
        if (i < array_len(firms))
            agree(seed, client);
        if (i == 0)
            limit(seed, client);
    }
    for (size_t i = 0; i < array_len(suppliers); i++)
        put(seed, supplier_make(seed, i));
}

struct client *clients_any(struct seed *seed, enum branch_index branch, bool firm)
{
    struct client *found;
    do
        found = seed->clients.items[seed_between(seed, 0, (int64_t)seed->clients.count - 1)];
    while (found->supplier_only || found->branch != (firm ? HEAD_OFFICE : branch));
    return found;
}
