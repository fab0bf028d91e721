-- The request that a mail to the staff was queued for, as messages to clients have it.
ALTER TABLE staff_mails ADD COLUMN request_id TEXT COLLATE "C";
