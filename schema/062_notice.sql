-- Notices: what somebody must hear of. One row for each who is told; the tail of each server hands it to the terminals he sits at.

CREATE SEQUENCE notice_id_seq;     -- no cache: they are shown in this order
CREATE TABLE notice (
    id bigint PRIMARY KEY DEFAULT nextval('notice_id_seq'),
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),     -- the tail reads in commit order, like the trail
    at timestamptz NOT NULL DEFAULT now(),
    employee_id bigint NOT NULL REFERENCES employee (id) ON DELETE CASCADE,
    level text NOT NULL CHECK (level IN ('info', 'warning', 'alarm')),
    msgid text,                 -- the server's words, translated by the client …
    args jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(args) = 'object'),
    text text,                  -- … or a colleague's
    from_id bigint,             -- the colleague
    entity text,
    row_id bigint,              -- the record it is about
    read_at timestamptz,
    CHECK ((msgid IS NULL) <> (text IS NULL))
);
ALTER SEQUENCE notice_id_seq OWNED BY notice.id;
CREATE INDEX notice_tx ON notice (tx, id);
CREATE INDEX notice_own ON notice (employee_id, id);
CREATE INDEX notice_unread ON notice (employee_id, id) WHERE read_at IS NULL;
CREATE INDEX notice_from ON notice (from_id, at) WHERE from_id IS NOT NULL;
CREATE INDEX notice_at ON notice (at);

ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY notice_mine ON notice TO yizhan_app USING (employee_id = current_setting('app.self')::bigint);
CREATE POLICY notice_tail ON notice FOR SELECT TO yizhan_tail USING (true);
GRANT SELECT ON notice TO yizhan_app, yizhan_tail;
GRANT UPDATE (read_at) ON notice TO yizhan_app;

-- Who hears: one employee; or who has a role in reach of a branch (NULL: anywhere); or everybody of a branch. Not the sender. Returns how
-- many.
CREATE FUNCTION notice_add(p_employee bigint, p_role text, p_branch int, p_level text, p_msgid text, p_args jsonb, p_text text,
                           p_from bigint, p_but bigint, p_entity text, p_row bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE above AS (
        SELECT b.id, b.parent_id FROM branch b WHERE b.id = p_branch
        UNION
        SELECT b.id, b.parent_id FROM branch b JOIN above a ON b.id = a.parent_id
    ), heard AS (
        SELECT e.id FROM employee e
        WHERE e.disabled_at IS NULL AND e.state <> 'left' AND e.id IS DISTINCT FROM p_but
          AND CASE WHEN p_employee IS NOT NULL THEN e.id = p_employee
                   WHEN p_role IS NOT NULL THEN e.roles @> ARRAY[p_role]
                        AND (p_branch IS NULL OR e.branch_id = p_branch OR EXISTS (
                             SELECT FROM role r WHERE r.code = p_role AND (r.scope = 'all'
                                    OR (r.scope = 'below' AND e.branch_id IN (SELECT id FROM above)))))
                   ELSE e.branch_id = p_branch END
        ORDER BY e.id LIMIT 2000
    ), told AS (
        INSERT INTO notice (employee_id, level, msgid, args, text, from_id, entity, row_id)
        SELECT h.id, p_level, p_msgid, coalesce(p_args, '{}'), p_text, p_from, p_entity, p_row FROM heard h RETURNING 1
    )
    SELECT count(*) FROM told
$$;

-- How many somebody sent in the last minute.
CREATE FUNCTION notice_sent(p_from bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(DISTINCT (tx, at)) FROM notice WHERE from_id = p_from AND at > now() - interval '1 minute'
$$;

-- What was read is kept 30 days, what was not 90. In pieces; returns how many went.
CREATE FUNCTION notice_purge(most int DEFAULT 10000) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH old AS (
        SELECT id FROM notice WHERE at < now() - CASE WHEN read_at IS NULL THEN interval '90 days' ELSE interval '30 days' END
            AND at < now() - interval '30 days' ORDER BY at LIMIT most
    ), gone AS (
        DELETE FROM notice n USING old WHERE n.id = old.id RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
GRANT EXECUTE ON FUNCTION notice_add(bigint, text, int, text, text, jsonb, text, bigint, bigint, text, bigint) TO yizhan_app, yizhan_tail;
GRANT EXECUTE ON FUNCTION notice_sent(bigint) TO yizhan_app;
GRANT EXECUTE ON FUNCTION notice_purge(int) TO yizhan_tail;
INSERT INTO job (name, every, lease) VALUES ('notice_purge', '1 hour', '5 minutes');

-- Orders that wait for their next step: once when it is nearly due, once when it is late.
CREATE TABLE rescue_due_told (
    order_id bigint NOT NULL REFERENCES rescue_order (id) ON DELETE CASCADE,
    due_at timestamptz NOT NULL,
    late boolean NOT NULL,
    PRIMARY KEY (order_id, due_at, late)
);
CREATE INDEX rescue_order_due ON rescue_order (due_at) WHERE due_at IS NOT NULL;

-- p_now is business time; the words come from the server, which has them translated. Orders late for more than an hour are no news.
CREATE FUNCTION rescue_due_tell(p_now timestamptz, p_soon text, p_late text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    o record;
    told bigint := 0;
BEGIN
    DELETE FROM rescue_due_told WHERE due_at < p_now - interval '2 hours';
    FOR o IN
        SELECT id, number, branch_id, due_at, due_at <= p_now AS late FROM rescue_order r
        WHERE due_at > p_now - interval '1 hour' AND due_at <= p_now + interval '2 minutes'
          AND state IN ('new', 'dispatched', 'accepted', 'on_the_way')
          AND NOT EXISTS (SELECT FROM rescue_due_told t
                          WHERE t.order_id = r.id AND t.due_at = r.due_at AND t.late = (r.due_at <= p_now))
        ORDER BY due_at, id LIMIT 200
    LOOP
        INSERT INTO rescue_due_told (order_id, due_at, late) VALUES (o.id, o.due_at, o.late) ON CONFLICT DO NOTHING;
        PERFORM notice_add(NULL, 'dispatcher', o.branch_id, CASE WHEN o.late THEN 'alarm' ELSE 'warning' END,
                           CASE WHEN o.late THEN p_late ELSE p_soon END, jsonb_build_object('number', o.number), NULL, NULL, NULL,
                           'rescue', o.id);
        told := told + 1;
    END LOOP;
    RETURN told;
END
$$;
GRANT EXECUTE ON FUNCTION rescue_due_tell(timestamptz, text, text) TO yizhan_tail;
INSERT INTO job (name, every, lease) VALUES ('rescue_due', '5 seconds', '1 minute');
