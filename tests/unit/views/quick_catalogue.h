/* A small catalogue for quick codes: orders, customers with a code of one letter, vehicles that are named by a code. */
#pragma once

#include "base/util.h"
#include "model/catalogue.h"

static inline struct catalogue *quick_catalogue(void)
{
    static const char *const rows[] = {
        "{\"hash\":\"1\",\"name\":\"rescue\",\"label\":\"Rescue order\",\"plural\":\"Rescue orders\",\"code\":\"ro\","
        "\"quick\":\"r\",\"title\":\"number\",\"fields\":["
        "{\"name\":\"number\",\"label\":\"Number\",\"type\":\"code\",\"readonly\":true,\"search\":true,\"unique\":true},"
        "{\"name\":\"state\",\"label\":\"State\",\"type\":\"choice\",\"readonly\":true},"
        "{\"name\":\"plate\",\"label\":\"Plate\",\"type\":\"plate\"},"
        "{\"name\":\"price_fen\",\"label\":\"Price\",\"type\":\"fen\"},"
        "{\"name\":\"created_at\",\"label\":\"Created\",\"type\":\"time\",\"readonly\":true}],"
        "\"list\":{\"columns\":[\"number\"],\"sort\":\"-id\"},\"form\":{\"tabs\":[]},\"actions\":["
        "{\"name\":\"dispatch\",\"key\":\"d\",\"quick\":\"d\",\"label\":\"Dispatch\",\"from\":[\"new\"],\"args\":["
        "{\"name\":\"vehicle_id\",\"label\":\"Vehicle\",\"type\":\"ref\",\"ref\":\"vehicle\",\"required\":true},"
        "{\"name\":\"driver_id\",\"label\":\"Driver\",\"type\":\"ref\",\"ref\":\"vehicle\"},"
        "{\"name\":\"at\",\"label\":\"At\",\"type\":\"time\"}]},"
        "{\"name\":\"void\",\"key\":\"v\",\"label\":\"Void\",\"from\":[\"new\"],\"args\":[],\"reason\":true},"
        "{\"name\":\"accept\",\"key\":\"a\",\"label\":\"Accept\",\"from\":[\"dispatched\"],\"args\":[]},"
        "{\"name\":\"audit\",\"key\":\"a\",\"label\":\"Audit\",\"from\":[\"done\"],\"args\":[]},"
        "{\"name\":\"copy\",\"label\":\"Copy\",\"from\":[\"*\"],\"args\":[]}],\"verbs\":[]}",
        "{\"hash\":\"2\",\"name\":\"customer\",\"label\":\"Customer\",\"plural\":\"Customers\",\"code\":\"cu\",\"quick\":\"c\","
        "\"title\":\"name\",\"fields\":["
        "{\"name\":\"name\",\"label\":\"Name\",\"type\":\"text\",\"required\":true,\"search\":true},"
        "{\"name\":\"phone\",\"label\":\"Phone\",\"type\":\"phone\",\"search\":true},"
        "{\"name\":\"kind\",\"label\":\"Kind\",\"type\":\"choice\",\"choices\":[{\"code\":\"person\",\"label\":\"Person\"},"
        "{\"code\":\"firm\",\"label\":\"Firm\"}]}],"
        "\"list\":{\"columns\":[\"name\"],\"sort\":\"name\"},\"form\":{\"tabs\":[]},\"actions\":[],\"verbs\":[]}",
        "{\"hash\":\"3\",\"name\":\"vehicle\",\"label\":\"Vehicle\",\"plural\":\"Vehicles\",\"title\":\"code\",\"fields\":["
        "{\"name\":\"code\",\"label\":\"Code\",\"type\":\"code\",\"search\":true}],"
        "\"list\":{\"columns\":[\"code\"],\"sort\":\"code\"},\"form\":{\"tabs\":[]},\"actions\":[],\"verbs\":[]}",
    };
    return catalogue_create(NULL, rows, array_len(rows),
                            "{\"hash\":\"h\",\"menu\":[],\"entities\":[\"rescue\",\"customer\",\"vehicle\"]}");
}
