-- What proves a rescue: photos of the kinds the service wants, and the customer's signature by a code sent to him or on a photo.

INSERT INTO base_item (kind, code, label_en, label_zh_cn, label_zh_tw, position)
SELECT 'photo_kind', r ->> 0, r ->> 1, r ->> 2, r ->> 3, n * 10
FROM jsonb_array_elements('[
    ["scene", "Scene", "现场", "現場"],
    ["plate", "Plate", "车牌", "車牌"],
    ["damage", "Damage", "损伤", "損傷"],
    ["loaded", "Loaded", "装车", "裝車"],
    ["delivered", "Delivered", "交付", "交付"],
    ["done", "Work done", "完工", "完工"],
    ["signature", "Customer''s signature", "客户签名", "客戶簽名"]
]') WITH ORDINALITY x (r, n);

ALTER TABLE file ADD COLUMN kind text;              -- base data: photo_kind; what is to be seen in it
ALTER TABLE rescue_order ADD COLUMN signed_by text CHECK (signed_by IN ('code', 'photo'));

INSERT INTO setting (name, value, help) VALUES
    ('rescue.proof', 'driver',
     'Whose completing of a job wants its photos and the customer''s signature: driver (his own jobs), all (also for him), no');

-- The code goes to the customer in a message and comes back by the driver's hand: nothing but these functions reads it.
CREATE TABLE rescue_sign (
    order_id bigint PRIMARY KEY REFERENCES rescue_order (id),
    code text NOT NULL CHECK (code ~ '^[0-9]{6}$'),
    at timestamptz NOT NULL DEFAULT now()
);

-- At the first dispatch; another vehicle's customer has the same code.
CREATE FUNCTION rescue_sign_make(p_order bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO rescue_sign (order_id, code)
    VALUES (p_order, lpad((('x' || substr(gen_random_uuid()::text, 1, 8))::bit(32)::bigint % 1000000)::text, 6, '0'))
    ON CONFLICT DO NOTHING
$$;

-- What the service wants and what there is. Asked where the order itself was seen.
CREATE FUNCTION rescue_proof(p_order bigint)
RETURNS TABLE (photos bigint, have bigint, missing text[], missing_words text, sign text, code text, signature boolean, whose text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((b.extra ->> 'photos')::bigint, 0), count(f.id) FILTER (WHERE f.kind IS DISTINCT FROM 'signature'),
           coalesce(m.codes, '{}'), m.words, coalesce(b.extra ->> 'sign', 'none'),
           (SELECT s.code FROM rescue_sign s WHERE s.order_id = o.id), coalesce(bool_or(f.kind = 'signature'), false),
           (SELECT value FROM setting WHERE name = 'rescue.proof')
    FROM rescue_order o
    LEFT JOIN base_item b ON b.kind = 'service' AND b.code = o.service
    LEFT JOIN file f ON f.entity = 'rescue' AND f.row_id = o.id AND f.removed_at IS NULL AND f.type IN ('jpeg', 'png', 'gif', 'webp')
    LEFT JOIN LATERAL (
        SELECT array_agg(w.code ORDER BY w.n) AS codes, string_agg(coalesce(k.label_en, w.code), ', ' ORDER BY w.n) AS words
        FROM jsonb_array_elements_text(b.extra -> 'photo_kinds') WITH ORDINALITY w (code, n)
        LEFT JOIN base_item k ON k.kind = 'photo_kind' AND k.code = w.code
        WHERE NOT EXISTS (SELECT FROM file g WHERE g.entity = 'rescue' AND g.row_id = p_order AND g.removed_at IS NULL AND g.kind = w.code
                          AND g.type IN ('jpeg', 'png', 'gif', 'webp'))
    ) m ON true
    WHERE o.id = p_order
    GROUP BY o.id, b.extra, m.codes, m.words
$$;
-- For a driver, who does not see base data.
CREATE FUNCTION rescue_photo_kinds() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('code', code, 'en', label_en, 'zh_CN', label_zh_cn, 'zh_TW', label_zh_tw)
                              ORDER BY position, id), '[]')
    FROM base_item WHERE kind = 'photo_kind' AND disabled_at IS NULL
$$;
GRANT EXECUTE ON FUNCTION rescue_sign_make(bigint), rescue_proof(bigint), rescue_photo_kinds() TO yizhan_app;

INSERT INTO message_template (code, about, channel, body_en, body_zh_cn, body_zh_tw) VALUES
    ('rescue_sign', 'rescue', 'sms', 'When the work on {plate} is done, tell the driver this code as your signature: {sign_code}.',
     '{plate}的救援完成后，请将签收码{sign_code}告知司机，作为您的确认。', '{plate}的救援完成後，請將簽收碼{sign_code}告知司機，作為您的確認。');
INSERT INTO message_rule (event, minutes, recipient, template_id, urgent, disabled_at)
SELECT 'rescue.arrive', NULL, 'contact', t.id, true, now() FROM message_template t WHERE t.code = 'rescue_sign';

-- Drivers send photos of their own jobs.
UPDATE role SET permissions = permissions || '{rescue.attach}' WHERE shipped AND code IN ('driver', 'dispatcher');
