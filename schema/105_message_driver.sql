-- Rules are worked through a moment after the step they answer: by then an order may have been refused and sent to another driver. The job goes
-- to the driver whom that step chose, and not twice to the one after him.

-- Whoever says who gets a message may ask which change it answers: the setting message.change, empty where it answers none.
CREATE OR REPLACE FUNCTION message_events(p_most int) RETURNS SETOF message_event
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    seen message_cursor;
    here int;
    horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
    upto xid8;
BEGIN
    SELECT * INTO seen FROM message_cursor FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT max(n) INTO here FROM era;
    IF seen.era <> here THEN        -- another cluster: its numbers begin anew, and what was not worked through there is past
        UPDATE message_cursor SET era = here, tx = horizon;
        RETURN;
    END IF;
    SELECT c.tx INTO upto FROM change c WHERE c.tx >= seen.tx AND c.tx < horizon ORDER BY c.tx, c.id OFFSET p_most LIMIT 1;
    IF upto IS NULL OR upto = seen.tx THEN
        upto := horizon;
    END IF;
    IF upto = seen.tx THEN
        RETURN;
    END IF;
    UPDATE message_cursor SET tx = upto;
    RETURN QUERY
    SELECT e.* FROM change c
    JOIN message_rule r ON r.event = c.verb AND r.disabled_at IS NULL AND (r.branch_id IS NULL OR r.branch_id = c.branch_id)
    CROSS JOIN LATERAL (SELECT set_config('message.change', c.id::text, true) AS id) told
    CROSS JOIN LATERAL message_of_rule(r, 'c' || told.id, c.entity, c.row_id, c.branch_id) e
    WHERE c.tx >= seen.tx AND c.tx < upto AND c.era = here
    ORDER BY c.tx, c.id;
END
$$;

CREATE OR REPLACE FUNCTION rescue_message_people(p_id bigint, p_recipient text) RETURNS SETOF message_person
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.contact_name, o.contact_phone, NULL, c.language, o.customer_id, NULL::bigint
    FROM rescue_order o JOIN party c ON c.id = o.customer_id WHERE o.id = p_id AND p_recipient = 'contact'
    UNION ALL
    SELECT c.name, c.phone, c.email, c.language, c.id, NULL
    FROM rescue_order o JOIN party c ON c.id = o.customer_id WHERE o.id = p_id AND p_recipient = 'customer'
    UNION ALL
    SELECT e.name, e.phone, e.email, 'zh_CN', NULL, e.id
    FROM rescue_order o
    LEFT JOIN change told ON told.id = nullif(current_setting('message.change', true), '')::bigint AND told.entity = 'rescue' AND told.row_id = o.id
    JOIN employee e ON e.id = coalesce((told.now ->> 'driver_id')::bigint, o.driver_id)
    WHERE o.id = p_id AND p_recipient = 'driver'
$$;
