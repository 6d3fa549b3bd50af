-- The monitor of orders: reminders of appointments, notices to the manager of what stays late, the runs of jobs, landmarks, and how base data
-- is kept in order.

-- ---------------------------------------------------------------------------------------------------------------
-- Appointments: once before the time, to who dispatches for the branch. An appointment that is moved is reminded of anew.

CREATE TABLE rescue_reminded (
    order_id bigint NOT NULL REFERENCES rescue_order (id) ON DELETE CASCADE,
    appoint_at timestamptz NOT NULL,
    PRIMARY KEY (order_id, appoint_at)
);
CREATE INDEX rescue_order_appoint_due ON rescue_order (appoint_at) WHERE state = 'new' AND appoint_at IS NOT NULL;

INSERT INTO setting (name, value, help) VALUES
    ('rescue.remind_minutes', '60', 'Dispatchers are reminded of an appointment so long before it'),
    ('rescue.escalate_seconds', '900', 'The branch manager hears of a step that is late by this, unless a time limit says otherwise');

-- p_now is business time; the words come from the server, which has them translated. One whose time is over for an hour is no news.
CREATE FUNCTION rescue_remind(p_now timestamptz, p_text text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    o record;
    before interval := make_interval(mins => (SELECT value::int FROM setting WHERE name = 'rescue.remind_minutes'));
    told bigint := 0;
BEGIN
    DELETE FROM rescue_reminded WHERE appoint_at < p_now - interval '1 day';
    FOR o IN
        SELECT r.id, r.number, r.branch_id, r.appoint_at, r.place, to_char(r.appoint_at AT TIME ZONE b.time_zone, 'MM-DD HH24:MI') AS at
        FROM rescue_order r JOIN branch b ON b.id = r.branch_id
        WHERE r.state = 'new' AND r.appoint_at > p_now - interval '1 hour' AND r.appoint_at <= p_now + before
          AND NOT EXISTS (SELECT FROM rescue_reminded d WHERE d.order_id = r.id AND d.appoint_at = r.appoint_at)
        ORDER BY r.appoint_at, r.id LIMIT 200
    LOOP
        INSERT INTO rescue_reminded (order_id, appoint_at) VALUES (o.id, o.appoint_at) ON CONFLICT DO NOTHING;
        CONTINUE WHEN NOT FOUND;
        PERFORM notice_add(NULL, 'dispatcher', o.branch_id, 'warning', p_text,
                           jsonb_build_object('number', o.number, 'at', o.at, 'place', o.place), NULL, NULL, NULL, 'rescue', o.id);
        told := told + 1;
    END LOOP;
    RETURN told;
END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- A step late beyond a second limit: the branch's manager hears of it, once for each step.

ALTER TABLE sla_rule ADD COLUMN escalate_s bigint CHECK (escalate_s > 0);
UPDATE base_item SET extra = extra || '{"escalated": 900}' WHERE kind = 'sla_limit' AND code = 'default' AND NOT extra ? 'escalated';

CREATE TABLE rescue_escalated (
    order_id bigint NOT NULL REFERENCES rescue_order (id) ON DELETE CASCADE,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (order_id, due_at)
);

-- How long a late step may stay without its manager: by customer and service, else by service, else the setting.
CREATE FUNCTION rescue_escalate_after(p_customer bigint, p_service text) RETURNS interval
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT make_interval(secs => coalesce(
        (SELECT escalate_s FROM sla_rule
         WHERE customer_id = p_customer AND (service = p_service OR service IS NULL) AND disabled_at IS NULL AND escalate_s IS NOT NULL
         ORDER BY service NULLS LAST LIMIT 1),
        (SELECT (extra ->> 'escalated')::bigint FROM base_item
         WHERE kind = 'sla_limit' AND code IN (p_service, 'default') AND disabled_at IS NULL AND extra ? 'escalated'
         ORDER BY code = 'default' LIMIT 1),
        (SELECT value::bigint FROM setting WHERE name = 'rescue.escalate_seconds')))
$$;

CREATE FUNCTION rescue_escalate(p_now timestamptz, p_text text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    o record;
    told bigint := 0;
BEGIN
    DELETE FROM rescue_escalated WHERE due_at < p_now - interval '2 days';
    FOR o IN
        SELECT r.id, r.number, r.branch_id, r.due_at, r.place, floor(extract(epoch FROM p_now - r.due_at) / 60)::bigint AS minutes
        FROM rescue_order r
        WHERE r.due_at > p_now - interval '1 day' AND r.due_at <= p_now
          AND r.state IN ('new', 'dispatched', 'accepted', 'on_the_way')
          AND r.due_at + rescue_escalate_after(r.customer_id, r.service) <= p_now
          AND NOT EXISTS (SELECT FROM rescue_escalated e WHERE e.order_id = r.id AND e.due_at = r.due_at)
        ORDER BY r.due_at, r.id LIMIT 200
    LOOP
        INSERT INTO rescue_escalated (order_id, due_at) VALUES (o.id, o.due_at) ON CONFLICT DO NOTHING;
        CONTINUE WHEN NOT FOUND;
        PERFORM notice_add(NULL, 'branch_manager', o.branch_id, 'alarm', p_text,
                           jsonb_build_object('number', o.number, 'minutes', o.minutes, 'place', o.place), NULL, NULL, NULL, 'rescue', o.id);
        told := told + 1;
    END LOOP;
    RETURN told;
END
$$;
GRANT EXECUTE ON FUNCTION rescue_remind(timestamptz, text), rescue_escalate(timestamptz, text) TO yizhan_tail;
INSERT INTO job (name, every, lease) VALUES ('rescue_remind', '10 seconds', '1 minute'), ('rescue_escalate', '15 seconds', '1 minute');

-- ---------------------------------------------------------------------------------------------------------------
-- Runs of jobs. A job that runs every few seconds leaves a row where it failed, where somebody asked for the run, and now and then.

ALTER TABLE job ADD COLUMN asked_by bigint REFERENCES employee (id);
GRANT UPDATE (asked_by) ON job TO yizhan_app;

CREATE SEQUENCE job_run_id_seq;
CREATE TABLE job_run (
    id bigint PRIMARY KEY DEFAULT nextval('job_run_id_seq'),
    job_id bigint NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    ok boolean NOT NULL,
    result text NOT NULL DEFAULT '',
    server text NOT NULL,
    asked_by bigint
);
ALTER SEQUENCE job_run_id_seq OWNED BY job_run.id;
CREATE INDEX job_run_of ON job_run (job_id, finished_at);
CREATE INDEX job_run_at ON job_run (started_at, id);
GRANT SELECT ON job_run TO yizhan_app;

CREATE OR REPLACE FUNCTION job_finish(p_name text, p_server text, p_ok boolean, p_result text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    was job;
    seen timestamptz;
BEGIN
    SELECT * INTO was FROM job WHERE name = p_name AND claimed_by = p_server AND claimed_until >= now() FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    -- Asked for while it ran: it runs once more.
    UPDATE job SET claimed_by = NULL, claimed_until = NULL, finished_at = clock_timestamp(), last_ok = p_ok,
        last_result = left(p_result, 2000), failures = CASE WHEN p_ok THEN 0 ELSE failures + 1 END,
        asked_by = CASE WHEN next_at > started_at THEN asked_by END,
        next_at = CASE WHEN next_at > started_at AND next_at <= now() THEN next_at
                       ELSE next_at + every * greatest(1, ceil(extract(epoch FROM clock_timestamp() - next_at)
                                                               / extract(epoch FROM every))) END
    WHERE id = was.id;
    SELECT max(finished_at) INTO seen FROM job_run WHERE job_id = was.id;
    IF NOT p_ok OR was.asked_by IS NOT NULL OR seen IS NULL OR seen < clock_timestamp() - interval '1 hour'
       OR (was.every >= interval '1 minute' AND coalesce(p_result, '') NOT IN ('', '0')) THEN
        INSERT INTO job_run (job_id, started_at, finished_at, ok, result, server, asked_by)
        VALUES (was.id, was.started_at, clock_timestamp(), p_ok, left(coalesce(p_result, ''), 2000), p_server,
                CASE WHEN was.next_at <= was.started_at THEN was.asked_by END);
        DELETE FROM job_run WHERE job_id = was.id AND finished_at < now() - interval '30 days';
    END IF;
    RETURN true;
END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- landmark: what callers name instead of an address

CREATE SEQUENCE landmark_id_seq;
CREATE TABLE landmark (
    id bigint PRIMARY KEY DEFAULT nextval('landmark_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    name_en text NOT NULL,
    name_zh_cn text NOT NULL,
    name_zh_tw text NOT NULL,
    district_code text REFERENCES district (code),
    address text,
    place_lon double precision NOT NULL CHECK (place_lon BETWEEN -180 AND 180),
    place_lat double precision NOT NULL CHECK (place_lat BETWEEN -90 AND 90)
);
ALTER SEQUENCE landmark_id_seq OWNED BY landmark.id;
CREATE UNIQUE INDEX landmark_name_zh_cn_key ON landmark (name_zh_cn, coalesce(district_code, ''));
CREATE INDEX landmark_district ON landmark (district_code, name_zh_cn);
GRANT SELECT, INSERT, UPDATE, DELETE ON landmark TO yizhan_app;
GRANT USAGE ON SEQUENCE landmark_id_seq TO yizhan_app;

-- Stations, ports, crossings and places of the cities where branches are, to a few hundred metres (WGS-84).
INSERT INTO landmark (district_code, name_en, name_zh_cn, name_zh_tw, address, place_lon, place_lat)
SELECT (SELECT code FROM district WHERE code = d), en, cn, tw, address, lon, lat FROM (VALUES
    ('440105', 'Canton Tower', '广州塔', '廣州塔', '海珠区阅江西路222号', 113.319, 23.109),
    ('440106', 'Guangzhou East Railway Station', '广州东站', '廣州東站', '天河区东站路1号', 113.325, 23.150),
    ('440104', 'Guangzhou Railway Station', '广州火车站', '廣州火車站', '越秀区环市西路159号', 113.257, 23.149),
    ('440113', 'Guangzhou South Railway Station', '广州南站', '廣州南站', '番禺区石壁街', 113.269, 22.990),
    ('440111', 'Baiyun International Airport', '白云国际机场', '白雲國際機場', '白云区人和镇', 113.299, 23.392),
    ('440106', 'Tianhe Sports Centre', '天河体育中心', '天河體育中心', '天河区天河路299号', 113.321, 23.138),
    ('440106', 'Zhujiang New Town', '珠江新城', '珠江新城', '天河区花城大道', 113.321, 23.120),
    ('440106', 'Teemall', '天河城', '天河城', '天河区天河路208号', 113.322, 23.133),
    ('440106', 'Grandview Mall', '正佳广场', '正佳廣場', '天河区天河路228号', 113.323, 23.132),
    ('440106', 'South China University of Technology', '华南理工大学', '華南理工大學', '天河区五山路381号', 113.343, 23.153),
    ('440106', 'Jinan University', '暨南大学', '暨南大學', '天河区黄埔大道西601号', 113.343, 23.128),
    ('440106', 'Tianhe Coach Station', '天河客运站', '天河客運站', '天河区燕岭路633号', 113.344, 23.171),
    ('440104', 'Beijing Road Walking Street', '北京路步行街', '北京路步行街', '越秀区北京路', 113.266, 23.123),
    ('440104', 'Sun Yat-sen Memorial Hall', '中山纪念堂', '中山紀念堂', '越秀区东风中路259号', 113.260, 23.134),
    ('440104', 'Yuexiu Park', '越秀公园', '越秀公園', '越秀区解放北路988号', 113.262, 23.142),
    ('440104', 'Provincial Coach Station', '省汽车客运站', '省汽車客運站', '越秀区环市西路145号', 113.254, 23.150),
    ('440104', 'Guangdong Provincial People''s Hospital', '广东省人民医院', '廣東省人民醫院', '越秀区中山二路106号', 113.281, 23.127),
    ('440103', 'Shangxiajiu Walking Street', '上下九步行街', '上下九步行街', '荔湾区上下九路', 113.244, 23.116),
    ('440103', 'Shamian Island', '沙面', '沙面', '荔湾区沙面大街', 113.238, 23.109),
    ('440103', 'Fangcun Coach Station', '芳村客运站', '芳村客運站', '荔湾区花地大道', 113.231, 23.091),
    ('440105', 'Canton Fair Complex', '琶洲展馆', '琶洲展館', '海珠区阅江中路380号', 113.357, 23.102),
    ('440105', 'Sun Yat-sen University', '中山大学', '中山大學', '海珠区新港西路135号', 113.292, 23.095),
    ('440111', 'Baiyun Mountain', '白云山', '白雲山', '白云区广园中路801号', 113.297, 23.184),
    ('440111', 'Nanfang Hospital', '南方医院', '南方醫院', '白云区广州大道北1838号', 113.331, 23.186),
    ('440113', 'Chimelong Resort', '长隆旅游度假区', '長隆旅遊度假區', '番禺区迎宾路', 113.326, 23.003),
    ('440113', 'University Town', '广州大学城', '廣州大學城', '番禺区小谷围岛', 113.392, 23.055),
    ('440112', 'Whampoa Military Academy', '黄埔军校旧址', '黃埔軍校舊址', '黄埔区长洲岛', 113.424, 23.088),
    ('440303', 'Shenzhen Railway Station', '深圳火车站', '深圳火車站', '罗湖区建设路1003号', 114.113, 22.533),
    ('440303', 'Luohu Port', '罗湖口岸', '羅湖口岸', '罗湖区人民南路', 114.113, 22.532),
    ('440303', 'Dongmen Old Street', '东门老街', '東門老街', '罗湖区东门中路', 114.117, 22.549),
    ('440304', 'Futian Railway Station', '福田站', '福田站', '福田区深南大道', 114.052, 22.539),
    ('440304', 'Shenzhen Civic Centre', '深圳市民中心', '深圳市民中心', '福田区福中三路', 114.054, 22.545),
    ('440304', 'Huaqiangbei', '华强北', '華強北', '福田区华强北路', 114.081, 22.547),
    ('440304', 'Futian Port', '福田口岸', '福田口岸', '福田区裕亨路', 114.064, 22.518),
    ('440304', 'Huanggang Port', '皇岗口岸', '皇崗口岸', '福田区百合三路', 114.068, 22.521),
    ('440305', 'Window of the World', '世界之窗', '世界之窗', '南山区深南大道9037号', 113.968, 22.539),
    ('440305', 'Happy Valley Shenzhen', '深圳欢乐谷', '深圳歡樂谷', '南山区侨城西街18号', 113.976, 22.542),
    ('440305', 'Coastal City', '海岸城', '海岸城', '南山区文心五路33号', 113.934, 22.519),
    ('440305', 'Shenzhen Bay Port', '深圳湾口岸', '深圳灣口岸', '南山区东滨路', 113.940, 22.504),
    ('440306', 'Bao''an International Airport', '宝安国际机场', '寶安國際機場', '宝安区福永街道', 113.811, 22.640),
    ('440309', 'Shenzhen North Railway Station', '深圳北站', '深圳北站', '龙华区致远中路28号', 114.024, 22.612),
    ('440308', 'Dameisha Beach', '大梅沙海滨公园', '大梅沙海濱公園', '盐田区盐梅路9号', 114.303, 22.596),
    ('440308', 'Yantian Port', '盐田港', '鹽田港', '盐田区进港路', 114.270, 22.572),
    ('440402', 'Zhuhai Railway Station', '珠海站', '珠海站', '香洲区昌盛路', 113.545, 22.217),
    ('440402', 'Gongbei Port', '拱北口岸', '拱北口岸', '香洲区昌盛路', 113.546, 22.216),
    ('440402', 'Hong Kong-Zhuhai-Macau Bridge, Zhuhai Port', '港珠澳大桥珠海口岸', '港珠澳大橋珠海口岸', '香洲区情侣南路', 113.584, 22.208),
    ('440402', 'Chimelong Ocean Kingdom', '长隆海洋王国', '長隆海洋王國', '香洲区横琴富祥湾', 113.548, 22.100),
    ('440404', 'Zhuhai Jinwan Airport', '珠海金湾机场', '珠海金灣機場', '金湾区三灶镇', 113.376, 22.007),
    ('440604', 'Foshan Ancestral Temple', '佛山祖庙', '佛山祖廟', '禅城区祖庙路21号', 113.107, 23.029),
    ('440605', 'Qiandeng Lake', '千灯湖', '千燈湖', '南海区灯湖西路', 113.145, 23.053),
    ('440605', 'Foshan Shadi Airport', '佛山沙堤机场', '佛山沙堤機場', '南海区狮山镇', 113.070, 23.083),
    ('440606', 'Qinghui Garden', '清晖园', '清暉園', '顺德区大良街道', 113.253, 22.837),
    ('441900', 'Humen Bridge', '虎门大桥', '虎門大橋', '虎门镇', 113.613, 22.791),
    ('441900', 'Songshan Lake', '松山湖', '松山湖', '松山湖大道', 113.886, 22.911),
    ('442000', 'Former Residence of Sun Yat-sen', '孙中山故居', '孫中山故居', '翠亨村', 113.529, 22.443),
    ('441300', 'Huizhou West Lake', '惠州西湖', '惠州西湖', '惠城区环城西路', 114.403, 23.092)
) AS l (d, en, cn, tw, address, lon, lat);

-- ---------------------------------------------------------------------------------------------------------------
-- Whether a code of base data stands on a record. The columns come from the descriptors of the server; reasons stand in the trail.

CREATE FUNCTION base_code_used(p_tables text[], p_columns text[], p_sets boolean[], p_code text, p_reason boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found boolean;
BEGIN
    FOR i IN 1 .. coalesce(array_length(p_tables, 1), 0) LOOP
        EXECUTE format(CASE WHEN p_sets[i] THEN 'SELECT EXISTS (SELECT FROM %I WHERE $1 = ANY (%I))'
                            ELSE 'SELECT EXISTS (SELECT FROM %I WHERE %I = $1)' END, p_tables[i], p_columns[i]) INTO found USING p_code;
        IF found THEN
            RETURN p_tables[i];
        END IF;
    END LOOP;
    IF p_reason AND EXISTS (SELECT FROM change WHERE reason = p_code) THEN
        RETURN 'change';
    END IF;
    RETURN NULL;
END
$$;
GRANT EXECUTE ON FUNCTION base_code_used(text[], text[], boolean[], text, boolean) TO yizhan_app;

-- Names of shipped rows have no search keys yet: the job that makes them reads these and writes the keys.
CREATE FUNCTION search_missing(p_limit int) RETURNS TABLE (entity text, id bigint, names text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT * FROM (
        SELECT 'base_item', b.id, ARRAY[b.code, b.label_en, b.label_zh_cn, b.label_zh_tw] FROM base_item b
        UNION ALL SELECT 'district', d.id, ARRAY[d.code, d.name_en, d.name_zh_cn, d.name_zh_tw] FROM district d
        UNION ALL SELECT 'landmark', l.id, ARRAY[l.name_en, l.name_zh_cn, l.name_zh_tw, coalesce(l.address, '')] FROM landmark l
    ) a (entity, id, names)
    WHERE NOT EXISTS (SELECT FROM search_key s WHERE s.entity = a.entity AND s.row_id = a.id)
    LIMIT p_limit
$$;
CREATE FUNCTION search_put(p_entity text, p_id bigint, p_tokens text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO search_key (token, entity, branch_id, row_id) SELECT t, p_entity, NULL, p_id FROM unnest(p_tokens) t ON CONFLICT DO NOTHING
$$;
GRANT EXECUTE ON FUNCTION search_missing(int), search_put(text, bigint, text[]) TO yizhan_tail;
INSERT INTO job (name, every, lease) VALUES ('search_fill', '1 hour', '5 minutes');

-- ---------------------------------------------------------------------------------------------------------------
-- Who may do it

UPDATE role SET permissions = permissions || '{landmark.list,landmark.get,landmark.history}'
WHERE shipped AND 'district.list' = ANY (permissions);
UPDATE role SET permissions = permissions || '{landmark.create,landmark.update,landmark.disable,landmark.enable,landmark.delete}'
    || '{job_run.list,job_run.get,landmark.export,job_run.export,base_item.up,base_item.down}'
WHERE shipped AND code = 'admin';
UPDATE role SET permissions = permissions || '{job_run.list,job_run.get,landmark.export,job_run.export}' WHERE shipped AND code = 'auditor';
UPDATE role SET permissions = permissions || '{rescue.counts}'
WHERE shipped AND code IN ('call_taker', 'order_clerk', 'dispatcher', 'branch_manager', 'auditor');
