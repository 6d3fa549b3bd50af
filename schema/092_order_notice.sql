-- Third parties: who they are, the orders they push to us as notices, and what they are told of their orders.

-- The third party that somebody works for, as the server told with BEGIN; NULL for our own people.
CREATE FUNCTION self_party() RETURNS bigint
LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.party', true), '')::bigint $$;
GRANT EXECUTE ON FUNCTION self_party() TO yizhan_app, yizhan_tail;

ALTER TABLE employee ADD COLUMN party_id bigint REFERENCES party (id);
GRANT SELECT (party_id) ON employee TO yizhan_app;
DROP TRIGGER employee_tell_sessions ON employee;
CREATE TRIGGER employee_tell_sessions AFTER UPDATE ON employee FOR EACH ROW
    WHEN (OLD.roles <> NEW.roles OR OLD.branch_id <> NEW.branch_id OR OLD.state <> NEW.state
          OR OLD.disabled_at IS DISTINCT FROM NEW.disabled_at OR OLD.extension IS DISTINCT FROM NEW.extension
          OR OLD.party_id IS DISTINCT FROM NEW.party_id)
    EXECUTE FUNCTION employee_tell_sessions();

-- ---------------------------------------------------------------------------------------------------------------
-- partner: a customer whose notices are taken

CREATE SEQUENCE partner_id_seq;
CREATE TABLE partner (
    id bigint PRIMARY KEY DEFAULT nextval('partner_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int NOT NULL REFERENCES branch (id),      -- who gets the notices
    party_id bigint NOT NULL REFERENCES party (id),
    code text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),     -- its folder among those of notices
    minute_max int NOT NULL DEFAULT 60 CHECK (minute_max >= 0),         -- notices a minute by the protocol
    day_max int NOT NULL DEFAULT 5000 CHECK (day_max >= 0),             -- notices in 24 hours, by any way
    remarks text
);
ALTER SEQUENCE partner_id_seq OWNED BY partner.id;
CREATE UNIQUE INDEX partner_party_id_key ON partner (party_id);
CREATE UNIQUE INDEX partner_code_key ON partner (code);
CREATE INDEX partner_branch ON partner (branch_id, code, id);
ALTER TABLE partner ENABLE ROW LEVEL SECURITY;
CREATE POLICY partner_scope ON partner TO yizhan_app USING (branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON partner TO yizhan_app;
GRANT USAGE ON SEQUENCE partner_id_seq TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- order_notice: an order as a third party tells it; converted, it becomes one of ours

CREATE SEQUENCE order_notice_id_seq CACHE 32;
CREATE TABLE order_notice (
    id bigint PRIMARY KEY DEFAULT nextval('order_notice_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,                          -- NULL: by a file
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int NOT NULL REFERENCES branch (id),
    partner_id bigint NOT NULL REFERENCES party (id),
    foreign_number text NOT NULL CHECK (foreign_number <> ''),
    principal text,
    contact_name text,
    contact_phone text NOT NULL,
    plate text,
    car_model text,
    colour text,
    vin text,
    policy_number text,
    service text,
    road text,
    place text NOT NULL,
    lon double precision CHECK (lon BETWEEN -180 AND 180),
    lat double precision CHECK (lat BETWEEN -90 AND 90),
    destination text,
    destination_lon double precision CHECK (destination_lon BETWEEN -180 AND 180),
    destination_lat double precision CHECK (destination_lat BETWEEN -90 AND 90),
    appoint_at timestamptz,
    remarks text,
    state text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'converted', 'rejected', 'withdrawn')),
    open boolean NOT NULL GENERATED ALWAYS AS (state = 'received') STORED,      -- waits for us: these first
    received_at timestamptz NOT NULL DEFAULT now(),
    how text NOT NULL CHECK (how IN ('protocol', 'csv')),
    source text,                                -- file and line, where it came by a file
    contacted_at timestamptz,
    handled_at timestamptz,                     -- converted, rejected or withdrawn
    handled_by bigint,
    order_id bigint REFERENCES rescue_order (id),
    state_reason text,                          -- of the rejection or the withdrawal
    cancel_at timestamptz,                      -- withdrawn after it was converted: a dispatcher's to decide
    CONSTRAINT order_notice_position CHECK ((lon IS NULL) = (lat IS NULL)),
    CONSTRAINT order_notice_converted CHECK ((order_id IS NOT NULL) = (state = 'converted')),
    CONSTRAINT order_notice_cancel CHECK (cancel_at IS NULL OR state = 'converted')
);
ALTER SEQUENCE order_notice_id_seq OWNED BY order_notice.id;
-- For good: whatever became of it, the number is not taken a second time.
CREATE UNIQUE INDEX order_notice_foreign_number_key ON order_notice (partner_id, foreign_number);
CREATE UNIQUE INDEX order_notice_order_id_key ON order_notice (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX order_notice_queue ON order_notice (branch_id, open, received_at, id);
CREATE INDEX order_notice_state ON order_notice (branch_id, state, received_at, id);
CREATE INDEX order_notice_partner ON order_notice (partner_id, received_at, id);

ALTER TABLE order_notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY order_notice_scope ON order_notice TO yizhan_app
    USING (branch_id = ANY (current_setting('app.scope')::int[]) OR partner_id = self_party());
GRANT SELECT, INSERT, UPDATE ON order_notice TO yizhan_app;
GRANT USAGE ON SEQUENCE order_notice_id_seq TO yizhan_app;
-- Who pushes it has no branch in scope, and writes what our people find it by.
CREATE POLICY search_key_notice ON search_key FOR INSERT TO yizhan_app
    WITH CHECK (entity = 'order_notice' AND self_party() IS NOT NULL);

-- Where a third party's notice goes, and how many it told of late. One at a time for each of them: so the limits are kept exactly.
CREATE FUNCTION partner_quota(p_party bigint)
RETURNS TABLE (branch_id int, minute_max int, day_max int, minute_count bigint, day_count bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM 1 FROM partner WHERE party_id = p_party AND disabled_at IS NULL FOR NO KEY UPDATE;
    RETURN QUERY
    SELECT p.branch_id, p.minute_max, p.day_max, n.of_minute, n.of_day
    FROM partner p CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE received_at > clock_timestamp() - interval '1 minute' AND how = 'protocol') AS of_minute,
               count(*) AS of_day
        FROM order_notice WHERE partner_id = p.party_id AND received_at > clock_timestamp() - interval '1 day') n
    WHERE p.party_id = p_party AND p.disabled_at IS NULL;
END
$$;
GRANT EXECUTE ON FUNCTION partner_quota(bigint) TO yizhan_app;

-- Whose folder it is, for who takes up files: the third party, and the clock its times are meant by.
CREATE FUNCTION partner_of_folder(p_code text) RETURNS TABLE (party_id bigint, name text, time_zone text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.party_id, c.name, b.time_zone
    FROM partner p JOIN party c ON c.id = p.party_id JOIN branch b ON b.id = p.branch_id
    WHERE p.code = p_code AND p.disabled_at IS NULL
$$;
GRANT EXECUTE ON FUNCTION partner_of_folder(text) TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- The order made of a notice, and what its third party sees of it

ALTER TABLE rescue_order
    ADD COLUMN notice_id bigint REFERENCES order_notice (id),
    ADD COLUMN cancel_at timestamptz,           -- withdrawn by the third party; voiding it is a dispatcher's
    ADD COLUMN cancel_reason text;
-- However the race goes: one notice, one order.
CREATE UNIQUE INDEX rescue_order_notice_id_key ON rescue_order (notice_id) WHERE notice_id IS NOT NULL;
CREATE POLICY rescue_order_party ON rescue_order TO yizhan_app USING (customer_id = self_party());

-- Of a vehicle that is out of sight, its plate alone.
CREATE FUNCTION vehicle_plate(p_id bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$ SELECT plate FROM vehicle WHERE id = p_id $$;
GRANT EXECUTE ON FUNCTION vehicle_plate(bigint) TO yizhan_app;

-- What a third party is told of one of its orders.
CREATE FUNCTION partner_order_told(o rescue_order) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'number', o.number, 'foreign_number', o.external_number, 'notice_id', o.notice_id, 'plate', o.plate, 'state', o.state,
        'result', o.result, 'result_remarks', o.result_remarks, 'vehicle', vehicle_plate(o.vehicle_id),
        'dispatched_at', o.dispatched_at, 'accepted_at', o.accepted_at, 'departed_at', o.departed_at, 'arrived_at', o.arrived_at,
        'done_at', o.done_at, 'voided_at', o.voided_at, 'cancel_at', o.cancel_at,
        'km', CASE WHEN o.state IN ('done', 'empty') THEN o.km END))
$$;

-- Each step of such an order is told its third party through the trail, whoever takes it and however: as an event to who is connected, and
-- in order to who fetches (order_notice.results).
CREATE FUNCTION partner_order_tell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
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
                                         ELSE 'update' END,
                'partner_order', NEW.id, NEW.branch_id, -1 - NEW.customer_id, NEW.version, partner_order_told(NEW));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER partner_order_tell_new AFTER INSERT ON rescue_order FOR EACH ROW EXECUTE FUNCTION partner_order_tell();
CREATE TRIGGER partner_order_tell AFTER UPDATE ON rescue_order FOR EACH ROW
    WHEN (OLD.state <> NEW.state OR OLD.result <> NEW.result OR OLD.result_remarks IS DISTINCT FROM NEW.result_remarks
          OR OLD.customer_id <> NEW.customer_id OR OLD.cancel_at IS DISTINCT FROM NEW.cancel_at)
    EXECUTE FUNCTION partner_order_tell();

-- The sequence a third party reads its results in: as they became visible, and theirs alone.
CREATE INDEX change_partner ON change (own_id, era, tx, id) WHERE entity = 'partner_order';
CREATE POLICY change_party ON change FOR SELECT TO yizhan_app
    USING (entity IN ('partner_order', 'order_notice') AND own_id = -1 - self_party());

-- ---------------------------------------------------------------------------------------------------------------
-- Who does what. A third party's own people see their notices and a cut of their orders, not ours as they stand.

UPDATE role SET permissions = ARRAY(
    SELECT p FROM unnest(permissions) WITH ORDINALITY x (p, n)
    WHERE p NOT IN ('rescue.list', 'rescue.get', 'rescue.history', 'order_notice.history') ORDER BY n)
    || '{order_notice.results,partner_order.list,partner_order.get}'
WHERE shipped AND code = 'partner';
UPDATE role SET permissions = permissions || '{rescue.resubmit,rescue.remark,partner.list,partner.get}'
WHERE shipped AND code = 'order_clerk';
UPDATE role SET permissions = permissions || '{rescue.resubmit,partner.list,partner.get}' WHERE shipped AND code = 'dispatcher';
UPDATE role SET permissions = permissions || '{partner.list,partner.get,partner.history}' WHERE shipped AND code = 'branch_manager';
UPDATE role SET permissions = permissions || '{order_notice.export}' WHERE shipped AND code = 'branch_manager';
UPDATE role SET permissions = permissions || '{partner.list,partner.get,partner.history,partner.export,
    partner_order.list,partner_order.get,partner_order.export}' WHERE shipped AND code = 'auditor';
UPDATE role SET permissions = permissions || '{partner.list,partner.get,partner.history,partner.create,partner.update,partner.disable,
    partner.enable,partner.delete}'
WHERE shipped AND code = 'admin';
