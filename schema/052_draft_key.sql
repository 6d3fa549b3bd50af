-- A terminal keeps what is half typed on its own disk, enciphered. The key is kept here, one per person and device, and is given out
-- with the session: whoever finds the disk has nothing, and the same person at the same device can go on after a crash.
CREATE TABLE draft_key (
    employee_id bigint NOT NULL REFERENCES employee (id),
    device text NOT NULL DEFAULT '',
    key bytea NOT NULL CHECK (octet_length(key) = 32),
    used_on date NOT NULL DEFAULT current_date,
    PRIMARY KEY (employee_id, device)
);

-- The key of a session's person and device; the one offered becomes it where there was none. Keys that nobody asked for in 90 days go
-- when another is made: drafts themselves are kept for 30.
CREATE FUNCTION draft_key_of(p_employee bigint, p_device text, p_offered bytea) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found bytea;
BEGIN
    SELECT k.key INTO found FROM draft_key k
        WHERE k.employee_id = p_employee AND k.device = coalesce(p_device, '') AND k.used_on = current_date;
    IF found IS NULL THEN
        DELETE FROM draft_key k WHERE k.employee_id = p_employee AND k.used_on < current_date - 90
            AND k.device <> coalesce(p_device, '');
        INSERT INTO draft_key AS k (employee_id, device, key) VALUES (p_employee, coalesce(p_device, ''), p_offered)
            ON CONFLICT (employee_id, device) DO UPDATE SET used_on = current_date
            RETURNING k.key INTO found;
    END IF;
    RETURN found;
END
$$;
REVOKE ALL ON FUNCTION draft_key_of(bigint, text, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION draft_key_of(bigint, text, bytea) TO yizhan_app;
