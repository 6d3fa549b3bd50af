-- Telephone: the tables of the gateway are nobody's but the gateway's; workers reach them by its functions alone.

ALTER TABLE branch_pbx ENABLE ROW LEVEL SECURITY;
ALTER TABLE telephone_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_ring ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_dial ENABLE ROW LEVEL SECURITY;
CREATE POLICY telephone_line_tail ON telephone_line FOR SELECT TO yizhan_tail USING (true);
CREATE POLICY call_ring_tail ON call_ring FOR SELECT TO yizhan_tail USING (true);
