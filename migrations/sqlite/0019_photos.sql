-- Photos that came with notes. Sealed: data, the picture (JPEG) in pieces, so that whatever reads rows by the hundred needs
-- little memory for them. version is the note's.
CREATE TABLE photos (
  id        BLOB NOT NULL PRIMARY KEY,
  ticket_id BLOB NOT NULL REFERENCES tickets (id),
  version   INTEGER NOT NULL,
  width     INTEGER NOT NULL,
  height    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX photos_ticket ON photos (ticket_id);

CREATE TABLE photo_parts (
  photo_id BLOB NOT NULL REFERENCES photos (id),
  part     INTEGER NOT NULL,
  data     BLOB NOT NULL,
  PRIMARY KEY (photo_id, part)
) STRICT, WITHOUT ROWID;
