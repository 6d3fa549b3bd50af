-- Telephone: the call systems of the branches, which server speaks to which, the log of calls, what rings just now, what is to be dialled.

-- ---------------------------------------------------------------------------------------------------------------
-- The call system of a branch. Its secret stands apart: the pool of workers may set it and never read it.

ALTER TABLE branch
    ADD COLUMN pbx_user text,
    ADD COLUMN pbx_technology text NOT NULL DEFAULT 'PJSIP' CHECK (pbx_technology IN ('PJSIP', 'SIP', 'IAX2', 'DAHDI')),
    ADD COLUMN pbx_context text NOT NULL DEFAULT 'from-internal' CHECK (pbx_context ~ '^[A-Za-z0-9_-]{1,64}$'),
    ADD COLUMN pbx_prefix text CHECK (pbx_prefix ~ '^[0-9]{1,8}$');     -- dialled before outside numbers
GRANT INSERT (pbx_user, pbx_technology, pbx_context, pbx_prefix) ON branch TO yizhan_app;

CREATE TABLE branch_pbx (
    branch_id int PRIMARY KEY REFERENCES branch (id) ON DELETE CASCADE,
    secret text NOT NULL
);

CREATE FUNCTION branch_pbx_set(p_branch int, p_secret text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM branch_pbx WHERE branch_id = p_branch AND p_secret IS NULL;
    INSERT INTO branch_pbx (branch_id, secret) SELECT p_branch, p_secret WHERE p_secret IS NOT NULL
        ON CONFLICT (branch_id) DO UPDATE SET secret = excluded.secret
$$;
GRANT EXECUTE ON FUNCTION branch_pbx_set(int, text) TO yizhan_app;

-- Who speaks to it: one server at a time, for as long as it says so again.
CREATE TABLE telephone_line (
    branch_id int PRIMARY KEY REFERENCES branch (id) ON DELETE CASCADE,
    held_by text,
    held_until timestamptz,
    up boolean NOT NULL DEFAULT false,  -- logged in
    trouble text,                       -- why not
    since timestamptz NOT NULL DEFAULT now()
);

-- ---------------------------------------------------------------------------------------------------------------
-- Numbers

-- One number however it is written: the country's code and a long-distance zero before a mobile are left out.
CREATE FUNCTION phone_key(p_phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT nullif(CASE WHEN d ~ '^(00)?86(1[3-9][0-9]{9}|[2-9][0-9]{8,10})$' AND length(d) > 11
                       THEN CASE WHEN regexp_replace(d, '^(00)?86', '') ~ '^1[3-9]' THEN regexp_replace(d, '^(00)?86', '')
                                 ELSE '0' || regexp_replace(d, '^(00)?86', '') END
                       WHEN d ~ '^0(1[3-9][0-9]{9})$' THEN substr(d, 2)
                       ELSE d END, '')
    FROM (SELECT regexp_replace(split_part(p_phone, ',', 1), '[^0-9]', '', 'g') AS d) x
$$;

CREATE FUNCTION phone_mask(p_phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN length(p_phone) > 7 THEN left(p_phone, 3) || '****' || right(p_phone, 4) ELSE p_phone END
$$;

CREATE INDEX party_phone_key ON party (phone_key(phone)) WHERE phone IS NOT NULL;
CREATE INDEX party_phone2_key ON party (phone_key(phone2)) WHERE phone2 IS NOT NULL;
CREATE INDEX party_contact_phone_key ON party_contact (phone_key(phone)) WHERE phone IS NOT NULL;
CREATE INDEX rescue_order_live_phone_key ON rescue_order (phone_key(contact_phone))
    WHERE state IN ('new', 'dispatched', 'accepted', 'on_the_way', 'arrived');

-- Whose number it is for a branch: its own customers and those below it, then the company's firms; never another branch's.
CREATE FUNCTION phone_party(p_branch int, p_key text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.id
    FROM (SELECT id FROM party WHERE phone_key(phone) = p_key AND phone IS NOT NULL
          UNION SELECT id FROM party WHERE phone_key(phone2) = p_key AND phone2 IS NOT NULL
          UNION SELECT party_id FROM party_contact WHERE phone_key(phone) = p_key AND phone IS NOT NULL AND disabled_at IS NULL) f
    JOIN party p ON p.id = f.id
    WHERE p.disabled_at IS NULL AND (p.branch_id IS NULL OR p.branch_id = ANY (branch_and_below(p_branch)))
    ORDER BY (p.branch_id = p_branch) DESC NULLS LAST, p.branch_id IS NULL, 'customer' = ANY (p.roles) DESC, p.id
    LIMIT 1
$$;

-- Orders under way of a caller, as far as the branch sees them; 99 stand for more.
CREATE FUNCTION phone_orders(p_branch int, p_key text, p_party bigint) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*)::int FROM (
        SELECT id FROM rescue_order
        WHERE customer_id = p_party AND branch_id = ANY (branch_and_below(p_branch))
          AND state IN ('new', 'dispatched', 'accepted', 'on_the_way', 'arrived')
        UNION
        SELECT id FROM rescue_order
        WHERE phone_key(contact_phone) = p_key AND branch_id = ANY (branch_and_below(p_branch))
          AND state IN ('new', 'dispatched', 'accepted', 'on_the_way', 'arrived')
        LIMIT 99) o
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- The log of calls

CREATE SEQUENCE call_id_seq CACHE 32;
CREATE TABLE call (
    id bigint PRIMARY KEY DEFAULT nextval('call_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,                  -- who dialled it from here
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int NOT NULL REFERENCES branch (id),
    linked_id text NOT NULL,            -- the call system's name for the whole call
    direction text NOT NULL CHECK (direction IN ('in', 'out', 'internal')),
    state text NOT NULL CHECK (state IN ('dialling', 'ringing', 'talking', 'answered', 'missed', 'unanswered', 'busy', 'failed')),
    number text,                        -- of the other side; NULL: withheld
    party_id bigint REFERENCES party (id),
    extension text,
    employee_id bigint REFERENCES employee (id),
    queue text,
    started_at timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz,
    ended_at timestamptz,
    duration_s bigint NOT NULL DEFAULT 0,       -- of the talk
    recording text,
    error text,
    opened_at timestamptz,              -- somebody opened it from the bell line: the order made then is this call's
    opened_by bigint,
    rescue_id bigint REFERENCES rescue_order (id),
    handled_at timestamptz,             -- a missed one was seen to
    handled_by bigint,
    remarks text,
    CONSTRAINT call_linked_id_key UNIQUE (branch_id, linked_id)
);
ALTER SEQUENCE call_id_seq OWNED BY call.id;
CREATE INDEX call_branch ON call (branch_id, started_at, id);
CREATE INDEX call_state ON call (branch_id, state, started_at, id);
CREATE INDEX call_employee ON call (employee_id, started_at, id) WHERE employee_id IS NOT NULL;
CREATE INDEX call_opened ON call (opened_by, opened_at) WHERE opened_by IS NOT NULL;
CREATE INDEX call_party ON call (party_id, started_at, id) WHERE party_id IS NOT NULL;
CREATE INDEX call_rescue ON call (rescue_id) WHERE rescue_id IS NOT NULL;
CREATE INDEX call_number ON call (number, started_at);
CREATE INDEX call_open ON call (branch_id) WHERE ended_at IS NULL;

ALTER TABLE call ENABLE ROW LEVEL SECURITY;
CREATE POLICY call_scope ON call TO yizhan_app
    USING (coalesce(branch_id = ANY (current_setting('app.scope')::int[]), false)
           OR employee_id = nullif(current_setting('app.self', true), '')::bigint);
GRANT SELECT, UPDATE ON call TO yizhan_app;
GRANT USAGE ON SEQUENCE call_id_seq TO yizhan_app;

-- What rings at which extension now. Every server looks here for those who sit at its terminals.
CREATE TABLE call_ring (
    call_id bigint NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    extension text NOT NULL,
    branch_id int NOT NULL,
    employee_id bigint NOT NULL,
    body jsonb NOT NULL,                -- as terminals are told
    PRIMARY KEY (call_id, extension)
);
CREATE INDEX call_ring_employee ON call_ring (employee_id);

-- What is to be dialled, until the server that holds the line has done so. Once: nobody is rung twice.
CREATE TABLE call_dial (
    call_id bigint PRIMARY KEY REFERENCES call (id) ON DELETE CASCADE,
    branch_id int NOT NULL,
    extension text NOT NULL,
    number text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    taken_at timestamptz
);
CREATE INDEX call_dial_at ON call_dial (at);

CREATE FUNCTION call_trail(p call, p_verb text, p_who bigint DEFAULT NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO change (who, verb, entity, row_id, branch_id, own_id, version, now)
    VALUES (p_who, p_verb, 'call', p.id, p.branch_id, coalesce(p.employee_id, -1), p.version,
            jsonb_strip_nulls(jsonb_build_object('state', p.state, 'extension', p.extension, 'rescue_id', p.rescue_id)))
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- What the gateway writes

-- The lines this server holds from now on, for so long: its own, those nobody holds, and those whose holder has not been heard of.
CREATE FUNCTION telephone_claim(p_server text, p_lease interval)
RETURNS TABLE (branch_id int, branch_code text, address text, username text, secret text, technology text, context text, prefix text,
               extensions text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM telephone_line l WHERE NOT EXISTS (
        SELECT FROM branch b JOIN branch_pbx s ON s.branch_id = b.id
        WHERE b.id = l.branch_id AND b.disabled_at IS NULL AND b.pbx_address IS NOT NULL AND b.pbx_user IS NOT NULL);
    INSERT INTO telephone_line (branch_id)
        SELECT b.id FROM branch b JOIN branch_pbx s ON s.branch_id = b.id
        WHERE b.disabled_at IS NULL AND b.pbx_address IS NOT NULL AND b.pbx_user IS NOT NULL
          AND NOT EXISTS (SELECT FROM telephone_line l WHERE l.branch_id = b.id)
        ON CONFLICT DO NOTHING;
    UPDATE telephone_line l SET held_by = p_server, held_until = clock_timestamp() + p_lease,
        up = l.up AND l.held_by = p_server, trouble = CASE WHEN l.held_by = p_server THEN l.trouble END,
        since = CASE WHEN l.held_by = p_server THEN l.since ELSE now() END
    WHERE l.branch_id IN (SELECT t.branch_id FROM telephone_line t
                          WHERE t.held_by = p_server OR t.held_until IS NULL OR t.held_until < clock_timestamp()
                          ORDER BY t.branch_id FOR UPDATE SKIP LOCKED);
    RETURN QUERY
    SELECT b.id, b.code, b.pbx_address, b.pbx_user, s.secret, b.pbx_technology, b.pbx_context, b.pbx_prefix,
           ARRAY(SELECT e.extension FROM employee e WHERE e.branch_id = b.id AND e.disabled_at IS NULL AND e.extension IS NOT NULL)
    FROM telephone_line l JOIN branch b ON b.id = l.branch_id JOIN branch_pbx s ON s.branch_id = b.id
    WHERE l.held_by = p_server
    ORDER BY b.id;
END
$$;

-- At the end: others need not wait for the lease.
CREATE FUNCTION telephone_release(p_server text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE telephone_line SET held_by = NULL, held_until = NULL, up = false, since = now() WHERE held_by = p_server
$$;

CREATE FUNCTION telephone_state(p_server text, p_branch int, p_up boolean, p_trouble text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE telephone_line SET up = p_up, trouble = left(p_trouble, 200), since = now()
    WHERE branch_id = p_branch AND held_by = p_server AND (up <> p_up OR trouble IS DISTINCT FROM left(p_trouble, 200))
$$;

CREATE FUNCTION call_at(p_branch int, p_linked text) RETURNS call
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT * FROM call WHERE branch_id = p_branch AND linked_id = p_linked
$$;

-- Whose extension it is: his who sits there.
CREATE FUNCTION extension_employee(p_branch int, p_extension text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.id FROM employee e
    WHERE e.branch_id = p_branch AND e.extension = p_extension AND e.disabled_at IS NULL
$$;

CREATE FUNCTION call_begin(p_branch int, p jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it call;
    num text := nullif(p ->> 'number', '');
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

CREATE FUNCTION call_rings(p_branch int, p jsonb) RETURNS void
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
            jsonb_strip_nulls(jsonb_build_object('id', it.id::text, 'call_id', it.id, 'caller', coalesce(it.number, ''), 'name', client.name,
                                                 'customer_id', CASE WHEN 'customer' = ANY (client.roles) THEN client.id END, 'queue', it.queue,
                                                 'orders', phone_orders(p_branch, phone_key(it.number), client.id))))
    ON CONFLICT DO NOTHING;
END
$$;

-- Of what is dialled from inside only the far end's answer is one.
CREATE FUNCTION call_answered(p_branch int, p jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it call := call_at(p_branch, p ->> 'call');
    ext text := nullif(p ->> 'extension', '');
BEGIN
    IF it.id IS NULL OR it.ended_at IS NOT NULL OR it.answered_at IS NOT NULL OR (it.direction <> 'in' AND ext = it.extension) THEN
        RETURN;
    END IF;
    DELETE FROM call_ring WHERE call_id = it.id;
    UPDATE call SET state = 'talking', answered_at = clock_timestamp(),
        extension = CASE WHEN direction = 'in' THEN coalesce(ext, extension) ELSE extension END,
        employee_id = CASE WHEN direction = 'in' AND ext IS NOT NULL THEN extension_employee(p_branch, ext) ELSE employee_id END,
        version = version + 1, updated_at = now()
    WHERE id = it.id RETURNING * INTO it;
    PERFORM call_trail(it, 'call.answer');
END
$$;

-- The end. Causes are those of Q.850, as call systems give them.
CREATE FUNCTION call_ended(p_id bigint, p_cause int, p_words text, p_refused boolean, p_missed text, p_failed text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it call;
BEGIN
    DELETE FROM call_ring WHERE call_id = p_id;
    DELETE FROM call_dial WHERE call_id = p_id;
    UPDATE call SET ended_at = clock_timestamp(), version = version + 1, updated_at = now(),
        duration_s = CASE WHEN answered_at IS NULL THEN 0
                          ELSE greatest(0, round(extract(epoch FROM clock_timestamp() - answered_at)))::bigint END,
        state = CASE WHEN answered_at IS NOT NULL THEN 'answered'
                     WHEN p_refused AND p_cause NOT IN (17, 19) THEN 'failed'
                     WHEN p_cause = 17 AND (direction <> 'in' OR employee_id IS NULL) THEN 'busy'
                     WHEN direction = 'in' THEN 'missed'
                     WHEN p_cause IN (0, 16, 18, 19, 31) THEN 'unanswered'
                     ELSE 'failed' END
    WHERE id = p_id AND ended_at IS NULL RETURNING * INTO it;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF it.state = 'failed' AND p_words IS NOT NULL THEN
        UPDATE call SET error = left(p_words, 200) WHERE id = p_id RETURNING * INTO it;
    END IF;
    PERFORM call_trail(it, 'call.end');
    IF it.direction = 'in' AND it.state IN ('missed', 'busy') THEN
        PERFORM notice_add(it.employee_id, CASE WHEN it.employee_id IS NULL THEN 'call_taker' END, it.branch_id, 'warning', p_missed,
                           jsonb_build_object('number', coalesce(phone_mask(it.number), '?')), NULL, NULL, NULL, 'call', it.id);
    ELSIF it.state = 'failed' AND it.created_by IS NOT NULL THEN
        PERFORM notice_add(it.created_by, NULL, NULL, 'warning', p_failed,
                           jsonb_build_object('number', coalesce(phone_mask(it.number), '?'), 'trouble', coalesce(it.error, '?')), NULL, NULL, NULL,
                           'call', it.id);
    END IF;
END
$$;

-- One thing the call system told. False: the line is another server's by now, and nothing is written.
CREATE FUNCTION telephone_event(p_server text, p_branch int, p jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it call;
    lost bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM telephone_line WHERE branch_id = p_branch AND held_by = p_server) THEN
        RETURN false;
    END IF;
    CASE p ->> 'kind'
    WHEN 'call' THEN PERFORM call_begin(p_branch, p);
    WHEN 'queue' THEN
        UPDATE call SET queue = p ->> 'queue', version = version + 1, updated_at = now()
        WHERE branch_id = p_branch AND linked_id = p ->> 'call' AND ended_at IS NULL AND queue IS DISTINCT FROM p ->> 'queue';
    WHEN 'ring' THEN PERFORM call_rings(p_branch, p);
    WHEN 'ring_end' THEN
        DELETE FROM call_ring r USING call c
        WHERE c.id = r.call_id AND c.branch_id = p_branch AND c.linked_id = p ->> 'call' AND r.extension = p ->> 'extension';
    WHEN 'answer' THEN PERFORM call_answered(p_branch, p);
    WHEN 'recording' THEN
        UPDATE call SET recording = left(p ->> 'recording', 300), version = version + 1, updated_at = now()
        WHERE branch_id = p_branch AND linked_id = p ->> 'call';
    WHEN 'end' THEN
        it := call_at(p_branch, p ->> 'call');
        PERFORM call_ended(it.id, (p ->> 'cause')::int, nullif(p ->> 'error', ''), false, p ->> 'missed', p ->> 'failed');
    WHEN 'refused' THEN     -- what was to be dialled
        it := call_at(p_branch, p ->> 'call');
        PERFORM call_ended(it.id, (p ->> 'cause')::int, nullif(p ->> 'error', ''), true, p ->> 'missed', p ->> 'failed');
    WHEN 'live' THEN        -- what ended while nobody listened
        FOR lost IN SELECT id FROM call WHERE branch_id = p_branch AND ended_at IS NULL AND state <> 'dialling' AND NOT p -> 'calls' ? linked_id
        LOOP
            PERFORM call_ended(lost, 0, NULL, false, p ->> 'missed', p ->> 'failed');
        END LOOP;
    ELSE RAISE EXCEPTION 'the gateway told of %', p ->> 'kind';
    END CASE;
    RETURN true;
END
$$;

-- What is to be dialled over lines this server holds; and the end of what nobody could.
CREATE FUNCTION telephone_dials(p_server text, p_failed text, p_late text)
RETURNS TABLE (branch_id int, linked_id text, extension text, number text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    lost bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM call_dial) THEN
        RETURN;
    END IF;
    FOR lost IN SELECT d.call_id FROM call_dial d JOIN call c ON c.id = d.call_id
                WHERE d.at < now() - interval '45 s' AND c.state = 'dialling' ORDER BY 1 FOR UPDATE OF d SKIP LOCKED
    LOOP
        PERFORM call_ended(lost, 0, p_late, true, NULL, p_failed);
    END LOOP;
    RETURN QUERY
    WITH taken AS (
        UPDATE call_dial d SET taken_at = now()
        WHERE d.call_id IN (SELECT w.call_id FROM call_dial w JOIN telephone_line l ON l.branch_id = w.branch_id AND l.held_by = p_server AND l.up
                            WHERE w.taken_at IS NULL AND w.at > now() - interval '30 s' ORDER BY w.at FOR UPDATE OF w SKIP LOCKED)
        RETURNING d.*
    )
    SELECT t.branch_id, c.linked_id, t.extension, t.number FROM taken t JOIN call c ON c.id = t.call_id ORDER BY t.at;
END
$$;

GRANT EXECUTE ON FUNCTION telephone_claim(text, interval), telephone_release(text), telephone_state(text, int, boolean, text),
    telephone_event(text, int, jsonb), telephone_dials(text, text, text) TO yizhan_tail;
GRANT SELECT ON call_ring TO yizhan_tail;
GRANT SELECT (branch_id) ON telephone_line TO yizhan_tail;

-- ---------------------------------------------------------------------------------------------------------------
-- What people do

-- Whether somebody can dial: his extension, whether his branch has a call system, and whether it answers.
CREATE FUNCTION call_line(p_employee bigint) RETURNS TABLE (branch_id int, extension text, there boolean, up boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.branch_id, e.extension, b.pbx_address IS NOT NULL AND b.pbx_user IS NOT NULL AND s.branch_id IS NOT NULL,
           coalesce(l.up AND l.held_until > now(), false)
    FROM employee e JOIN branch b ON b.id = e.branch_id LEFT JOIN branch_pbx s ON s.branch_id = b.id
         LEFT JOIN telephone_line l ON l.branch_id = b.id
    WHERE e.id = p_employee
$$;

CREATE FUNCTION call_dial_add(p_employee bigint, p_number text, p_party bigint, p_rescue bigint)
RETURNS TABLE (id bigint, branch_id int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    here record;
    new_id bigint := nextval('call_id_seq');
BEGIN
    SELECT e.branch_id, e.extension INTO here FROM employee e WHERE e.id = p_employee;
    INSERT INTO call (id, created_by, branch_id, linked_id, direction, state, number, party_id, extension, employee_id, rescue_id)
    VALUES (new_id, p_employee, here.branch_id, 'yizhan-' || new_id, 'out', 'dialling', p_number,
            coalesce(p_party, phone_party(here.branch_id, phone_key(p_number))), here.extension, p_employee, p_rescue);
    INSERT INTO call_dial (call_id, branch_id, extension, number) VALUES (new_id, here.branch_id, here.extension, p_number);
    RETURN QUERY SELECT new_id, here.branch_id;
END
$$;

-- What rings at somebody's phone now, as his terminal is told.
CREATE FUNCTION call_ringing(p_employee bigint) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT body::text FROM call_ring WHERE employee_id = p_employee ORDER BY call_id
$$;

-- He opened it: the order he makes next is this call's. Only a call at his own phone.
CREATE FUNCTION call_opened(p_call bigint, p_employee bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH u AS (UPDATE call SET opened_at = now(), opened_by = p_employee
               WHERE id = p_call AND (employee_id = p_employee OR EXISTS (SELECT FROM call_ring r WHERE r.call_id = p_call AND r.employee_id = p_employee))
               RETURNING 1)
    SELECT count(*) FROM u
$$;
GRANT EXECUTE ON FUNCTION call_line(bigint), call_dial_add(bigint, text, bigint, bigint), call_ringing(bigint), call_opened(bigint, bigint),
    phone_key(text) TO yizhan_app;

-- An order made by who was called belongs to that call: of the same number, or opened from the bell line and not long over.
CREATE FUNCTION rescue_order_call() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it call;
BEGIN
    UPDATE call SET rescue_id = NEW.id, party_id = coalesce(party_id, NEW.customer_id), version = version + 1, updated_at = now()
    WHERE id = (SELECT c.id FROM call c
                WHERE (c.employee_id = NEW.created_by AND c.started_at > now() - interval '2 hours'
                       AND phone_key(c.number) = phone_key(NEW.contact_phone)
                       OR c.opened_by = NEW.created_by AND c.opened_at > now() - interval '2 hours'
                       AND (c.ended_at IS NULL OR c.ended_at > now() - interval '5 minutes'))
                  AND c.direction = 'in' AND c.rescue_id IS NULL
                ORDER BY (phone_key(c.number) = phone_key(NEW.contact_phone)) DESC NULLS LAST, c.started_at DESC LIMIT 1)
    RETURNING * INTO it;
    IF FOUND THEN
        PERFORM call_trail(it, 'call.link', NEW.created_by);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER rescue_order_call AFTER INSERT ON rescue_order FOR EACH ROW
    WHEN (NEW.created_by IS NOT NULL AND NEW.created_at > now() - interval '1 minute') EXECUTE FUNCTION rescue_order_call();

-- Sight and dialling were there from the first; who takes calls sees to missed ones, and who follows work sees the log.
UPDATE role SET permissions = permissions || '{call.done}' WHERE shipped AND code IN ('call_taker', 'order_clerk');
UPDATE role SET permissions = permissions || ARRAY(SELECT p FROM unnest('{call.list,call.get,call.history,call.export}'::text[]) p WHERE p <> ALL (permissions))
WHERE shipped AND code IN ('branch_manager', 'auditor');
