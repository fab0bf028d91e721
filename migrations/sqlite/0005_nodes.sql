-- What only one node at a time does, such as the hourly sweep: done again from `due_at` on.
CREATE TABLE schedules (
  name   TEXT    NOT NULL PRIMARY KEY,
  due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- For engines with several writers: transactions that take the same turn come one after another.
CREATE TABLE turns (
  name TEXT    NOT NULL PRIMARY KEY,
  n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The nodes that serve, and the schema each knows: while an older one lives, nothing that it needs may go.
CREATE TABLE nodes (
  id      BLOB    NOT NULL PRIMARY KEY,
  schema  INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How the gateway does as each node sees it: since when it fails, if it does, and when it last did and did not; no `reason`
-- where it refuses our log-in.
CREATE TABLE gateway_health (
  node     BLOB    NOT NULL PRIMARY KEY,
  since    INTEGER,
  reason   TEXT,
  error_at INTEGER,
  ok_at    INTEGER,
  seen_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
