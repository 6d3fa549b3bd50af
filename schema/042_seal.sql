-- The chain of seals over the trail and the ledger, and the voucher numbers, in commit order.
--
-- Ids are not in commit order: a tail by "id > last" misses rows. A transaction id below the snapshot's xmin belongs
-- to a transaction that is over, so a range from ≤ tx < horizon is complete for ever once it is read.

-- What is hashed of a row is said field by field: times as microseconds since 1970, days as numbers since 1970, so
-- that no setting of a session has a part in it.
CREATE FUNCTION seal_micros(p timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT (extract(epoch FROM p) * 1000000)::bigint $$;

-- The end of a range that has none. A coalesce keeps the index in use where "p IS NULL OR" would not.
CREATE FUNCTION xid8_end(p xid8) RETURNS xid8
LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(p, '18446744073709551615'::xid8) $$;

CREATE FUNCTION seal_rows(p_era int, p_from xid8, p_to xid8)        -- p_to NULL: no upper end
RETURNS TABLE (tx xid8, kind text, id bigint, content text)
LANGUAGE sql STABLE AS $$
    SELECT c.tx, 'c', c.id, jsonb_build_array('change', c.id, c.era, c.tx::text, seal_micros(c.at), c.who, c.session_id,
               c.terminal, c.verb, c.entity, c.row_id, c.branch_id, c.old_branch_id, c.version, c.reason, c.was, c.now)::text
    FROM change c
    WHERE c.era = p_era AND c.tx >= p_from AND c.tx < xid8_end(p_to)
    UNION ALL
    SELECT e.tx, 'e', e.id, jsonb_build_array('ledger_entry', e.id, e.era, e.tx::text, seal_micros(e.created_at), e.created_by,
               e.key, encode(e.hash, 'hex'), e.period_id, e.day - date '1970-01-01', e.branch_id, e.word, e.kind, e.text,
               e.total_fen, e.attachments, e.document_id, e.red_of, e.maker_id, e.checker_id, e.poster_id,
               (SELECT jsonb_build_array(num.period_id, num.word, num.number) FROM ledger_number num WHERE num.entry_id = e.id),
               (SELECT jsonb_agg(jsonb_build_array(l.n, l.account, l.side, l.amount_fen, l.branch_id, l.party_id,
                    l.employee_id, l.line, l.text, l.period_id, l.day - date '1970-01-01', l.era, l.tx::text) ORDER BY l.n)
                FROM ledger_line l WHERE l.entry_id = e.id))::text
    FROM ledger_entry e
    WHERE e.era = p_era AND e.tx >= p_from AND e.tx < xid8_end(p_to)
$$;

CREATE FUNCTION seal_digest(p_n bigint, p_era int, p_from xid8, p_to xid8, p_prev bytea,
                            OUT rows bigint, OUT marks bytea, OUT hash bytea)
LANGUAGE sql STABLE AS $$
    SELECT count(*), coalesce(string_agg(mark, '' ORDER BY tx, kind, id), ''),
           sha256(p_prev || convert_to(jsonb_build_array(p_n, p_era, (SELECT system_identifier FROM era WHERE n = p_era),
                                                         p_from::text, p_to::text, count(*))::text, 'UTF8')
                  || coalesce(string_agg(row_hash, '' ORDER BY tx, kind, id), ''))
    FROM (SELECT tx, kind, id, h AS row_hash, convert_to(kind, 'UTF8') || int8send(id) || substr(h, 1, 8) AS mark
          FROM (SELECT tx, kind, id, sha256(convert_to(content, 'UTF8')) AS h
                FROM seal_rows(p_era, p_from, p_to)) hashed) marked
$$;

CREATE FUNCTION xid8_after(p xid8) RETURNS xid8
LANGUAGE sql IMMUTABLE AS $$ SELECT (p::text::bigint + 1)::text::xid8 $$;

-- Voucher numbers for entries of a range: per period and word, without gaps, in commit order. The highest given so far is
-- read once, before: asked row by row it would walk back over the rows this very statement puts in.
CREATE FUNCTION ledger_give_numbers(p_era int, p_from xid8, p_to xid8) RETURNS void
LANGUAGE sql AS $$
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
    FROM waiting w JOIN highest h USING (period_id, word)
$$;

-- The upper end of the next range: p_limit, or earlier, so that about p_most rows are in it. NULL: nothing to take.
-- Always between two transactions, never inside one.
CREATE FUNCTION seal_range_end(p_era int, p_from xid8, p_limit xid8, p_most int) RETURNS xid8
LANGUAGE sql STABLE AS $$
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
    FROM waiting
$$;

-- Appends at most one seal; returns how many rows it covers, 0 when there is nothing or another server is at it.
-- Called again until 0. Eras before the present one are final: they are sealed to their end first.
CREATE FUNCTION seal_run(p_most int DEFAULT 5000) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    present era;
    last seal;
    in_era int;
    from_tx xid8;
    horizon xid8;
    until xid8;
    digest record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(1010, 1) THEN
        RETURN 0;
    END IF;
    SELECT * INTO present FROM era ORDER BY n DESC LIMIT 1;
    IF present.system_identifier <> (SELECT system_identifier FROM pg_control_system()) THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ009', MESSAGE = 'these data come from another cluster: run era_open() first';
    END IF;
    SELECT * INTO last FROM seal ORDER BY n DESC LIMIT 1;
    in_era := coalesce(last.era, 1);
    from_tx := coalesce(last.to_tx, '0');
    LOOP
        horizon := CASE WHEN in_era = present.n THEN pg_snapshot_xmin(pg_current_snapshot()) END;
        until := seal_range_end(in_era, from_tx, horizon, p_most);
        EXIT WHEN until IS NOT NULL OR in_era = present.n;
        in_era := in_era + 1;
        from_tx := '0';
    END LOOP;
    IF until IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM ledger_give_numbers(in_era, from_tx, until);
    SELECT * INTO digest FROM seal_digest(coalesce(last.n, 0) + 1, in_era, from_tx, until,
                                          coalesce(last.hash, decode(repeat('00', 32), 'hex')));
    INSERT INTO seal (n, era, from_tx, to_tx, rows, marks, prev, hash)
    VALUES (coalesce(last.n, 0) + 1, in_era, from_tx, until, digest.rows, digest.marks,
            coalesce(last.hash, decode(repeat('00', 32), 'hex')), digest.hash);
    RETURN digest.rows;
END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- Verifying

-- The first row of a broken seal, by comparing its marks with those of the rows that are there now.
CREATE FUNCTION seal_name_row(p_was bytea, p_is bytea, OUT entity text, OUT row_id bigint, OUT problem text)
LANGUAGE sql STABLE AS $$
    WITH was AS (
        SELECT i, substr(p_was, i * 17 + 1, 9) AS who, substr(p_was, i * 17 + 10, 8) AS mark
        FROM generate_series(0, length(p_was) / 17 - 1) i
    ), present AS (
        SELECT i, substr(p_is, i * 17 + 1, 9) AS who, substr(p_is, i * 17 + 10, 8) AS mark
        FROM generate_series(0, length(p_is) / 17 - 1) i
    )
    SELECT CASE get_byte(who, 0) WHEN ascii('c') THEN 'change' ELSE 'ledger_entry' END,
           ('x' || encode(substr(who, 2, 8), 'hex'))::bit(64)::bigint,
           CASE WHEN present.mark IS NULL THEN 'the row is gone' WHEN was.mark IS NULL THEN 'the row was put in afterwards'
                ELSE 'the row is not what was sealed' END
    FROM was FULL JOIN present USING (who)
    WHERE was.mark IS DISTINCT FROM present.mark
    ORDER BY coalesce(was.i, present.i), who
    LIMIT 1
$$;

CREATE FUNCTION seal_count_unsealed() RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    head_era int := 1;
    head_tx xid8 := '0';
    waiting bigint;
BEGIN
    SELECT s.era, s.to_tx INTO head_era, head_tx FROM seal s ORDER BY n DESC LIMIT 1;
    SELECT (SELECT count(*) FROM change WHERE era = coalesce(head_era, 1) AND tx >= coalesce(head_tx, '0'))
         + (SELECT count(*) FROM ledger_entry WHERE era = coalesce(head_era, 1) AND tx >= coalesce(head_tx, '0'))
    INTO waiting;
    IF EXISTS (SELECT FROM era WHERE n > coalesce(head_era, 1)) THEN
        waiting := waiting + (SELECT count(*) FROM change WHERE era > coalesce(head_era, 1))
                           + (SELECT count(*) FROM ledger_entry WHERE era > coalesce(head_era, 1));
    END IF;
    RETURN waiting;
END
$$;

-- Walks the chain from its beginning. One row: how many seals and rows hold, how many rows are not sealed yet, and the
-- first thing that is wrong (problem NULL: all is well). p_head is a hash noted elsewhere earlier: a chain that was cut
-- short or made anew does not hold it.
CREATE FUNCTION seal_verify(p_head bytea DEFAULT NULL, OUT seals bigint, OUT rows bigint, OUT unsealed bigint,
                            OUT bad_seal bigint, OUT bad_entity text, OUT bad_row bigint, OUT problem text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    s seal;
    want_n bigint := 1;
    want_era int := 1;
    want_from xid8 := '0';
    want_prev bytea := decode(repeat('00', 32), 'hex');
    digest record;
    head_seen boolean := p_head IS NULL;
BEGIN
    seals := 0;
    rows := 0;
    unsealed := seal_count_unsealed();
    FOR s IN SELECT * FROM seal ORDER BY n LOOP
        IF s.era > want_era THEN
            SELECT 'change', r.id INTO bad_entity, bad_row
                FROM generate_series(want_era, s.era - 1) e,
                     seal_rows(e, CASE WHEN e = want_era THEN want_from ELSE '0'::xid8 END, NULL) r LIMIT 1;
            want_from := '0';
        END IF;
        IF s.n <> want_n OR s.prev <> want_prev OR s.from_tx <> want_from OR s.era < want_era OR bad_row IS NOT NULL THEN
            bad_seal := s.n;
            problem := 'the seal does not follow the one before it';
            RETURN;
        END IF;
        SELECT * INTO digest FROM seal_digest(s.n, s.era, s.from_tx, s.to_tx, s.prev);
        IF digest.hash <> s.hash OR digest.rows <> s.rows OR digest.marks <> s.marks THEN
            bad_seal := s.n;
            SELECT f.entity, f.row_id, f.problem INTO bad_entity, bad_row, problem
                FROM seal_name_row(s.marks, digest.marks) f;
            problem := coalesce(problem, 'the seal itself was changed');
            RETURN;
        END IF;
        seals := seals + 1;
        rows := rows + s.rows;
        head_seen := head_seen OR s.hash = p_head;
        want_n := s.n + 1;
        want_era := s.era;
        want_from := s.to_tx;
        want_prev := s.hash;
    END LOOP;
    IF NOT head_seen THEN
        bad_seal := want_n - 1;
        problem := 'the chain does not hold the seal that was noted elsewhere';
    END IF;
END
$$;

GRANT EXECUTE ON FUNCTION seal_run(int) TO yizhan_app, yizhan_tail;
GRANT EXECUTE ON FUNCTION seal_verify(bytea), seal_count_unsealed() TO yizhan_app, yizhan_tail;
