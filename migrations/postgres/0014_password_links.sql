-- Links by which a user chooses a password, each good once; a new one takes the place of the one before of its kind. Only the
-- hash of what stands in the link is kept.
CREATE TABLE password_links (
  user_id    BYTEA    NOT NULL REFERENCES users (id),
  kind       BIGINT NOT NULL,
  token_hash BYTEA    NOT NULL UNIQUE,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, kind)
);

-- Mails to the staff that wait to go. Sealed: recipient, text. Without a text it is the wish of somebody for a new password, which
-- becomes a mail only if the address is a user's.
CREATE TABLE staff_mails (
  id         BYTEA    NOT NULL PRIMARY KEY,
  user_id    BYTEA REFERENCES users (id),
  recipient  BYTEA    NOT NULL,
  text       BYTEA,
  language   TEXT COLLATE "C" NOT NULL,
  due_at     BIGINT NOT NULL,
  attempts   BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX staff_mails_due ON staff_mails (due_at);

-- Whether somebody else chose the password, so that its owner has to choose another; and the language that they last read in.
ALTER TABLE users ADD COLUMN must_change BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN language TEXT COLLATE "C";
