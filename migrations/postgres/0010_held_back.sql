-- Since when a day has had as many segments as it may; NULL while it has room. The desk is told of it.
ALTER TABLE sms_spend ADD COLUMN full_at BIGINT;

-- What people, the hour and the day's limit hold back, told apart from what waits for a gateway.
CREATE INDEX notifications_held ON notifications (channel)
    WHERE state = 0 AND reason IN ('quiet hours', 'the number has had as many as it may get in a day', 'as many as may be sent in a day have been sent');
