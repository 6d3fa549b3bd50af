-- outbox: one row for each thing that leaves the house, whatever gateway it goes by. Any server may send it: a claim is
-- committed before the first byte goes out, and what a dead server left claimed is taken up again when its claim has run out. So
-- everything is sent at least once; that it is not asked for twice is the business of `key`.

CREATE SEQUENCE outbox_id_seq CACHE 32;
CREATE TABLE outbox (
    id bigint PRIMARY KEY DEFAULT nextval('outbox_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int REFERENCES branch (id),
    gateway text NOT NULL CHECK (gateway ~ '^[a-z][a-z0-9_]*$'),
    key text NOT NULL UNIQUE,           -- the same thing is never there twice
    about text NOT NULL,                -- entity and row it belongs to
    row_id bigint NOT NULL,
    body jsonb NOT NULL,                -- what the gateway needs to send it
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'dead', 'cancelled')),
    due_at timestamptz NOT NULL DEFAULT now(),
    attempts int NOT NULL DEFAULT 0,
    claimed_by text,
    claimed_until timestamptz,
    sent_at timestamptz,
    reference text,                     -- what the other side calls it
    error text                          -- of the last attempt
);
ALTER SEQUENCE outbox_id_seq OWNED BY outbox.id;
CREATE INDEX outbox_due ON outbox (gateway, due_at) WHERE state = 'waiting';
CREATE INDEX outbox_claimed ON outbox (claimed_until) WHERE state = 'sending';
CREATE INDEX outbox_about ON outbox (about, row_id);
CREATE INDEX outbox_state ON outbox (state, created_at, id);

ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY outbox_scope ON outbox TO yizhan_app
    USING (branch_id IS NULL OR branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT ON outbox TO yizhan_app;

-- A thing's own side of what became of it, where it has one: <about>_outbox(row, outcome), with outcome sending, sent, retry or dead.
CREATE FUNCTION outbox_tell(p outbox, p_outcome text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    door regproc := to_regproc(format('public.%I', p.about || '_outbox'));
BEGIN
    IF door IS NOT NULL THEN
        EXECUTE format('SELECT %s($1, $2)', door) USING p, p_outcome;
    END IF;
END
$$;

-- What is due for these gateways, at most so many, claimed for this server. Never more than p_most however many servers: what others hold
-- is passed over.
CREATE FUNCTION outbox_claim(p_server text, p_gateway text, p_most int, p_lease interval)
RETURNS TABLE (id bigint, about text, row_id bigint, body text, attempts int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    taken outbox;
BEGIN
    FOR taken IN
        UPDATE outbox o SET state = 'sending', claimed_by = p_server, claimed_until = now() + p_lease, attempts = o.attempts + 1,
            version = o.version + 1, updated_at = now()
        WHERE o.id IN (SELECT d.id FROM outbox d
                       WHERE d.gateway = p_gateway
                         AND (d.state = 'waiting' AND d.due_at <= now() OR d.state = 'sending' AND d.claimed_until < now())
                       ORDER BY d.due_at LIMIT p_most FOR UPDATE SKIP LOCKED)
        RETURNING o.*
    LOOP
        PERFORM outbox_tell(taken, 'sending');
        RETURN QUERY SELECT taken.id, taken.about, taken.row_id, taken.body::text, taken.attempts;
    END LOOP;
END
$$;

-- What became of it: sent; retry, after a pause that grows with the attempts; dead, when trying again is of no use. False when the claim is
-- another's by now: then nothing is written.
CREATE FUNCTION outbox_settle(p_id bigint, p_server text, p_outcome text, p_reference text, p_error text)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    pauses CONSTANT interval[] := ARRAY['5 s', '20 s', '1 min', '5 min', '15 min', '1 h', '3 h', '6 h']::interval[];
    it outbox;
    what text := p_outcome;
BEGIN
    SELECT * INTO it FROM outbox WHERE id = p_id AND state = 'sending' AND claimed_by = p_server FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF what = 'retry' AND it.attempts > cardinality(pauses) THEN
        what := 'dead';
    END IF;
    UPDATE outbox SET state = CASE what WHEN 'sent' THEN 'sent' WHEN 'dead' THEN 'dead' ELSE 'waiting' END,
        claimed_by = NULL, claimed_until = NULL, reference = coalesce(p_reference, reference), error = left(p_error, 500),
        sent_at = CASE WHEN what = 'sent' THEN now() ELSE sent_at END,
        due_at = CASE WHEN what = 'retry' THEN now() + pauses[attempts] ELSE due_at END,
        version = version + 1, updated_at = now()
    WHERE id = p_id
    RETURNING * INTO it;
    PERFORM outbox_tell(it, what);
    RETURN true;
END
$$;

-- Back into the queue by hand, from the dead; and out of it before it was sent. The number of rows: 0 or 1.
CREATE FUNCTION outbox_resend(p_id bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH u AS (UPDATE outbox SET state = 'waiting', attempts = 0, due_at = now(), version = version + 1, updated_at = now()
               WHERE id = p_id AND state = 'dead' RETURNING 1)
    SELECT count(*) FROM u
$$;
CREATE FUNCTION outbox_cancel(p_id bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH u AS (UPDATE outbox SET state = 'cancelled', version = version + 1, updated_at = now()
               WHERE id = p_id AND state IN ('waiting', 'dead') RETURNING 1)
    SELECT count(*) FROM u
$$;

-- When something is due next for a gateway; NULL: nothing waits.
CREATE FUNCTION outbox_next(p_gateway text) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT min(due_at) FROM outbox WHERE gateway = p_gateway AND state = 'waiting'
$$;

GRANT EXECUTE ON FUNCTION outbox_claim(text, text, int, interval), outbox_settle(bigint, text, text, text, text),
    outbox_next(text) TO yizhan_tail;
GRANT EXECUTE ON FUNCTION outbox_resend(bigint), outbox_cancel(bigint) TO yizhan_app;
