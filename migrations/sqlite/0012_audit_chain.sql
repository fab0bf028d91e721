-- A keyed digest of each row and of the digest before: a row that is changed, taken out or put in breaks it. NULL in rows that are
-- older than this.
ALTER TABLE audit_events ADD COLUMN link BLOB;
