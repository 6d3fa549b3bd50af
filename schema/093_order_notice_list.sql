-- Notices are listed by when they came; those that wait are a state of their own, which has its index.
DROP INDEX order_notice_queue;
CREATE INDEX order_notice_received ON order_notice (branch_id, received_at, id);
