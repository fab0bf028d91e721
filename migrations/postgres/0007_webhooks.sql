-- Gateways that are turned off once they have failed steadily, and how far each has come to that: failures in a row, since
-- when, in milliseconds, and when it was turned off and why, if it was. `mark` tells the settings it failed with from others.
CREATE TABLE gateway_failures (
  gateway  TEXT    COLLATE "C" NOT NULL PRIMARY KEY,
  mark     TEXT    COLLATE "C" NOT NULL,
  failures BIGINT  NOT NULL,
  since    BIGINT  NOT NULL,
  off_at   BIGINT,
  reason   TEXT    COLLATE "C"
);
