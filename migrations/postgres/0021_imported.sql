-- Where tickets came from that were imported from another help desk. Sealed: reference, the number they had there.
-- source_key is a keyed digest of help desk and number, by which a later export finds the ticket again, and stays when the
-- ticket is erased; digest, a keyed one of the row that the ticket was made from last, and version the version that this made.
CREATE TABLE imported_tickets (
  ticket_id  BYTEA  NOT NULL PRIMARY KEY REFERENCES tickets (id),
  source     TEXT   NOT NULL,
  source_key BYTEA  NOT NULL UNIQUE,
  reference  BYTEA  NOT NULL,
  digest     BYTEA  NOT NULL,
  version    BIGINT NOT NULL
);
