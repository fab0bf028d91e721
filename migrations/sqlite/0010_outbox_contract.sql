-- notifications_ready, notifications_backlog and gateway_states have taken their places.
DROP INDEX notifications_due;
DROP INDEX notifications_waiting;
DROP TABLE gateway_health;
