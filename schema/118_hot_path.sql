-- What an order's coming costs the database. A function in SQL that is not taken into the statement it stands in is parsed and planned anew for each statement:
-- more work than the rest of it. What stands in the statements of every order is written so that it is taken in, or in PL/pgSQL, which keeps its plan.

-- One number however it is written, as before (so the indexes over it stand as they are), in one expression: it is worked out for every order that is written,
-- by the index over the numbers of those under way.
CREATE OR REPLACE FUNCTION phone_key(p_phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT nullif(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(split_part(p_phone, ',', 1),
        '[^0-9]', '', 'g'), '^00', ''), '^86(?=1[3-9][0-9]{9}$)', ''), '^86(?=[2-9][0-9]{9,10}$)', '0'), '^0(?=1[3-9][0-9]{9}$)', ''), '')
$$;

CREATE OR REPLACE FUNCTION day_is_holiday(p_day date) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM base_item WHERE kind = 'holiday' AND code = p_day::text AND disabled_at IS NULL
                   AND NOT coalesce((extra ->> 'work')::boolean, false));
END
$$;

-- Beside every reference to somebody in a list.
CREATE OR REPLACE FUNCTION employee_name(p_employee bigint) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (SELECT name FROM employee WHERE id = p_employee);
END
$$;

-- Of a vehicle that is out of sight, its plate alone.
CREATE OR REPLACE FUNCTION vehicle_plate(p_id bigint) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (SELECT plate FROM vehicle WHERE id = p_id);
END
$$;

-- What a third party is told of one of its orders, at each step of it: as before.
CREATE OR REPLACE FUNCTION partner_order_told(o rescue_order) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN jsonb_strip_nulls(jsonb_build_object(
        'number', o.number, 'foreign_number', o.external_number, 'notice_id', o.notice_id, 'plate', o.plate, 'state', o.state,
        'result', o.result, 'result_remarks', o.result_remarks, 'vehicle', vehicle_plate(o.vehicle_id),
        'dispatched_at', o.dispatched_at, 'accepted_at', o.accepted_at, 'departed_at', o.departed_at, 'arrived_at', o.arrived_at,
        'done_at', o.done_at, 'voided_at', o.voided_at, 'cancel_at', o.cancel_at, 'proceed_at', o.proceed_at,
        'proceed_reason', o.proceed_reason, 'km', CASE WHEN o.state IN ('done', 'empty') THEN o.km END));
END
$$;

-- The version that held at a time; the first where it is older than all of them, the newest where no time is given.
CREATE OR REPLACE FUNCTION tariff_at(p_source text, p_id bigint, p_at timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN coalesce(
        (SELECT body FROM tariff_version WHERE source = p_source AND tariff_id = p_id AND (p_at IS NULL OR at <= p_at)
         ORDER BY version DESC LIMIT 1),
        (SELECT body FROM tariff_version WHERE source = p_source AND tariff_id = p_id ORDER BY version LIMIT 1));
END
$$;
