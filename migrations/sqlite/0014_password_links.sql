-- Links by which a user chooses a password, each good once; a new one takes the place of the one before of its kind. Only the
-- hash of what stands in the link is kept.
CREATE TABLE password_links (
  user_id    BLOB    NOT NULL REFERENCES users (id),
  kind       INTEGER NOT NULL,
  token_hash BLOB    NOT NULL UNIQUE,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, kind)
) STRICT, WITHOUT ROWID;

-- Mails to the staff that wait to go. Sealed: recipient, text. Without a text it is the wish of somebody for a new password, which
-- becomes a mail only if the address is a user's.
CREATE TABLE staff_mails (
  id         BLOB    NOT NULL PRIMARY KEY,
  user_id    BLOB REFERENCES users (id),
  recipient  BLOB    NOT NULL,
  text       BLOB,
  language   TEXT    NOT NULL,
  due_at     INTEGER NOT NULL,
  attempts   INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_mails_due ON staff_mails (due_at);

-- Whether somebody else chose the password, so that its owner has to choose another; and the language that they last read in.
ALTER TABLE users ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN language TEXT;
