-- Files: uploads in parts, kept until they hang on a record or are swept; bytes checked by their checksum.

CREATE SEQUENCE file_id_seq CACHE 32;
CREATE TABLE file (
    id bigint PRIMARY KEY DEFAULT nextval('file_id_seq'),
    owner bigint NOT NULL,                      -- who sends, or sent, it
    name text NOT NULL CHECK (name <> ''),
    size bigint NOT NULL CHECK (size > 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    received bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT now(),
    touched_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,                       -- all bytes are here and the checksum held
    type text,                                  -- by its first bytes, since then
    entity text,                                -- the record it hangs on; NULL: none yet
    row_id bigint,
    note text,
    attached_at timestamptz,
    removed_at timestamptz,                     -- the bytes are gone, the row tells of them
    removed_by bigint,
    removed_reason text,
    CHECK (received BETWEEN 0 AND size),
    CHECK (ended_at IS NULL OR (received = size AND type IS NOT NULL)),
    CHECK ((entity IS NULL) = (row_id IS NULL) AND (entity IS NULL) = (attached_at IS NULL)),
    CHECK (entity IS NULL OR ended_at IS NOT NULL),
    CHECK ((removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason IS NULL))
);
ALTER SEQUENCE file_id_seq OWNED BY file.id;
-- The same bytes sent again are the same upload, taken up where it stopped.
CREATE UNIQUE INDEX file_unfinished ON file (owner, sha256, size) WHERE ended_at IS NULL;
CREATE INDEX file_loose ON file (touched_at) WHERE entity IS NULL;
CREATE INDEX file_row ON file (entity, row_id, id) WHERE entity IS NOT NULL;

-- Parts lie end to end: each begins where the one before it ended.
CREATE TABLE file_part (
    file_id bigint NOT NULL REFERENCES file (id) ON DELETE CASCADE,
    at bigint NOT NULL CHECK (at >= 0),
    data bytea NOT NULL CHECK (length(data) BETWEEN 1 AND 40960),
    PRIMARY KEY (file_id, at)
);
ALTER TABLE file_part ALTER COLUMN data SET STORAGE EXTERNAL;

-- Whose a loose file is, sees it. One that hangs on a record is seen with the record, which the command looks at in the same transaction.
ALTER TABLE file ENABLE ROW LEVEL SECURITY;
CREATE POLICY file_scope ON file TO yizhan_app
    USING (entity IS NOT NULL OR owner = current_setting('app.self')::bigint)
    WITH CHECK (entity IS NOT NULL OR owner = current_setting('app.self')::bigint);
ALTER TABLE file_part ENABLE ROW LEVEL SECURITY;
CREATE POLICY file_part_scope ON file_part TO yizhan_app USING (EXISTS (SELECT FROM file f WHERE f.id = file_id));
GRANT SELECT, INSERT, UPDATE ON file TO yizhan_app;
GRANT SELECT, INSERT, DELETE ON file_part TO yizhan_app;
GRANT USAGE ON SEQUENCE file_id_seq TO yizhan_app;

INSERT INTO setting (name, value, help) VALUES
    ('file.max_bytes', '20971520', 'The largest file that is taken, in bytes'),
    ('file.types', 'jpeg png gif webp pdf csv xlsx text', 'Kinds of files that are taken, known by their first bytes'),
    ('file.unfinished_bytes', '104857600', 'How much one person may have sent that hangs on no record yet, in bytes');

-- Loose files nobody went on with for a day. In pieces; returns how many went.
CREATE FUNCTION file_sweep(most int DEFAULT 100) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH old AS (
        SELECT id FROM file WHERE entity IS NULL AND touched_at < now() - interval '1 day' ORDER BY touched_at LIMIT most
        FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM file f USING old WHERE f.id = old.id RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
GRANT EXECUTE ON FUNCTION file_sweep(int) TO yizhan_app, yizhan_tail;
INSERT INTO job (name, every, lease) VALUES ('file_sweep', '10 minutes', '5 minutes');
