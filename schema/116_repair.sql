-- What hangs on an order goes with it to another branch, what follows from a repair is told before it is decided, reminders go by the server's
-- clock, and messages are found by the end of their number.

-- ---------------------------------------------------------------------------------------------------------------
-- What hangs on an order: whoever sees the one sees the other, and nobody else does

-- Those of a table that moved, in the trail: the branch they left is told that they are gone. Each is found where it is now.
CREATE FUNCTION rescue_moved(p_entity text, p_ids bigint[], p_versions int[], p_from int, p_to int, p_own bigint DEFAULT NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE search_key SET branch_id = p_to WHERE entity = p_entity AND row_id = ANY (p_ids);
    INSERT INTO change (who, verb, entity, row_id, branch_id, old_branch_id, own_id, version, was, now)
    SELECT nullif(current_setting('app.self', true), '')::bigint, p_entity || '.moved', p_entity, u.id, p_to, p_from, p_own, u.version,
           jsonb_build_object('branch_id', p_from), jsonb_build_object('branch_id', p_to)
    FROM unnest(p_ids, p_versions) u (id, version);
$$;

-- A call that is still on belongs to its branch's telephones until it ends; and where the other branch's telephones know a call by the same
-- name, it stays.
CREATE FUNCTION rescue_order_move() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ids bigint[];
    versions int[];
    partner bigint;
BEGIN
    WITH m AS (UPDATE rating SET branch_id = NEW.branch_id, version = version + 1, updated_at = now()
               WHERE rescue_id = NEW.id AND branch_id <> NEW.branch_id RETURNING id, version)
    SELECT array_agg(id), array_agg(version) INTO ids, versions FROM m;
    PERFORM rescue_moved('rating', ids, versions, OLD.branch_id, NEW.branch_id);

    WITH m AS (UPDATE message SET branch_id = NEW.branch_id, version = version + 1, updated_at = now()
               WHERE about = 'rescue' AND row_id = NEW.id AND branch_id <> NEW.branch_id RETURNING id, version)
    SELECT array_agg(id), array_agg(version) INTO ids, versions FROM m;
    PERFORM rescue_moved('message', ids, versions, OLD.branch_id, NEW.branch_id);
    UPDATE outbox SET branch_id = NEW.branch_id, version = version + 1, updated_at = now()
    WHERE (about = 'message' AND row_id = ANY (ids)) OR (about = 'rescue' AND row_id = NEW.id);

    WITH m AS (UPDATE message_reply SET branch_id = NEW.branch_id, version = version + 1, updated_at = now()
               WHERE about = 'rescue' AND row_id = NEW.id AND branch_id <> NEW.branch_id RETURNING id, version)
    SELECT array_agg(id), array_agg(version) INTO ids, versions FROM m;
    PERFORM rescue_moved('message_reply', ids, versions, OLD.branch_id, NEW.branch_id);

    WITH m AS (UPDATE call c SET branch_id = NEW.branch_id, version = version + 1, updated_at = now()
               WHERE rescue_id = NEW.id AND branch_id <> NEW.branch_id AND ended_at IS NOT NULL
                 AND NOT EXISTS (SELECT FROM call o WHERE o.branch_id = NEW.branch_id AND o.linked_id = c.linked_id) RETURNING id, version)
    SELECT array_agg(id), array_agg(version) INTO ids, versions FROM m;
    PERFORM rescue_moved('call', ids, versions, OLD.branch_id, NEW.branch_id);

    WITH m AS (UPDATE order_notice SET branch_id = NEW.branch_id, version = version + 1, updated_at = now()
               WHERE order_id = NEW.id AND branch_id <> NEW.branch_id RETURNING id, version, partner_id)
    SELECT array_agg(id), array_agg(version), min(partner_id) INTO ids, versions, partner FROM m;
    PERFORM rescue_moved('order_notice', ids, versions, OLD.branch_id, NEW.branch_id, -1 - partner);
    RETURN NULL;
END
$$;
CREATE TRIGGER rescue_order_move AFTER UPDATE OF branch_id ON rescue_order FOR EACH ROW
    WHEN (OLD.branch_id <> NEW.branch_id) EXECUTE FUNCTION rescue_order_move();
CREATE INDEX message_reply_about ON message_reply (about, row_id) WHERE about IS NOT NULL;

-- A rating is of who really drove, and of who really ordered.
CREATE FUNCTION rescue_order_rated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    WITH m AS (UPDATE rating SET driver_id = NEW.driver_id, customer_id = NEW.customer_id, version = version + 1, updated_at = now()
               WHERE rescue_id = NEW.id AND (driver_id, customer_id) IS DISTINCT FROM (NEW.driver_id, NEW.customer_id)
               RETURNING id, version, branch_id)
    INSERT INTO change (who, verb, entity, row_id, branch_id, version, was, now)
    SELECT nullif(current_setting('app.self', true), '')::bigint, 'rating.repaired', 'rating', m.id, m.branch_id, m.version,
           jsonb_build_object('driver_id', OLD.driver_id, 'customer_id', OLD.customer_id),
           jsonb_build_object('driver_id', NEW.driver_id, 'customer_id', NEW.customer_id)
    FROM m;
    RETURN NULL;
END
$$;
CREATE TRIGGER rescue_order_rated AFTER UPDATE OF driver_id, customer_id ON rescue_order FOR EACH ROW
    WHEN (NEW.money_state IS NOT NULL AND (OLD.driver_id, OLD.customer_id) IS DISTINCT FROM (NEW.driver_id, NEW.customer_id))
    EXECUTE FUNCTION rescue_order_rated();

-- ---------------------------------------------------------------------------------------------------------------
-- What follows from a repair, as it was worked out when it was asked

ALTER TABLE repair ADD COLUMN follows jsonb NOT NULL DEFAULT '[]';

-- With the names of those the papers are with, and as long as it is not decided, what hangs on the record and the period that is posted to:
-- that of the day, or the earliest that is open.
CREATE FUNCTION repair_follows(r repair) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(jsonb_agg(
               f.one
               || CASE WHEN p.name IS NOT NULL THEN jsonb_build_object('party_label', p.name) ELSE '{}' END
               || CASE WHEN a.name IS NOT NULL THEN jsonb_build_object('again_label', a.name) ELSE '{}' END ORDER BY f.n), '[]')
           || CASE WHEN r.state = 'requested' AND r.follows @> '[{"what": "paper"}]' THEN jsonb_build_array(jsonb_build_object(
                  'what', 'period', 'code', (
                      SELECT d.code FROM period d WHERE d.state = 'open'
                      ORDER BY (now() AT TIME ZONE (SELECT b.time_zone FROM branch b WHERE b.id = r.branch_id))::date
                               BETWEEN d.first_day AND d.last_day DESC, d.id LIMIT 1))) ELSE '[]' END
           || CASE WHEN r.state = 'requested' AND r.entity = 'rescue' AND 'branch_id' = ANY (r.parts) THEN jsonb_build_array(jsonb_build_object(
                  'what', 'moves',
                  'messages', (SELECT count(*) FROM message m WHERE m.about = 'rescue' AND m.row_id = r.row_id),
                  'ratings', (SELECT count(*) FROM rating g WHERE g.rescue_id = r.row_id),
                  'calls', (SELECT count(*) FROM call c WHERE c.rescue_id = r.row_id AND c.ended_at IS NOT NULL))) ELSE '[]' END
    FROM jsonb_array_elements(r.follows) WITH ORDINALITY f (one, n)
    LEFT JOIN party p ON p.id = (f.one ->> 'party')::bigint
    LEFT JOIN party a ON a.id = (f.one ->> 'again_party')::bigint
$$;
GRANT EXECUTE ON FUNCTION repair_follows(repair) TO yizhan_app;

CREATE FUNCTION repair_follows_stay() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'YZ002', TABLE = 'repair', MESSAGE = format('repair %s was asked so and stays so', OLD.number);
END
$$;
CREATE TRIGGER repair_follows_stay BEFORE UPDATE ON repair FOR EACH ROW WHEN (OLD.follows IS DISTINCT FROM NEW.follows)
    EXECUTE FUNCTION repair_follows_stay();

-- ---------------------------------------------------------------------------------------------------------------
-- One clock: what is due, and whether it is night, goes by the time that whoever works the rules through goes by

CREATE FUNCTION message_now() RETURNS timestamptz
LANGUAGE sql STABLE AS $$ SELECT coalesce(nullif(current_setting('message.now', true), '')::timestamptz, now()) $$;

CREATE OR REPLACE FUNCTION rescue_message_due(p_what text, p_minutes int) RETURNS SETOF message_due
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id, branch_id, '@' || extract(epoch FROM appoint_at)::bigint
    FROM rescue_order
    WHERE p_what = 'appointment' AND state = 'new' AND appoint_at > message_now()
      AND appoint_at <= message_now() + p_minutes * interval '1 minute'
    UNION ALL
    SELECT o.id, o.branch_id, '$' || extract(epoch FROM o.priced_at)::bigint
    FROM rescue_order o JOIN party p ON p.id = o.customer_id
    WHERE p_what = 'unpaid' AND o.money_state = 'priced' AND o.priced_at <= message_now() - p_minutes * interval '1 minute'
      AND o.priced_at > message_now() - p_minutes * interval '1 minute' - interval '1 day' AND coalesce(o.price_fen, 0) > o.received_fen
      AND p.settlement = 'per_order' AND coalesce(o.method, '') NOT IN ('on_account', 'statement')
$$;

-- The outbox waits by the database's clock: for as long as the quiet hours still last by that of the business.
CREATE OR REPLACE FUNCTION message_of_rule(p_rule message_rule, p_once text, p_about text, p_row bigint, p_branch int) RETURNS SETOF message_event
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT format('%s:%s:%s', p_rule.id, p_once, row_number() OVER ()), p_rule.event, p_rule.id, t.id, t.channel, t.marketing,
           p_rule.urgent, p_about, p_row, p_branch, p.name, CASE t.channel WHEN 'sms' THEN p.phone ELSE p.email END, l.language,
           p.party_id, p.employee_id,
           CASE l.language WHEN 'en' THEN t.subject_en WHEN 'zh_TW' THEN t.subject_zh_tw ELSE t.subject_zh_cn END,
           CASE l.language WHEN 'en' THEN t.body_en WHEN 'zh_TW' THEN t.body_zh_tw ELSE t.body_zh_cn END,
           message_values(p_about, p_row, l.language),
           message_opted_out(CASE t.channel WHEN 'sms' THEN p.phone ELSE p.email END, p.party_id),
           CASE WHEN NOT p_rule.urgent THEN now() + (message_quiet_until(p_branch, message_now()) - message_now()) END
    FROM message_template t, message_people(p_about, p_row, p_rule.recipient) p,
         LATERAL (SELECT coalesce(p.language, 'zh_CN') AS language) l
    WHERE t.id = p_rule.template_id AND t.disabled_at IS NULL
      AND CASE t.channel WHEN 'sms' THEN p.phone ELSE p.email END <> ''
$$;

-- One round as of that moment. How many were written; 0 while another server is at it.
CREATE FUNCTION message_work(p_most int, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM set_config('message.now', p_now::text, true);
    RETURN message_work(p_most);
END
$$;
GRANT EXECUTE ON FUNCTION message_work(int, timestamptz) TO yizhan_tail;
GRANT EXECUTE ON FUNCTION message_now() TO yizhan_app, yizhan_tail;

-- ---------------------------------------------------------------------------------------------------------------
-- Found by the last digits of the number, as customers and orders are, or by the beginning of the mail's address

CREATE FUNCTION message_tokens(p_address text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT folded FROM (SELECT lower(regexp_replace(p_address, '[^[:alnum:]]', '', 'g')) AS folded) f WHERE folded <> ''
    UNION
    SELECT right(folded, n) FROM (SELECT regexp_replace(p_address, '[^0-9]', '', 'g') AS folded) f, generate_series(4, 8) n
    WHERE p_address !~ '@' AND length(folded) >= n
$$;

CREATE FUNCTION message_searched() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO search_key (token, entity, branch_id, row_id)
    SELECT left(t, 64), 'message', NEW.branch_id, NEW.id FROM message_tokens(NEW.address) t ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER message_searched AFTER INSERT ON message FOR EACH ROW EXECUTE FUNCTION message_searched();
INSERT INTO search_key (token, entity, branch_id, row_id)
SELECT left(t, 64), 'message', m.branch_id, m.id FROM message m, message_tokens(m.address) t ON CONFLICT DO NOTHING;

-- ---------------------------------------------------------------------------------------------------------------
-- What stands for the words of a template while it is written: nobody's, and about as long as they are

CREATE FUNCTION rescue_message_sample(p_language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object(
        'number', 'R26010100042', 'plate', '粤A12345', 'contact_phone', '13800000000', 'case_number', 'PA2026010100042', 'vehicle', '粤A67890',
        'driver_phone', '13900000000', 'appointment', '2026-01-01 09:30', 'due', '09:30', 'price', '380.00', 'rest', '380.00',
        'branch_phone', '02080000000', 'sign_code', '123456')
        || CASE p_language
           WHEN 'en' THEN '{"car_model": "Saloon", "service": "Tow", "road": "City road", "place": "1 Tiyu Road West, Tianhe", "destination": "12 Huangpu Avenue",
                            "contact": "Mr Wang", "customer": "Ping An Insurance", "driver": "Li Ming", "branch": "Tianhe station"}'::jsonb
           WHEN 'zh_TW' THEN '{"car_model": "轎車", "service": "拖車", "road": "市區道路", "place": "天河區體育西路1號", "destination": "黃埔大道西12號",
                               "contact": "王先生", "customer": "平安保險", "driver": "李明", "branch": "天河救援站"}'
           ELSE '{"car_model": "轿车", "service": "拖车", "road": "市区道路", "place": "天河区体育西路1号", "destination": "黄埔大道西12号",
                  "contact": "王先生", "customer": "平安保险", "driver": "李明", "branch": "天河救援站"}' END
$$;
GRANT EXECUTE ON FUNCTION rescue_message_sample(text) TO yizhan_app;
