-- Rescue: vehicles with their drivers, rescue orders with items and charges, limits of time per service and customer.

-- ---------------------------------------------------------------------------------------------------------------
-- vehicle. Its state follows the order it is on; off duty is set by hand. An empty set means "no restriction".

CREATE SEQUENCE vehicle_id_seq CACHE 32;
CREATE TABLE vehicle (
    id bigint PRIMARY KEY DEFAULT nextval('vehicle_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int NOT NULL REFERENCES branch (id),
    code text NOT NULL,
    plate text NOT NULL,
    type text NOT NULL,                         -- base data: vehicle_type
    owner text NOT NULL DEFAULT 'own' CHECK (owner IN ('own', 'contracted')),
    supplier_id bigint REFERENCES party (id),   -- whose it is, when contracted
    cost_fen bigint CHECK (cost_fen >= 0),      -- agreed: a job
    cost_included_km bigint CHECK (cost_included_km >= 0),
    cost_km_fen bigint CHECK (cost_km_fen >= 0),        -- each km beyond those
    car_models text[] NOT NULL DEFAULT '{}',
    roads text[] NOT NULL DEFAULT '{}',
    services text[] NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'idle' CHECK (state IN ('idle', 'assigned', 'on_the_way', 'working', 'off_duty')),
    order_id bigint,                            -- the live order
    driver_id bigint REFERENCES employee (id),  -- at the wheel of the live order, or of the last one
    lon double precision CHECK (lon BETWEEN -180 AND 180),
    lat double precision CHECK (lat BETWEEN -90 AND 90),
    position_at timestamptz,
    remarks text,
    CONSTRAINT vehicle_order_state CHECK ((order_id IS NOT NULL) = (state IN ('assigned', 'on_the_way', 'working'))),
    CONSTRAINT vehicle_supplier CHECK (owner = 'own' OR supplier_id IS NOT NULL),
    CONSTRAINT vehicle_position CHECK ((lon IS NULL) = (lat IS NULL))
);
ALTER SEQUENCE vehicle_id_seq OWNED BY vehicle.id;
CREATE UNIQUE INDEX vehicle_code_key ON vehicle (code);
CREATE UNIQUE INDEX vehicle_plate_key ON vehicle (plate);
CREATE INDEX vehicle_branch ON vehicle (branch_id, code, id);
CREATE INDEX vehicle_state ON vehicle (branch_id, state, code, id);
CREATE INDEX vehicle_driver_now ON vehicle (driver_id) WHERE driver_id IS NOT NULL;

-- Vehicles are read outside the scope of the verb at hand (a dispatch centre sees all of them), so they have a scope
-- of their own beside it; and a driver reaches the vehicle he is on.
ALTER TABLE vehicle ENABLE ROW LEVEL SECURITY;
CREATE POLICY vehicle_scope ON vehicle TO yizhan_app
    USING (branch_id = ANY (current_setting('app.scope_vehicle')::int[])
           OR branch_id = ANY (current_setting('app.scope')::int[])
           OR driver_id = current_setting('app.self')::bigint);
GRANT SELECT, INSERT, UPDATE, DELETE ON vehicle TO yizhan_app;
GRANT USAGE ON SEQUENCE vehicle_id_seq TO yizhan_app;

CREATE SEQUENCE vehicle_driver_id_seq CACHE 32;
CREATE TABLE vehicle_driver (
    id bigint PRIMARY KEY DEFAULT nextval('vehicle_driver_id_seq'),
    vehicle_id bigint NOT NULL REFERENCES vehicle (id) ON DELETE CASCADE,
    driver_id bigint NOT NULL REFERENCES employee (id),
    position int NOT NULL DEFAULT 0             -- the first is offered first
);
ALTER SEQUENCE vehicle_driver_id_seq OWNED BY vehicle_driver.id;
CREATE UNIQUE INDEX vehicle_driver_driver_id_key ON vehicle_driver (vehicle_id, driver_id);
CREATE INDEX vehicle_driver_of ON vehicle_driver (driver_id);
ALTER TABLE vehicle_driver ENABLE ROW LEVEL SECURITY;
CREATE POLICY vehicle_driver_scope ON vehicle_driver TO yizhan_app
    USING (EXISTS (SELECT FROM vehicle v WHERE v.id = vehicle_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON vehicle_driver TO yizhan_app;
GRANT USAGE ON SEQUENCE vehicle_driver_id_seq TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- sla_rule: a customer's own limits, in seconds, for one service or (NULL) for any; who has none is held to the base
-- data `sla_limit`

CREATE SEQUENCE sla_rule_id_seq;
CREATE TABLE sla_rule (
    id bigint PRIMARY KEY DEFAULT nextval('sla_rule_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    customer_id bigint NOT NULL REFERENCES party (id),
    service text,
    dispatch_s bigint NOT NULL CHECK (dispatch_s > 0),  -- created → dispatched
    accept_s bigint NOT NULL CHECK (accept_s > 0),      -- dispatched → accepted
    arrive_s bigint NOT NULL CHECK (arrive_s > 0)       -- accepted → arrived
);
ALTER SEQUENCE sla_rule_id_seq OWNED BY sla_rule.id;
CREATE UNIQUE INDEX sla_rule_service_key ON sla_rule (customer_id, coalesce(service, '')) WHERE disabled_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON sla_rule TO yizhan_app;
GRANT USAGE ON SEQUENCE sla_rule_id_seq TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- rescue_order

CREATE SEQUENCE rescue_order_id_seq CACHE 32;
CREATE TABLE rescue_order (
    id bigint PRIMARY KEY DEFAULT nextval('rescue_order_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int NOT NULL REFERENCES branch (id),
    number text NOT NULL,
    -- who, what, where
    customer_id bigint NOT NULL REFERENCES party (id),
    principal text,
    contact_name text NOT NULL,
    contact_phone text NOT NULL,
    plate text,
    car_model text NOT NULL,
    colour text,
    vin text,
    external_number text,
    policy_number text,
    service text NOT NULL,
    road text NOT NULL,
    place text NOT NULL,
    lon double precision CHECK (lon BETWEEN -180 AND 180),
    lat double precision CHECK (lat BETWEEN -90 AND 90),
    destination text,
    destination_lon double precision CHECK (destination_lon BETWEEN -180 AND 180),
    destination_lat double precision CHECK (destination_lat BETWEEN -90 AND 90),
    appoint_at timestamptz,
    remarks text,
    -- the flow
    state text NOT NULL DEFAULT 'new'
        CHECK (state IN ('new', 'dispatched', 'accepted', 'on_the_way', 'arrived', 'done', 'empty', 'void')),
    vehicle_id bigint REFERENCES vehicle (id),
    driver_id bigint REFERENCES employee (id),
    refused_by bigint,                          -- the last driver who would not go
    linked_id bigint REFERENCES rescue_order (id),      -- the order this one follows (another vehicle took over)
    to_confirm boolean NOT NULL DEFAULT false,  -- the rescued person must be called before dispatch
    contacted_at timestamptz,
    urges bigint NOT NULL DEFAULT 0,
    urged_at timestamptz,
    dispatched_at timestamptz,
    accepted_at timestamptz,
    departed_at timestamptz,
    arrived_at timestamptz,
    done_at timestamptz,                        -- end of the job, done or empty
    voided_at timestamptz,
    sla_dispatch_s bigint,
    sla_accept_s bigint,
    sla_arrive_s bigint,
    due_at timestamptz,                         -- when the step awaited now is late; NULL when none is
    result text NOT NULL DEFAULT 'none' CHECK (result IN ('none', 'pending', 'confirmed', 'disputed')),
    result_remarks text,
    -- the job as done
    km bigint CHECK (km >= 0),
    km_out bigint CHECK (km_out >= 0),          -- leg to the place
    km_tow bigint CHECK (km_tow >= 0),          -- leg with the car on the hook
    taken_fen bigint CHECK (taken_fen >= 0),    -- money the driver took on site
    taken_method text,
    -- the money
    money_state text CHECK (money_state IN ('unaudited', 'audited', 'priced', 'received', 'cleared')),
    agreement_id bigint,
    free_times bigint NOT NULL DEFAULT 0 CHECK (free_times >= 0),       -- entitlement used by this order
    free_km bigint NOT NULL DEFAULT 0 CHECK (free_km >= 0),
    estimate_km bigint CHECK (estimate_km >= 0),
    estimate_fen bigint,
    estimate_parts jsonb,
    proposal_fen bigint,                        -- worked out when the job ended
    price_fen bigint CHECK (price_fen >= 0),
    price_parts jsonb,
    method text,                                -- entry method
    received_fen bigint NOT NULL DEFAULT 0 CHECK (received_fen >= 0),
    supplier_id bigint REFERENCES party (id),   -- of a contracted vehicle
    cost_fen bigint CHECK (cost_fen >= 0),      -- what he gets
    clear_reason text,                          -- no_charge, or the reason of a difference
    onestop boolean NOT NULL DEFAULT false,     -- one person took several money steps, by that right
    audited_by bigint,
    audited_at timestamptz,
    priced_by bigint,
    priced_at timestamptz,
    received_by bigint,
    received_at timestamptz,
    cleared_by bigint,
    cleared_at timestamptz,
    CONSTRAINT rescue_order_position CHECK ((lon IS NULL) = (lat IS NULL)),
    CONSTRAINT rescue_order_vehicle CHECK ((vehicle_id IS NULL) = (driver_id IS NULL)),
    CONSTRAINT rescue_order_live CHECK (vehicle_id IS NOT NULL OR state NOT IN ('dispatched', 'accepted', 'on_the_way', 'arrived')),
    CONSTRAINT rescue_order_money CHECK ((money_state IS NOT NULL) = (state IN ('done', 'empty'))),
    CONSTRAINT rescue_order_creator CHECK (audited_by <> created_by)
);
ALTER SEQUENCE rescue_order_id_seq OWNED BY rescue_order.id;

CREATE UNIQUE INDEX rescue_order_number_key ON rescue_order (number);
CREATE UNIQUE INDEX rescue_order_external_number_key ON rescue_order (customer_id, external_number)
    WHERE external_number IS NOT NULL AND linked_id IS NULL AND state <> 'void';
-- The live states stand here and in the flow rows, nowhere else (a test compares them).
CREATE UNIQUE INDEX rescue_order_live_vehicle ON rescue_order (vehicle_id)
    WHERE state IN ('dispatched', 'accepted', 'on_the_way', 'arrived');
CREATE UNIQUE INDEX rescue_order_live_driver ON rescue_order (driver_id)
    WHERE state IN ('dispatched', 'accepted', 'on_the_way', 'arrived');

CREATE INDEX rescue_order_created ON rescue_order (branch_id, created_at, id);
CREATE INDEX rescue_order_state ON rescue_order (branch_id, state, created_at, id);
CREATE INDEX rescue_order_money_state ON rescue_order (branch_id, money_state, created_at, id) WHERE money_state IS NOT NULL;
-- Who sees all branches pages through these. They are partial, though every row is in them, and serve statements that say so alone: in the
-- same order as the indexes led by the branch, they would now and then be walked through for the page of a branch that has few rows.
CREATE INDEX rescue_order_all_created ON rescue_order (created_at, id) WHERE id > 0;
CREATE INDEX rescue_order_all_state ON rescue_order (state, created_at, id) WHERE id > 0;
CREATE INDEX rescue_order_all_money_state ON rescue_order (money_state, created_at, id) WHERE id > 0 AND money_state IS NOT NULL;
-- Results that were asked for: few beside all the orders.
CREATE INDEX rescue_order_result ON rescue_order (branch_id, result, created_at, id) WHERE result <> 'none';
CREATE INDEX rescue_order_all_result ON rescue_order (result, created_at, id) WHERE id > 0 AND result <> 'none';
CREATE INDEX rescue_order_appoint ON rescue_order (branch_id, appoint_at, id) WHERE state = 'new' AND appoint_at IS NOT NULL;
CREATE INDEX rescue_order_customer ON rescue_order (customer_id, created_at, id);
CREATE INDEX rescue_order_branch_customer ON rescue_order (branch_id, customer_id, created_at, id);
CREATE INDEX rescue_order_driver ON rescue_order (driver_id, created_at, id) WHERE driver_id IS NOT NULL;
CREATE INDEX rescue_order_driver_state ON rescue_order (driver_id, state, created_at, id) WHERE driver_id IS NOT NULL;
CREATE INDEX rescue_order_vehicle_of ON rescue_order (vehicle_id, created_at, id) WHERE vehicle_id IS NOT NULL;
CREATE INDEX rescue_order_free ON rescue_order (agreement_id, plate) WHERE free_times > 0;
CREATE INDEX rescue_order_linked ON rescue_order (linked_id) WHERE linked_id IS NOT NULL;
-- A vehicle works where it belongs: without a word the planner takes branch and vehicle for chance, and looks for few in many.
CREATE STATISTICS rescue_order_home (dependencies) ON branch_id, vehicle_id, driver_id FROM rescue_order;
-- Is this car, or this caller, on a live order already?
CREATE INDEX rescue_order_live_plate ON rescue_order (plate)
    WHERE plate IS NOT NULL AND state IN ('new', 'dispatched', 'accepted', 'on_the_way', 'arrived');
CREATE INDEX rescue_order_live_phone ON rescue_order (contact_phone)
    WHERE state IN ('new', 'dispatched', 'accepted', 'on_the_way', 'arrived');

-- refused_by: a driver who refuses lets go of the row in that same statement, and the database wants to see him keep it.
-- coalesce hides the branches from the planner: every statement names them itself, and counted twice it would expect a
-- fiftieth of the rows there are and read a whole branch for a page.
ALTER TABLE rescue_order ENABLE ROW LEVEL SECURITY;
CREATE POLICY rescue_order_scope ON rescue_order TO yizhan_app
    USING (coalesce(branch_id = ANY (current_setting('app.scope')::int[]), false)
           OR driver_id = current_setting('app.self')::bigint
           OR refused_by = current_setting('app.self')::bigint);
GRANT SELECT, INSERT, UPDATE ON rescue_order TO yizhan_app;
GRANT USAGE ON SEQUENCE rescue_order_id_seq TO yizhan_app;

-- What was used or paid on the job; the code `toll` is passed on as it is.
CREATE SEQUENCE rescue_item_id_seq CACHE 32;
CREATE TABLE rescue_item (
    id bigint PRIMARY KEY DEFAULT nextval('rescue_item_id_seq'),
    order_id bigint NOT NULL REFERENCES rescue_order (id),
    code text NOT NULL,                         -- base data: rescue_item
    quantity bigint NOT NULL DEFAULT 1 CHECK (quantity > 0),
    amount_fen bigint NOT NULL CHECK (amount_fen >= 0)  -- of the line, not of one piece
);
ALTER SEQUENCE rescue_item_id_seq OWNED BY rescue_item.id;
CREATE INDEX rescue_item_order ON rescue_item (order_id, id);

-- One payer's part of the price. Without a row the customer pays all, and pricing makes the one row.
CREATE SEQUENCE rescue_charge_id_seq CACHE 32;
CREATE TABLE rescue_charge (
    id bigint PRIMARY KEY DEFAULT nextval('rescue_charge_id_seq'),
    order_id bigint NOT NULL REFERENCES rescue_order (id),
    payer_id bigint NOT NULL REFERENCES party (id),
    share_fen bigint CHECK (share_fen >= 0),    -- a fixed part; NULL: what the fixed ones leave
    method text,                                -- entry method
    money_state text NOT NULL DEFAULT 'unaudited'
        CHECK (money_state IN ('unaudited', 'audited', 'priced', 'received', 'cleared')),
    amount_fen bigint NOT NULL DEFAULT 0 CHECK (amount_fen >= 0),
    received_fen bigint NOT NULL DEFAULT 0 CHECK (received_fen >= 0),
    documents int NOT NULL DEFAULT 0            -- made so far: the next one's sequence
);
ALTER SEQUENCE rescue_charge_id_seq OWNED BY rescue_charge.id;
CREATE INDEX rescue_charge_order ON rescue_charge (order_id, id);
CREATE UNIQUE INDEX rescue_charge_payer_id_key ON rescue_charge (order_id, payer_id);

ALTER TABLE rescue_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY rescue_item_scope ON rescue_item TO yizhan_app
    USING (EXISTS (SELECT FROM rescue_order o WHERE o.id = order_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON rescue_item TO yizhan_app;
GRANT USAGE ON SEQUENCE rescue_item_id_seq TO yizhan_app;
ALTER TABLE rescue_charge ENABLE ROW LEVEL SECURITY;
CREATE POLICY rescue_charge_scope ON rescue_charge TO yizhan_app
    USING (EXISTS (SELECT FROM rescue_order o WHERE o.id = order_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON rescue_charge TO yizhan_app;
GRANT USAGE ON SEQUENCE rescue_charge_id_seq TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- Drivers belong to branches the dispatcher may not see, their vehicles he may: so the name and the shift of who
-- drives a visible vehicle are handed out here, and nothing else of the employee.

-- Hours that end before they begin reach into the next day; equal ones are around the clock.
CREATE FUNCTION shift_covers(days text[], from_time time, to_time time, local timestamp) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN from_time = to_time THEN extract(isodow FROM local)::text = ANY (days)
        WHEN from_time < to_time THEN local::time >= from_time AND local::time < to_time
                                      AND extract(isodow FROM local)::text = ANY (days)
        ELSE (local::time >= from_time AND extract(isodow FROM local)::text = ANY (days))
             OR (local::time < to_time AND extract(isodow FROM local - interval '1 day')::text = ANY (days))
    END
$$;

CREATE FUNCTION vehicle_drivers(p_vehicle bigint, p_at timestamptz)
RETURNS TABLE (vehicle_id bigint, driver_id bigint, name text, works boolean, on_shift boolean, busy_plate text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT d.vehicle_id, d.driver_id, e.name, e.disabled_at IS NULL AND e.state IN ('probation', 'active'),
           shift_covers(e.work_days, e.work_from, e.work_to, p_at AT TIME ZONE b.time_zone),
           (SELECT o.plate FROM vehicle o WHERE o.driver_id = d.driver_id AND o.order_id IS NOT NULL LIMIT 1)
    FROM vehicle v
    JOIN vehicle_driver d ON d.vehicle_id = v.id
    JOIN employee e ON e.id = d.driver_id
    JOIN branch b ON b.id = e.branch_id
    WHERE v.id = p_vehicle
      AND (v.branch_id = ANY (current_setting('app.scope_vehicle')::int[])
           OR v.branch_id = ANY (current_setting('app.scope')::int[]))
    ORDER BY d.position, d.id;
END
$$;

-- Every vehicle in sight with each of its drivers, for the ranking: where it is (else where its branch is), what it is
-- fit for, how much it did today. One statement; the choice is made in the server.
-- In plpgsql, where the plan is made for the time asked: the orders of half a day are few of a million.
CREATE FUNCTION vehicle_candidates(p_at timestamptz)
RETURNS TABLE (id bigint, code text, plate text, type text, branch_id int, branch_name text, state text, contracted boolean,
               services text[], car_models text[], roads text[], lon double precision, lat double precision,
               position_at timestamptz, stale boolean, load bigint, driver_id bigint, driver_name text, works boolean,
               on_shift boolean, driver_busy boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    since timestamptz := p_at - interval '12 hours';
BEGIN
    RETURN QUERY
    SELECT v.id, v.code, v.plate, v.type, v.branch_id, b.name, v.state, v.owner = 'contracted', v.services, v.car_models,
           v.roads, coalesce(v.lon, b.place_lon), coalesce(v.lat, b.place_lat), v.position_at,
           v.position_at IS NULL OR v.position_at < p_at - make_interval(secs =>
               (SELECT value::int FROM setting WHERE name = 'rescue.position_stale_seconds')),
           coalesce(done.jobs, 0),
           d.driver_id, e.name, e.disabled_at IS NULL AND e.state IN ('probation', 'active'),
           shift_covers(e.work_days, e.work_from, e.work_to, p_at AT TIME ZONE eb.time_zone),
           EXISTS (SELECT FROM vehicle w WHERE w.driver_id = d.driver_id AND w.order_id IS NOT NULL AND w.id <> v.id)
    FROM vehicle v
    JOIN branch b ON b.id = v.branch_id
    LEFT JOIN vehicle_driver d ON d.vehicle_id = v.id
    LEFT JOIN employee e ON e.id = d.driver_id
    LEFT JOIN branch eb ON eb.id = e.branch_id
    LEFT JOIN (
        SELECT o.vehicle_id, count(*) AS jobs FROM rescue_order o
        WHERE o.created_at >= since AND o.vehicle_id IS NOT NULL GROUP BY o.vehicle_id
    ) done ON done.vehicle_id = v.id
    WHERE v.disabled_at IS NULL
      AND (v.branch_id = ANY (current_setting('app.scope_vehicle')::int[])
           OR v.branch_id = ANY (current_setting('app.scope')::int[]))
    ORDER BY v.id, d.position, d.id;
END
$$;
GRANT EXECUTE ON FUNCTION vehicle_drivers(bigint, timestamptz), vehicle_candidates(timestamptz) TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- What a price and the limits of time are worked out from. A driver ends his job without the customer, his agreement or
-- the branch's list in his scope, and a free service may have been used at another branch: so this reads as the owner.

-- Free services of an agreement already used by a car.
CREATE FUNCTION rescue_free_used(p_agreement bigint, p_plate text, p_except bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(sum(free_times), 0)::bigint FROM rescue_order
    WHERE agreement_id = p_agreement AND plate = p_plate AND free_times > 0 AND id IS DISTINCT FROM p_except
$$;

-- Always one row where the branch exists; source is NULL where nothing has a price for the service. In plpgsql, which
-- keeps its plan: it is asked by every order.
CREATE FUNCTION rescue_facts(p_customer bigint, p_branch int, p_service text, p_plate text, p_at timestamptz,
                             p_except bigint)
RETURNS TABLE (source text, agreement_id bigint, base_fen bigint, included_km int, per_km_fen bigint, night_bp int,
               holiday_bp int, free_times bigint, free_km int, night_from int, night_to int, minute int, holiday boolean,
               result_required boolean, dispatch_s bigint, accept_s bigint, arrive_s bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.source, CASE WHEN p.source = 'agreement' THEN p.id END, p.base_fen, p.included_km, p.per_km_fen,
           p.night_bp, p.holiday_bp,
           CASE WHEN p.free_times > 0 AND p_plate IS NOT NULL
                THEN greatest(p.free_times - rescue_free_used(p.id, p_plate, p_except), 0) ELSE 0 END,
           p.free_km,
           (extract(epoch FROM (SELECT value::time FROM setting WHERE name = 'rescue.night_from')) / 60)::int,
           (extract(epoch FROM (SELECT value::time FROM setting WHERE name = 'rescue.night_to')) / 60)::int,
           floor(extract(epoch FROM l.local::time) / 60)::int, day_is_holiday(l.local::date),
           coalesce((SELECT c.result_required FROM party c WHERE c.id = p_customer), false),
           coalesce(r.dispatch_s, (s.extra ->> 'dispatched')::bigint),
           coalesce(r.accept_s, (s.extra ->> 'accepted')::bigint),
           coalesce(r.arrive_s, (s.extra ->> 'arrived')::bigint)
    FROM branch b
    CROSS JOIN LATERAL (SELECT p_at AT TIME ZONE b.time_zone AS local) l
    LEFT JOIN LATERAL price_for(p_customer, p_branch, p_service, l.local::date) p ON true
    LEFT JOIN LATERAL (
        SELECT dispatch_s, accept_s, arrive_s FROM sla_rule
        WHERE customer_id = p_customer AND (service = p_service OR service IS NULL) AND disabled_at IS NULL
        ORDER BY service NULLS LAST LIMIT 1
    ) r ON true
    LEFT JOIN LATERAL (
        SELECT extra FROM base_item
        WHERE kind = 'sla_limit' AND code IN (p_service, 'default') AND disabled_at IS NULL
        ORDER BY code = 'default' LIMIT 1
    ) s ON true
    WHERE b.id = p_branch;
END
$$;
GRANT EXECUTE ON FUNCTION rescue_free_used(bigint, text, bigint),
    rescue_facts(bigint, int, text, text, timestamptz, bigint) TO yizhan_app;
