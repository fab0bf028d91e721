-- Who of the clients has to be called, since an SMS did not reach them: one row for each such message, until somebody
-- has called, it is sent again, or a report says that it arrived after all.
CREATE TABLE undelivered (
  notification_id BYTEA   NOT NULL PRIMARY KEY REFERENCES notifications (id),
  ticket_id       BYTEA   NOT NULL REFERENCES tickets (id),
  since           BIGINT  NOT NULL
);
CREATE INDEX undelivered_since ON undelivered (since);

-- 4 and 5 are failed and unknown, 6 is suppressed.
INSERT INTO undelivered (notification_id, ticket_id, since)
SELECT id, ticket_id, COALESCE(settled_at, created_at) FROM notifications
WHERE state NOT IN (0, 1) AND (state IN (4, 5) OR (state = 6 AND reason IN ('opted out', 'no SMS number')));

-- What waits, by its time, as notifications_state has all else.
CREATE INDEX notifications_waiting ON notifications (created_at, id, state) WHERE state IN (0, 1);

-- Reports: when tickets became Fixed (4), and the few times that this was undone (2).
CREATE INDEX ticket_events_fixed ON ticket_events (at, ticket_id, version, kind, status) WHERE status = 4;
CREATE INDEX ticket_events_undone ON ticket_events (ticket_id, version) WHERE kind = 2;
