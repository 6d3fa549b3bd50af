-- Whether somebody logs in with a one-time code, for himself to see: the secret stays where it is.
CREATE FUNCTION employee_security(p_employee bigint, OUT totp boolean, OUT password_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.totp_secret IS NOT NULL, e.password_at FROM employee e WHERE e.id = p_employee
$$;
GRANT EXECUTE ON FUNCTION employee_security(bigint) TO yizhan_app;
