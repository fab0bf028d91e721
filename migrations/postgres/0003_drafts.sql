-- What admins have typed into a form and not sent yet, one row for each of them and form, for a day. key_token is of the
-- form's idempotency key. Sealed: fields, whose row is owner and form. Without fields the form has been sent or given up:
-- a save that comes late, under the same key, must not bring it back.
CREATE TABLE drafts (
  owner     BYTEA   NOT NULL REFERENCES users (id),
  form      TEXT    COLLATE "C" NOT NULL,
  key_token BIGINT  NOT NULL,
  fields    BYTEA,
  saved_at  BIGINT  NOT NULL,
  PRIMARY KEY (owner, form)
);
CREATE INDEX drafts_age ON drafts (saved_at);
