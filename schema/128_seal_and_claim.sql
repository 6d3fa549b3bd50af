-- What sealing costs, and how soon the work of a dead server goes on.

-- ---------------------------------------------------------------------------------------------------------------
-- Seals: the text that is hashed stays what it was, byte for byte, and so do old seals. What is asked once a second keeps its plan (PL/pgSQL);
-- what is asked for each row is taken into the statement, makes its text without a jsonb in between, and is sorted once.

-- The time it is worked out from is no constant to PostgreSQL, and a function that says more of itself than its body does is called for each row.
CREATE OR REPLACE FUNCTION seal_micros(p timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT (extract(epoch FROM p) * 1000000)::bigint $$;

-- json_build_array writes what jsonb_build_array(…)::text did: no object is made here whose keys would have to be put in order.
CREATE OR REPLACE FUNCTION seal_rows(p_era int, p_from xid8, p_to xid8)        -- p_to NULL: no upper end
RETURNS TABLE (tx xid8, kind text, id bigint, content text)
LANGUAGE sql STABLE AS $$
    SELECT c.tx, 'c', c.id, json_build_array('change', c.id, c.era, c.tx::text, seal_micros(c.at), c.who, c.session_id,
               c.terminal, c.verb, c.entity, c.row_id, c.branch_id, c.old_branch_id, c.version, c.reason, c.was, c.now)::text
    FROM change c
    WHERE c.era = p_era AND c.tx >= p_from AND c.tx < xid8_end(p_to)
    UNION ALL
    SELECT e.tx, 'e', e.id, json_build_array('ledger_entry', e.id, e.era, e.tx::text, seal_micros(e.created_at), e.created_by,
               e.key, encode(e.hash, 'hex'), e.period_id, e.day - date '1970-01-01', e.branch_id, e.word, e.kind, e.text,
               e.total_fen, e.attachments, e.document_id, e.red_of, e.maker_id, e.checker_id, e.poster_id,
               (SELECT jsonb_build_array(num.period_id, num.word, num.number) FROM ledger_number num WHERE num.entry_id = e.id),
               (SELECT jsonb_agg(jsonb_build_array(l.n, l.account, l.side, l.amount_fen, l.branch_id, l.party_id,
                    l.employee_id, l.line, l.text, l.period_id, l.day - date '1970-01-01', l.era, l.tx::text) ORDER BY l.n)
                FROM ledger_line l WHERE l.entry_id = e.id))::text
    FROM ledger_entry e
    WHERE e.era = p_era AND e.tx >= p_from AND e.tx < xid8_end(p_to)
$$;

CREATE OR REPLACE FUNCTION seal_digest(p_n bigint, p_era int, p_from xid8, p_to xid8, p_prev bytea,
                                       OUT rows bigint, OUT marks bytea, OUT hash bytea)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    hashes bytea;
BEGIN
    SELECT count(*), coalesce(string_agg(r.mark, ''), ''), coalesce(string_agg(r.h, ''), '')
    INTO rows, marks, hashes
    FROM (SELECT s.h, convert_to(s.kind, 'UTF8') || int8send(s.id) || substr(s.h, 1, 8) AS mark
          FROM (SELECT c.tx, c.kind, c.id, sha256(convert_to(c.content, 'UTF8')) AS h FROM seal_rows(p_era, p_from, p_to) c) s
          ORDER BY s.tx, s.kind COLLATE "C", s.id) r;
    hash := sha256(p_prev || convert_to(jsonb_build_array(p_n, p_era, (SELECT system_identifier FROM era WHERE n = p_era),
                                                          p_from::text, p_to::text, rows)::text, 'UTF8') || hashes);
END
$$;

CREATE OR REPLACE FUNCTION ledger_give_numbers(p_era int, p_from xid8, p_to xid8) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    WITH waiting AS MATERIALIZED (
        SELECT id, period_id, word, tx FROM ledger_entry WHERE era = p_era AND tx >= p_from AND tx < p_to
    ), highest AS MATERIALIZED (
        SELECT period_id, word, (SELECT max(num.number) FROM ledger_number num
                                 WHERE num.period_id = w.period_id AND num.word = w.word) AS number
        FROM (SELECT DISTINCT period_id, word FROM waiting) w
    )
    INSERT INTO ledger_number (entry_id, period_id, word, number)
    SELECT w.id, w.period_id, w.word,
           coalesce(h.number, 0) + row_number() OVER (PARTITION BY w.period_id, w.word ORDER BY w.tx, w.id)
    FROM waiting w JOIN highest h USING (period_id, word);
END
$$;

CREATE OR REPLACE FUNCTION seal_range_end(p_era int, p_from xid8, p_limit xid8, p_most int) RETURNS xid8
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        WITH waiting AS (
            SELECT tx FROM (
                (SELECT tx FROM change WHERE era = p_era AND tx >= p_from AND tx < xid8_end(p_limit)
                 ORDER BY tx, id LIMIT p_most + 1)
                UNION ALL
                (SELECT tx FROM ledger_entry WHERE era = p_era AND tx >= p_from AND tx < xid8_end(p_limit)
                 ORDER BY tx, id LIMIT p_most + 1)
            ) both_kinds ORDER BY tx LIMIT p_most + 1
        )
        SELECT CASE WHEN count(*) = 0 THEN NULL
                    WHEN count(*) <= p_most THEN coalesce(p_limit, xid8_after(max(tx)))
                    WHEN min(tx) = max(tx) THEN xid8_after(max(tx))
                    ELSE max(tx) END
        FROM waiting);
END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- Claims: a server claims a job in the session it runs it in, and that session has a lock of the job's number while it does. A claim whose
-- session is gone is nobody's, without waiting for the lease: that is for a session that is there and does nothing.

ALTER TABLE job ADD COLUMN tied boolean NOT NULL DEFAULT false;    -- the claim is its session's: that got the lock

CREATE FUNCTION job_is_held(p_id bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 1020 AND objid = p_id::int::oid AND objsubid = 2
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted)
$$;

CREATE OR REPLACE FUNCTION job_claim(p_server text) RETURNS SETOF job
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    due bigint;
    got boolean;
BEGIN
    SELECT id INTO due FROM job
    WHERE disabled_at IS NULL AND next_at <= now()
      AND (claimed_until IS NULL OR claimed_until < now() OR (tied AND NOT job_is_held(id)))
    ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    got := pg_try_advisory_lock(1020, due::int);
    RETURN QUERY UPDATE job SET claimed_by = p_server, claimed_until = now() + lease, started_at = now(), tied = got
                 WHERE id = due RETURNING *;
END
$$;
