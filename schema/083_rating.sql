-- What customers think of a job: a score and words, one for an order, by their answer to a text message or told to a colleague.

ALTER TABLE message_template ADD COLUMN asks text NOT NULL DEFAULT 'nothing' CHECK (asks IN ('nothing', 'rating'));
UPDATE message_template SET asks = 'rating' WHERE code = 'rescue_done';

CREATE SEQUENCE rating_id_seq;
CREATE TABLE rating (
    id bigint PRIMARY KEY DEFAULT nextval('rating_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,                          -- NULL: by text message
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int NOT NULL REFERENCES branch (id),
    rescue_id bigint NOT NULL REFERENCES rescue_order (id),
    driver_id bigint REFERENCES employee (id),
    customer_id bigint REFERENCES party (id),
    score int NOT NULL CHECK (score BETWEEN 1 AND 5),
    words text,
    source text NOT NULL CHECK (source IN ('sms', 'agent'))
);
ALTER SEQUENCE rating_id_seq OWNED BY rating.id;
CREATE UNIQUE INDEX rating_rescue_id_key ON rating (rescue_id);
CREATE INDEX rating_branch ON rating (branch_id, created_at, id);
CREATE INDEX rating_driver ON rating (driver_id, created_at);
ALTER TABLE rating ENABLE ROW LEVEL SECURITY;
CREATE POLICY rating_scope ON rating TO yizhan_app USING (branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT ON rating TO yizhan_app;

-- One order, one rating: the later word counts. The id, or NULL where the order is not done.
CREATE FUNCTION rating_put(p_order bigint, p_score int, p_words text, p_source text, p_who bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it rating;
BEGIN
    INSERT INTO rating AS r (created_by, branch_id, rescue_id, driver_id, customer_id, score, words, source)
    SELECT p_who, o.branch_id, o.id, o.driver_id, o.customer_id, p_score, nullif(btrim(p_words), ''), p_source
    FROM rescue_order o WHERE o.id = p_order AND o.state IN ('done', 'empty')
    ON CONFLICT (rescue_id) DO UPDATE SET score = excluded.score, words = coalesce(excluded.words, r.words), source = excluded.source,
        created_by = excluded.created_by, version = r.version + 1, updated_at = now()
    RETURNING * INTO it;
    IF it.id IS NOT NULL THEN
        INSERT INTO change (who, verb, entity, row_id, branch_id, version, now)
        VALUES (p_who, 'rating.' || CASE it.version WHEN 1 THEN 'create' ELSE 'update' END, 'rating', it.id, it.branch_id, it.version,
                jsonb_build_object('score', it.score, 'words', it.words, 'source', it.source));
    END IF;
    RETURN it.id;
END
$$;
GRANT EXECUTE ON FUNCTION rating_put(bigint, int, text, text, bigint) TO yizhan_app;

-- An answer to a message that asked for it: its first figure, in whatever width it was typed, is the score.
CREATE FUNCTION rescue_message_reply(p_row bigint, p_reply message_reply) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found text[] := regexp_match(btrim(p_reply.body), '^([1-5１-５])(?![0-9０-９])[分星 ,，.。!！]*(.*)$');
BEGIN
    IF found IS NOT NULL AND (SELECT t.asks FROM message m JOIN message_template t ON t.id = m.template_id
                              WHERE m.id = p_reply.message_id) = 'rating' THEN
        PERFORM rating_put(p_row, translate(found[1], '１２３４５', '12345')::int, found[2], 'sms', NULL);
    END IF;
END
$$;

UPDATE role SET permissions = permissions || '{rating.list,rating.get,rating.history,rescue.rate}'
WHERE shipped AND code IN ('call_taker', 'order_clerk', 'branch_manager');
UPDATE role SET permissions = permissions || '{rating.list,rating.get,rating.history}' WHERE shipped AND code = 'dispatcher';
-- A branch's manager takes lists along; see the migration of exports.
UPDATE role SET permissions = permissions || '{message.export,message_reply.export,rating.export}' WHERE shipped AND code = 'branch_manager';
