-- A waiting notice of who calls, and of the customer one looks at; and the bell that tells that a telephone is down goes out when it works again.

-- ---------------------------------------------------------------------------------------------------------------
-- Notices that wait, by who is in them

CREATE INDEX order_notice_waits_phone ON order_notice (phone_key(contact_phone)) WHERE state = 'received';
CREATE INDEX order_notice_waits_plate ON order_notice (plate) WHERE state = 'received';

-- Of a phone, or of a customer by his phones and cars, or told by him.
CREATE FUNCTION waiting_notices(p_key text, p_party bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM order_notice WHERE state = 'received' AND phone_key(contact_phone) = p_key
    UNION
    SELECT n.id FROM party p, unnest(ARRAY[phone_key(p.phone), phone_key(p.phone2)]) k JOIN order_notice n ON phone_key(n.contact_phone) = k
    WHERE p.id = p_party AND n.state = 'received'
    UNION
    SELECT n.id FROM party_contact c JOIN order_notice n ON phone_key(n.contact_phone) = phone_key(c.phone)
    WHERE c.party_id = p_party AND c.disabled_at IS NULL AND n.state = 'received'
    UNION
    SELECT n.id FROM party_plate c JOIN order_notice n ON n.plate = c.plate WHERE c.party_id = p_party AND n.state = 'received'
    UNION
    SELECT id FROM order_notice WHERE partner_id = p_party AND state = 'received'
$$;
GRANT EXECUTE ON FUNCTION waiting_notices(text, bigint) TO yizhan_app;

-- Whether somebody's roles let him do this at a branch.
CREATE FUNCTION employee_may(p_employee bigint, p_permission text, p_branch int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM employee e JOIN role r ON r.code = ANY (e.roles), unnest(r.permissions) p
                   WHERE e.id = p_employee AND r.disabled_at IS NULL AND split_part(p, '@', 1) = p_permission
                     AND p_branch = ANY (scope_branches(e.branch_id, coalesce(nullif(split_part(p, '@', 2), ''), r.scope))))
$$;

-- What a ringing call tells of the notice that waits longest: the record it leads to, and its third party and number; NULL: none waits that he
-- whose phone rings may see.
CREATE FUNCTION caller_notice(p_employee bigint, p_key text, p_party bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object('entity', 'order_notice', 'row_id', n.id, 'notice', p.name || ' ' || n.foreign_number)
    FROM waiting_notices(p_key, p_party) w (id) JOIN order_notice n ON n.id = w.id JOIN party p ON p.id = n.partner_id
    WHERE employee_may(p_employee, 'order_notice.get', n.branch_id) AND n.partner_id IS DISTINCT FROM p_party
    ORDER BY n.received_at, n.id LIMIT 1
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
                                                 'orders', phone_orders(p_branch, phone_key(it.number), client.id)))
            || coalesce(caller_notice(who, phone_key(it.number), client.id), '{}'))
    ON CONFLICT DO NOTHING;
END
$$;

-- Whether the order a notice became is still under way: what its third party may withdraw from, whether or not he may see the order.
CREATE FUNCTION notice_order_lives(p_order bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM rescue_order WHERE id = p_order AND state NOT IN ('done', 'empty', 'void'))
$$;
GRANT EXECUTE ON FUNCTION notice_order_lives(bigint) TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- A notice may settle others of the same person: they are read with it.

ALTER TABLE notice ADD COLUMN settles bigint[];

-- Once when a line is down for a while, once when it works again: that settles what was told of it before. The words come from the server, which
-- has them translated.
CREATE OR REPLACE FUNCTION telephone_watch(p_down text, p_up text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it record;
    patience interval := make_interval(secs => nullif((SELECT value::int FROM setting WHERE name = 'telephone.down_seconds'), 0));
    told bigint := 0;
BEGIN
    FOR it IN
        SELECT l.branch_id, b.name, l.told, l.trouble FROM telephone_line l JOIN branch b ON b.id = l.branch_id
        WHERE l.told AND telephone_down_since(l) IS NULL OR NOT l.told AND telephone_down_since(l) <= now() - patience
        ORDER BY l.branch_id FOR UPDATE OF l SKIP LOCKED
    LOOP
        UPDATE telephone_line SET told = NOT it.told WHERE branch_id = it.branch_id;
        PERFORM notice_add_may('{call.dial,branch.update}', it.branch_id, CASE WHEN it.told THEN 'info' ELSE 'warning' END,
                               CASE WHEN it.told THEN p_up ELSE p_down END,
                               jsonb_build_object('branch', it.name, 'trouble', coalesce(it.trouble, 'no server speaks to it')), 'branch',
                               it.branch_id);
        IF it.told THEN
            PERFORM notice_settle(p_down, p_up, 'branch', it.branch_id);
        END IF;
        told := told + 1;
    END LOOP;
    RETURN told;
END
$$;

-- What each was told of a record in the words p_old, and has not read, goes with what this transaction tells him of it in p_new.
CREATE FUNCTION notice_settle(p_old text, p_new text, p_entity text, p_row bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH old AS (
        UPDATE notice SET read_at = now() WHERE entity = p_entity AND row_id = p_row AND msgid = p_old AND read_at IS NULL
        RETURNING id, employee_id
    ), of AS (
        SELECT employee_id, array_agg(id) AS ids FROM old GROUP BY employee_id
    )
    UPDATE notice n SET settles = of.ids FROM of
    WHERE n.employee_id = of.employee_id AND n.entity = p_entity AND n.row_id = p_row AND n.msgid = p_new AND n.tx = pg_current_xact_id()
$$;
CREATE INDEX notice_unread_of ON notice (entity, row_id) WHERE read_at IS NULL;
