-- What was put off in the first part is made again; a reference that does not hold fails here, and with it everything.
DO $$
DECLARE
    step text;
BEGIN
    FOR step IN SELECT again FROM seed_put_off ORDER BY n DESC LOOP
        EXECUTE step;
    END LOOP;
END
$$;
