-- The request that brought a message about, by the id that its log lines have. It says nothing of anybody.
ALTER TABLE notifications ADD COLUMN request_id TEXT;
