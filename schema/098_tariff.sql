-- Prices as they are agreed: what else may be agreed of a service, no two that hold at once, and every version kept, so that an
-- order is priced by what stood when it was entered, whatever was agreed afterwards.

ALTER TABLE party_agreement
    ADD night_fen bigint NOT NULL DEFAULT 0 CHECK (night_fen >= 0),     -- added once at night, beside the share
    ADD night_from time,                                                -- NULL: as set for the company
    ADD night_to time,                                                  -- before night_from: over midnight
    ADD holiday_fen bigint NOT NULL DEFAULT 0 CHECK (holiday_fen >= 0),
    ADD empty_fen bigint NOT NULL DEFAULT 0 CHECK (empty_fen >= 0),     -- of an empty run, where nothing else is said
    ADD tolls_included boolean NOT NULL DEFAULT false,                  -- tolls are in the price; else they are passed on
    ADD free_per text NOT NULL DEFAULT 'plate' CHECK (free_per IN ('plate', 'policy')),     -- free services a year are counted by it
    ADD CONSTRAINT party_agreement_night_to CHECK ((night_from IS NULL) = (night_to IS NULL));
ALTER TABLE price_list
    ADD night_fen bigint NOT NULL DEFAULT 0 CHECK (night_fen >= 0),
    ADD night_from time,
    ADD night_to time,
    ADD holiday_fen bigint NOT NULL DEFAULT 0 CHECK (holiday_fen >= 0),
    ADD empty_fen bigint NOT NULL DEFAULT 0 CHECK (empty_fen >= 0),
    ADD tolls_included boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT price_list_night_to CHECK ((night_from IS NULL) = (night_to IS NULL));

-- What an item costs by this agreement or list, for one of it.
CREATE SEQUENCE party_agreement_item_id_seq CACHE 32;
CREATE TABLE party_agreement_item (
    id bigint PRIMARY KEY DEFAULT nextval('party_agreement_item_id_seq'),
    agreement_id bigint NOT NULL REFERENCES party_agreement (id) ON DELETE CASCADE,
    code text NOT NULL,                         -- base data: rescue_item
    each_fen bigint NOT NULL CHECK (each_fen >= 0)
);
ALTER SEQUENCE party_agreement_item_id_seq OWNED BY party_agreement_item.id;
CREATE UNIQUE INDEX party_agreement_item_code_key ON party_agreement_item (agreement_id, code);
CREATE SEQUENCE price_list_item_id_seq;
CREATE TABLE price_list_item (
    id bigint PRIMARY KEY DEFAULT nextval('price_list_item_id_seq'),
    list_id bigint NOT NULL REFERENCES price_list (id) ON DELETE CASCADE,
    code text NOT NULL,
    each_fen bigint NOT NULL CHECK (each_fen >= 0)
);
ALTER SEQUENCE price_list_item_id_seq OWNED BY price_list_item.id;
CREATE UNIQUE INDEX price_list_item_code_key ON price_list_item (list_id, code);
ALTER TABLE party_agreement_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY party_agreement_item_scope ON party_agreement_item TO yizhan_app
    USING (EXISTS (SELECT FROM party_agreement a WHERE a.id = agreement_id));
ALTER TABLE price_list_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY price_list_item_scope ON price_list_item TO yizhan_app
    USING (EXISTS (SELECT FROM price_list l WHERE l.id = list_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON party_agreement_item, price_list_item TO yizhan_app;
GRANT USAGE ON SEQUENCE party_agreement_item_id_seq, price_list_item_id_seq TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- One price at a time. What used to win, the latest that had begun, now ends the one before it.

UPDATE party_agreement a SET valid_to = least(a.valid_to, n.valid_from - 1)
FROM (SELECT id, lead(valid_from) OVER (PARTITION BY party_id, service ORDER BY valid_from) AS valid_from
      FROM party_agreement WHERE disabled_at IS NULL) n
WHERE n.id = a.id AND n.valid_from <= a.valid_to;
UPDATE price_list l SET valid_to = least(l.valid_to, n.valid_from - 1)
FROM (SELECT id, lead(valid_from) OVER (PARTITION BY coalesce(branch_id, 0), service ORDER BY valid_from) AS valid_from
      FROM price_list WHERE disabled_at IS NULL) n
WHERE n.id = l.id AND n.valid_from <= l.valid_to;

-- A code as a range of one number, so that an exclusion by code, number and days needs no extension.
CREATE FUNCTION code_span(p_code text) RETURNS int8range
LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT int8range(hashtextextended(p_code, 0) / 2, hashtextextended(p_code, 0) / 2, '[]') $$;
GRANT EXECUTE ON FUNCTION code_span(text) TO yizhan_app;
ALTER TABLE party_agreement DROP CONSTRAINT party_agreement_party_id_service_valid_from_key;
ALTER TABLE party_agreement ADD CONSTRAINT party_agreement_valid_from_once EXCLUDE USING gist (
    int8range(party_id, party_id, '[]') WITH &&, code_span(service) WITH &&,
    daterange(valid_from, valid_to, '[]') WITH &&) WHERE (disabled_at IS NULL);
CREATE UNIQUE INDEX party_agreement_valid_from_key ON party_agreement (party_id, service, valid_from) WHERE disabled_at IS NULL;
ALTER TABLE price_list DROP CONSTRAINT price_list_branch_id_service_valid_from_key;
ALTER TABLE price_list ADD CONSTRAINT price_list_valid_from_once EXCLUDE USING gist (
    int4range(coalesce(branch_id, 0), coalesce(branch_id, 0), '[]') WITH &&, code_span(service) WITH &&,
    daterange(valid_from, valid_to, '[]') WITH &&) WHERE (disabled_at IS NULL);
CREATE INDEX price_list_of ON price_list (service, branch_id, valid_from);

-- ---------------------------------------------------------------------------------------------------------------
-- Versions

CREATE TYPE tariff AS (
    base_fen bigint, included_km int, per_km_fen bigint, night_fen bigint, night_bp int, night_from time, night_to time,
    holiday_fen bigint, holiday_bp int, empty_fen bigint, tolls_included boolean, free_times int, free_km int, free_per text,
    items jsonb                                 -- {"dolly": 5000}: of one
);

CREATE TABLE tariff_version (
    source text NOT NULL CHECK (source IN ('agreement', 'list')),
    tariff_id bigint NOT NULL,
    version int NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),      -- it holds for what is entered from then on
    body jsonb NOT NULL,
    PRIMARY KEY (source, tariff_id, version)
);
ALTER TABLE tariff_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY tariff_version_scope ON tariff_version FOR SELECT TO yizhan_app
    USING (CASE source WHEN 'agreement' THEN EXISTS (SELECT FROM party_agreement a WHERE a.id = tariff_id)
                       ELSE EXISTS (SELECT FROM price_list l WHERE l.id = tariff_id) END);
GRANT SELECT ON tariff_version TO yizhan_app;
CREATE TRIGGER tariff_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tariff_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_past();

CREATE FUNCTION tariff_now(p_source text, p_id bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT to_jsonb(ROW(a.base_fen, a.included_km, a.per_km_fen, a.night_fen, a.night_bp, a.night_from, a.night_to, a.holiday_fen,
        a.holiday_bp, a.empty_fen, a.tolls_included, a.free_times, a.free_km, a.free_per,
        (SELECT jsonb_object_agg(i.code, i.each_fen) FROM party_agreement_item i WHERE i.agreement_id = a.id))::tariff)
    FROM party_agreement a WHERE p_source = 'agreement' AND a.id = p_id
    UNION ALL
    SELECT to_jsonb(ROW(l.base_fen, l.included_km, l.per_km_fen, l.night_fen, l.night_bp, l.night_from, l.night_to, l.holiday_fen,
        l.holiday_bp, l.empty_fen, l.tolls_included, 0, 0, 'plate',
        (SELECT jsonb_object_agg(i.code, i.each_fen) FROM price_list_item i WHERE i.list_id = l.id))::tariff)
    FROM price_list l WHERE p_source = 'list' AND l.id = p_id
$$;

-- At the end of the transaction, when the lines are in as well.
CREATE FUNCTION tariff_keep() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    is_now jsonb := tariff_now(TG_ARGV[0], NEW.id);
BEGIN
    INSERT INTO tariff_version (source, tariff_id, version, body)
    SELECT TG_ARGV[0], NEW.id, coalesce(max(version), 0) + 1, is_now FROM tariff_version WHERE source = TG_ARGV[0] AND tariff_id = NEW.id
    HAVING is_now IS NOT NULL AND is_now IS DISTINCT FROM
        (SELECT body FROM tariff_version WHERE source = TG_ARGV[0] AND tariff_id = NEW.id ORDER BY version DESC LIMIT 1);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER tariff_keep AFTER INSERT OR UPDATE ON party_agreement DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION tariff_keep('agreement');
CREATE CONSTRAINT TRIGGER tariff_keep AFTER INSERT OR UPDATE ON price_list DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION tariff_keep('list');
INSERT INTO tariff_version (source, tariff_id, version, at, body)
    SELECT 'agreement', id, 1, created_at, tariff_now('agreement', id) FROM party_agreement
    UNION ALL SELECT 'list', id, 1, created_at, tariff_now('list', id) FROM price_list;

-- The version that held at a time; the first where it is older than all of them, the newest where no time is given.
CREATE FUNCTION tariff_at(p_source text, p_id bigint, p_at timestamptz) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(
        (SELECT body FROM tariff_version WHERE source = p_source AND tariff_id = p_id AND (p_at IS NULL OR at <= p_at)
         ORDER BY version DESC LIMIT 1),
        (SELECT body FROM tariff_version WHERE source = p_source AND tariff_id = p_id ORDER BY version LIMIT 1))
$$;

-- The price that holds for a party (may be NULL), at a branch, on a day, for what is entered at a time: agreement, else the branch's
-- list, else the company's. One row, or none. Runs under the caller's scope.
DROP FUNCTION price_for(bigint, int, text, date) CASCADE;
CREATE FUNCTION price_for(p_party bigint, p_branch int, p_service text, p_day date, p_entered timestamptz DEFAULT NULL)
RETURNS TABLE (source text, id bigint, valid_from date, base_fen bigint, included_km int, per_km_fen bigint, night_fen bigint,
               night_bp int, night_from time, night_to time, holiday_fen bigint, holiday_bp int, empty_fen bigint,
               tolls_included boolean, free_times int, free_km int, free_per text, items jsonb)
LANGUAGE sql STABLE AS $$
    SELECT price.source, price.id, price.valid_from, t.*
    FROM (
        SELECT 'agreement' AS source, 1 AS rank, a.id, a.valid_from
        FROM party_agreement a
        WHERE a.party_id = p_party AND a.service = p_service AND a.disabled_at IS NULL
          AND p_day BETWEEN a.valid_from AND a.valid_to
        UNION ALL
        SELECT CASE WHEN l.branch_id IS NULL THEN 'company_list' ELSE 'branch_list' END,
               CASE WHEN l.branch_id IS NULL THEN 3 ELSE 2 END, l.id, l.valid_from
        FROM price_list l
        WHERE (l.branch_id = p_branch OR l.branch_id IS NULL) AND l.service = p_service AND l.disabled_at IS NULL
          AND p_day BETWEEN l.valid_from AND l.valid_to
        ORDER BY 2 LIMIT 1
    ) price,
    LATERAL jsonb_populate_record(NULL::tariff, tariff_at(CASE price.source WHEN 'agreement' THEN 'agreement' ELSE 'list' END,
                                                          price.id, p_entered)) t
$$;
GRANT EXECUTE ON FUNCTION tariff_at(text, bigint, timestamptz), price_for(bigint, int, text, date, timestamptz) TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- Free services: so many a year of the agreement, by plate or by policy.

CREATE INDEX rescue_order_free_policy ON rescue_order (agreement_id, policy_number) WHERE free_times > 0;

-- The day that year of the agreement began.
CREATE FUNCTION tariff_year(p_from date, p_day date) RETURNS date
LANGUAGE sql IMMUTABLE AS $$
    SELECT (p_from + make_interval(years => greatest(extract(year FROM age(p_day, p_from))::int, 0)))::date
$$;

DROP FUNCTION rescue_free_used(bigint, text, bigint);
CREATE FUNCTION rescue_free_used(p_agreement bigint, p_plate text, p_policy text, p_from date, p_except bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(sum(o.free_times), 0)::bigint FROM rescue_order o JOIN branch b ON b.id = o.branch_id
    WHERE o.agreement_id = p_agreement AND (p_plate IS NULL OR o.plate = p_plate) AND (p_policy IS NULL OR o.policy_number = p_policy)
      AND o.free_times > 0 AND o.id IS DISTINCT FROM p_except AND coalesce(p_plate, p_policy) IS NOT NULL
      AND (coalesce(o.arrived_at, o.departed_at, o.appoint_at, o.created_at) AT TIME ZONE b.time_zone)::date
          BETWEEN p_from AND (p_from + interval '1 year' - interval '1 day')::date
$$;

-- As before, and what is new stands behind it: the policy, and when the order was entered (NULL: now).
DROP FUNCTION rescue_facts(bigint, int, text, text, timestamptz, bigint);
CREATE FUNCTION rescue_facts(p_customer bigint, p_branch int, p_service text, p_plate text, p_at timestamptz, p_except bigint,
                             p_policy text DEFAULT NULL, p_entered timestamptz DEFAULT NULL)
RETURNS TABLE (source text, agreement_id bigint, base_fen bigint, included_km int, per_km_fen bigint, night_bp int,
               holiday_bp int, free_times bigint, free_km int, night_from int, night_to int, minute int, holiday boolean,
               result_required boolean, dispatch_s bigint, accept_s bigint, arrive_s bigint,
               night_fen bigint, holiday_fen bigint, empty_fen bigint, tolls_included boolean, items jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.source, CASE WHEN p.source = 'agreement' THEN p.id END, p.base_fen, p.included_km, p.per_km_fen,
           p.night_bp, p.holiday_bp,
           CASE WHEN p.free_times > 0 AND CASE p.free_per WHEN 'policy' THEN p_policy ELSE p_plate END IS NOT NULL
                THEN greatest(p.free_times - rescue_free_used(p.id, CASE WHEN p.free_per = 'plate' THEN p_plate END,
                                                              CASE WHEN p.free_per = 'policy' THEN p_policy END,
                                                              tariff_year(p.valid_from, l.local::date), p_except), 0)
                ELSE 0 END,
           p.free_km,
           (extract(epoch FROM coalesce(p.night_from, (SELECT value::time FROM setting WHERE name = 'rescue.night_from'))) / 60)::int,
           (extract(epoch FROM coalesce(p.night_to, (SELECT value::time FROM setting WHERE name = 'rescue.night_to'))) / 60)::int,
           floor(extract(epoch FROM l.local::time) / 60)::int, day_is_holiday(l.local::date),
           coalesce((SELECT c.result_required FROM party c WHERE c.id = p_customer), false),
           coalesce(r.dispatch_s, (s.extra ->> 'dispatched')::bigint),
           coalesce(r.accept_s, (s.extra ->> 'accepted')::bigint),
           coalesce(r.arrive_s, (s.extra ->> 'arrived')::bigint),
           p.night_fen, p.holiday_fen, p.empty_fen, coalesce(p.tolls_included, false), p.items
    FROM branch b
    CROSS JOIN LATERAL (SELECT p_at AT TIME ZONE b.time_zone AS local) l
    LEFT JOIN LATERAL price_for(p_customer, p_branch, p_service, l.local::date, p_entered) p ON true
    LEFT JOIN LATERAL (
        SELECT dispatch_s, accept_s, arrive_s FROM sla_rule
        WHERE customer_id = p_customer AND (service = p_service OR service IS NULL) AND disabled_at IS NULL
        ORDER BY service NULLS LAST LIMIT 1
    ) r ON true
    LEFT JOIN LATERAL (
        SELECT extra FROM base_item
        WHERE kind = 'sla_limit' AND code IN (p_service, 'default') AND disabled_at IS NULL
        ORDER BY code = 'default' LIMIT 1
    ) s ON true
    WHERE b.id = p_branch;
END
$$;
GRANT EXECUTE ON FUNCTION rescue_free_used(bigint, text, text, date, bigint),
    rescue_facts(bigint, int, text, text, timestamptz, bigint, text, timestamptz) TO yizhan_app;

-- An agreement that priced an order is not deleted.
ALTER TABLE rescue_order ADD CONSTRAINT rescue_order_agreement_id_fkey FOREIGN KEY (agreement_id) REFERENCES party_agreement (id);
