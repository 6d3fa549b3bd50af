-- Storage of the sample entity.
CREATE SEQUENCE tool_id_seq;
CREATE TABLE tool (
    id bigint PRIMARY KEY DEFAULT nextval('tool_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int NOT NULL REFERENCES branch (id),
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('hand', 'power')),
    price_fen bigint CHECK (price_fen >= 0),
    bought_on date,
    state text NOT NULL DEFAULT 'shelf' CHECK (state IN ('shelf', 'lent')),
    borrower_id bigint REFERENCES employee (id),
    lent_at timestamptz
);
ALTER SEQUENCE tool_id_seq OWNED BY tool.id;
ALTER TABLE tool ENABLE ROW LEVEL SECURITY;
CREATE POLICY tool_scope ON tool TO yizhan_app USING (branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON tool TO yizhan_app;
GRANT USAGE ON SEQUENCE tool_id_seq TO yizhan_app;

CREATE SEQUENCE tool_part_id_seq;
CREATE TABLE tool_part (
    id bigint PRIMARY KEY DEFAULT nextval('tool_part_id_seq'),
    tool_id bigint NOT NULL REFERENCES tool (id),
    name text NOT NULL,
    pieces bigint NOT NULL CHECK (pieces BETWEEN 1 AND 100)
);
ALTER SEQUENCE tool_part_id_seq OWNED BY tool_part.id;
ALTER TABLE tool_part ENABLE ROW LEVEL SECURITY;
CREATE POLICY tool_part_scope ON tool_part TO yizhan_app USING (EXISTS (SELECT FROM tool t WHERE t.id = tool_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON tool_part TO yizhan_app;
GRANT USAGE ON SEQUENCE tool_part_id_seq TO yizhan_app;

UPDATE role SET permissions = permissions || ARRAY(
        SELECT 'tool.' || v FROM unnest(string_to_array('list get history create update disable enable delete lend take_back', ' ')) v)
    WHERE code = 'branch_manager';
