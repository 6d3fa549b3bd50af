-- What keeps the ledger true, whoever writes: periods, balance, seals, and the one door ledger_post().
--
-- The refusals stand on triggers as well as on rights, so they hold for the owner too. Balance is judged by a deferred
-- ROW trigger on the lines: one on the header could be passed by SET CONSTRAINTS ALL IMMEDIATE and one more line.

-- ---------------------------------------------------------------------------------------------------------------
-- Entries

-- A posting shares the lock of its period until it commits; closing takes it alone, and so waits for postings under way
-- while new ones wait for it. The state is read in a statement of its own after the lock: a fresh snapshot, which
-- only READ COMMITTED gives.
CREATE FUNCTION period_state_shared(p_period int) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    found_state text;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ005',
            MESSAGE = 'the ledger posts in read committed only: an older snapshot cannot see a period closed meanwhile';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(1018, p_period);
    SELECT state INTO found_state FROM period WHERE id = p_period;
    RETURN found_state;
END
$$;

CREATE FUNCTION period_takes(p_state text, p_kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(p_state = 'open' OR (p_state = 'closing' AND p_kind IN ('adjust', 'transfer')), false)
$$;

CREATE FUNCTION ledger_entry_judge() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    month period;
BEGIN
    NEW.tx := pg_current_xact_id();
    SELECT max(n) INTO NEW.era FROM era;
    IF NOT period_takes(period_state_shared(NEW.period_id), NEW.kind) THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ005', TABLE = 'ledger_entry', COLUMN = 'period_id',
            MESSAGE = format('period %s takes no %s entry', NEW.period_id, NEW.kind);
    END IF;
    SELECT * INTO month FROM period WHERE id = NEW.period_id;
    IF NEW.day NOT BETWEEN month.first_day AND month.last_day THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ003', TABLE = 'ledger_entry', COLUMN = 'day',
            MESSAGE = format('%s is not in period %s', NEW.day, month.code);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_entry_judge BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_judge();

-- ---------------------------------------------------------------------------------------------------------------
-- Lines

CREATE FUNCTION ledger_line_judge() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    head ledger_entry;
BEGIN
    SELECT * INTO head FROM ledger_entry WHERE id = NEW.entry_id;
    IF head.tx IS DISTINCT FROM pg_current_xact_id() THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ007', TABLE = 'ledger_line',
            MESSAGE = format('entry %s is sealed: lines are added only by the transaction that makes it', NEW.entry_id);
    END IF;
    PERFORM FROM ledger_account WHERE code = NEW.account AND postable AND disabled_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ011', TABLE = 'ledger_line', COLUMN = 'account',
            MESSAGE = format('nothing can be posted to account %s', NEW.account);
    END IF;
    NEW.period_id := head.period_id;
    NEW.day := head.day;
    NEW.era := head.era;
    NEW.tx := head.tx;
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_line_judge BEFORE INSERT ON ledger_line FOR EACH ROW EXECUTE FUNCTION ledger_line_judge();

CREATE FUNCTION ledger_entry_weigh(p_entry bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    sum record;
    total bigint;
BEGIN
    SELECT count(*) AS lines, coalesce(sum(amount_fen) FILTER (WHERE side = 'D'), 0) AS debit,
           coalesce(sum(amount_fen) FILTER (WHERE side = 'C'), 0) AS credit
    INTO sum FROM ledger_line WHERE entry_id = p_entry;
    SELECT total_fen INTO total FROM ledger_entry WHERE id = p_entry;
    IF sum.lines < 2 THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ003', TABLE = 'ledger_line',
            MESSAGE = format('entry %s has %s lines: two at least', p_entry, sum.lines);
    END IF;
    IF sum.debit <> sum.credit OR sum.debit <> total THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ003', TABLE = 'ledger_line',
            MESSAGE = format('entry %s does not balance: debit %s, credit %s, total %s',
                             p_entry, sum.debit, sum.credit, total);
    END IF;
END
$$;

CREATE FUNCTION ledger_line_weigh() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM ledger_entry_weigh(NEW.entry_id);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER ledger_line_weigh AFTER INSERT ON ledger_line DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_line_weigh();

-- An entry without lines fires no line trigger.
CREATE FUNCTION ledger_entry_has_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_line WHERE entry_id = NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ003', TABLE = 'ledger_entry',
            MESSAGE = format('entry %s has no lines', NEW.id);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER ledger_entry_has_lines AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_has_lines();

-- ---------------------------------------------------------------------------------------------------------------
-- Nothing of the past changes

CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_past();
CREATE TRIGGER ledger_line_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_past();
CREATE TRIGGER ledger_number_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_number
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_past();

-- ---------------------------------------------------------------------------------------------------------------
-- The door

-- The business day's period; if that takes nothing, the earliest open one, dated its first day. An
-- adjustment or a transfer belongs to its own period or nowhere.
CREATE FUNCTION ledger_choose_period(INOUT p_day date, p_kind text, OUT chosen int)
LANGUAGE plpgsql AS $$
DECLARE
    looked text;
BEGIN
    SELECT id, state INTO chosen, looked FROM period WHERE p_day BETWEEN first_day AND last_day;
    IF period_takes(looked, p_kind) AND period_takes(period_state_shared(chosen), p_kind) THEN
        RETURN;
    END IF;
    LOOP
        chosen := NULL;
        IF p_kind = 'normal' THEN
            SELECT id, first_day INTO chosen, p_day FROM period WHERE state = 'open' ORDER BY id LIMIT 1;
        END IF;
        IF chosen IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'YZ005', TABLE = 'ledger_entry', COLUMN = 'day',
                MESSAGE = format('no open period for a %s entry', p_kind);
        END IF;
        EXIT WHEN period_state_shared(chosen) = 'open';     -- closed while we waited for the lock: the next one
    END LOOP;
END
$$;

-- The lines an entry asks for; of a reversal that names none, the mirror of the entry it reverses.
CREATE FUNCTION ledger_asked_lines(p jsonb)
RETURNS TABLE (n int, account text, side text, amount_fen bigint, branch_id int, party_id bigint, employee_id bigint,
               line text, text text)
LANGUAGE sql STABLE AS $$
    SELECT x.n::int, x.account, x.side, x.amount_fen, coalesce(x.branch_id, (p ->> 'branch_id')::int), x.party_id,
           x.employee_id, x.line, x.text
    FROM ROWS FROM (jsonb_to_recordset(p -> 'lines') AS (account text, side text, amount_fen bigint, branch_id int,
                                                         party_id bigint, employee_id bigint, line text, text text))
         WITH ORDINALITY AS x (account, side, amount_fen, branch_id, party_id, employee_id, line, text, n)
    WHERE p ? 'lines'
    UNION ALL
    SELECT l.n, l.account, l.side, -l.amount_fen, l.branch_id, l.party_id, l.employee_id, l.line, l.text
    FROM ledger_line l
    WHERE NOT p ? 'lines' AND l.entry_id = (p ->> 'red_of')::bigint
$$;

-- A reversal is the whole entry again, negative: the same accounts, sides and dimensions. Returns what differs.
CREATE FUNCTION ledger_red_differs(p_red bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT account, side, branch_id, party_id, employee_id, line FROM ledger_line l
        WHERE l.entry_id IN (p_red, (SELECT red_of FROM ledger_entry WHERE id = p_red))
        GROUP BY account, side, branch_id, party_id, employee_id, line
        HAVING sum(amount_fen) <> 0)
$$;

-- Makes one entry and returns its id. The same key with the same request gives the first entry again; with another
-- request it is an error. {"key", "day"?, "branch_id", "word"?, "kind"?, "text"?, "attachments"?, "document_id"?, "red_of"?,
-- "maker_id", "checker_id"?, "poster_id"?, "lines": [{"account", "side", "amount_fen", "branch_id"?, "party_id"?,
-- "employee_id"?, "line"?, "text"?}]}. Without a day it is today in the branch's zone.
CREATE FUNCTION ledger_post(p jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    request bytea := sha256(convert_to(p::text, 'UTF8'));
    wanted_kind text := coalesce(p ->> 'kind', 'normal');
    home int := (p ->> 'branch_id')::int;
    entry_day date := (p ->> 'day')::date;
    in_period int;
    known record;
    made bigint;
BEGIN
    IF coalesce(p ->> 'key', '') = '' THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ003', COLUMN = 'key', MESSAGE = 'an entry needs a key';
    END IF;
    SELECT id, hash INTO known FROM ledger_entry WHERE key = p ->> 'key';
    IF NOT FOUND THEN
        IF (p ->> 'red_of')::bigint IN (SELECT id FROM ledger_entry WHERE red_of IS NOT NULL) THEN
            RAISE EXCEPTION USING ERRCODE = 'YZ003', COLUMN = 'red_of', MESSAGE = 'a reversal is not reversed: post anew';
        END IF;
        IF entry_day IS NULL THEN
            SELECT (now() AT TIME ZONE time_zone)::date INTO entry_day FROM branch WHERE id = home;
        END IF;
        SELECT c.p_day, c.chosen INTO entry_day, in_period FROM ledger_choose_period(entry_day, wanted_kind) c;
        INSERT INTO ledger_entry (key, hash, period_id, day, branch_id, word, kind, text, total_fen, attachments,
                                  document_id, red_of, maker_id, checker_id, poster_id, created_by)
        SELECT p ->> 'key', request, in_period, entry_day, home, coalesce(p ->> 'word', '记'), wanted_kind,
               coalesce(p ->> 'text', ''),
               coalesce((SELECT sum(amount_fen) FROM ledger_asked_lines(p) WHERE side = 'D'), 0),
               coalesce((p ->> 'attachments')::int, 0), (p ->> 'document_id')::bigint, (p ->> 'red_of')::bigint,
               (p ->> 'maker_id')::bigint, (p ->> 'checker_id')::bigint, (p ->> 'poster_id')::bigint,
               (p ->> 'poster_id')::bigint
        ON CONFLICT (key) DO NOTHING
        RETURNING id INTO made;
        IF made IS NOT NULL THEN
            INSERT INTO ledger_line (entry_id, n, account, side, amount_fen, branch_id, party_id, employee_id, line, text)
            SELECT made, n, account, side, amount_fen, branch_id, party_id, employee_id, line, text
            FROM ledger_asked_lines(p);
            IF p ->> 'red_of' IS NOT NULL AND ledger_red_differs(made) THEN
                RAISE EXCEPTION USING ERRCODE = 'YZ003', COLUMN = 'red_of',
                    MESSAGE = format('the lines are not the mirror of entry %s', p ->> 'red_of');
            END IF;
            PERFORM ledger_entry_weigh(made);       -- told here, where the caller can act on it; the trigger is the truth
            RETURN made;
        END IF;
        -- somebody else's same key committed while we waited for it
        SELECT id, hash INTO known FROM ledger_entry WHERE key = p ->> 'key';
    END IF;
    IF known.hash IS DISTINCT FROM request THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ004', TABLE = 'ledger_entry', COLUMN = 'key',
            MESSAGE = format('key %s was used for another entry', p ->> 'key');
    END IF;
    RETURN known.id;
END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- Reading

ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY ledger_entry_scope ON ledger_entry FOR SELECT TO yizhan_app
    USING (branch_id = ANY (current_setting('app.scope')::int[]));
CREATE POLICY ledger_entry_tail ON ledger_entry FOR SELECT TO yizhan_tail USING (true);
ALTER TABLE ledger_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY ledger_line_scope ON ledger_line FOR SELECT TO yizhan_app
    USING (branch_id = ANY (current_setting('app.scope')::int[]));
CREATE POLICY ledger_line_tail ON ledger_line FOR SELECT TO yizhan_tail USING (true);

-- An entry with its number, which is NULL for the second or so until the sealer gave it.
CREATE VIEW ledger_entry_list WITH (security_invoker = true) AS
    SELECT e.*, num.number, e.word || '-' || num.number AS voucher
    FROM ledger_entry e LEFT JOIN ledger_number num ON num.entry_id = e.id;

GRANT SELECT ON ledger_entry, ledger_line, ledger_number, ledger_entry_list TO yizhan_app, yizhan_tail;
GRANT EXECUTE ON FUNCTION ledger_post(jsonb) TO yizhan_app;
