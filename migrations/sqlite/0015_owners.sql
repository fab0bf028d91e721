-- An admin who looks after users, settings, keys and the audit history. Whoever was an admin could, so they stay able to.
ALTER TABLE users ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;
UPDATE users SET owner = 1 WHERE role = 0;
