-- What users prove beside their password. kind: 1 an authenticator app (TOTP, RFC 6238), 2 a passkey (WebAuthn).
-- Sealed: name, secret (an app's key; a passkey's public key and counter, as JSON).
-- credential is a keyed token of a passkey's id; last_step is the newest step of an app whose code was used.
CREATE TABLE authenticators (
  id           BLOB    NOT NULL PRIMARY KEY,
  user_id      BLOB    NOT NULL REFERENCES users (id),
  kind         INTEGER NOT NULL,
  name         BLOB    NOT NULL,
  secret       BLOB    NOT NULL,
  credential   INTEGER UNIQUE,
  last_step    INTEGER,
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX authenticators_user ON authenticators (user_id);

-- Recovery codes that are left, each hashed as a password is; a used one is deleted.
CREATE TABLE recovery_codes (
  user_id BLOB    NOT NULL REFERENCES users (id),
  place   INTEGER NOT NULL,
  hash    TEXT    NOT NULL,
  PRIMARY KEY (user_id, place)
) STRICT, WITHOUT ROWID;

-- Challenges of passkeys that were answered, until they end by themselves: each is good once.
CREATE TABLE spent_challenges (
  hash  BLOB    NOT NULL PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_challenges_until ON spent_challenges (until);

-- When its user last proved who they are, and whether by two factors.
ALTER TABLE sessions ADD COLUMN proved_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN strong INTEGER NOT NULL DEFAULT 0;
