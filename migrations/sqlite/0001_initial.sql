-- Times are milliseconds since the epoch, enumerations small integers in their sort order, ids UUIDv7 as 16 bytes.
-- A column that holds a sealed cell is named in the comment; its associated data is (table, column, row).

CREATE TABLE meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Sealed: email, name, phone.
CREATE TABLE users (
  id          BLOB    NOT NULL PRIMARY KEY,
  email       BLOB    NOT NULL,
  email_token INTEGER NOT NULL UNIQUE,
  name        BLOB    NOT NULL,
  phone       BLOB,
  role        INTEGER NOT NULL,
  password    TEXT,
  enabled     INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  token_hash   BLOB    NOT NULL PRIMARY KEY,
  id           BLOB    NOT NULL UNIQUE,
  user_id      BLOB    NOT NULL REFERENCES users (id),
  agent        TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE api_tokens (
  token_hash   BLOB    NOT NULL PRIMARY KEY,
  id           BLOB    NOT NULL UNIQUE,
  user_id      BLOB    NOT NULL REFERENCES users (id),
  name         TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER,
  last_used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_tokens_user ON api_tokens (user_id);

-- One row for each account and each address that lately failed; the subject is a keyed token of either.
CREATE TABLE login_attempts (
  subject       INTEGER NOT NULL PRIMARY KEY,
  failures      INTEGER NOT NULL,
  last_at       INTEGER NOT NULL,
  blocked_until INTEGER NOT NULL
) STRICT;

-- Answers to requests that carried an Idempotency-Key, for 24 hours. Sealed: answer.
CREATE TABLE idempotency (
  key_hash   BLOB    NOT NULL PRIMARY KEY,
  body_hash  BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  answer     BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (created_at);

-- What filters and sorts look at: narrow rows, so that many are on a page. id is a UUIDv7 made at created_at, so that its
-- order is the order of logging. seq is for joins only; it never leaves the database.
CREATE TABLE tickets (
  seq         INTEGER PRIMARY KEY,
  id          BLOB    NOT NULL,
  ticket_ref  TEXT    NOT NULL,
  issue_type  TEXT    NOT NULL,
  status      INTEGER NOT NULL,
  priority    INTEGER NOT NULL,
  assigned_to BLOB REFERENCES users (id),
  assigned_at INTEGER,
  created_by  BLOB    NOT NULL REFERENCES users (id),
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  version     INTEGER NOT NULL
) STRICT;
-- An index for each sort, that of id for the time of logging; and for each filter one that gives its tickets by their
-- last change, and answers the other filters too, so that no row is read to be passed over.
CREATE UNIQUE INDEX tickets_id ON tickets (id);
CREATE UNIQUE INDEX tickets_ref ON tickets (ticket_ref);
CREATE INDEX tickets_updated ON tickets (updated_at, id);
CREATE INDEX tickets_status ON tickets (status, id);
CREATE INDEX tickets_priority ON tickets (priority, id, status);
CREATE INDEX tickets_of_status ON tickets (status, updated_at, id, priority, assigned_to, issue_type);
CREATE INDEX tickets_of_assignee ON tickets (assigned_to, updated_at, id, status, priority, issue_type);
CREATE INDEX tickets_of_type ON tickets (issue_type, updated_at, id, status, priority, assigned_to);

-- Sealed: client_name, client_phone, client_email, client_account_id, description. Their row is the ticket's id.
CREATE TABLE ticket_texts (
  seq               INTEGER PRIMARY KEY REFERENCES tickets (seq),
  client_name       BLOB    NOT NULL,
  client_phone      BLOB    NOT NULL,
  client_email      BLOB,
  client_account_id BLOB,
  description       BLOB    NOT NULL
) STRICT;

-- Everything that happened, in order of (version, part). status is set where the event set one. Sealed: detail.
CREATE TABLE ticket_events (
  ticket_id BLOB    NOT NULL REFERENCES tickets (id),
  version   INTEGER NOT NULL,
  part      INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  actor     BLOB    NOT NULL REFERENCES users (id),
  kind      INTEGER NOT NULL,
  status    INTEGER,
  detail    BLOB,
  PRIMARY KEY (ticket_id, version, part)
) STRICT, WITHOUT ROWID;

-- Sealed: content.
CREATE TABLE ticket_notes (
  ticket_id BLOB    NOT NULL REFERENCES tickets (id),
  version   INTEGER NOT NULL,
  id        BLOB    NOT NULL UNIQUE,
  at        INTEGER NOT NULL,
  actor     BLOB    NOT NULL REFERENCES users (id),
  content   BLOB    NOT NULL,
  PRIMARY KEY (ticket_id, version)
) STRICT, WITHOUT ROWID;

-- Keyed tokens of names, words, numbers: what search looks up. Row: a ticket's seq * 2^20 + part, where part 0 is the
-- record and any other is the version of a note, so that an edit or a note replaces or adds its own row alone.
CREATE VIRTUAL TABLE ticket_search USING fts5 (
  tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

-- The outbox. Sealed: recipient, text. lease is a fencing number: only its holder may settle the row.
-- addressed_in is the round since which the recipient is the present one.
CREATE TABLE notifications (
  id                 BLOB    NOT NULL PRIMARY KEY,
  ticket_id          BLOB    NOT NULL REFERENCES tickets (id),
  kind               INTEGER NOT NULL,
  revision           INTEGER NOT NULL,
  channel            TEXT    NOT NULL,
  recipient          BLOB    NOT NULL,
  recipient_token    INTEGER NOT NULL,
  text               BLOB    NOT NULL,
  segments           INTEGER NOT NULL,
  state              INTEGER NOT NULL,
  reason             TEXT,
  attempts           INTEGER NOT NULL,
  round              INTEGER NOT NULL,
  addressed_in       INTEGER NOT NULL,
  doubts             INTEGER NOT NULL,
  due_at             INTEGER NOT NULL,
  undo_until         INTEGER,
  expires_at         INTEGER NOT NULL,
  lease              INTEGER NOT NULL,
  lease_until        INTEGER,
  gateway            TEXT,
  gateway_message_id TEXT,
  created_at         INTEGER NOT NULL,
  sent_at            INTEGER,
  settled_at         INTEGER,
  UNIQUE (ticket_id, kind, revision, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX notifications_due ON notifications (due_at) WHERE state IN (0, 1);
CREATE INDEX notifications_state ON notifications (state, created_at) WHERE state NOT IN (0, 1);

-- Each change of a notification's state. reason is ours or the gateway's code, never personal text.
CREATE TABLE notification_events (
  notification_id BLOB    NOT NULL REFERENCES notifications (id),
  n               INTEGER NOT NULL,
  at              INTEGER NOT NULL,
  state           INTEGER NOT NULL,
  reason          TEXT,
  actor           BLOB REFERENCES users (id),
  PRIMARY KEY (notification_id, n)
) STRICT, WITHOUT ROWID;

-- How far numbers have used up their automatic replies: when each may have all of them again.
CREATE TABLE inbound_replies (
  number_token INTEGER NOT NULL PRIMARY KEY,
  full_at      INTEGER NOT NULL
) STRICT;

-- Numbers that said STOP.
CREATE TABLE opt_outs (
  number_token INTEGER NOT NULL PRIMARY KEY,
  stopped_at   INTEGER NOT NULL
) STRICT;

-- Named filters of the list. Sealed: name, query.
CREATE TABLE saved_views (
  id         BLOB    NOT NULL PRIMARY KEY,
  owner      BLOB    NOT NULL REFERENCES users (id),
  shared     INTEGER NOT NULL,
  name       BLOB    NOT NULL,
  query      BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX saved_views_owner ON saved_views (owner);
CREATE INDEX saved_views_shared ON saved_views (shared);

-- What no ticket's own history shows, such as exports. Rows are only ever added: what ends something is a row of its
-- own. actor is NULL for what the product did by itself. Sealed: detail.
CREATE TABLE audit_events (
  seq    INTEGER PRIMARY KEY,
  id     BLOB    NOT NULL UNIQUE,
  at     INTEGER NOT NULL,
  actor  BLOB REFERENCES users (id),
  kind   INTEGER NOT NULL,
  detail BLOB    NOT NULL
) STRICT;
