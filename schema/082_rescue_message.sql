-- What a rescue order tells of itself in messages, and the templates and rules it is shipped with.

CREATE FUNCTION base_label(p_kind text, p_code text, p_language text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE p_language WHEN 'en' THEN label_en WHEN 'zh_TW' THEN label_zh_tw ELSE label_zh_cn END
    FROM base_item WHERE kind = p_kind AND code = p_code
$$;

CREATE FUNCTION rescue_message_words() RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['number', 'plate', 'car_model', 'service', 'road', 'place', 'destination', 'contact', 'contact_phone', 'customer',
                 'case_number', 'vehicle', 'driver', 'driver_phone', 'appointment', 'due', 'price', 'branch', 'branch_phone']
$$;

CREATE FUNCTION rescue_message_values(p_id bigint, p_language text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object(
        'number', o.number, 'plate', o.plate, 'car_model', base_label('car_model', o.car_model, p_language),
        'service', base_label('service', o.service, p_language), 'road', base_label('road', o.road, p_language),
        'place', o.place, 'destination', o.destination, 'contact', o.contact_name, 'contact_phone', o.contact_phone,
        'customer', c.name, 'case_number', o.external_number, 'vehicle', v.plate, 'driver', e.name, 'driver_phone', e.phone,
        'appointment', to_char(o.appoint_at AT TIME ZONE b.time_zone, 'YYYY-MM-DD HH24:MI'),
        'due', to_char(o.due_at AT TIME ZONE b.time_zone, 'HH24:MI'),
        'price', to_char(o.price_fen / 100.0, 'FM999999990.00'), 'branch', b.name, 'branch_phone', b.phone)
    FROM rescue_order o
    JOIN branch b ON b.id = o.branch_id
    LEFT JOIN party c ON c.id = o.customer_id
    LEFT JOIN vehicle v ON v.id = o.vehicle_id
    LEFT JOIN employee e ON e.id = o.driver_id
    WHERE o.id = p_id
$$;

CREATE FUNCTION rescue_message_people(p_id bigint, p_recipient text) RETURNS SETOF message_person
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.contact_name, o.contact_phone, NULL, c.language, o.customer_id, NULL::bigint
    FROM rescue_order o JOIN party c ON c.id = o.customer_id WHERE o.id = p_id AND p_recipient = 'contact'
    UNION ALL
    SELECT c.name, c.phone, c.email, c.language, c.id, NULL
    FROM rescue_order o JOIN party c ON c.id = o.customer_id WHERE o.id = p_id AND p_recipient = 'customer'
    UNION ALL
    SELECT e.name, e.phone, e.email, 'zh_CN', NULL, e.id
    FROM rescue_order o JOIN employee e ON e.id = o.driver_id WHERE o.id = p_id AND p_recipient = 'driver'
$$;

-- appointment: before the time appointed, while nobody was sent.
CREATE FUNCTION rescue_message_due(p_what text, p_minutes int) RETURNS SETOF message_due
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id, branch_id, '@' || extract(epoch FROM appoint_at)::bigint
    FROM rescue_order
    WHERE p_what = 'appointment' AND state = 'new' AND appoint_at > now() AND appoint_at <= now() + p_minutes * interval '1 minute'
$$;

INSERT INTO message_template (code, about, channel, body_en, body_zh_cn, body_zh_tw) VALUES
    ('rescue_placed', 'rescue', 'sms', 'Your rescue order {number} for {plate} is taken. Questions: {branch_phone}.',
     '您的救援单{number}（{plate}）已受理，咨询电话{branch_phone}。', '您的救援單{number}（{plate}）已受理，諮詢電話{branch_phone}。'),
    ('rescue_dispatched', 'rescue', 'sms', 'Vehicle {vehicle}, driver {driver}, {driver_phone}, is on your order {number}.',
     '救援车{vehicle}，司机{driver}，电话{driver_phone}，已为您的救援单{number}出发准备。',
     '救援車{vehicle}，司機{driver}，電話{driver_phone}，已為您的救援單{number}出發準備。'),
    ('rescue_job', 'rescue', 'sms', 'Job {number}: {service}, {plate} {car_model}, {place}. {contact} {contact_phone}. To {destination}.',
     '任务{number}：{service}，{plate} {car_model}，{place}。{contact} {contact_phone}。目的地：{destination}',
     '任務{number}：{service}，{plate} {car_model}，{place}。{contact} {contact_phone}。目的地：{destination}'),
    ('rescue_done', 'rescue', 'sms', 'Order {number} is done. How was it? Answer 1 to 5, 5 is best.',
     '救援单{number}已完成，请回复1至5为本次服务评分，5分为最满意。', '救援單{number}已完成，請回覆1至5為本次服務評分，5分為最滿意。'),
    ('rescue_reminder', 'rescue', 'sms', 'We come at {appointment} for {plate}, {place}. To change it: {branch_phone}.',
     '提醒您：我们将于{appointment}到{place}为{plate}提供服务，如需更改请致电{branch_phone}。',
     '提醒您：我們將於{appointment}到{place}為{plate}提供服務，如需更改請致電{branch_phone}。');
-- Shipped switched off: whoever sets a gateway up enables those he wants.
INSERT INTO message_rule (event, minutes, recipient, template_id, urgent, disabled_at)
SELECT r.event, r.minutes, r.recipient, t.id, r.urgent, now()
FROM (VALUES ('rescue.create', NULL::int, 'contact', 'rescue_placed', true), ('rescue.dispatch', NULL, 'contact', 'rescue_dispatched', true),
             ('rescue.dispatch', NULL, 'driver', 'rescue_job', true), ('rescue.complete', NULL, 'contact', 'rescue_done', false),
             ('rescue.appointment', 60, 'contact', 'rescue_reminder', true)) r (event, minutes, recipient, code, urgent)
JOIN message_template t ON t.code = r.code;
