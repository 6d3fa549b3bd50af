-- Calls: each change is in the trail, and what nobody can tell of any more does not ring for ever.

CREATE OR REPLACE FUNCTION call_ended(p_id bigint, p_cause int, p_words text, p_refused boolean, p_missed text, p_failed text) RETURNS void
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
    IF it.direction = 'in' AND it.state IN ('missed', 'busy') AND p_missed IS NOT NULL THEN
        PERFORM notice_add(it.employee_id, CASE WHEN it.employee_id IS NULL THEN 'call_taker' END, it.branch_id, 'warning', p_missed,
                           jsonb_build_object('number', coalesce(phone_mask(it.number), '?')), NULL, NULL, NULL, 'call', it.id);
    ELSIF it.state = 'failed' AND it.created_by IS NOT NULL AND p_failed IS NOT NULL THEN
        PERFORM notice_add(it.created_by, NULL, NULL, 'warning', p_failed,
                           jsonb_build_object('number', coalesce(phone_mask(it.number), '?'), 'trouble', coalesce(it.error, '?')), NULL, NULL, NULL,
                           'call', it.id);
    END IF;
END
$$;

-- Of a line that is down nobody knows what rings; when it is up again all calls are listed.
CREATE OR REPLACE FUNCTION telephone_state(p_server text, p_branch int, p_up boolean, p_trouble text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM call_ring r USING telephone_line l
    WHERE NOT p_up AND r.branch_id = p_branch AND l.branch_id = p_branch AND l.held_by = p_server;
    UPDATE telephone_line SET up = p_up, trouble = left(p_trouble, 200), since = now()
    WHERE branch_id = p_branch AND held_by = p_server AND (up <> p_up OR trouble IS DISTINCT FROM left(p_trouble, 200))
$$;

CREATE OR REPLACE FUNCTION telephone_claim(p_server text, p_lease interval)
RETURNS TABLE (branch_id int, branch_code text, address text, username text, secret text, technology text, context text, prefix text,
               extensions text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    gone int;
    lost bigint;
BEGIN
    DELETE FROM telephone_line l WHERE NOT EXISTS (
        SELECT FROM branch b JOIN branch_pbx s ON s.branch_id = b.id
        WHERE b.id = l.branch_id AND b.disabled_at IS NULL AND b.pbx_address IS NOT NULL AND b.pbx_user IS NOT NULL);
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN        -- nobody will tell how its calls ended
        FOR lost IN SELECT c.id FROM call c WHERE c.ended_at IS NULL AND NOT EXISTS (SELECT FROM telephone_line l WHERE l.branch_id = c.branch_id)
        LOOP
            PERFORM call_ended(lost, 0, NULL, false, NULL, NULL);
        END LOOP;
    END IF;
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

CREATE OR REPLACE FUNCTION telephone_event(p_server text, p_branch int, p jsonb) RETURNS boolean
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
        WHERE branch_id = p_branch AND linked_id = p ->> 'call' AND ended_at IS NULL AND queue IS DISTINCT FROM p ->> 'queue'
        RETURNING * INTO it;
        IF FOUND THEN
            PERFORM call_trail(it, 'call.queue');
        END IF;
    WHEN 'ring' THEN PERFORM call_rings(p_branch, p);
    WHEN 'ring_end' THEN
        DELETE FROM call_ring r USING call c
        WHERE c.id = r.call_id AND c.branch_id = p_branch AND c.linked_id = p ->> 'call' AND r.extension = p ->> 'extension';
    WHEN 'answer' THEN PERFORM call_answered(p_branch, p);
    WHEN 'recording' THEN
        UPDATE call SET recording = left(p ->> 'recording', 300), version = version + 1, updated_at = now()
        WHERE branch_id = p_branch AND linked_id = p ->> 'call' AND recording IS DISTINCT FROM left(p ->> 'recording', 300)
        RETURNING * INTO it;
        IF FOUND THEN
            PERFORM call_trail(it, 'call.record');
        END IF;
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
