-- Preferences: what the client keeps for a person (columns, saved filters, macros, settings …). The server knows no more of them than
-- whose they are, what about, and whether everybody who may use that entity sees them.

CREATE SEQUENCE preference_id_seq CACHE 32;
CREATE TABLE preference (
    id bigint PRIMARY KEY DEFAULT nextval('preference_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    employee_id bigint NOT NULL REFERENCES employee (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('columns', 'filter', 'macro', 'mapping', 'theme', 'settings', 'hints')),
    about text NOT NULL DEFAULT '' CHECK (length(about) <= 64),     -- an entity, or whatever the kind is about
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 100),
    shared boolean NOT NULL DEFAULT false,
    body jsonb NOT NULL CHECK (jsonb_typeof(body) = 'object')
);
ALTER SEQUENCE preference_id_seq OWNED BY preference.id;
CREATE UNIQUE INDEX preference_own ON preference (employee_id, kind, about, name);
CREATE INDEX preference_shared ON preference (about, kind) WHERE shared;

ALTER TABLE preference ENABLE ROW LEVEL SECURITY;
CREATE POLICY preference_mine ON preference TO yizhan_app
    USING (employee_id = current_setting('app.self')::bigint) WITH CHECK (employee_id = current_setting('app.self')::bigint);
CREATE POLICY preference_others ON preference FOR SELECT TO yizhan_app USING (shared);
GRANT SELECT, INSERT, UPDATE, DELETE ON preference TO yizhan_app;
GRANT USAGE ON SEQUENCE preference_id_seq TO yizhan_app;

-- Colleagues know each other by name, whatever branches they work in.
CREATE FUNCTION employee_name(p_employee bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT name FROM employee WHERE id = p_employee
$$;
GRANT EXECUTE ON FUNCTION employee_name(bigint) TO yizhan_app, yizhan_tail;

-- Who leads others may put what he saved before them.
UPDATE role SET permissions = permissions || '{preference.share}'
WHERE shipped AND code IN ('branch_manager', 'finance_manager', 'operations', 'marketing', 'tour_planner', 'admin')
  AND NOT 'preference.share' = ANY (permissions);
