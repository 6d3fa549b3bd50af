-- Messages, continued: rules by time for orders that are not paid, a quota for each number and each customer, mail's own rate, numbers
-- with their country's prefix, and messages that a modem gave up.

INSERT INTO setting (name, value, help) VALUES
    ('message.mail_per_second', '5', 'Mails handed to the mail server in a second at most'),
    ('message.per_number_day', '200', 'Messages by rule that one number or address gets in a day at most; empty: as many as there are'),
    ('message.per_customer_day', '5000', 'The same of all messages about one customer''s affairs');

CREATE INDEX message_party_day ON message (party_id, created_at) WHERE party_id IS NOT NULL;

-- What an order that is priced and not paid still waits for. Who pays on account is reminded by his statement.
CREATE INDEX rescue_order_unpaid ON rescue_order (priced_at) WHERE money_state = 'priced';

CREATE OR REPLACE FUNCTION rescue_message_due(p_what text, p_minutes int) RETURNS SETOF message_due
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id, branch_id, '@' || extract(epoch FROM appoint_at)::bigint
    FROM rescue_order
    WHERE p_what = 'appointment' AND state = 'new' AND appoint_at > now() AND appoint_at <= now() + p_minutes * interval '1 minute'
    UNION ALL
    SELECT o.id, o.branch_id, '$' || extract(epoch FROM o.priced_at)::bigint
    FROM rescue_order o JOIN party p ON p.id = o.customer_id
    WHERE p_what = 'unpaid' AND o.money_state = 'priced' AND o.priced_at <= now() - p_minutes * interval '1 minute'
      AND o.priced_at > now() - p_minutes * interval '1 minute' - interval '1 day' AND coalesce(o.price_fen, 0) > o.received_fen
      AND p.settlement = 'per_order' AND coalesce(o.method, '') NOT IN ('on_account', 'statement')
$$;

CREATE OR REPLACE FUNCTION rescue_message_words() RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['number', 'plate', 'car_model', 'service', 'road', 'place', 'destination', 'contact', 'contact_phone', 'customer',
                 'case_number', 'vehicle', 'driver', 'driver_phone', 'appointment', 'due', 'price', 'rest', 'branch', 'branch_phone', 'sign_code']
$$;

CREATE OR REPLACE FUNCTION rescue_message_values(p_id bigint, p_language text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object(
        'number', o.number, 'plate', o.plate, 'car_model', base_label('car_model', o.car_model, p_language),
        'service', base_label('service', o.service, p_language), 'road', base_label('road', o.road, p_language),
        'place', o.place, 'destination', o.destination, 'contact', o.contact_name, 'contact_phone', o.contact_phone,
        'customer', c.name, 'case_number', o.external_number, 'vehicle', v.plate, 'driver', e.name, 'driver_phone', e.phone,
        'appointment', to_char(o.appoint_at AT TIME ZONE b.time_zone, 'YYYY-MM-DD HH24:MI'),
        'due', to_char(o.due_at AT TIME ZONE b.time_zone, 'HH24:MI'),
        'price', to_char(o.price_fen / 100.0, 'FM999999990.00'),
        'rest', to_char(greatest(o.price_fen - o.received_fen, 0) / 100.0, 'FM999999990.00'), 'branch', b.name, 'branch_phone', b.phone,
        'sign_code', (SELECT s.code FROM rescue_sign s WHERE s.order_id = o.id))
    FROM rescue_order o
    JOIN branch b ON b.id = o.branch_id
    LEFT JOIN party c ON c.id = o.customer_id
    LEFT JOIN vehicle v ON v.id = o.vehicle_id
    LEFT JOIN employee e ON e.id = o.driver_id
    WHERE o.id = p_id
$$;

INSERT INTO message_template (code, about, channel, body_en, body_zh_cn, body_zh_tw) VALUES
    ('rescue_unpaid', 'rescue', 'sms', 'Order {number} for {plate}: {rest} yuan are still to be paid. Questions: {branch_phone}.',
     '您的救援单{number}（{plate}）尚有{rest}元未支付，如有疑问请致电{branch_phone}。',
     '您的救援單{number}（{plate}）尚有{rest}元未支付，如有疑問請致電{branch_phone}。');
INSERT INTO message_rule (event, minutes, recipient, template_id, urgent, disabled_at)
SELECT 'rescue.unpaid', 1440, 'customer', id, false, now() FROM message_template WHERE code = 'rescue_unpaid';

-- A number as people of the country write it: +86 138…, 0086138… and 138… are one; so is +886 912… 0912….
CREATE FUNCTION message_number(p_phone text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(regexp_replace(regexp_replace(p_phone, '[ -]', '', 'g'), '^(\+|00)?86(?=1[0-9]{10}$)', ''),
                          '^(\+|00)?886(?=9[0-9]{8}$)', '0')
$$;

-- Which quota one more message by rule would be over: 'number', 'customer', or NULL. Colleagues have none: their jobs come that way.
CREATE FUNCTION message_over_quota(p_address text, p_party bigint, p_employee bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN p_employee IS NOT NULL THEN NULL
        WHEN q.number IS NOT NULL AND (SELECT count(*) FROM (SELECT FROM message WHERE address = p_address AND created_at > now() - interval '1 day'
                                                             AND state <> 'suppressed' LIMIT q.number) m) >= q.number THEN 'number'
        WHEN q.customer IS NOT NULL AND p_party IS NOT NULL
             AND (SELECT count(*) FROM (SELECT FROM message WHERE party_id = p_party AND created_at > now() - interval '1 day'
                                        AND state <> 'suppressed' LIMIT q.customer) m) >= q.customer THEN 'customer'
        END
    FROM (SELECT setting_value('message.per_number_day')::bigint AS number, setting_value('message.per_customer_day')::bigint AS customer) q
$$;

CREATE OR REPLACE FUNCTION message_put(p jsonb, p_marketing boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it message := jsonb_populate_record(NULL::message, p);
    box bigint;
    quota text;
BEGIN
    IF it.event IS NOT NULL AND it.state <> 'suppressed' THEN
        quota := message_over_quota(it.address, it.party_id, it.employee_id);
        IF quota IS NOT NULL THEN
            it.state := 'suppressed';
            it.error := 'over the quota of a ' || quota || ' for a day';
        END IF;
    END IF;
    it.body := message_dress(it.channel, it.body, it.language, p_marketing);
    INSERT INTO message (created_by, branch_id, key, channel, address, name, language, subject, body, segments, state, due_at, event,
                         rule_id, template_id, about, row_id, party_id, employee_id, error)
    VALUES (it.created_by, it.branch_id, it.key, it.channel, it.address, it.name, it.language, it.subject, it.body,
            CASE it.channel WHEN 'sms' THEN message_segments(it.body) ELSE 1 END, it.state, coalesce(it.due_at, now()), it.event,
            it.rule_id, it.template_id, it.about, it.row_id, it.party_id, it.employee_id, it.error)
    ON CONFLICT (key) DO NOTHING
    RETURNING * INTO it;
    IF it.id IS NULL THEN
        RETURN NULL;
    END IF;
    IF it.state <> 'suppressed' THEN
        INSERT INTO outbox (branch_id, gateway, key, about, row_id, due_at, body)
        VALUES (it.branch_id, it.channel, 'message:' || it.id, 'message', it.id, it.due_at,
                jsonb_build_object('to', it.address, 'subject', it.subject, 'body', it.body))
        RETURNING id INTO box;
        UPDATE message SET outbox_id = box WHERE id = it.id;
    END IF;
    PERFORM message_trail(it, 'message.create', it.created_by);
    RETURN it.id;
END
$$;

-- The gateway took it and gave it up afterwards: it failed, as if it had never been taken, and may be sent again by hand.
CREATE FUNCTION message_refuse(p_message bigint, p_error text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it message;
BEGIN
    UPDATE message SET state = 'failed', error = left(p_error, 500), version = version + 1, updated_at = now()
    WHERE id = p_message AND state IN ('sending', 'sent') RETURNING * INTO it;
    IF FOUND THEN
        UPDATE outbox SET state = 'dead', error = it.error, claimed_by = NULL, claimed_until = NULL, version = version + 1, updated_at = now()
        WHERE id = it.outbox_id AND state IN ('sending', 'sent');
        PERFORM message_trail(it, 'message.failed', NULL);
    END IF;
    RETURN EXISTS (SELECT FROM message WHERE id = p_message);
END
$$;

-- An answer finds its question however the gateway writes the number.
CREATE OR REPLACE FUNCTION message_receive(p_gateway text, p_reference text, p_phone text, p_body text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asked message;
    it message_reply;
    from_ CONSTANT text := message_number(p_phone);
    word text := upper(btrim(p_body, E' \t\r\n.。!！'));
BEGIN
    SELECT * INTO asked FROM message
    WHERE channel = 'sms' AND address IN (p_phone, from_) AND state IN ('sent', 'delivered', 'undelivered', 'sending')
      AND created_at > now() - interval '7 days'
    ORDER BY created_at DESC, id DESC LIMIT 1;
    INSERT INTO message_reply (branch_id, gateway, reference, phone, body, message_id, about, row_id)
    VALUES (asked.branch_id, p_gateway, p_reference, from_, left(p_body, 2000), asked.id, asked.about, asked.row_id)
    ON CONFLICT (gateway, reference) DO NOTHING
    RETURNING * INTO it;
    IF it.id IS NULL THEN
        RETURN NULL;
    END IF;
    IF word = ANY (string_to_array((SELECT upper(value) FROM setting WHERE name = 'message.opt_out_words'), ' ')) THEN
        INSERT INTO message_opt_out (address, words) VALUES (from_, p_body) ON CONFLICT DO NOTHING;
    END IF;
    INSERT INTO change (verb, entity, row_id, branch_id, version, now)
    VALUES ('message_reply.create', 'message_reply', it.id, it.branch_id, it.version, '{}');
    IF asked.about IS NOT NULL AND to_regproc(format('public.%I', asked.about || '_message_reply')) IS NOT NULL THEN
        EXECUTE format('SELECT public.%I($1, $2)', asked.about || '_message_reply') USING asked.row_id, it;
    END IF;
    RETURN it.id;
END
$$;

GRANT EXECUTE ON FUNCTION message_over_quota(text, bigint, bigint) TO yizhan_app, yizhan_tail;
GRANT EXECUTE ON FUNCTION message_refuse(bigint, text) TO yizhan_tail;
