-- Who sees only orders of their own has no branch in scope, and so none of the trail; of these orders they see it.
CREATE POLICY change_own ON change FOR SELECT TO yizhan_app
    USING (entity = 'rescue' AND EXISTS (SELECT FROM rescue_order o
           WHERE o.id = row_id AND o.driver_id = nullif(current_setting('app.self', true), '')::bigint));
