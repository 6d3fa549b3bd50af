-- Parties: whoever we deal with, in one or more roles, with contacts, cars and price agreements.

CREATE SEQUENCE party_id_seq CACHE 32;
CREATE TABLE party (
    id bigint PRIMARY KEY DEFAULT nextval('party_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int REFERENCES branch (id),       -- NULL: a firm, shared by all branches
    roles text[] NOT NULL DEFAULT '{customer}'
        CHECK (cardinality(roles) > 0 AND roles <@ '{customer,supplier,channel,operator}'::text[]),
    kind text NOT NULL DEFAULT 'person',        -- base data customer_type
    code text NOT NULL UNIQUE,
    name text NOT NULL CHECK (name <> ''),
    short_name text,
    phone text,
    phone2 text,
    email text,
    district text,                              -- code of a district
    address text,
    place_lon double precision CHECK (place_lon BETWEEN -180 AND 180),
    place_lat double precision CHECK (place_lat BETWEEN -90 AND 90),
    id_number text,
    -- money
    invoice_title text,
    tax_number text,
    invoice_address text,
    bank_name text,
    bank_account text,
    credit_limit_fen bigint CHECK (credit_limit_fen >= 0),      -- NULL: none set
    terms_days int CHECK (terms_days BETWEEN 0 AND 365),
    settlement text NOT NULL DEFAULT 'per_order'
        CHECK (settlement IN ('per_order', 'weekly', 'monthly', 'deposit')),
    result_required boolean NOT NULL DEFAULT false,     -- finished orders wait for their confirmation
    opted_out boolean NOT NULL DEFAULT false,           -- no marketing messages
    remarks text,
    CHECK ((place_lon IS NULL) = (place_lat IS NULL)),
    CHECK (kind <> 'person' OR branch_id IS NOT NULL)   -- persons belong to a branch, firms to the company
);
ALTER SEQUENCE party_id_seq OWNED BY party.id;
-- Per branch only: "taken" across branches would tell who another branch's customers are.
CREATE UNIQUE INDEX party_phone ON party (coalesce(branch_id, 0), phone) WHERE phone IS NOT NULL AND disabled_at IS NULL;
CREATE INDEX party_branch_name ON party (branch_id, name COLLATE "zh-x-icu", id);
CREATE INDEX party_branch_created ON party (branch_id, created_at, id);
CREATE INDEX party_branch_code ON party (branch_id, code, id);

ALTER TABLE party ENABLE ROW LEVEL SECURITY;
CREATE POLICY party_scope ON party TO yizhan_app
    USING (branch_id IS NULL OR branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON party TO yizhan_app;
GRANT USAGE ON SEQUENCE party_id_seq TO yizhan_app;

-- ---------------------------------------------------------------------------------------------------------------
-- Lines of a party. They are seen with their party: the policy asks for it, under the party's own policy.

CREATE SEQUENCE party_contact_id_seq CACHE 32;
CREATE TABLE party_contact (
    id bigint PRIMARY KEY DEFAULT nextval('party_contact_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    party_id bigint NOT NULL REFERENCES party (id) ON DELETE CASCADE,
    position int NOT NULL DEFAULT 0,
    name text NOT NULL,
    job_title text,
    phone text,
    email text,
    remarks text
);
ALTER SEQUENCE party_contact_id_seq OWNED BY party_contact.id;
CREATE INDEX party_contact_party ON party_contact (party_id, position, id);

CREATE SEQUENCE party_plate_id_seq CACHE 32;
CREATE TABLE party_plate (
    id bigint PRIMARY KEY DEFAULT nextval('party_plate_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    party_id bigint NOT NULL REFERENCES party (id) ON DELETE CASCADE,
    position int NOT NULL DEFAULT 0,
    plate text NOT NULL,                -- normal form: 粤A12345
    car_model text,                     -- base data car_model
    colour text,
    vin text,
    remarks text,
    UNIQUE (party_id, plate)
);
ALTER SEQUENCE party_plate_id_seq OWNED BY party_plate.id;
CREATE INDEX party_plate_plate ON party_plate (plate);

-- What was agreed with a party for a service. The latest valid_from that has begun and not ended stands.
CREATE SEQUENCE party_agreement_id_seq CACHE 32;
CREATE TABLE party_agreement (
    id bigint PRIMARY KEY DEFAULT nextval('party_agreement_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    party_id bigint NOT NULL REFERENCES party (id),      -- with prices agreed nobody is deleted
    position int NOT NULL DEFAULT 0,
    service text NOT NULL,              -- base data service
    base_fen bigint NOT NULL CHECK (base_fen >= 0),
    included_km int NOT NULL DEFAULT 0 CHECK (included_km >= 0),
    per_km_fen bigint NOT NULL DEFAULT 0 CHECK (per_km_fen >= 0),
    night_bp int NOT NULL DEFAULT 0 CHECK (night_bp BETWEEN 0 AND 100000),      -- added at night, of base and km
    holiday_bp int NOT NULL DEFAULT 0 CHECK (holiday_bp BETWEEN 0 AND 100000),
    free_times int NOT NULL DEFAULT 0 CHECK (free_times >= 0),  -- per plate and validity; used before money is asked
    free_km int NOT NULL DEFAULT 0 CHECK (free_km >= 0),        -- km free of charge on a free one
    valid_from date NOT NULL DEFAULT '2000-01-01',
    valid_to date NOT NULL DEFAULT '9999-12-31',
    CHECK (valid_from <= valid_to),
    UNIQUE (party_id, service, valid_from)
);
ALTER SEQUENCE party_agreement_id_seq OWNED BY party_agreement.id;

DO $$
DECLARE
    line text;
BEGIN
    FOREACH line IN ARRAY ARRAY['party_contact', 'party_plate', 'party_agreement'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', line);
        EXECUTE format('CREATE POLICY %I ON %I TO yizhan_app USING (EXISTS (SELECT FROM party p WHERE p.id = party_id))',
                       line || '_scope', line);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO yizhan_app', line);
        EXECUTE format('GRANT USAGE ON SEQUENCE %I TO yizhan_app', line || '_id_seq');
    END LOOP;
END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- price_list: what is asked of who has no agreement; a branch's own, else the company's (branch NULL)

CREATE SEQUENCE price_list_id_seq;
CREATE TABLE price_list (
    id bigint PRIMARY KEY DEFAULT nextval('price_list_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int REFERENCES branch (id),
    service text NOT NULL,
    base_fen bigint NOT NULL CHECK (base_fen >= 0),
    included_km int NOT NULL DEFAULT 0 CHECK (included_km >= 0),
    per_km_fen bigint NOT NULL DEFAULT 0 CHECK (per_km_fen >= 0),
    night_bp int NOT NULL DEFAULT 0 CHECK (night_bp BETWEEN 0 AND 100000),
    holiday_bp int NOT NULL DEFAULT 0 CHECK (holiday_bp BETWEEN 0 AND 100000),
    valid_from date NOT NULL DEFAULT '2000-01-01',
    valid_to date NOT NULL DEFAULT '9999-12-31',
    CHECK (valid_from <= valid_to),
    UNIQUE NULLS NOT DISTINCT (branch_id, service, valid_from)
);
ALTER SEQUENCE price_list_id_seq OWNED BY price_list.id;
ALTER TABLE price_list ENABLE ROW LEVEL SECURITY;
CREATE POLICY price_list_scope ON price_list TO yizhan_app
    USING (branch_id IS NULL OR branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON price_list TO yizhan_app;
GRANT USAGE ON SEQUENCE price_list_id_seq TO yizhan_app;

INSERT INTO price_list (service, base_fen, included_km, per_km_fen, night_bp, holiday_bp) VALUES
    ('tow', 30000, 10, 800, 2000, 2000),
    ('accident_tow', 45000, 10, 1000, 2000, 2000),
    ('underground_tow', 40000, 10, 800, 2000, 2000),
    ('jump_start', 15000, 15, 400, 2000, 2000),
    ('tyre_change', 15000, 15, 400, 2000, 2000),
    ('tyre_repair', 18000, 15, 400, 2000, 2000),
    ('fuel', 15000, 15, 400, 2000, 2000),
    ('water', 12000, 15, 400, 2000, 2000),
    ('extraction', 50000, 10, 1000, 2000, 2000),
    ('crane', 120000, 10, 1500, 2000, 2000),
    ('unlock', 20000, 15, 400, 2000, 2000),
    ('battery', 20000, 15, 400, 2000, 2000),
    ('site_repair', 20000, 15, 400, 2000, 2000),
    ('transport', 80000, 50, 600, 0, 2000);

-- The price that holds for a party (may be NULL), at a branch, on a day: agreement, else the branch's list, else the
-- company's. One row, or none. Runs under the caller's scope.
CREATE FUNCTION price_for(p_party bigint, p_branch int, p_service text, p_day date)
RETURNS TABLE (source text, id bigint, base_fen bigint, included_km int, per_km_fen bigint, night_bp int,
               holiday_bp int, free_times int, free_km int)
LANGUAGE sql STABLE AS $$
    SELECT source, id, base_fen, included_km, per_km_fen, night_bp, holiday_bp, free_times, free_km
    FROM (
        SELECT 'agreement' AS source, 1 AS rank, a.id, a.base_fen, a.included_km, a.per_km_fen, a.night_bp,
               a.holiday_bp, a.free_times, a.free_km, a.valid_from
        FROM party_agreement a
        WHERE a.party_id = p_party AND a.service = p_service AND a.disabled_at IS NULL
          AND p_day BETWEEN a.valid_from AND a.valid_to
        UNION ALL
        SELECT CASE WHEN l.branch_id IS NULL THEN 'company_list' ELSE 'branch_list' END,
               CASE WHEN l.branch_id IS NULL THEN 3 ELSE 2 END, l.id, l.base_fen, l.included_km, l.per_km_fen,
               l.night_bp, l.holiday_bp, 0, 0, l.valid_from
        FROM price_list l
        WHERE (l.branch_id = p_branch OR l.branch_id IS NULL) AND l.service = p_service AND l.disabled_at IS NULL
          AND p_day BETWEEN l.valid_from AND l.valid_to
    ) price
    ORDER BY rank, valid_from DESC
    LIMIT 1
$$;
GRANT EXECUTE ON FUNCTION price_for(bigint, int, text, date) TO yizhan_app;
