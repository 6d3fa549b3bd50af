-- A search looks first whether it is for few or for many. The rows that have a key beginning with each of the words, where one of the words has no more keys
-- than so many, shared out among them; NULL: all of them have more. No more keys than that are looked at, so it is asked of the keys of all
-- branches: ids alone tell nothing, and the rows themselves are behind their scope.
CREATE FUNCTION search_few(p_entity text, p_words text[], p_most int) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    least int := p_most / cardinality(p_words);
    word text;
    rarest text;
    keyed bigint[];
    few bigint[];
BEGIN
    FOREACH word IN ARRAY p_words LOOP
        keyed := ARRAY(SELECT k.row_id FROM search_key k
                        WHERE k.entity = p_entity AND k.token >= word AND k.token < word || chr(1114111) LIMIT least + 1);
        IF cardinality(keyed) <= least THEN
            rarest := word;
            few := keyed;
            least := cardinality(keyed);
        END IF;
    END LOOP;
    IF few IS NULL THEN
        RETURN NULL;
    END IF;
    FOREACH word IN ARRAY array_remove(p_words, rarest) LOOP
        few := ARRAY(SELECT f.id FROM unnest(few) AS f (id) WHERE EXISTS
                     (SELECT FROM search_key k WHERE k.row_id = f.id AND k.entity || '' = p_entity  -- not looked for among all that begin so
                      AND k.token >= word AND k.token < word || chr(1114111)));
    END LOOP;
    RETURN few;
END
$$;
GRANT EXECUTE ON FUNCTION search_few(text, text[], int) TO yizhan_app;
