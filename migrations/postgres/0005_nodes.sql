-- What only one node at a time does, such as the hourly sweep: done again from `due_at` on.
CREATE TABLE schedules (
  name   TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
  due_at BIGINT NOT NULL
);

-- For engines with several writers: transactions that take the same turn come one after another.
CREATE TABLE turns (
  name TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
  n    BIGINT NOT NULL
);

-- The nodes that serve, and the schema each knows: while an older one lives, nothing that it needs may go.
CREATE TABLE nodes (
  id      BYTEA  NOT NULL PRIMARY KEY,
  schema  BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);

-- How the gateway does as each node sees it: since when it fails, if it does, and when it last did and did not; no `reason`
-- where it refuses our log-in.
CREATE TABLE gateway_health (
  node     BYTEA  NOT NULL PRIMARY KEY,
  since    BIGINT,
  reason   TEXT COLLATE "C",
  error_at BIGINT,
  ok_at    BIGINT,
  seen_at  BIGINT NOT NULL
);
