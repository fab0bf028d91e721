-- When everything personal was taken out of a ticket, a message or a note; NULL while it is there.
ALTER TABLE tickets ADD COLUMN erased_at BIGINT;
ALTER TABLE notifications ADD COLUMN erased_at BIGINT;
ALTER TABLE ticket_notes ADD COLUMN erased_at BIGINT;

-- What retention looks for, so that what it has dealt with is not read again: closed tickets (5), messages that wait no more,
-- and what somebody wrote.
CREATE INDEX tickets_to_erase ON tickets (updated_at) WHERE status = 5 AND erased_at IS NULL;
CREATE INDEX notifications_to_erase ON notifications (created_at) WHERE state NOT IN (0, 1) AND erased_at IS NULL;
CREATE INDEX ticket_notes_to_erase ON ticket_notes (actor, at) WHERE erased_at IS NULL;

-- Vouches for a row of the history whose text was taken out: a keyed digest of what is left of it and of its place.
ALTER TABLE audit_events ADD COLUMN redacted BYTEA;

-- Accounts of clients who were erased, as keyed digests, so that a file of the billing system does not bring them back.
CREATE TABLE erased_accounts (
  account_key BYTEA    NOT NULL PRIMARY KEY,
  erased_at   BIGINT NOT NULL
);

-- Holds: what is not to be erased, of a client or of one ticket, until a day or until somebody ends it. client_id names no
-- row for ever, since clients can be erased after the hold has ended. Sealed: reason.
CREATE TABLE legal_holds (
  id        BYTEA    NOT NULL PRIMARY KEY,
  client_id BYTEA,
  ticket_id BYTEA REFERENCES tickets (id),
  reason    BYTEA    NOT NULL,
  placed_at BIGINT NOT NULL,
  placed_by BYTEA    NOT NULL REFERENCES users (id),
  until     BIGINT,
  ended_at  BIGINT,
  ended_by  BYTEA REFERENCES users (id)
);
