-- Run once by a superuser on the maintenance database, after setup_cluster.sql. One statement on its own, because
-- CREATE DATABASE cannot share a transaction. C.UTF-8 keeps plain comparisons fast; names sort COLLATE "zh-x-icu".
CREATE DATABASE yizhan OWNER yizhan_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
