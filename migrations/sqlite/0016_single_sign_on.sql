-- Who somebody is at the provider of single sign-on: a keyed token of issuer and subject.
CREATE TABLE identities (
  subject_key BLOB    NOT NULL PRIMARY KEY,
  user_id     BLOB    NOT NULL REFERENCES users (id),
  created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_user ON identities (user_id);

-- Sign-ins and logout tokens of the provider that have been used, until they are too old to come again.
CREATE TABLE used_once (
  used_key BLOB    NOT NULL PRIMARY KEY,
  until    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX used_once_age ON used_once (until);

-- Of a session that the provider opened: by which identity, and a keyed token of its own session.
ALTER TABLE sessions ADD COLUMN identity BLOB;
ALTER TABLE sessions ADD COLUMN provider_sid BLOB;
CREATE INDEX sessions_identity ON sessions (identity) WHERE identity IS NOT NULL;
CREATE INDEX sessions_provider ON sessions (provider_sid) WHERE provider_sid IS NOT NULL;
