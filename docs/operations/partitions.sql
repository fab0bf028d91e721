-- Ends the present part of the four largest tables and begins a new one: see "Old tickets" in scaling.md.
-- To be run by the owner of the tables, once a year or so: psql --single-transaction -f partitions.sql URL
--
-- No row moves, and all parts stay writable. Servers may run: they wait while the rows are checked once.
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
  refers record;
BEGIN
  LOCK TABLE ticket_texts, ticket_search, ticket_events, notification_events IN ACCESS EXCLUSIVE MODE;
  FOR one IN SELECT * FROM (VALUES
    ('ticket_texts', 'seq'), ('ticket_search', 'ticket'), ('ticket_events', 'ticket_id'),
    ('notification_events', 'notification_id')) AS big (name, key)
  LOOP
    EXECUTE format('SELECT %I FROM %I ORDER BY %I DESC LIMIT 1', one.key, one.name, one.key) INTO newest;
    upto := CASE WHEN one.key IN ('seq', 'ticket') THEN (coalesce(newest, '0')::bigint + 1)::text
      ELSE quote_literal(greatest(time, coalesce(newest, '')::bytea || '\x00')) END;
    IF (SELECT relkind FROM pg_class WHERE oid = to_regclass(one.name)) = 'r' THEN
      EXECUTE format('ALTER TABLE %I RENAME TO %I', one.name, one.name || '_first');
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) PARTITION BY RANGE (%I)', one.name, one.name || '_first', one.key);
      FOR refers IN SELECT pg_get_constraintdef(oid) AS def FROM pg_constraint
        WHERE conrelid = to_regclass(one.name || '_first') AND contype = 'f'
      LOOP
        EXECUTE format('ALTER TABLE %I ADD %s', one.name, refers.def);
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
  END LOOP;
END $$;
