/* The branches, and the places of their areas where cars break down. */
#include "server/seed/seed-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/areas/org/branch.h"

struct branch_card {
    const char *code, *name, *kind;
    int parent;          /* -1: none */
    const char *letters; /* of plates */
    const char *district, *address, *phone, *contact;
    double lon, lat;
    struct place sites[10];
};

static const struct branch_card cards[BRANCHES] = {
    [HEAD_OFFICE] = {"GD",
                     "驿站广东总部",
                     "head_office",
                     -1,
                     "A",
                     "440106",
                     "广州市天河区珠江新城华夏路 30 号",
                     "02038880000",
                     "欧阳振东",
                     113.3215,
                     23.1193,
                     {{"珠江新城花城广场", 113.3245, 23.1180}}},
    [FIRST] = {"GZ-TH",
               "天河救援站",
               "station",
               HEAD_OFFICE,
               "A",
               "440106",
               "广州市天河区黄埔大道中 208 号",
               "02038881001",
               "陈伟明",
               113.3612,
               23.1247,
               {{"体育西路 1 号", 113.3213, 23.1318},
                {"天河路 208 号天河城", 113.3227, 23.1330},
                {"广州东站东广场", 113.3249, 23.1497},
                {"岗顶石牌西路口", 113.3402, 23.1338},
                {"五山路华南理工大学正门", 113.3446, 23.1560},
                {"车陂南地铁站 B 口", 113.3949, 23.1182},
                {"员村二横路", 113.3606, 23.1152},
                {"华南快速干线五山出口", 113.3580, 23.1570},
                {"广园快速路沙河段", 113.3125, 23.1551},
                {"黄埔大道西暨南大学北门", 113.3440, 23.1280}}},
    [SECOND] = {"SZ-NS",
                "南山救援站",
                "station",
                HEAD_OFFICE,
                "B",
                "440305",
                "深圳市南山区深南大道 9676 号",
                "075526661002",
                "林嘉欣",
                113.9442,
                22.5405,
                {{"科技园高新南一道", 113.9528, 22.5390},
                 {"深圳湾口岸停车场", 113.9446, 22.5032},
                 {"世界之窗", 113.9730, 22.5347},
                 {"前海路与桂庙路口", 113.9056, 22.5203},
                 {"北环大道科苑立交", 113.9424, 22.5521},
                 {"南坪快速塘朗出口", 113.9985, 22.5710},
                 {"蛇口太子路海上世界", 113.9157, 22.4855},
                 {"西丽湖路动物园", 113.9520, 22.5993},
                 {"滨海大道沙河西立交", 113.9490, 22.5190},
                 {"后海大道海岸城地库", 113.9363, 22.5170}}},
    [THIRD] = {"FS-SD",
               "顺德救援站",
               "station",
               HEAD_OFFICE,
               "X",
               "440606",
               "佛山市顺德区大良南国东路 18 号",
               "075722281003",
               "梁國強",
               113.2936,
               22.8057,
               {{"大良清晖园", 113.2577, 22.8390},
                {"乐从家具城", 113.0880, 22.9470},
                {"北滘美的大道", 113.2150, 22.9270},
                {"容桂大桥北桥头", 113.2670, 22.7770},
                {"陈村花卉世界", 113.2450, 22.9720},
                {"佛山一环碧江出口", 113.2480, 22.9530},
                {"广珠西线高速杏坛段", 113.1600, 22.7820},
                {"勒流大道", 113.1640, 22.8400},
                {"龙江镇东华路", 113.0720, 22.8790},
                {"均安生态乐园", 113.1760, 22.7160}}},
    [FOURTH] = {"DG-NC",
                "南城救援站",
                "station",
                HEAD_OFFICE,
                "S",
                "441900004",
                "东莞市南城街道鸿福路 200 号",
                "076922491004",
                "黄美玲",
                113.7520,
                23.0205,
                {{"南城国贸中心", 113.7527, 23.0240},
                 {"厚街家具大道", 113.6710, 22.9420},
                 {"虎门大桥东引桥", 113.6500, 22.8060},
                 {"长安万科广场地库", 113.8030, 22.8100},
                 {"广深高速道滘出口", 113.6900, 23.0050},
                 {"松山湖大道", 113.8900, 22.9180},
                 {"莞深高速大岭山段", 113.8420, 22.9000},
                 {"东城万达广场", 113.7850, 23.0230},
                 {"常平火车站", 113.9960, 22.9790},
                 {"寮步汽车城", 113.8700, 22.9960}}},
    [FIFTH] = {"ZH-XZ",
               "香洲救援站",
               "station",
               THIRD,
               "C",
               "440402",
               "珠海市香洲区九洲大道中 2089 号",
               "07568881005",
               "何文輝",
               113.5540,
               22.2490,
               {{"拱北口岸广场", 113.5493, 22.2156},
                {"情侣中路日月贝", 113.5870, 22.2800},
                {"港珠澳大桥珠海口岸", 113.5840, 22.2120},
                {"唐家湾镇港湾大道", 113.5870, 22.3600},
                {"前山立交", 113.5240, 22.2420},
                {"横琴长隆停车场", 113.5420, 22.1000},
                {"珠海大道湾仔段", 113.5180, 22.1960},
                {"板障山隧道北口", 113.5550, 22.2600},
                {"凤凰山森林公园", 113.5600, 22.3200},
                {"珠海北站", 113.5460, 22.4020}}},
    [SHOP] = {"GZ-YX",
              "越秀门店",
              "shop",
              FIRST,
              "A",
              "440104",
              "广州市越秀区北京路 238 号",
              "02083331006",
              "郭秀英",
              113.2690,
              23.1230,
              {{"北京路步行街", 113.2690, 23.1240}}},
};

const char *branch_district(enum branch_index branch)
{
    return cards[branch].district;
}

const char *branch_letters(enum branch_index branch)
{
    return cards[branch].letters;
}

struct place branch_place(enum branch_index branch)
{
    return (struct place){cards[branch].name, cards[branch].lon, cards[branch].lat};
}

/* Within some hundred metres of a named one. */
struct place branch_site(struct seed *seed, enum branch_index branch)
{
    const struct branch_card *card = &cards[branch];
    size_t count = 0;
    while (count < array_len(card->sites) && card->sites[count].name)
        count++;
    struct place place = card->sites[seed_between(seed, 0, (int64_t)count - 1)];
    place.lon += (double)seed_between(seed, -4000, 4000) / 1e6;
    place.lat += (double)seed_between(seed, -3000, 3000) / 1e6;
    return place;
}

static size_t site_index(const struct branch_card *card, const char *name)
{
    size_t i = 0;
    while (i < array_len(card->sites) && card->sites[i].name && card->sites[i].name != name)
        i++;
    return i;
}

/* Each stands near one of the named places; a car is not towed to where it stands. */
struct place branch_workshop(struct seed *seed, enum branch_index branch, const char *from)
{
    static const char *const shops[] = {
        "广汽丰田4S店", "途虎养车工场店", "一汽大众4S店", "驰加汽车服务中心", "比亚迪服务店",
        "平安定损中心", "上汽通用4S店",   "小拇指汽修",   "广汽本田4S店",     "华胜豪车专修",
    };
    const struct branch_card *card = &cards[branch];
    struct place place = branch_site(seed, branch);
    size_t at = site_index(card, place.name);
    if (place.name == from) {
        at = at + 1 < array_len(card->sites) && card->sites[at + 1].name ? at + 1 : 0;
        place = card->sites[at];
    }
    size_t town = strlen(card->name) - strlen("救援站");
    place.name = arena_printf(seed->arena, "%.*s%s", (int)town, card->name, shops[at % array_len(shops)]);
    return place;
}

void branches_make(struct seed *seed)
{
    const struct entity *entity = entity_find("branch");
    for (enum branch_index i = 0; i < BRANCHES; i++) {
        const struct branch_card *card = &cards[i];
        struct branch row;
        record_blank(entity, &row);
        row.code = card->code;
        row.name = card->name;
        row.kind = card->kind;
        row.parent_id = card->parent < 0 ? NIL : seed->branches[card->parent];
        row.phone = card->phone;
        row.contact = card->contact;
        row.address = card->address;
        row.district = card->district;
        row.place_lon = card->lon;
        row.place_lat = card->lat;
        seed->branches[i] = seed_id(seed, TABLE_BRANCH);
        struct record_meta meta = {.id = seed->branches[i],
                                   .created_by = NIL,
                                   .created_at = seed_at(seed, -DAYS(400)),
                                   .updated_at = INSTANT_NIL,
                                   .branch_id = seed->branches[i]};
        record_put(seed, TABLE_BRANCH, entity, &row, &meta);
        record_search(seed, entity, &row, &meta);
        record_told(seed, entity, &row, &meta);
    }
}

int branches_find(struct seed *seed)
{
    bool failed = false;
    for (enum branch_index i = 0; i < BRANCHES && !failed; i++) {
        const char *id = sink_ask(
            seed, arena_printf(seed->arena, "SELECT id FROM branch WHERE code = '%s'", cards[i].code),
            &failed);
        failed = failed || !id;
        seed->branches[i] = id ? strtoll(id, NULL, 10) : NIL;
    }
    return failed ? -EIO : 0;
}
