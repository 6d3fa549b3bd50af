-- Third parties: who may convert their notices hears of each, and again of one that waits too long; and an order whose third party withdrew it
-- goes on where both agreed to.

-- ---------------------------------------------------------------------------------------------------------------
-- Told to who has one of these permissions in reach of a branch: our own people alone. Returns how many heard.

CREATE FUNCTION notice_add_may(p_permissions text[], p_branch int, p_level text, p_msgid text, p_args jsonb, p_entity text, p_row bigint)
RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE above AS (
        SELECT b.id, b.parent_id FROM branch b WHERE b.id = p_branch
        UNION
        SELECT b.id, b.parent_id FROM branch b JOIN above a ON b.id = a.parent_id
    ), may AS (
        SELECT r.code, coalesce(nullif(split_part(p, '@', 2), ''), r.scope) AS scope
        FROM role r, unnest(r.permissions) p
        WHERE r.disabled_at IS NULL AND split_part(p, '@', 1) = ANY (p_permissions)
    ), heard AS (
        SELECT e.id FROM employee e
        WHERE e.disabled_at IS NULL AND e.state <> 'left' AND e.party_id IS NULL
          AND EXISTS (SELECT FROM may m WHERE m.code = ANY (e.roles)
                      AND CASE m.scope WHEN 'all' THEN true WHEN 'below' THEN e.branch_id IN (SELECT id FROM above)
                                       WHEN 'branch' THEN e.branch_id = p_branch ELSE false END)
        ORDER BY e.id LIMIT 2000
    ), told AS (
        INSERT INTO notice (employee_id, level, msgid, args, entity, row_id)
        SELECT h.id, p_level, p_msgid, coalesce(p_args, '{}'), p_entity, p_row FROM heard h RETURNING 1
    )
    SELECT count(*) FROM told
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- Notices that wait ring once when they came, and once when they waited too long.

INSERT INTO setting (name, value, help) VALUES
    ('order_notice.wait_seconds', '300', 'A third party''s notice that waits longer rings again; 0: it does not');

-- Of those that wait: what was told.
CREATE TABLE order_notice_told (
    notice_id bigint PRIMARY KEY REFERENCES order_notice (id) ON DELETE CASCADE,
    late boolean NOT NULL       -- also that it waits too long
);
ALTER TABLE order_notice_told ENABLE ROW LEVEL SECURITY;
CREATE INDEX order_notice_waits ON order_notice (received_at, id) WHERE state = 'received';
-- What waits already when this comes into the house was seen.
INSERT INTO order_notice_told (notice_id, late) SELECT id, true FROM order_notice WHERE state = 'received';

-- p_now is business time; the words come from the server, which has them translated. Of one third party at one branch several at a time are one
-- ring: a file of a thousand lines rings once.
CREATE FUNCTION order_notice_ring(p_now timestamptz, p_one text, p_many text, p_late_one text, p_late_many text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it record;
    wait interval := make_interval(secs => nullif((SELECT value::int FROM setting WHERE name = 'order_notice.wait_seconds'), 0));
    told bigint := 0;
BEGIN
    DELETE FROM order_notice_told t USING order_notice n WHERE n.id = t.notice_id AND n.state <> 'received';
    FOR it IN
        WITH waiting AS (
            SELECT n.id, n.branch_id, n.partner_id, n.foreign_number, n.place, n.received_at, coalesce(n.received_at + wait <= p_now, false) AS late
            FROM order_notice n LEFT JOIN order_notice_told t ON t.notice_id = n.id
            WHERE n.state = 'received' AND (t.notice_id IS NULL OR (NOT t.late AND n.received_at + wait <= p_now))
            ORDER BY n.received_at, n.id LIMIT 5000
        ), noted AS (
            INSERT INTO order_notice_told AS t (notice_id, late) SELECT id, late FROM waiting
            ON CONFLICT (notice_id) DO UPDATE SET late = true WHERE NOT t.late AND excluded.late
            RETURNING t.notice_id, t.late
        )
        SELECT w.branch_id, p.name, w.late, count(*) AS many, min(w.received_at) AS since, min(w.id) AS first, min(w.foreign_number) AS number,
               min(w.place) AS place
        FROM noted JOIN waiting w ON w.id = noted.notice_id JOIN party p ON p.id = w.partner_id
        GROUP BY w.branch_id, w.partner_id, p.name, w.late ORDER BY since
    LOOP
        PERFORM notice_add_may('{order_notice.convert}', it.branch_id, CASE WHEN it.late THEN 'alarm' ELSE 'warning' END,
            CASE WHEN it.late THEN CASE WHEN it.many = 1 THEN p_late_one ELSE p_late_many END
                 ELSE CASE WHEN it.many = 1 THEN p_one ELSE p_many END END,
            CASE WHEN it.many = 1 THEN jsonb_build_object('partner', it.name, 'number', it.number, 'place', it.place)
                 ELSE jsonb_build_object('partner', it.name, 'count', it.many) END
            || CASE WHEN it.late THEN jsonb_build_object('minutes', floor(extract(epoch FROM p_now - it.since) / 60)::bigint) ELSE '{}' END,
            'order_notice', it.first);
        told := told + it.many;
    END LOOP;
    RETURN told;
END
$$;
GRANT EXECUTE ON FUNCTION order_notice_ring(timestamptz, text, text, text, text) TO yizhan_tail;
INSERT INTO job (name, every, lease) VALUES ('order_notice_ring', '2 seconds', '1 minute');

-- ---------------------------------------------------------------------------------------------------------------
-- An order whose third party withdrew it: until the dispatcher voids it, ends it or goes on with it, that is to be decided.

ALTER TABLE rescue_order
    ADD COLUMN withdrawal text NOT NULL DEFAULT 'none' CHECK (withdrawal IN ('none', 'asked', 'settled')),
    ADD COLUMN proceed_at timestamptz,          -- we went on all the same, as agreed with the third party
    ADD COLUMN proceed_reason text;

-- However the order moves, by whatever statement.
CREATE FUNCTION rescue_order_withdrawal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.withdrawal := CASE WHEN NEW.cancel_at IS NULL THEN 'none' WHEN NEW.state IN ('done', 'empty', 'void') THEN 'settled' ELSE 'asked' END;
    RETURN NEW;
END
$$;
CREATE TRIGGER rescue_order_withdrawal BEFORE UPDATE ON rescue_order FOR EACH ROW
    WHEN (NEW.cancel_at IS NOT NULL OR NEW.withdrawal <> 'none') EXECUTE FUNCTION rescue_order_withdrawal();
UPDATE rescue_order SET withdrawal = 'none' WHERE cancel_at IS NOT NULL;

CREATE OR REPLACE FUNCTION partner_order_told(o rescue_order) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'number', o.number, 'foreign_number', o.external_number, 'notice_id', o.notice_id, 'plate', o.plate, 'state', o.state,
        'result', o.result, 'result_remarks', o.result_remarks, 'vehicle', vehicle_plate(o.vehicle_id),
        'dispatched_at', o.dispatched_at, 'accepted_at', o.accepted_at, 'departed_at', o.departed_at, 'arrived_at', o.arrived_at,
        'done_at', o.done_at, 'voided_at', o.voided_at, 'cancel_at', o.cancel_at, 'proceed_at', o.proceed_at,
        'proceed_reason', o.proceed_reason, 'km', CASE WHEN o.state IN ('done', 'empty') THEN o.km END))
$$;

-- Gone on with, the order's third party may think again: its notice stands as it did before.
CREATE OR REPLACE FUNCTION partner_order_tell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    proceeds boolean := TG_OP = 'UPDATE' AND OLD.cancel_at IS NOT NULL AND NEW.cancel_at IS NULL;
    it order_notice;
BEGIN
    IF proceeds THEN
        UPDATE order_notice SET cancel_at = NULL, state_reason = NULL, version = version + 1, updated_at = now()
        WHERE id = NEW.notice_id AND cancel_at IS NOT NULL RETURNING * INTO it;
        IF FOUND THEN
            INSERT INTO change (verb, entity, row_id, branch_id, own_id, version, now)
            VALUES ('order_notice.proceed', 'order_notice', it.id, it.branch_id, -1 - it.partner_id, it.version,
                    jsonb_build_object('cancel_at', NULL, 'state_reason', NULL));
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.customer_id <> NEW.customer_id
       AND EXISTS (SELECT FROM partner WHERE party_id = OLD.customer_id) THEN
        INSERT INTO change (verb, entity, row_id, branch_id, own_id, version, now)
        VALUES ('partner_order.gone', 'partner_order', OLD.id, OLD.branch_id, -1 - OLD.customer_id, NEW.version,
                jsonb_build_object('number', OLD.number, 'foreign_number', OLD.external_number));
    END IF;
    IF EXISTS (SELECT FROM partner WHERE party_id = NEW.customer_id) THEN
        INSERT INTO change (verb, entity, row_id, branch_id, own_id, version, now)
        VALUES ('partner_order.' || CASE WHEN TG_OP = 'INSERT' THEN 'create'
                                         WHEN OLD.state <> NEW.state THEN NEW.state
                                         WHEN OLD.result <> NEW.result THEN 'result'
                                         WHEN proceeds THEN 'proceed'
                                         ELSE 'update' END,
                'partner_order', NEW.id, NEW.branch_id, -1 - NEW.customer_id, NEW.version, partner_order_told(NEW));
    END IF;
    RETURN NULL;
END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- Who does what. Calls are written by the call systems alone: nobody enters one.

UPDATE role SET permissions = permissions || '{rescue.proceed}' WHERE shipped AND code = 'dispatcher' AND NOT permissions @> '{rescue.proceed}';
UPDATE role SET permissions = ARRAY(SELECT p FROM unnest(permissions) WITH ORDINALITY x (p, n) WHERE split_part(p, '@', 1) <> 'call.create' ORDER BY n)
WHERE EXISTS (SELECT FROM unnest(permissions) p WHERE split_part(p, '@', 1) = 'call.create');
