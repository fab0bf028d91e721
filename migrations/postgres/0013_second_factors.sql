-- What users prove beside their password. kind: 1 an authenticator app (TOTP, RFC 6238), 2 a passkey (WebAuthn).
-- Sealed: name, secret (an app's key; a passkey's public key and counter, as JSON).
-- credential is a keyed token of a passkey's id; last_step is the newest step of an app whose code was used.
CREATE TABLE authenticators (
  id           BYTEA   NOT NULL PRIMARY KEY,
  user_id      BYTEA   NOT NULL REFERENCES users (id),
  kind         BIGINT NOT NULL,
  name         BYTEA   NOT NULL,
  secret       BYTEA   NOT NULL,
  credential   BIGINT UNIQUE,
  last_step    BIGINT,
  created_at   BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX authenticators_user ON authenticators (user_id);

-- Recovery codes that are left, each hashed as a password is; a used one is deleted.
CREATE TABLE recovery_codes (
  user_id BYTEA   NOT NULL REFERENCES users (id),
  place   BIGINT NOT NULL,
  hash    TEXT    COLLATE "C" NOT NULL,
  PRIMARY KEY (user_id, place)
);

-- Challenges of passkeys that were answered, until they end by themselves: each is good once.
CREATE TABLE spent_challenges (
  hash  BYTEA   NOT NULL PRIMARY KEY,
  until BIGINT NOT NULL
);
CREATE INDEX spent_challenges_until ON spent_challenges (until);

-- When its user last proved who they are, and whether by two factors.
ALTER TABLE sessions ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN strong BIGINT NOT NULL DEFAULT 0;
