-- Where vehicles are and were. The newest place stands beside the vehicle, in a row of its own that changes in place: reports lock no vehicle
-- and leave no word in the trail. Every report is kept for some weeks, a partition a day.

CREATE TABLE vehicle_position (
    vehicle_id bigint PRIMARY KEY REFERENCES vehicle (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    speed real,                 -- metres a second
    bearing real,               -- degrees from north
    accuracy real,              -- metres
    source text NOT NULL CHECK (source IN ('tracker', 'driver', 'order')),      -- order: it arrived where the order is
    tx xid8 NOT NULL DEFAULT pg_current_xact_id()       -- for who tells of what is new
) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
-- It is read from the vehicle's own row alone, which says who may see it.
GRANT SELECT ON vehicle_position TO yizhan_app;

INSERT INTO vehicle_position (vehicle_id, at, lon, lat, source)
SELECT id, coalesce(position_at, updated_at, created_at), lon, lat, 'driver' FROM vehicle WHERE lon IS NOT NULL;
ALTER TABLE vehicle DROP CONSTRAINT vehicle_position, DROP COLUMN lon, DROP COLUMN lat, DROP COLUMN position_at;

-- The place an order's step puts a vehicle at, which a later report of its own stands above.
CREATE FUNCTION vehicle_stand(p_vehicle bigint, p_lon double precision, p_lat double precision, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO vehicle_position AS p (vehicle_id, at, lon, lat, source) VALUES (p_vehicle, p_at, p_lon, p_lat, 'order')
    ON CONFLICT (vehicle_id) DO UPDATE SET at = excluded.at, lon = excluded.lon, lat = excluded.lat, speed = NULL, bearing = NULL,
        accuracy = NULL, source = excluded.source, tx = pg_current_xact_id()
    WHERE p.at <= excluded.at
$$;
GRANT EXECUTE ON FUNCTION vehicle_stand(bigint, double precision, double precision, timestamptz) TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- tracker: a device that reports for the vehicle it sits in

CREATE SEQUENCE tracker_id_seq;
CREATE TABLE tracker (
    id bigint PRIMARY KEY DEFAULT nextval('tracker_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int NOT NULL REFERENCES branch (id),
    code text NOT NULL,                         -- what the device calls itself
    vehicle_id bigint REFERENCES vehicle (id),
    token_hash bytea CHECK (length(token_hash) = 32),   -- NULL: it has none yet, and is heard by nobody
    token_at timestamptz,
    remarks text
);
ALTER SEQUENCE tracker_id_seq OWNED BY tracker.id;
CREATE UNIQUE INDEX tracker_code_key ON tracker (code);
CREATE INDEX tracker_branch ON tracker (branch_id, code, id);
CREATE INDEX tracker_vehicle ON tracker (vehicle_id) WHERE vehicle_id IS NOT NULL;
ALTER TABLE tracker ENABLE ROW LEVEL SECURITY;
CREATE POLICY tracker_scope ON tracker TO yizhan_app USING (branch_id = ANY (current_setting('app.scope')::int[]));
-- The hash is written, and read by nobody but the door below.
GRANT INSERT, UPDATE, DELETE ON tracker TO yizhan_app;
GRANT SELECT (id, version, created_at, created_by, updated_at, disabled_at, branch_id, code, vehicle_id, token_at, remarks)
    ON tracker TO yizhan_app;
GRANT USAGE ON SEQUENCE tracker_id_seq TO yizhan_app;

-- When it was heard last: changed in place with every batch.
CREATE TABLE tracker_seen (
    tracker_id bigint PRIMARY KEY REFERENCES tracker (id) ON DELETE CASCADE,
    seen_at timestamptz NOT NULL,
    battery real                                -- per cent
) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
GRANT SELECT ON tracker_seen TO yizhan_app;

-- Which vehicle a device sat in, and from when on: what it reports late belongs to the one it sat in then.
CREATE TABLE tracker_seat (
    tracker_id bigint NOT NULL REFERENCES tracker (id) ON DELETE CASCADE,
    since timestamptz NOT NULL,
    vehicle_id bigint REFERENCES vehicle (id),
    PRIMARY KEY (tracker_id, since)
);
CREATE FUNCTION tracker_sits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO tracker_seat (tracker_id, since, vehicle_id)
    VALUES (NEW.id, CASE TG_OP WHEN 'INSERT' THEN '-infinity' ELSE clock_timestamp() END, NEW.vehicle_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER tracker_made AFTER INSERT ON tracker FOR EACH ROW EXECUTE FUNCTION tracker_sits();
CREATE TRIGGER tracker_moved AFTER UPDATE OF vehicle_id ON tracker FOR EACH ROW
    WHEN (OLD.vehicle_id IS DISTINCT FROM NEW.vehicle_id) EXECUTE FUNCTION tracker_sits();

-- ---------------------------------------------------------------------------------------------------------------
-- track: every report. Nothing refers to it and it refers to nothing, so that a day of it goes at once.

CREATE TABLE track (
    vehicle_id bigint NOT NULL,
    at timestamptz NOT NULL,
    tracker_id bigint NOT NULL,                 -- 0: the driver's client
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    speed real,
    bearing real,
    accuracy real,
    PRIMARY KEY (vehicle_id, at, tracker_id)    -- the same device at the same time is the same report
) PARTITION BY RANGE (at);

INSERT INTO setting (name, value, help) VALUES
    ('track.keep_days', '60', 'Days for which the positions of vehicles are kept'),
    ('track.late_days', '7', 'A position that arrives later than so many days is not kept');

CREATE FUNCTION track_make(p_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    part text := 'track_' || to_char(p_day, 'YYYYMMDD');
BEGIN
    IF to_regclass('public.' || part) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('track_make'));
        EXECUTE format('CREATE TABLE IF NOT EXISTS public.%I PARTITION OF public.track FOR VALUES FROM (%L) TO (%L)', part,
                       p_day::text || 'T00:00:00Z', (p_day + 1)::text || 'T00:00:00Z');
    END IF;
END
$$;

-- The days to come are made before they come, those that are over their time are dropped. How many of both.
CREATE FUNCTION track_days() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    keep int := greatest((SELECT value::int FROM setting WHERE name = 'track.keep_days'), 1);
    found record;
    done bigint := 0;
BEGIN
    FOR found IN SELECT today + n AS day FROM generate_series(0, 2) n WHERE to_regclass('public.track_' || to_char(today + n, 'YYYYMMDD')) IS NULL LOOP
        PERFORM track_make(found.day);
        done := done + 1;
    END LOOP;
    FOR found IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                 WHERE i.inhparent = 'public.track'::regclass AND c.relname < 'track_' || to_char(today - keep, 'YYYYMMDD') LOOP
        EXECUTE format('DROP TABLE public.%I', found.relname);
        done := done + 1;
    END LOOP;
    RETURN done;
END
$$;
SELECT track_days();
GRANT EXECUTE ON FUNCTION track_days() TO yizhan_tail;
INSERT INTO job (name, every, lease) VALUES ('track_days', '1 hour', '5 minutes');

-- Reports of vehicles: each is kept once, and the newest of a vehicle is where it is. Always in the same order, so that servers that write at
-- once wait for each other and never in a ring.
CREATE FUNCTION track_put(p_vehicle bigint[], p_tracker bigint[], p_at timestamptz[], p_lon double precision[], p_lat double precision[],
                          p_speed real[], p_bearing real[], p_accuracy real[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT DISTINCT (a AT TIME ZONE 'UTC')::date AS day FROM unnest(p_at) a LOOP
        PERFORM track_make(found.day);
    END LOOP;
    INSERT INTO track (vehicle_id, at, tracker_id, lon, lat, speed, bearing, accuracy)
    SELECT u.vehicle_id, u.at, u.tracker_id, u.lon, u.lat, u.speed, u.bearing, u.accuracy
    FROM unnest(p_vehicle, p_tracker, p_at, p_lon, p_lat, p_speed, p_bearing, p_accuracy)
        u (vehicle_id, tracker_id, at, lon, lat, speed, bearing, accuracy)
    ORDER BY u.vehicle_id, u.at, u.tracker_id
    ON CONFLICT DO NOTHING;
    INSERT INTO vehicle_position AS p (vehicle_id, at, lon, lat, speed, bearing, accuracy, source)
    SELECT DISTINCT ON (u.vehicle_id) u.vehicle_id, u.at, u.lon, u.lat, u.speed, u.bearing, u.accuracy,
           CASE u.tracker_id WHEN 0 THEN 'driver' ELSE 'tracker' END
    FROM unnest(p_vehicle, p_tracker, p_at, p_lon, p_lat, p_speed, p_bearing, p_accuracy)
        u (vehicle_id, tracker_id, at, lon, lat, speed, bearing, accuracy)
    ORDER BY u.vehicle_id, u.at DESC
    ON CONFLICT (vehicle_id) DO UPDATE SET at = excluded.at, lon = excluded.lon, lat = excluded.lat, speed = excluded.speed,
        bearing = excluded.bearing, accuracy = excluded.accuracy, source = excluded.source, tx = pg_current_xact_id()
    WHERE p.at < excluded.at;
END
$$;
-- The driver's client goes through the verb, which looks whose vehicle it is.
CREATE FUNCTION track_report(p_vehicle bigint, p_at timestamptz, p_lon double precision, p_lat double precision, p_speed double precision,
                             p_bearing double precision, p_accuracy double precision) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT track_put(ARRAY[p_vehicle], ARRAY[0::bigint], ARRAY[p_at], ARRAY[p_lon], ARRAY[p_lat], ARRAY[p_speed::real],
                     ARRAY[p_bearing::real], ARRAY[p_accuracy::real])
$$;
GRANT EXECUTE ON FUNCTION track_report(bigint, timestamptz, double precision, double precision, double precision, double precision,
                                       double precision) TO yizhan_app;

-- What devices reported, many at once. Of each: whether device and token are right; what is not, is not told. A device without a vehicle,
-- or one that does not know where it is (no place), is only noted as heard; what comes days late is not kept.
CREATE FUNCTION tracker_take(p_code text[], p_hash bytea[], p_at timestamptz[], p_lon double precision[], p_lat double precision[],
                             p_speed real[], p_bearing real[], p_accuracy real[], p_battery real[])
RETURNS TABLE (n bigint, known boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ids bigint[];
    oldest timestamptz := now() - make_interval(days => (SELECT value::int FROM setting WHERE name = 'track.late_days'));
BEGIN
    SELECT array_agg(t.id ORDER BY u.ord) INTO ids
    FROM unnest(p_code, p_hash) WITH ORDINALITY u (code, hash, ord)
    LEFT JOIN tracker t ON t.code = u.code AND t.token_hash = u.hash AND t.disabled_at IS NULL;

    INSERT INTO tracker_seen AS s (tracker_id, seen_at, battery)
    SELECT DISTINCT ON (u.id) u.id, now(), u.battery FROM unnest(ids, p_at, p_battery) u (id, at, battery)
    WHERE u.id IS NOT NULL
    ORDER BY u.id, u.at DESC
    ON CONFLICT (tracker_id) DO UPDATE SET seen_at = excluded.seen_at, battery = coalesce(excluded.battery, s.battery);

    PERFORM track_put(array_agg(x.vehicle_id), array_agg(x.id), array_agg(x.at), array_agg(x.lon), array_agg(x.lat), array_agg(x.speed),
                      array_agg(x.bearing), array_agg(x.accuracy))
    FROM (SELECT v.vehicle_id, u.*
          FROM unnest(ids, p_at, p_lon, p_lat, p_speed, p_bearing, p_accuracy) u (id, at, lon, lat, speed, bearing, accuracy)
          CROSS JOIN LATERAL (SELECT s.vehicle_id FROM tracker_seat s WHERE s.tracker_id = u.id AND s.since <= u.at
                              ORDER BY s.since DESC LIMIT 1) v
          WHERE v.vehicle_id IS NOT NULL AND u.lon IS NOT NULL AND u.at >= oldest) x
    HAVING count(*) > 0;

    RETURN QUERY SELECT u.ord, u.id IS NOT NULL FROM unnest(ids) WITH ORDINALITY u (id, ord) ORDER BY u.ord;
END
$$;
GRANT EXECUTE ON FUNCTION tracker_take(text[], bytea[], timestamptz[], double precision[], double precision[], real[], real[], real[], real[])
    TO yizhan_tail;

-- A part of a vehicle's way, for who may see the vehicle; in the order of time, whatever reported it.
CREATE FUNCTION vehicle_track(p_vehicle bigint, p_from timestamptz, p_to timestamptz, p_most int)
RETURNS TABLE (at timestamptz, lon double precision, lat double precision, speed real, accuracy real, tracker boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT k.at, k.lon, k.lat, k.speed, k.accuracy, k.tracker_id <> 0 FROM track k
    WHERE k.vehicle_id = p_vehicle AND k.at >= p_from AND k.at < p_to
      AND EXISTS (SELECT FROM vehicle v WHERE v.id = p_vehicle
                  AND (v.branch_id = ANY (current_setting('app.scope_vehicle')::int[])
                       OR v.branch_id = ANY (current_setting('app.scope')::int[])))
    ORDER BY k.at LIMIT p_most;
END
$$;
GRANT EXECUTE ON FUNCTION vehicle_track(bigint, timestamptz, timestamptz, int) TO yizhan_app;

-- Where vehicles are now that reported since: transactions that were not over when it was asked last are at or after p_from. Always one
-- row at least, with where to go on from.
CREATE FUNCTION vehicle_position_feed(p_from xid8)
RETURNS TABLE (next text, id bigint, branch_id int, own_id bigint, body text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT h.x::text, p.vehicle_id, v.branch_id, v.driver_id,
           format('{"id":%s,"at":"%s","lon":%s,"lat":%s,"speed":%s,"bearing":%s,"source":"%s"}', p.vehicle_id,
                  to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), round(p.lon::numeric, 6), round(p.lat::numeric, 6),
                  coalesce(round(p.speed::numeric, 1)::text, 'null'), coalesce(round(p.bearing)::text, 'null'), p.source)
    FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS x) h
    LEFT JOIN (vehicle_position p JOIN vehicle v ON v.id = p.vehicle_id) ON p.tx >= least(p_from, h.x)
    ORDER BY p.vehicle_id
$$;
GRANT EXECUTE ON FUNCTION vehicle_position_feed(xid8) TO yizhan_tail;

-- ---------------------------------------------------------------------------------------------------------------
-- The ranking reads the place where it stands now.

CREATE OR REPLACE FUNCTION vehicle_candidates(p_at timestamptz)
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
           v.roads, coalesce(p.lon, b.place_lon), coalesce(p.lat, b.place_lat), p.at,
           p.at IS NULL OR p.at < p_at - make_interval(secs =>
               (SELECT value::int FROM setting WHERE name = 'rescue.position_stale_seconds')),
           coalesce(done.jobs, 0),
           d.driver_id, e.name, e.disabled_at IS NULL AND e.state IN ('probation', 'active'),
           shift_covers(e.work_days, e.work_from, e.work_to, p_at AT TIME ZONE eb.time_zone),
           EXISTS (SELECT FROM vehicle w WHERE w.driver_id = d.driver_id AND w.order_id IS NOT NULL AND w.id <> v.id)
    FROM vehicle v
    JOIN branch b ON b.id = v.branch_id
    LEFT JOIN vehicle_position p ON p.vehicle_id = v.id
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

-- ---------------------------------------------------------------------------------------------------------------
-- Who may what. The driver's report is called so from now on.

UPDATE role SET permissions = ARRAY(SELECT regexp_replace(p, '^vehicle\.position(@|$)', 'vehicle.report\1') FROM unnest(permissions) WITH ORDINALITY u (p, n) ORDER BY n)
WHERE EXISTS (SELECT FROM unnest(permissions) p WHERE p ~ '^vehicle\.position(@|$)');
UPDATE role SET permissions = permissions || '{tracker.list@all,tracker.get@all,tracker.history@all,vehicle.track@all}'
WHERE shipped AND code = 'dispatcher';
UPDATE role SET permissions = permissions
    || '{tracker.list,tracker.get,tracker.history,tracker.create,tracker.update,tracker.disable,tracker.enable,tracker.token,vehicle.track}'
WHERE shipped AND code = 'branch_manager';
UPDATE role SET permissions = permissions
    || '{tracker.list,tracker.get,tracker.history,tracker.create,tracker.update,tracker.disable,tracker.enable,tracker.delete,tracker.token,vehicle.track}'
WHERE shipped AND code = 'admin';
UPDATE role SET permissions = permissions || '{tracker.list,tracker.get,tracker.history,tracker.export,vehicle.track}'
WHERE shipped AND code = 'auditor';
