-- The order in which messages leave: rank 0 first, and of a rank the oldest. passed: the gateways that refused it or were
-- away, so that the next one gets it; `!` after those that refused it for good. registered: the ids of the registered
-- template that it follows, where the country has such.
ALTER TABLE notifications ADD COLUMN rank BIGINT NOT NULL DEFAULT 2;
ALTER TABLE notifications ADD COLUMN passed TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE notifications ADD COLUMN registered TEXT COLLATE "C";
CREATE INDEX notifications_lane ON notifications (channel, rank, id, due_at, state, lease_until) WHERE state IN (0, 1);
-- What may have gone already, of which there is little: it is looked for while all else waits for its gateway.
CREATE INDEX notifications_doubtful ON notifications (channel, due_at)
WHERE state IN (0, 1) AND (state = 1 OR doubts > 0);

-- Which gateway was tried.
ALTER TABLE notification_events ADD COLUMN gateway TEXT COLLATE "C";

-- What gateways call the parts of messages, for those that report by their own ids. A report may come before the answer
-- that tells whose id it is: it then waits here without a notification. verdict as in the code: 1 accepted, 2 delivered,
-- 3 failed.
CREATE TABLE message_parts (
  gateway         TEXT    COLLATE "C" NOT NULL,
  message_id      TEXT    COLLATE "C" NOT NULL,
  notification_id BYTEA,
  round           BIGINT,
  verdict         BIGINT,
  code            TEXT COLLATE "C",
  at              BIGINT NOT NULL,
  PRIMARY KEY (gateway, message_id)
);
CREATE INDEX message_parts_of ON message_parts (notification_id, round);
CREATE INDEX message_parts_age ON message_parts (at);

-- How each gateway does as each node sees it: since when it fails, if it does, and when it last did and did not; no
-- `reason` where it refuses our log-in. It takes the place of gateway_health, which nodes of the version before still use.
CREATE TABLE gateway_states (
  node     BYTEA    NOT NULL,
  gateway  TEXT    COLLATE "C" NOT NULL,
  since    BIGINT,
  reason   TEXT COLLATE "C",
  error_at BIGINT,
  ok_at    BIGINT,
  seen_at  BIGINT NOT NULL,
  PRIMARY KEY (node, gateway)
);

-- Who said STOP, and how: by SMS (0), through the gateway (1) or to somebody of the staff (2), who is the actor.
ALTER TABLE opt_outs ADD COLUMN via BIGINT NOT NULL DEFAULT 0;
ALTER TABLE opt_outs ADD COLUMN actor BYTEA REFERENCES users (id);

-- What clients wrote that has been dealt with, by the gateway's id or a keyed digest, so that it is not twice.
CREATE TABLE inbound_seen (
  gateway TEXT    COLLATE "C" NOT NULL,
  key     BYTEA    NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (gateway, key)
);
CREATE INDEX inbound_seen_age ON inbound_seen (at);

-- How far numbers have used up the messages that they may get: when each may have all of them again.
CREATE TABLE number_limits (
  number_token BIGINT NOT NULL PRIMARY KEY,
  full_at      BIGINT NOT NULL
);

-- SMS segments handed to gateways on each day of the ISP's zone.
CREATE TABLE sms_spend (
  day      TEXT    COLLATE "C" NOT NULL PRIMARY KEY,
  segments BIGINT NOT NULL
);

-- The wording of messages where the ISP has its own: rows are only added, and the newest version counts. No body: the
-- built-in wording again. The last three are those of registered templates, such as India's DLT.
CREATE TABLE message_templates (
  kind        BIGINT NOT NULL,
  channel     TEXT    COLLATE "C" NOT NULL,
  language    TEXT    COLLATE "C" NOT NULL,
  version     BIGINT NOT NULL,
  body        TEXT COLLATE "C",
  entity      TEXT COLLATE "C",
  header      TEXT COLLATE "C",
  template_id TEXT COLLATE "C",
  at          BIGINT NOT NULL,
  actor       BYTEA    NOT NULL REFERENCES users (id),
  PRIMARY KEY (kind, channel, language, version)
);
