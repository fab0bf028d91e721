-- MACs that bind what lets somebody in to the keys: see src/staff/bond.rs. Rows of before get theirs at the next start.
ALTER TABLE users ADD COLUMN mac BLOB;
ALTER TABLE sessions ADD COLUMN mac BLOB;
ALTER TABLE api_tokens ADD COLUMN mac BLOB;
ALTER TABLE password_links ADD COLUMN mac BLOB;
ALTER TABLE identities ADD COLUMN mac BLOB;
ALTER TABLE authenticators ADD COLUMN mac BLOB;
ALTER TABLE recovery_codes ADD COLUMN mac BLOB;
-- The hash of a password, sealed. What stands in `password` moves here at the next start.
ALTER TABLE users ADD COLUMN password_hash BLOB;
