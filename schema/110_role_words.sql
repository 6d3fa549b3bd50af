-- Each permission stands in a role once.
UPDATE role r SET permissions = ARRAY(SELECT p FROM unnest(r.permissions) WITH ORDINALITY AS u (p, at) GROUP BY p ORDER BY min(at))
WHERE cardinality(r.permissions) <> (SELECT count(DISTINCT p) FROM unnest(r.permissions) p);
