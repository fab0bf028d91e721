-- Photos that came with notes. Sealed: data, the picture (JPEG) in pieces, so that whatever reads rows by the hundred needs
-- little memory for them. version is the note's.
CREATE TABLE photos (
  id        BYTEA NOT NULL PRIMARY KEY,
  ticket_id BYTEA NOT NULL REFERENCES tickets (id),
  version   BIGINT NOT NULL,
  width     BIGINT NOT NULL,
  height    BIGINT NOT NULL
);
CREATE INDEX photos_ticket ON photos (ticket_id);

CREATE TABLE photo_parts (
  photo_id BYTEA NOT NULL REFERENCES photos (id),
  part     BIGINT NOT NULL,
  data     BYTEA NOT NULL,
  PRIMARY KEY (photo_id, part)
);
