-- The ISP's clients, as its billing system knows them. account_key is a keyed digest of the account id, of which there
-- is one client each. seq is for joins and the order of the list; it never leaves the database.
-- Sealed: account_id, name, phone, email, plan, address. Their row is the client's id.
CREATE TABLE clients (
  seq         INTEGER PRIMARY KEY,
  id          BLOB    NOT NULL UNIQUE,
  account_key BLOB    NOT NULL UNIQUE,
  account_id  BLOB    NOT NULL,
  name        BLOB    NOT NULL,
  phone       BLOB    NOT NULL,
  email       BLOB,
  plan        BLOB,
  address     BLOB,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  version     INTEGER NOT NULL
) STRICT;

-- Keyed tokens of names, numbers, addresses and account ids, with keys of their own. Row: a client's seq.
CREATE VIRTUAL TABLE client_search USING fts5 (
  tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
