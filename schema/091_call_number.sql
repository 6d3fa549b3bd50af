-- Numbers of calls: 00 and + are one, and a caller's number is kept as people write it; who it is at a firm is told, too.

-- One number however it is written: the country's code and a long-distance zero before a mobile are left out.
CREATE OR REPLACE FUNCTION phone_key(p_phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT nullif(CASE WHEN d ~ '^86(1[3-9][0-9]{9}|[2-9][0-9]{8,10})$' AND length(d) > 11
                       THEN CASE WHEN d ~ '^861[3-9]' THEN substr(d, 3) ELSE '0' || substr(d, 3) END
                       WHEN d ~ '^0(1[3-9][0-9]{9})$' THEN substr(d, 2)
                       ELSE d END, '')
    FROM (SELECT regexp_replace(regexp_replace(split_part(p_phone, ',', 1), '[^0-9]', '', 'g'), '^00', '') AS d) x
$$;
REINDEX INDEX party_phone_key;
REINDEX INDEX party_phone2_key;
REINDEX INDEX party_contact_phone_key;
REINDEX INDEX rescue_order_live_phone_key;

-- As people write it: of another country with a + before it.
CREATE FUNCTION phone_plain(p_phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN p_phone ~ '^(\+|00)' AND p_phone !~ '^(\+|00)86' THEN '+' ELSE '' END || phone_key(p_phone)
$$;

CREATE OR REPLACE FUNCTION call_begin(p_branch int, p jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it call;
    num text := CASE WHEN p ->> 'direction' = 'in' THEN phone_plain(p ->> 'number') ELSE nullif(p ->> 'number', '') END;
BEGIN
    INSERT INTO call (branch_id, linked_id, direction, state, number, party_id, extension, employee_id)
    VALUES (p_branch, p ->> 'call', p ->> 'direction', 'ringing', num,
            CASE WHEN p ->> 'direction' <> 'internal' THEN phone_party(p_branch, phone_key(num)) END,
            CASE WHEN p ->> 'direction' = 'in' THEN NULL ELSE p ->> 'extension' END,
            CASE WHEN p ->> 'direction' = 'in' THEN NULL ELSE extension_employee(p_branch, p ->> 'extension') END)
    ON CONFLICT ON CONSTRAINT call_linked_id_key DO NOTHING
    RETURNING * INTO it;
    IF it.id IS NOT NULL THEN
        PERFORM call_trail(it, 'call.start');
    ELSE        -- dialled from here: the own phone rings now
        UPDATE call SET state = 'ringing', version = version + 1, updated_at = now()
        WHERE branch_id = p_branch AND linked_id = p ->> 'call' AND state = 'dialling'
        RETURNING * INTO it;
        IF FOUND THEN
            PERFORM call_trail(it, 'call.start');
        END IF;
    END IF;
END
$$;

-- Who speaks: the person himself, or the firm's person with that number.
CREATE FUNCTION phone_contact(p_party bigint, p_key text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((SELECT c.name FROM party_contact c
                     WHERE c.party_id = p_party AND phone_key(c.phone) = p_key AND c.disabled_at IS NULL ORDER BY c.position, c.id LIMIT 1),
                    (SELECT p.name FROM party p WHERE p.id = p_party AND p.kind = 'person'))
$$;

CREATE OR REPLACE FUNCTION call_rings(p_branch int, p jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it call := call_at(p_branch, p ->> 'call');
    who bigint := extension_employee(p_branch, p ->> 'extension');
    client party;
BEGIN
    IF it.id IS NULL OR it.ended_at IS NOT NULL OR it.answered_at IS NOT NULL OR it.direction <> 'in' THEN
        RETURN;
    END IF;
    UPDATE call SET extension = p ->> 'extension', employee_id = who, version = version + 1, updated_at = now()
    WHERE id = it.id AND (extension IS DISTINCT FROM p ->> 'extension' OR employee_id IS DISTINCT FROM who)
    RETURNING * INTO it;
    IF FOUND THEN
        PERFORM call_trail(it, 'call.ring');
    ELSE
        it := call_at(p_branch, p ->> 'call');
    END IF;
    IF who IS NULL THEN
        RETURN;
    END IF;
    SELECT * INTO client FROM party WHERE id = it.party_id;
    INSERT INTO call_ring (call_id, extension, branch_id, employee_id, body)
    VALUES (it.id, p ->> 'extension', p_branch, who,
            jsonb_strip_nulls(jsonb_build_object('id', it.id::text, 'call_id', it.id, 'caller', coalesce(it.number, ''), 'name', client.name, 'contact', phone_contact(client.id, phone_key(it.number)),
                                                 'customer_id', CASE WHEN 'customer' = ANY (client.roles) THEN client.id END, 'queue', it.queue,
                                                 'orders', phone_orders(p_branch, phone_key(it.number), client.id))))
    ON CONFLICT DO NOTHING;
END
$$;
