-- A statement that is sent goes to the customer by mail, its orders line by line, where a rule says so and he has an address.

CREATE FUNCTION statement_message_words() RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['number', 'customer', 'from', 'to', 'due', 'orders', 'amount', 'rest', 'lines', 'remarks', 'branch', 'branch_phone']
$$;

CREATE FUNCTION statement_message_values(p_id bigint, p_language text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object(
        'number', s.number, 'customer', p.name, 'remarks', s.remarks, 'branch', b.name, 'branch_phone', b.phone,
        'from', coalesce(s.from_day, l.first_day), 'to', coalesce(s.to_day, l.last_day), 'due', s.due_day, 'orders', l.orders,
        'amount', to_char(s.amount_fen / 100.0, 'FM999999990.00'),
        'rest', to_char(greatest(s.amount_fen - s.received_fen, 0) / 100.0, 'FM999999990.00'), 'lines', l.lines)
    FROM statement s JOIN party p ON p.id = s.party_id JOIN branch b ON b.id = s.branch_id,
         LATERAL (SELECT count(*) AS orders, min(x.done_on) AS first_day, max(x.done_on) AS last_day,
                         string_agg(concat_ws('  ', x.done_on, o.number, x.plate, base_label('service', x.service, p_language),
                                              to_char(x.amount_fen / 100.0, 'FM999999990.00')), E'\n' ORDER BY x.done_on, x.id) AS lines
                  FROM statement_line x JOIN rescue_order o ON o.id = x.order_id WHERE x.statement_id = s.id) l
    WHERE s.id = p_id
$$;

CREATE FUNCTION statement_message_people(p_id bigint, p_recipient text) RETURNS SETOF message_person
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.name, p.phone, p.email, p.language, p.id, NULL::bigint
    FROM statement s JOIN party p ON p.id = s.party_id WHERE s.id = p_id AND p_recipient = 'customer'
$$;

INSERT INTO message_template (code, about, channel, subject_en, subject_zh_cn, subject_zh_tw, body_en, body_zh_cn, body_zh_tw) VALUES
    ('statement_sent', 'statement', 'mail', 'Statement {number}, {from} to {to}', '对账单 {number}（{from} 至 {to}）', '對賬單 {number}（{from} 至 {to}）',
     E'{customer},\n\nthese {orders} orders of {from} to {to} come to {amount} yuan, of which {rest} are to be paid, by {due}.\n\n{lines}\n\n{remarks}\n\nPlease tell us within a week if something is not right: {branch}, {branch_phone}.',
     E'{customer}：\n\n{from} 至 {to} 共 {orders} 单，合计 {amount} 元，待付 {rest} 元，请于 {due} 前支付。\n\n{lines}\n\n{remarks}\n\n如有疑问请在一周内与我们联系：{branch}，{branch_phone}。',
     E'{customer}：\n\n{from} 至 {to} 共 {orders} 單，合計 {amount} 元，待付 {rest} 元，請於 {due} 前支付。\n\n{lines}\n\n{remarks}\n\n如有疑問請在一週內與我們聯絡：{branch}，{branch_phone}。');
-- Switched off as all that are shipped: whoever sets mail up enables it.
INSERT INTO message_rule (event, recipient, template_id, disabled_at)
SELECT 'statement.send', 'customer', id, now() FROM message_template WHERE code = 'statement_sent';
