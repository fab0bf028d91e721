-- Ends the present part of the four largest tables and begins a new one: see "Old tickets" in scaling.md.
-- To be run by the owner of the tables, once a year or so: psql --single-transaction -f partitions.sql URL
--
-- No row moves, and all parts stay writable. Servers may run: who writes or reads these tables waits while their rows are
-- checked once, and gets 503 if that takes longer than 15 seconds. If it ends with an error, nothing has changed.
DO $$
DECLARE
  began  timestamptz := clock_timestamp();
  part   text := to_char(began AT TIME ZONE 'UTC', 'YYYYMMDD_HH24MISS_US');
  -- Ids begin with their time in milliseconds (RFC 9562, version 7). Whatever is stored already is before this.
  time   bytea := decode(lpad(to_hex(CAST(extract(epoch FROM began) * 1000 AS bigint)), 12, '0'), 'hex');
  one    record;
  newest text;
  upto   text;
  last   record;
  defs   text[];
  def    text;
BEGIN
  -- In the order in which tickets are stored, so that nobody waits for us while we wait for them.
  LOCK TABLE users, tickets IN SHARE ROW EXCLUSIVE MODE;
  LOCK TABLE ticket_texts, ticket_search, ticket_events IN ACCESS EXCLUSIVE MODE;
  LOCK TABLE notifications IN SHARE ROW EXCLUSIVE MODE;
  LOCK TABLE notification_events IN ACCESS EXCLUSIVE MODE;
  FOR one IN SELECT * FROM (VALUES
    ('ticket_texts', 'seq'), ('ticket_search', 'ticket'), ('ticket_events', 'ticket_id'),
    ('notification_events', 'notification_id')) AS big (name, key)
  LOOP
    EXECUTE format('SELECT %I FROM %I ORDER BY %I DESC LIMIT 1', one.key, one.name, one.key) INTO newest;
    upto := CASE WHEN one.key IN ('seq', 'ticket') THEN (coalesce(newest, '0')::bigint + 1)::text
      ELSE quote_literal(greatest(time, coalesce(newest, '')::bytea || '\x00')) END;
    IF (SELECT relkind FROM pg_class WHERE oid = to_regclass(one.name)) = 'r' THEN
      -- The names of constraints and indexes go over to the new table, where later migrations look for them.
      defs := ARRAY(SELECT format('ALTER TABLE %I ADD CONSTRAINT %I %s', one.name, conname, pg_get_constraintdef(oid))
                    FROM pg_constraint WHERE conrelid = to_regclass(one.name) AND contype IN ('p', 'u', 'f', 'c') ORDER BY contype DESC)
        || ARRAY(SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = to_regclass(one.name)
                 AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid));
      FOR def IN
        SELECT format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I', one.name, conname, conname || '_first')
          FROM pg_constraint WHERE conrelid = to_regclass(one.name) AND contype IN ('p', 'u', 'f', 'c')
        UNION ALL
        SELECT format('ALTER INDEX %I RENAME TO %I', c.relname, c.relname || '_first')
          FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass(one.name)
          AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
      LOOP
        EXECUTE def;
      END LOOP;
      EXECUTE format('ALTER TABLE %I RENAME TO %I', one.name, one.name || '_first');
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING STORAGE) PARTITION BY RANGE (%I)',
        one.name, one.name || '_first', one.key);
      FOREACH def IN ARRAY defs LOOP
        EXECUTE def;
      END LOOP;
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%s)', one.name, one.name || '_first', upto);
    ELSE
      SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound INTO STRICT last
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = to_regclass(one.name) AND pg_get_expr(c.relpartbound, c.oid) LIKE '%TO (MAXVALUE)';
      EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', one.name, last.name);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I %s', one.name, last.name,
        replace(last.bound, 'TO (MAXVALUE)', format('TO (%s)', upto)));
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (MAXVALUE)', one.name || '_' || part, one.name, upto);
    -- Of a table in parts the engine learns nothing by itself.
    EXECUTE format('ANALYZE %I', one.name);
  END LOOP;
END $$;
