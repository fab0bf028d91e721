-- notifications_due, notifications_waiting and gateway_health are for the version before alone: the next one drops them.

-- What is due, by its channel: one that is far behind must not be read through to see whether another has anything to do.
CREATE INDEX notifications_ready ON notifications (channel, due_at) WHERE state IN (0, 1);

-- What waits, counted for a channel without reading the messages themselves.
CREATE INDEX notifications_backlog ON notifications (created_at, id, state, channel) WHERE state IN (0, 1);

-- What was taken and never reported on: looked for each hour, among all that ever was.
CREATE INDEX notifications_unreported ON notifications (channel, sent_at) WHERE state = 2;

-- The round whose message was counted against what a number may get and what may be sent in a day; 0 before. A further try
-- is not counted again.
ALTER TABLE notifications ADD COLUMN counted_in INTEGER NOT NULL DEFAULT 0;
