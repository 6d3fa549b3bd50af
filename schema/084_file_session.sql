-- The same bytes may be on their way from two terminals of one person: each goes on with its own upload, and a third takes up one that stopped.
ALTER TABLE file ADD COLUMN session_id bigint;   -- who sent the last part
DROP INDEX file_unfinished;
CREATE INDEX file_unfinished ON file (owner, sha256, size) WHERE ended_at IS NULL;
