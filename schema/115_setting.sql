-- Settings on the screen: of each it is known what it may hold, so that whoever changes one is told, and what casts one never breaks. Its words
-- for people, in their language, stand in the server's table (server/areas/org/setting.c); the test of settings holds the two together.

ALTER TABLE setting
    ADD kind text NOT NULL DEFAULT 'text' CHECK (kind IN ('number', 'clock', 'choice', 'set', 'words', 'text')),
    ADD unit text CHECK (unit IN ('seconds', 'minutes', 'hours', 'days', 'bytes', 'times', 'messages')),
    ADD least bigint,                           -- of numbers; characters of a text
    ADD most bigint,
    ADD allowed text[] NOT NULL DEFAULT '{}',   -- of a choice and of a set
    ADD optional boolean NOT NULL DEFAULT false,
    ADD initial text,                           -- as shipped
    ALTER COLUMN value DROP NOT NULL;

UPDATE setting s SET kind = k.kind, unit = nullif(k.unit, ''), least = k.least, most = k.most, allowed = coalesce(string_to_array(nullif(k.allowed, ''), ' '), '{}'),
    optional = k.optional, initial = k.initial, value = CASE WHEN k.optional THEN nullif(s.value, '') ELSE s.value END
FROM (VALUES
    ('company.name',                    'text',   '',         1,       80,         '',             false, 'Yizhan'),
    ('session.idle_seconds',            'number', 'seconds',  30,      28800,      '',             false, '300'),
    ('session.absolute_hours',          'number', 'hours',    1,       168,        '',             false, '12'),
    ('login.tries',                     'number', 'times',    3,       100,        '',             false, '10'),
    ('login.lock_minutes',              'number', 'minutes',  1,       1440,       '',             false, '30'),
    ('rescue.night_from',               'clock',  '',         NULL,    NULL,       '',             false, '22:00'),
    ('rescue.night_to',                 'clock',  '',         NULL,    NULL,       '',             false, '06:00'),
    ('rescue.position_stale_seconds',   'number', 'seconds',  30,      86400,      '',             false, '300'),
    ('rescue.remind_minutes',           'number', 'minutes',  5,       2880,       '',             false, '60'),
    ('rescue.escalate_seconds',         'number', 'seconds',  60,      86400,      '',             false, '900'),
    ('rescue.proof',                    'choice', '',         NULL,    NULL,       'driver all no', false, 'driver'),
    ('file.max_bytes',                  'number', 'bytes',    65536,   104857600,  '',             false, '20971520'),
    ('file.unfinished_bytes',           'number', 'bytes',    1048576, 1073741824, '',             false, '104857600'),
    ('file.types',                      'set',    '',         NULL,    NULL,       'jpeg png gif webp pdf csv xlsx text', false,
                                                                                   'jpeg png gif webp pdf csv xlsx text'),
    ('message.signature',               'text',   '',         1,       20,         '',             true,  '驿站'),
    ('message.quiet_from',              'clock',  '',         NULL,    NULL,       '',             false, '22:00'),
    ('message.quiet_to',                'clock',  '',         NULL,    NULL,       '',             false, '07:00'),
    ('message.opt_out_words',           'words',  '',         1,       200,        '',             false, 'TD T 退订 退訂 STOP'),
    ('message.opt_out_ending_en',       'text',   '',         1,       40,         '',             false, 'Reply TD to stop'),
    ('message.opt_out_ending_zh_CN',    'text',   '',         1,       40,         '',             false, '回复TD退订'),
    ('message.opt_out_ending_zh_TW',    'text',   '',         1,       40,         '',             false, '回覆TD退訂'),
    ('message.per_second',              'number', 'messages', 1,       1000,       '',             false, '20'),
    ('message.mail_per_second',         'number', 'messages', 1,       1000,       '',             false, '5'),
    ('message.per_number_day',          'number', 'messages', 1,       100000,     '',             true,  '200'),
    ('message.per_customer_day',        'number', 'messages', 1,       1000000,    '',             true,  '5000'),
    ('order_notice.wait_seconds',       'number', 'seconds',  0,       86400,      '',             false, '300'),
    ('telephone.down_seconds',          'number', 'seconds',  0,       86400,      '',             false, '30'),
    ('track.keep_days',                 'number', 'days',     1,       3660,       '',             false, '60'),
    ('track.late_days',                 'number', 'days',     1,       365,        '',             false, '7')
) AS k (name, kind, unit, least, most, allowed, optional, initial)
WHERE k.name = s.name;

-- The shape alone, whoever writes; the range is the server's to judge, which can say what is wrong with it.
CREATE FUNCTION setting_shaped(p_kind text, p_allowed text[], p_optional boolean, p_value text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN coalesce(p_value, '') = '' THEN p_optional
        WHEN p_kind = 'number' THEN p_value ~ '^[0-9]{1,15}$'
        WHEN p_kind = 'clock' THEN p_value ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'
        WHEN p_kind = 'choice' THEN p_value = ANY (p_allowed)
        WHEN p_kind = 'set' THEN string_to_array(p_value, ' ') <@ p_allowed
        ELSE true END
$$;
GRANT EXECUTE ON FUNCTION setting_shaped(text, text[], boolean, text) TO yizhan_app;
ALTER TABLE setting ADD CONSTRAINT setting_shaped CHECK (setting_shaped(kind, allowed, optional, value)) NOT VALID;

-- Which settings there are is the business of migrations.
REVOKE INSERT, UPDATE ON setting FROM yizhan_app;
GRANT UPDATE (version, updated_at, value) ON setting TO yizhan_app;
REVOKE USAGE ON SEQUENCE setting_id_seq FROM yizhan_app;

-- Nobody makes one, or takes one away.
UPDATE role SET permissions = ARRAY(
    SELECT p FROM unnest(permissions) WITH ORDINALITY x (p, n) WHERE p !~ '^setting\.(create|disable|enable|delete)(@|$)' ORDER BY n)
WHERE permissions && '{setting.create,setting.disable,setting.enable,setting.delete}';
