-- The order in which messages leave: rank 0 first, and of a rank the oldest. passed: the gateways that refused it or were
-- away, so that the next one gets it; `!` after those that refused it for good. registered: the ids of the registered
-- template that it follows, where the country has such.
ALTER TABLE notifications ADD COLUMN rank INTEGER NOT NULL DEFAULT 2;
ALTER TABLE notifications ADD COLUMN passed TEXT NOT NULL DEFAULT '';
ALTER TABLE notifications ADD COLUMN registered TEXT;
CREATE INDEX notifications_lane ON notifications (channel, rank, id, due_at, state, lease_until) WHERE state IN (0, 1);
-- What may have gone already, of which there is little: it is looked for while all else waits for its gateway.
CREATE INDEX notifications_doubtful ON notifications (channel, due_at)
WHERE state IN (0, 1) AND (state = 1 OR doubts > 0);

-- Which gateway was tried.
ALTER TABLE notification_events ADD COLUMN gateway TEXT;

-- What gateways call the parts of messages, for those that report by their own ids. A report may come before the answer
-- that tells whose id it is: it then waits here without a notification. verdict as in the code: 1 accepted, 2 delivered,
-- 3 failed.
CREATE TABLE message_parts (
  gateway         TEXT    NOT NULL,
  message_id      TEXT    NOT NULL,
  notification_id BLOB,
  round           INTEGER,
  verdict         INTEGER,
  code            TEXT,
  at              INTEGER NOT NULL,
  PRIMARY KEY (gateway, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_parts_of ON message_parts (notification_id, round);
CREATE INDEX message_parts_age ON message_parts (at);

-- How each gateway does as each node sees it: since when it fails, if it does, and when it last did and did not; no
-- `reason` where it refuses our log-in. It takes the place of gateway_health, which nodes of the version before still use.
CREATE TABLE gateway_states (
  node     BLOB    NOT NULL,
  gateway  TEXT    NOT NULL,
  since    INTEGER,
  reason   TEXT,
  error_at INTEGER,
  ok_at    INTEGER,
  seen_at  INTEGER NOT NULL,
  PRIMARY KEY (node, gateway)
) STRICT, WITHOUT ROWID;

-- Who said STOP, and how: by SMS (0), through the gateway (1) or to somebody of the staff (2), who is the actor.
ALTER TABLE opt_outs ADD COLUMN via INTEGER NOT NULL DEFAULT 0;
ALTER TABLE opt_outs ADD COLUMN actor BLOB REFERENCES users (id);

-- What clients wrote that has been dealt with, by the gateway's id or a keyed digest, so that it is not twice.
CREATE TABLE inbound_seen (
  gateway TEXT    NOT NULL,
  key     BLOB    NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (gateway, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbound_seen_age ON inbound_seen (at);

-- How far numbers have used up the messages that they may get: when each may have all of them again.
CREATE TABLE number_limits (
  number_token INTEGER NOT NULL PRIMARY KEY,
  full_at      INTEGER NOT NULL
) STRICT;

-- SMS segments handed to gateways on each day of the ISP's zone.
CREATE TABLE sms_spend (
  day      TEXT    NOT NULL PRIMARY KEY,
  segments INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The wording of messages where the ISP has its own: rows are only added, and the newest version counts. No body: the
-- built-in wording again. The last three are those of registered templates, such as India's DLT.
CREATE TABLE message_templates (
  kind        INTEGER NOT NULL,
  channel     TEXT    NOT NULL,
  language    TEXT    NOT NULL,
  version     INTEGER NOT NULL,
  body        TEXT,
  entity      TEXT,
  header      TEXT,
  template_id TEXT,
  at          INTEGER NOT NULL,
  actor       BLOB    NOT NULL REFERENCES users (id),
  PRIMARY KEY (kind, channel, language, version)
) STRICT, WITHOUT ROWID;
