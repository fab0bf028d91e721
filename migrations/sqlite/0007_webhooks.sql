-- Gateways that are turned off once they have failed steadily, and how far each has come to that: failures in a row, since
-- when, in milliseconds, and when it was turned off and why, if it was. `mark` tells the settings it failed with from others.
CREATE TABLE gateway_failures (
  gateway  TEXT    NOT NULL PRIMARY KEY,
  mark     TEXT    NOT NULL,
  failures INTEGER NOT NULL,
  since    INTEGER NOT NULL,
  off_at   INTEGER,
  reason   TEXT
) STRICT, WITHOUT ROWID;
