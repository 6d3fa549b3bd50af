-- Messages to people: templates, rules that say after which step who gets which one, the messages themselves, what came back.
-- The trail says what happened, so it is the queue of events as well: rules are worked through in commit order by whichever server gets
-- hold of the cursor, and the business transaction writes nothing more for them.

ALTER TABLE party ADD COLUMN language text NOT NULL DEFAULT 'zh_CN' CHECK (language IN ('en', 'zh_CN', 'zh_TW'));

CREATE SEQUENCE message_template_id_seq;
CREATE TABLE message_template (
    id bigint PRIMARY KEY DEFAULT nextval('message_template_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    code text NOT NULL UNIQUE,
    about text NOT NULL DEFAULT 'rescue',       -- the entity whose words may stand in it
    channel text NOT NULL CHECK (channel IN ('sms', 'mail')),
    marketing boolean NOT NULL DEFAULT false,   -- not for who opted out; ends with how to
    subject_en text, subject_zh_cn text, subject_zh_tw text,
    body_en text NOT NULL, body_zh_cn text NOT NULL, body_zh_tw text NOT NULL
);
ALTER SEQUENCE message_template_id_seq OWNED BY message_template.id;
GRANT SELECT, INSERT, UPDATE, DELETE ON message_template TO yizhan_app;
GRANT USAGE ON SEQUENCE message_template_id_seq TO yizhan_app;

CREATE SEQUENCE message_rule_id_seq;
CREATE TABLE message_rule (
    id bigint PRIMARY KEY DEFAULT nextval('message_rule_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int REFERENCES branch (id),       -- NULL: in all
    event text NOT NULL,                        -- a verb of the trail, or a time: <entity>.<what is due>
    minutes int CHECK (minutes BETWEEN 1 AND 43200),    -- of a time: so long before
    recipient text NOT NULL CHECK (recipient IN ('contact', 'customer', 'driver')),
    template_id bigint NOT NULL REFERENCES message_template (id),
    urgent boolean NOT NULL DEFAULT false       -- by night as well
);
ALTER SEQUENCE message_rule_id_seq OWNED BY message_rule.id;
CREATE UNIQUE INDEX message_rule_once ON message_rule (event, recipient, template_id, coalesce(branch_id, 0)) WHERE disabled_at IS NULL;
CREATE INDEX message_rule_event ON message_rule (event) WHERE disabled_at IS NULL;
CREATE INDEX message_rule_template ON message_rule (template_id);
ALTER TABLE message_rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY message_rule_scope ON message_rule TO yizhan_app
    USING (branch_id IS NULL OR branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON message_rule TO yizhan_app;
GRANT USAGE ON SEQUENCE message_rule_id_seq TO yizhan_app;

CREATE SEQUENCE message_id_seq CACHE 32;
CREATE TABLE message (
    id bigint PRIMARY KEY DEFAULT nextval('message_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int REFERENCES branch (id),
    key text NOT NULL UNIQUE,
    channel text NOT NULL CHECK (channel IN ('sms', 'mail')),
    address text NOT NULL,
    name text,
    language text NOT NULL,
    subject text,
    body text NOT NULL,
    segments int NOT NULL DEFAULT 1,
    state text NOT NULL CHECK (state IN ('queued', 'held', 'sending', 'sent', 'delivered', 'undelivered', 'failed',
                                         'cancelled', 'suppressed')),
    due_at timestamptz NOT NULL DEFAULT now(),
    event text,                 -- NULL: written by hand
    rule_id bigint REFERENCES message_rule (id) ON DELETE SET NULL,
    template_id bigint REFERENCES message_template (id) ON DELETE SET NULL,
    about text,
    row_id bigint,
    party_id bigint REFERENCES party (id),
    employee_id bigint REFERENCES employee (id),
    outbox_id bigint REFERENCES outbox (id),
    attempts int NOT NULL DEFAULT 0,
    reference text,
    error text,
    sent_at timestamptz,
    delivered_at timestamptz
);
ALTER SEQUENCE message_id_seq OWNED BY message.id;
CREATE INDEX message_branch ON message (branch_id, created_at, id);
CREATE INDEX message_state ON message (branch_id, state, created_at, id);
CREATE INDEX message_address ON message (address, created_at);
CREATE INDEX message_about ON message (about, row_id, id);
CREATE INDEX message_party ON message (party_id, id) WHERE party_id IS NOT NULL;
CREATE INDEX message_outbox ON message (outbox_id);
ALTER TABLE message ENABLE ROW LEVEL SECURITY;
CREATE POLICY message_scope ON message TO yizhan_app
    USING (branch_id IS NULL OR coalesce(branch_id = ANY (current_setting('app.scope')::int[]), false));
GRANT SELECT, UPDATE (state, error, due_at, version, updated_at) ON message TO yizhan_app;
GRANT USAGE ON SEQUENCE message_id_seq TO yizhan_app;

-- What people wrote back.
CREATE SEQUENCE message_reply_id_seq;
CREATE TABLE message_reply (
    id bigint PRIMARY KEY DEFAULT nextval('message_reply_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    branch_id int REFERENCES branch (id),
    gateway text NOT NULL,
    reference text NOT NULL,    -- the gateway's: the same one brought twice is one
    phone text NOT NULL,
    body text NOT NULL,
    message_id bigint REFERENCES message (id),  -- the last we sent there; NULL: none
    about text,
    row_id bigint,
    UNIQUE (gateway, reference)
);
ALTER SEQUENCE message_reply_id_seq OWNED BY message_reply.id;
CREATE INDEX message_reply_branch ON message_reply (branch_id, created_at, id);
CREATE INDEX message_reply_phone ON message_reply (phone, created_at);
CREATE INDEX message_reply_message ON message_reply (message_id);
ALTER TABLE message_reply ENABLE ROW LEVEL SECURITY;
CREATE POLICY message_reply_scope ON message_reply TO yizhan_app
    USING (branch_id IS NULL OR branch_id = ANY (current_setting('app.scope')::int[]));
GRANT SELECT ON message_reply TO yizhan_app;

-- Numbers that want no marketing, customers' or not.
CREATE SEQUENCE message_opt_out_id_seq;
CREATE TABLE message_opt_out (
    id bigint PRIMARY KEY DEFAULT nextval('message_opt_out_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    address text NOT NULL,
    words text                  -- of who opted out
);
ALTER SEQUENCE message_opt_out_id_seq OWNED BY message_opt_out.id;
CREATE UNIQUE INDEX message_opt_out_address ON message_opt_out (address) WHERE disabled_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON message_opt_out TO yizhan_app;
GRANT USAGE ON SEQUENCE message_opt_out_id_seq TO yizhan_app;

INSERT INTO setting (name, value, help) VALUES
    ('message.signature', '驿站', 'Stands in 【】 before every text message; empty: none'),
    ('message.quiet_from', '22:00', 'No messages from then on but urgent ones, in the branch''s time'),
    ('message.quiet_to', '07:00', 'What was held back is sent from then on'),
    ('message.opt_out_words', 'TD T 退订 退訂 STOP', 'Who answers one of these gets no marketing any more'),
    ('message.opt_out_ending_en', 'Reply TD to stop', 'Ends every marketing text in English'),
    ('message.opt_out_ending_zh_CN', '回复TD退订', 'Ends every marketing text in simplified Chinese'),
    ('message.opt_out_ending_zh_TW', '回覆TD退訂', 'Ends every marketing text in traditional Chinese'),
    ('message.per_second', '20', 'Text messages handed to the gateway in a second at most');

-- ---------------------------------------------------------------------------------------------------------------
-- What an entity tells of itself, each as a function of its own area where there is one:
--   <entity>_message_words()                → text[]     the words a template may hold
--   <entity>_message_values(id, language)   → jsonb      word: text
--   <entity>_message_people(id, recipient)  → who gets it
--   <entity>_message_due(what, minutes)     → the rows for which that time has come, each with what makes it once only

CREATE TYPE message_person AS (name text, phone text, email text, language text, party_id bigint, employee_id bigint);
CREATE TYPE message_due AS (row_id bigint, branch_id int, once text);

CREATE FUNCTION message_words(p_about text) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    words text[];
BEGIN
    IF to_regproc(format('public.%I', p_about || '_message_words')) IS NOT NULL THEN
        EXECUTE format('SELECT public.%I()', p_about || '_message_words') INTO words;
    END IF;
    RETURN coalesce(words, '{}');
END
$$;

CREATE FUNCTION message_values(p_about text, p_row bigint, p_language text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found jsonb;
BEGIN
    IF to_regproc(format('public.%I', p_about || '_message_values')) IS NOT NULL THEN
        EXECUTE format('SELECT public.%I($1, $2)', p_about || '_message_values') INTO found USING p_row, p_language;
    END IF;
    RETURN coalesce(found, '{}');
END
$$;

CREATE FUNCTION message_people(p_about text, p_row bigint, p_recipient text) RETURNS SETOF message_person
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF to_regproc(format('public.%I', p_about || '_message_people')) IS NOT NULL THEN
        RETURN QUERY EXECUTE format('SELECT * FROM public.%I($1, $2)', p_about || '_message_people') USING p_row, p_recipient;
    END IF;
END
$$;

-- The end of the quiet hours that last just now in a branch; NULL: none do.
CREATE FUNCTION message_quiet_until(p_branch int, p_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN CASE WHEN q.from_ <= q.to_ THEN l.at::time >= q.from_ AND l.at::time < q.to_
                          ELSE l.at::time >= q.from_ OR l.at::time < q.to_ END
           THEN (l.at::date + q.to_ + CASE WHEN l.at::time >= q.to_ THEN interval '1 day' ELSE interval '0' END) AT TIME ZONE l.zone END
    FROM (SELECT (SELECT value FROM setting WHERE name = 'message.quiet_from')::time AS from_,
                 (SELECT value FROM setting WHERE name = 'message.quiet_to')::time AS to_) q,
         LATERAL (SELECT p_at AT TIME ZONE z.zone AS at, z.zone
                  FROM (SELECT coalesce((SELECT time_zone FROM branch WHERE id = p_branch), 'Asia/Shanghai') AS zone) z) l
    WHERE q.from_ <> q.to_
$$;

CREATE FUNCTION message_opted_out(p_address text, p_party bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM message_opt_out WHERE address = p_address AND disabled_at IS NULL)
        OR coalesce((SELECT opted_out FROM party WHERE id = p_party), false)
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- The rules, worked through

-- One row: everything before it was seen. Its lock is what keeps two servers from one event.
CREATE TABLE message_cursor (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    era int NOT NULL,
    tx xid8 NOT NULL,
    timed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO message_cursor (era, tx) SELECT max(n), pg_current_xact_id() FROM era;

CREATE TYPE message_event AS (once text, event text, rule_id bigint, template_id bigint, channel text, marketing boolean, urgent boolean,
    about text, row_id bigint, branch_id int, name text, address text, language text, party_id bigint, employee_id bigint,
    subject text, body text, word_values jsonb, opted_out boolean, quiet_until timestamptz);

CREATE FUNCTION message_of_rule(p_rule message_rule, p_once text, p_about text, p_row bigint, p_branch int) RETURNS SETOF message_event
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT format('%s:%s:%s', p_rule.id, p_once, row_number() OVER ()), p_rule.event, p_rule.id, t.id, t.channel, t.marketing,
           p_rule.urgent, p_about, p_row, p_branch, p.name, CASE t.channel WHEN 'sms' THEN p.phone ELSE p.email END, l.language,
           p.party_id, p.employee_id,
           CASE l.language WHEN 'en' THEN t.subject_en WHEN 'zh_TW' THEN t.subject_zh_tw ELSE t.subject_zh_cn END,
           CASE l.language WHEN 'en' THEN t.body_en WHEN 'zh_TW' THEN t.body_zh_tw ELSE t.body_zh_cn END,
           message_values(p_about, p_row, l.language),
           message_opted_out(CASE t.channel WHEN 'sms' THEN p.phone ELSE p.email END, p.party_id),
           CASE WHEN NOT p_rule.urgent THEN message_quiet_until(p_branch, now()) END
    FROM message_template t, message_people(p_about, p_row, p_rule.recipient) p,
         LATERAL (SELECT coalesce(p.language, 'zh_CN') AS language) l
    WHERE t.id = p_rule.template_id AND t.disabled_at IS NULL
      AND CASE t.channel WHEN 'sms' THEN p.phone ELSE p.email END <> ''
$$;

-- What happened since, by the rules there are; the cursor goes on with this transaction. Nothing while another server is at it.
CREATE FUNCTION message_events(p_most int) RETURNS SETOF message_event
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    seen message_cursor;
    here int;
    horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
    upto xid8;
BEGIN
    SELECT * INTO seen FROM message_cursor FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT max(n) INTO here FROM era;
    IF seen.era <> here THEN        -- another cluster: its numbers begin anew, and what was not worked through there is past
        UPDATE message_cursor SET era = here, tx = horizon;
        RETURN;
    END IF;
    SELECT c.tx INTO upto FROM change c WHERE c.tx >= seen.tx AND c.tx < horizon ORDER BY c.tx, c.id OFFSET p_most LIMIT 1;
    IF upto IS NULL OR upto = seen.tx THEN
        upto := horizon;
    END IF;
    IF upto = seen.tx THEN
        RETURN;
    END IF;
    UPDATE message_cursor SET tx = upto;
    RETURN QUERY
    SELECT e.* FROM change c
    JOIN message_rule r ON r.event = c.verb AND r.disabled_at IS NULL AND (r.branch_id IS NULL OR r.branch_id = c.branch_id)
    CROSS JOIN LATERAL message_of_rule(r, 'c' || c.id, c.entity, c.row_id, c.branch_id) e
    WHERE c.tx >= seen.tx AND c.tx < upto AND c.era = here
    ORDER BY c.tx, c.id;
END
$$;

-- Times that have come: rules whose event is no verb but what is due.
CREATE FUNCTION message_times() RETURNS SETOF message_event
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    seen message_cursor;
    r message_rule;
    entity text;
BEGIN
    SELECT * INTO seen FROM message_cursor WHERE timed_at <= now() FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE message_cursor SET timed_at = now() + interval '20 s';
    FOR r IN SELECT * FROM message_rule WHERE minutes IS NOT NULL AND disabled_at IS NULL ORDER BY id LOOP
        entity := split_part(r.event, '.', 1);
        CONTINUE WHEN to_regproc(format('public.%I', entity || '_message_due')) IS NULL;
        RETURN QUERY EXECUTE format('SELECT e.* FROM public.%I($1, $2) d '
                                    'CROSS JOIN LATERAL message_of_rule($3, d.row_id || d.once, $4, d.row_id, d.branch_id) e '
                                    'WHERE $3.branch_id IS NULL OR $3.branch_id = d.branch_id', entity || '_message_due')
            USING split_part(r.event, '.', 2), r.minutes, r, entity;
    END LOOP;
END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- The messages

CREATE FUNCTION message_trail(p message, p_verb text, p_who bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO change (who, verb, entity, row_id, branch_id, version, now)
    VALUES (p_who, p_verb, 'message', p.id, p.branch_id, p.version, jsonb_build_object('state', p.state))
$$;

-- The words in their places; a word nobody knows is empty.
CREATE FUNCTION message_render(p_text text, p_values jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(m[1] || coalesce(p_values ->> m[2], ''), '' ORDER BY n)
    FROM regexp_matches(p_text, '([^{]*)(?:\{([a-z_]*)\})?', 'g') WITH ORDINALITY x (m, n)
$$;

-- Parts a text message is sent in: 160 letters of ASCII, or 70 UTF-16 units, fit one; of several each holds 153, or 67.
CREATE FUNCTION message_segments(p_text text) RETURNS int
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN units <= one THEN 1 ELSE (units + many - 1) / many END
    FROM (SELECT length(p_text) + length(regexp_replace(p_text, '[^\U00010000-\U0010FFFF]', '', 'g')) AS units,
                 CASE WHEN p_text ~ '^[\n -~]*$' THEN 160 ELSE 70 END AS one, CASE WHEN p_text ~ '^[\n -~]*$' THEN 153 ELSE 67 END AS many) s
$$;

CREATE FUNCTION setting_value(p_name text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT nullif(value, '') FROM setting WHERE name = p_name
$$;

-- What goes out: signed, and where it is marketing with the way to stop it.
CREATE FUNCTION message_dress(p_channel text, p_text text, p_language text, p_marketing boolean) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE p_channel WHEN 'sms' THEN coalesce('【' || setting_value('message.signature') || '】', '') ELSE '' END || p_text
        || CASE WHEN p_marketing THEN coalesce(CASE p_language WHEN 'en' THEN ' ' ELSE '，' END
                                               || setting_value('message.opt_out_ending_' || p_language), '') ELSE '' END
$$;

-- Writes one, ready to leave unless it is suppressed. NULL: it was written before.
CREATE FUNCTION message_put(p jsonb, p_marketing boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it message := jsonb_populate_record(NULL::message, p);
    box bigint;
BEGIN
    it.body := message_dress(it.channel, it.body, it.language, p_marketing);
    INSERT INTO message (created_by, branch_id, key, channel, address, name, language, subject, body, segments, state, due_at, event,
                         rule_id, template_id, about, row_id, party_id, employee_id)
    VALUES (it.created_by, it.branch_id, it.key, it.channel, it.address, it.name, it.language, it.subject, it.body, CASE it.channel WHEN 'sms' THEN message_segments(it.body) ELSE 1 END,
            it.state,
            coalesce(it.due_at, now()), it.event, it.rule_id, it.template_id, it.about, it.row_id, it.party_id, it.employee_id)
    ON CONFLICT (key) DO NOTHING
    RETURNING * INTO it;
    IF it.id IS NULL THEN
        RETURN NULL;
    END IF;
    IF it.state <> 'suppressed' THEN
        INSERT INTO outbox (branch_id, gateway, key, about, row_id, due_at, body)
        VALUES (it.branch_id, it.channel, 'message:' || it.id, 'message', it.id, it.due_at,
                jsonb_build_object('to', it.address, 'subject', it.subject, 'body', it.body))
        RETURNING id INTO box;
        UPDATE message SET outbox_id = box WHERE id = it.id;
    END IF;
    PERFORM message_trail(it, 'message.create', it.created_by);
    RETURN it.id;
END
$$;

-- The outbox tells what became of it. A failed one may be tried again; a report that came before the answer stands.
CREATE FUNCTION message_outbox(p outbox, p_outcome text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it message;
BEGIN
    UPDATE message SET state = CASE p_outcome WHEN 'sending' THEN 'sending' WHEN 'sent' THEN 'sent' WHEN 'dead' THEN 'failed' ELSE 'queued' END,
        attempts = p.attempts, error = p.error, reference = coalesce(p.reference, reference), due_at = p.due_at,
        sent_at = coalesce(p.sent_at, sent_at), version = version + 1, updated_at = now()
    WHERE id = p.row_id AND state IN ('queued', 'held', 'sending', 'failed')
    RETURNING * INTO it;
    IF FOUND AND p_outcome <> 'sending' THEN
        PERFORM message_trail(it, 'message.' || CASE p_outcome WHEN 'sent' THEN 'sent' WHEN 'dead' THEN 'failed' ELSE 'delayed' END, NULL);
    END IF;
END
$$;

-- The gateway's report. Delivered is the end; the same report again changes nothing. False: there is no such message.
CREATE FUNCTION message_report(p_message bigint, p_delivered boolean, p_error text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    it message;
BEGIN
    UPDATE message SET state = CASE WHEN p_delivered THEN 'delivered' ELSE 'undelivered' END, error = left(p_error, 500),
        delivered_at = CASE WHEN p_delivered THEN now() END, version = version + 1, updated_at = now()
    WHERE id = p_message AND (state IN ('sending', 'sent') OR state = 'undelivered' AND p_delivered)
    RETURNING * INTO it;
    IF FOUND THEN
        PERFORM message_trail(it, CASE WHEN p_delivered THEN 'message.delivered' ELSE 'message.undelivered' END, NULL);
    END IF;
    RETURN EXISTS (SELECT FROM message WHERE id = p_message);
END
$$;

-- What an entity does with an answer to a message about one of its rows, where it does anything: <entity>_message_reply(row, reply).
CREATE FUNCTION message_receive(p_gateway text, p_reference text, p_phone text, p_body text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asked message;
    it message_reply;
    word text := upper(btrim(p_body, E' \t\r\n.。!！'));
BEGIN
    SELECT * INTO asked FROM message
    WHERE channel = 'sms' AND address = p_phone AND state IN ('sent', 'delivered', 'undelivered', 'sending')
      AND created_at > now() - interval '7 days'
    ORDER BY created_at DESC, id DESC LIMIT 1;
    INSERT INTO message_reply (branch_id, gateway, reference, phone, body, message_id, about, row_id)
    VALUES (asked.branch_id, p_gateway, p_reference, p_phone, left(p_body, 2000), asked.id, asked.about, asked.row_id)
    ON CONFLICT (gateway, reference) DO NOTHING
    RETURNING * INTO it;
    IF it.id IS NULL THEN
        RETURN NULL;
    END IF;
    IF word = ANY (string_to_array((SELECT upper(value) FROM setting WHERE name = 'message.opt_out_words'), ' ')) THEN
        INSERT INTO message_opt_out (address, words) VALUES (p_phone, p_body) ON CONFLICT DO NOTHING;
    END IF;
    INSERT INTO change (verb, entity, row_id, branch_id, version, now)
    VALUES ('message_reply.create', 'message_reply', it.id, it.branch_id, it.version, '{}');
    IF asked.about IS NOT NULL AND to_regproc(format('public.%I', asked.about || '_message_reply')) IS NOT NULL THEN
        EXECUTE format('SELECT public.%I($1, $2)', asked.about || '_message_reply') USING asked.row_id, it;
    END IF;
    RETURN it.id;
END
$$;

-- One round: what happened since, and the times that have come. How many were written; 0 while another server is at it.
CREATE FUNCTION message_work(p_most int) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(message_put(jsonb_build_object(
        'key', 'rule:' || e.once, 'branch_id', e.branch_id, 'channel', e.channel, 'address', e.address, 'name', e.name,
        'language', e.language, 'subject', message_render(e.subject, e.word_values), 'body', message_render(e.body, e.word_values),
        'state', CASE WHEN e.marketing AND e.opted_out THEN 'suppressed' WHEN e.quiet_until IS NOT NULL THEN 'held' ELSE 'queued' END,
        'due_at', e.quiet_until, 'event', e.event, 'rule_id', e.rule_id, 'template_id', e.template_id, 'about', e.about,
        'row_id', e.row_id, 'party_id', e.party_id, 'employee_id', e.employee_id), e.marketing))
    FROM (SELECT * FROM message_events(p_most) UNION ALL SELECT * FROM message_times()) e
$$;

GRANT EXECUTE ON FUNCTION message_words(text), message_put(jsonb, boolean), message_segments(text), message_opted_out(text, bigint),
    message_values(text, bigint, text), message_people(text, bigint, text), message_render(text, jsonb) TO yizhan_app;
GRANT EXECUTE ON FUNCTION setting_value(text), message_work(int), message_report(bigint, boolean, text), message_receive(text, text, text, text)
    TO yizhan_tail;
GRANT SELECT ON setting TO yizhan_tail;

-- Who looks after messages, who sees what was written, who watches.
UPDATE role SET permissions = permissions || '{message_reply.list,message_reply.get,message_reply.history,outbox.list,outbox.get,
    message_opt_out.list,message_opt_out.get,message_opt_out.history,message_opt_out.create,message_opt_out.update,message_opt_out.disable,
    message_opt_out.enable,message_opt_out.delete}'
WHERE shipped AND code = 'admin';
UPDATE role SET permissions = permissions || '{message_reply.list,message_reply.get,message_reply.history,message_reply.export,
    message_rule.list,message_rule.get,message_rule.history,message_rule.export,
    message_opt_out.list,message_opt_out.get,message_opt_out.history,message_opt_out.export,outbox.list,outbox.get,outbox.export}'
WHERE shipped AND code = 'auditor';
UPDATE role SET permissions = permissions || '{message.list,message.get,message.history,message.resend,message.cancel,
    message_reply.list,message_reply.get,message_reply.history}'
WHERE shipped AND code IN ('call_taker', 'order_clerk', 'dispatcher', 'branch_manager');
