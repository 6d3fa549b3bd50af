-- Telephone: whether a branch's line works is seen with the branch, and told to who telephones there and to who can put it right.

INSERT INTO setting (name, value, help) VALUES
    ('telephone.down_seconds', '30', 'A branch''s telephone that is down so long is told of; 0: it is not');

ALTER TABLE telephone_line ADD COLUMN told boolean NOT NULL DEFAULT false;     -- that it is down

-- Since when a line is down; NULL: it works. One that no server speaks to is down from when the last did.
CREATE FUNCTION telephone_down_since(l telephone_line) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN l.up AND l.held_until > now() THEN NULL WHEN l.up THEN l.held_until ELSE l.since END
$$;

-- NULL: the branch has no call system.
CREATE FUNCTION branch_line(p_branch int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN telephone_down_since(l) IS NULL THEN 'up' ELSE 'down' END FROM telephone_line l WHERE l.branch_id = p_branch
$$;
CREATE FUNCTION branch_line_trouble(p_branch int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(l.trouble, 'no server speaks to it') FROM telephone_line l
    WHERE l.branch_id = p_branch AND telephone_down_since(l) IS NOT NULL
$$;
CREATE FUNCTION branch_line_since(p_branch int) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(telephone_down_since(l), l.since) FROM telephone_line l WHERE l.branch_id = p_branch
$$;
GRANT EXECUTE ON FUNCTION branch_line(int), branch_line_trouble(int), branch_line_since(int) TO yizhan_app;

-- Once when a line is down for a while, once when it works again; the words come from the server, which has them translated.
CREATE FUNCTION telephone_watch(p_down text, p_up text) RETURNS bigint
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
        told := told + 1;
    END LOOP;
    RETURN told;
END
$$;
GRANT EXECUTE ON FUNCTION telephone_watch(text, text) TO yizhan_tail;
INSERT INTO job (name, every, lease) VALUES ('telephone_watch', '5 seconds', '1 minute');

-- Down is down, whatever is tried meanwhile: another trouble does not begin it anew.
CREATE OR REPLACE FUNCTION telephone_state(p_server text, p_branch int, p_up boolean, p_trouble text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM call_ring r USING telephone_line l
    WHERE NOT p_up AND r.branch_id = p_branch AND l.branch_id = p_branch AND l.held_by = p_server;
    UPDATE telephone_line SET up = p_up, trouble = left(p_trouble, 200), since = CASE WHEN up <> p_up THEN now() ELSE since END
    WHERE branch_id = p_branch AND held_by = p_server AND (up <> p_up OR trouble IS DISTINCT FROM left(p_trouble, 200))
$$;
