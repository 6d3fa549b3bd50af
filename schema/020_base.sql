-- Base data: the small lists an admin keeps, shipped filled, labels in three languages, and the districts.

CREATE SEQUENCE base_item_id_seq;
CREATE TABLE base_item (
    id bigint PRIMARY KEY DEFAULT nextval('base_item_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]*$'),
    code text NOT NULL CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9_.-]*$'),
    label_en text NOT NULL,
    label_zh_cn text NOT NULL,
    label_zh_tw text NOT NULL,
    position int NOT NULL DEFAULT 0,
    extra jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(extra) = 'object'),
    UNIQUE (kind, code)
);
ALTER SEQUENCE base_item_id_seq OWNED BY base_item.id;
CREATE INDEX base_item_order ON base_item (kind, position, id);
GRANT SELECT, INSERT, UPDATE, DELETE ON base_item TO yizhan_app;
GRANT USAGE ON SEQUENCE base_item_id_seq TO yizhan_app;
GRANT SELECT ON base_item TO yizhan_tail;

-- What `extra` holds, by kind:
--   service         vat_bp  output VAT in basis points; photos  how many the driver must take
--   payment_method  account  where the money stands once received; by_driver  it is a debt of the driver until handed in
--   clear_difference account; limit_role  only who has it may use the reason
--   sla_limit       seconds from created to dispatched, to accepted, to arrived; code is a service, or 'default'
--   holiday         work  true: a weekend day that is worked to make up for a holiday; code is the day
-- A code whose label starts the form's list has position 10; steps of ten leave room between.

-- Ships one kind: rows are code, English, simplified, traditional, and extra.
CREATE FUNCTION base_ship(p_kind text, p_rows jsonb) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO base_item (kind, code, label_en, label_zh_cn, label_zh_tw, position, extra)
    SELECT p_kind, r ->> 0, r ->> 1, r ->> 2, r ->> 3, n * 10, coalesce(r -> 4, '{}')
    FROM jsonb_array_elements(p_rows) WITH ORDINALITY x (r, n)
$$;

-- Road rescue is a modern service at 6 %; repair and goods sold with it are at 13 %, carriage over distance at 9 %.
SELECT base_ship('service', '[
    ["tow", "Tow", "拖车", "拖車", {"vat_bp": 600, "photos": 3}],
    ["accident_tow", "Accident tow", "事故拖车", "事故拖車", {"vat_bp": 600, "photos": 5}],
    ["underground_tow", "Tow from a garage", "地库拖车", "地庫拖車", {"vat_bp": 600, "photos": 3}],
    ["jump_start", "Jump-start", "搭电", "搭電", {"vat_bp": 600, "photos": 2}],
    ["tyre_change", "Tyre change", "换胎", "換胎", {"vat_bp": 600, "photos": 2}],
    ["tyre_repair", "Tyre repair", "补胎", "補胎", {"vat_bp": 1300, "photos": 2}],
    ["fuel", "Fuel delivery", "送油", "送油", {"vat_bp": 600, "photos": 2}],
    ["water", "Coolant delivery", "送水", "送水", {"vat_bp": 600, "photos": 2}],
    ["extraction", "Extraction", "困境救援", "困境救援", {"vat_bp": 600, "photos": 4}],
    ["crane", "Crane lift", "吊装", "吊裝", {"vat_bp": 600, "photos": 4}],
    ["unlock", "Unlocking", "开锁", "開鎖", {"vat_bp": 600, "photos": 2}],
    ["battery", "Battery replacement", "更换电瓶", "更換電瓶", {"vat_bp": 1300, "photos": 2}],
    ["site_repair", "Repair on site", "现场抢修", "現場搶修", {"vat_bp": 1300, "photos": 2}],
    ["transport", "Long-distance transport", "长途托运", "長途託運", {"vat_bp": 900, "photos": 4}]
]');

SELECT base_ship('rescue_item', '[
    ["toll", "Toll", "过路费", "過路費", {"vat_bp": 600}],
    ["parking", "Parking fee", "停车费", "停車費", {"vat_bp": 600}],
    ["dolly", "Dolly wheels", "辅助轮", "輔助輪", {"vat_bp": 600}],
    ["winch", "Winch", "绞盘", "絞盤", {"vat_bp": 600}],
    ["waiting", "Waiting time", "等候费", "等候費", {"vat_bp": 600}],
    ["second_vehicle", "Second vehicle", "增派车辆", "增派車輛", {"vat_bp": 600}],
    ["fuel_sold", "Fuel sold", "油料", "油料", {"vat_bp": 1300}],
    ["battery_sold", "Battery sold", "电瓶", "電瓶", {"vat_bp": 1300}],
    ["tyre_sold", "Tyre sold", "轮胎", "輪胎", {"vat_bp": 1300}],
    ["other", "Other", "其他", "其他", {"vat_bp": 600}]
]');

SELECT base_ship('car_model', '[
    ["sedan", "Sedan", "轿车", "轎車"],
    ["suv", "SUV", "越野车", "越野車"],
    ["mpv", "MPV", "商务车", "商務車"],
    ["sports", "Sports car, low chassis", "跑车（低底盘）", "跑車（低底盤）"],
    ["ev", "Electric car", "纯电动车", "純電動車"],
    ["pickup", "Pickup", "皮卡", "皮卡"],
    ["van", "Van", "面包车", "麵包車"],
    ["light_truck", "Light truck", "轻型货车", "輕型貨車"],
    ["medium_truck", "Medium truck", "中型货车", "中型貨車"],
    ["heavy_truck", "Heavy truck", "重型货车", "重型貨車"],
    ["coach", "Coach", "大客车", "大客車"],
    ["minibus", "Minibus", "中巴", "中巴"],
    ["trailer", "Trailer", "挂车", "掛車"],
    ["special", "Special vehicle", "特种车辆", "特種車輛"],
    ["motorcycle", "Motorcycle", "摩托车", "摩托車"]
]');

SELECT base_ship('road', '[
    ["city", "City road", "市区道路", "市區道路"],
    ["expressway", "Expressway", "高速公路", "高速公路"],
    ["elevated", "Elevated road", "高架快速路", "高架快速路"],
    ["national", "National or provincial road", "国道省道", "國道省道"],
    ["rural", "Rural road", "乡村道路", "鄉村道路"],
    ["mountain", "Mountain road", "山区道路", "山區道路"],
    ["garage", "Underground garage", "地下车库", "地下車庫"],
    ["tunnel", "Tunnel or bridge", "隧道桥梁", "隧道橋樑"],
    ["construction", "Construction site", "工地", "工地"],
    ["flooded", "Flooded road", "积水路段", "積水路段"],
    ["offroad", "Off the road", "路外", "路外"]
]');

SELECT base_ship('vehicle_type', '[
    ["flatbed", "Flatbed", "平板拖车", "平板拖車"],
    ["wheel_lift", "Wheel-lift", "拖吊联体车", "拖吊聯體車"],
    ["low_flatbed", "Low flatbed", "低平板车", "低平板車"],
    ["heavy_wrecker", "Heavy wrecker", "重型清障车", "重型清障車"],
    ["crane_truck", "Crane truck", "吊车", "吊車"],
    ["garage_tow", "Garage tow", "地库拖车", "地庫拖車"],
    ["service_van", "Service van", "抢修车", "搶修車"],
    ["motorcycle", "Motorcycle", "救援摩托", "救援摩托"]
]');

SELECT base_ship('customer_type', '[
    ["person", "Person", "个人", "個人"],
    ["insurer", "Insurer", "保险公司", "保險公司"],
    ["dealer_4s", "4S shop", "4S店", "4S店"],
    ["platform", "Rescue platform", "救援平台", "救援平台"],
    ["logistics", "Logistics firm", "物流公司", "物流公司"],
    ["leasing", "Car rental", "租车公司", "租車公司"],
    ["fleet", "Fleet", "车队", "車隊"],
    ["hotel", "Hotel", "酒店", "酒店"],
    ["scenic_spot", "Scenic spot", "景区", "景區"],
    ["travel_agency", "Travel agency", "旅行社", "旅行社"],
    ["government", "Government body", "政府机关", "政府機關"],
    ["other_firm", "Other firm", "其他单位", "其他單位"]
]');

SELECT base_ship('payment_method', '[
    ["cash", "Cash", "现金", "現金", {"account": "1001"}],
    ["cash_on_site", "Cash on site, by the driver", "现场现金", "現場現金", {"account": "1221", "by_driver": true}],
    ["qr", "QR code", "扫码支付", "掃碼支付", {"account": "1012"}],
    ["card", "Bank card", "刷卡", "刷卡", {"account": "1012"}],
    ["transfer", "Bank transfer", "银行转账", "銀行轉賬", {"account": "1002"}],
    ["on_account", "On account", "挂账", "掛賬", {"account": "1002"}],
    ["statement", "By statement", "月结对账", "月結對賬", {"account": "1002"}]
]');

SELECT base_ship('recall_reason', '[
    ["wrong_vehicle", "Wrong vehicle", "派错车辆", "派錯車輛"],
    ["breakdown", "Our vehicle broke down", "救援车故障", "救援車故障"],
    ["too_far", "A nearer vehicle is free", "有更近车辆", "有更近車輛"],
    ["no_answer", "Driver does not answer", "司机无应答", "司機無應答"],
    ["late", "Would arrive too late", "无法按时到达", "無法按時到達"],
    ["other", "Other", "其他", "其他"]
]');
SELECT base_ship('void_reason', '[
    ["customer_cancelled", "Customer cancelled", "客户取消", "客戶取消"],
    ["solved", "Solved without us", "自行解决", "自行解決"],
    ["duplicate", "Entered twice", "重复录单", "重複錄單"],
    ["wrong_entry", "Entered wrongly", "录入错误", "錄入錯誤"],
    ["no_resource", "No vehicle to send", "无车可派", "無車可派"],
    ["principal_withdrew", "Principal withdrew", "委托方撤单", "委託方撤單"],
    ["other", "Other", "其他", "其他"]
]');
SELECT base_ship('refuse_reason', '[
    ["breakdown", "Vehicle broke down", "车辆故障", "車輛故障"],
    ["unfit", "Vehicle does not fit the job", "车型不符", "車型不符"],
    ["busy", "Still on a job", "任务未完", "任務未完"],
    ["off_duty", "Off duty", "已下班", "已下班"],
    ["unwell", "Unwell", "身体不适", "身體不適"],
    ["other", "Other", "其他", "其他"]
]');
SELECT base_ship('empty_run_reason', '[
    ["customer_left", "Customer had left", "客户已离开", "客戶已離開"],
    ["cancelled_on_way", "Cancelled on the way", "途中取消", "途中取消"],
    ["not_found", "Customer not found", "联系不上客户", "聯繫不上客戶"],
    ["cannot_do", "Could not be done on site", "现场无法施救", "現場無法施救"],
    ["other_firm", "Another firm did it", "他方已施救", "他方已施救"],
    ["other", "Other", "其他", "其他"]
]');
SELECT base_ship('replace_reason', '[
    ["unfit", "Vehicle does not fit the job", "车型不符", "車型不符"],
    ["breakdown", "Vehicle broke down", "车辆故障", "車輛故障"],
    ["second_leg", "Another vehicle goes on", "接力转运", "接力轉運"],
    ["other", "Other", "其他", "其他"]
]');
SELECT base_ship('reject_reason', '[
    ["out_of_area", "Out of our area", "超出服务区域", "超出服務區域"],
    ["no_service", "Service not offered", "无此服务", "無此服務"],
    ["incomplete", "Particulars missing", "信息不全", "資訊不全"],
    ["duplicate", "Entered twice", "重复通知", "重複通知"],
    ["no_resource", "No vehicle to send", "无车可派", "無車可派"],
    ["other", "Other", "其他", "其他"]
]');
SELECT base_ship('return_reason', '[
    ["price_wrong", "Price is wrong", "价格有误", "價格有誤"],
    ["facts_wrong", "Facts are wrong", "事实有误", "事實有誤"],
    ["payer_wrong", "Wrong payer", "付款方有误", "付款方有誤"],
    ["evidence_missing", "Evidence is missing", "凭据不全", "憑據不全"],
    ["customer_disputes", "Customer disputes it", "客户有异议", "客戶有異議"],
    ["money_returned", "Money came back", "款项退回", "款項退回"],
    ["other", "Other", "其他", "其他"]
]');
SELECT base_ship('clear_difference', '[
    ["discount", "Discount", "折扣", "折扣", {"account": "5601"}],
    ["rounding", "Rounding", "抹零", "抹零", {"account": "5603"}],
    ["bank_charge", "Bank charge", "银行手续费", "銀行手續費", {"account": "5603"}],
    ["goodwill", "Goodwill", "让利", "讓利", {"account": "5601"}],
    ["bad_debt", "Bad debt", "坏账", "壞賬", {"account": "5711", "limit_role": "finance_manager"}],
    ["other", "Other", "其他", "其他", {"account": "5711"}]
]');

SELECT base_ship('sla_limit', '[
    ["default", "Any service", "默认", "預設", {"dispatched": 300, "accepted": 180, "arrived": 2700}],
    ["tow", "Tow", "拖车", "拖車", {"dispatched": 300, "accepted": 180, "arrived": 2700}],
    ["accident_tow", "Accident tow", "事故拖车", "事故拖車", {"dispatched": 180, "accepted": 120, "arrived": 1800}],
    ["jump_start", "Jump-start", "搭电", "搭電", {"dispatched": 300, "accepted": 180, "arrived": 1800}],
    ["tyre_change", "Tyre change", "换胎", "換胎", {"dispatched": 300, "accepted": 180, "arrived": 2400}],
    ["fuel", "Fuel delivery", "送油", "送油", {"dispatched": 300, "accepted": 180, "arrived": 2400}],
    ["extraction", "Extraction", "困境救援", "困境救援", {"dispatched": 600, "accepted": 300, "arrived": 3600}],
    ["crane", "Crane lift", "吊装", "吊裝", {"dispatched": 900, "accepted": 600, "arrived": 5400}],
    ["transport", "Long-distance transport", "长途托运", "長途託運", {"dispatched": 1800, "accepted": 900, "arrived": 14400}]
]');

-- ---------------------------------------------------------------------------------------------------------------
-- Holidays: 2025 and 2026 as the State Council set them, with the weekend days worked for them; of 2027 the days fixed
-- by law. The make-up days of later years are entered when they are published.

INSERT INTO base_item (kind, code, label_en, label_zh_cn, label_zh_tw, position, extra)
SELECT 'holiday', day::date::text, en, cn, tw, to_char(day, 'YYYYMMDD')::int, jsonb_build_object('work', work)
FROM (VALUES
    ('New Year', '元旦', '元旦', false, ARRAY[daterange('2025-01-01', '2025-01-01', '[]'),
        daterange('2026-01-01', '2026-01-03', '[]'), daterange('2027-01-01', '2027-01-01', '[]')]),
    ('Spring Festival', '春节', '春節', false, ARRAY[daterange('2025-01-28', '2025-02-04', '[]'),
        daterange('2026-02-15', '2026-02-23', '[]'), daterange('2027-02-05', '2027-02-08', '[]')]),
    ('Qingming Festival', '清明节', '清明節', false, ARRAY[daterange('2025-04-04', '2025-04-06', '[]'),
        daterange('2026-04-04', '2026-04-06', '[]'), daterange('2027-04-05', '2027-04-05', '[]')]),
    ('Labour Day', '劳动节', '勞動節', false, ARRAY[daterange('2025-05-01', '2025-05-05', '[]'),
        daterange('2026-05-01', '2026-05-05', '[]'), daterange('2027-05-01', '2027-05-02', '[]')]),
    ('Dragon Boat Festival', '端午节', '端午節', false, ARRAY[daterange('2025-05-31', '2025-06-02', '[]'),
        daterange('2026-06-19', '2026-06-21', '[]'), daterange('2027-06-09', '2027-06-09', '[]')]),
    ('Mid-Autumn Festival', '中秋节', '中秋節', false, ARRAY[
        daterange('2026-09-25', '2026-09-27', '[]'), daterange('2027-09-15', '2027-09-15', '[]')]),
    ('National Day', '国庆节', '國慶節', false, ARRAY[daterange('2025-10-01', '2025-10-08', '[]'),
        daterange('2026-10-01', '2026-10-07', '[]'), daterange('2027-10-01', '2027-10-03', '[]')]),
    ('Working day', '调休上班', '調休上班', true, ARRAY[daterange('2025-01-26', '2025-01-26', '[]'),
        daterange('2025-02-08', '2025-02-08', '[]'), daterange('2025-04-27', '2025-04-27', '[]'),
        daterange('2025-09-28', '2025-09-28', '[]'), daterange('2025-10-11', '2025-10-11', '[]'),
        daterange('2026-01-04', '2026-01-04', '[]'), daterange('2026-02-14', '2026-02-14', '[]'),
        daterange('2026-02-28', '2026-02-28', '[]'), daterange('2026-05-09', '2026-05-09', '[]'),
        daterange('2026-09-20', '2026-09-20', '[]'), daterange('2026-10-10', '2026-10-10', '[]')])
) AS h (en, cn, tw, work, ranges),
    unnest(ranges) AS r, generate_series(lower(r), upper(r) - 1, interval '1 day') AS day;

-- The holiday rate of an order is asked by its day in the branch's zone.
CREATE FUNCTION day_is_holiday(p_day date) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM base_item WHERE kind = 'holiday' AND code = p_day::text AND disabled_at IS NULL
                   AND NOT coalesce((extra ->> 'work')::boolean, false))
$$;
GRANT EXECUTE ON FUNCTION day_is_holiday(date) TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- district: administrative divisions by their national code (GB/T 2260; towns with nine digits)

CREATE SEQUENCE district_id_seq;
CREATE TABLE district (
    id bigint PRIMARY KEY DEFAULT nextval('district_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    code text NOT NULL UNIQUE CHECK (code ~ '^[0-9]{6}([0-9]{3})?$'),
    parent_code text REFERENCES district (code),
    level text NOT NULL CHECK (level IN ('province', 'city', 'district', 'town')),
    name_en text NOT NULL,
    name_zh_cn text NOT NULL,
    name_zh_tw text NOT NULL,
    place_lon double precision NOT NULL,
    place_lat double precision NOT NULL
);
ALTER SEQUENCE district_id_seq OWNED BY district.id;
CREATE INDEX district_parent ON district (parent_code, code);
GRANT SELECT, INSERT, UPDATE, DELETE ON district TO yizhan_app;
GRANT USAGE ON SEQUENCE district_id_seq TO yizhan_app;
