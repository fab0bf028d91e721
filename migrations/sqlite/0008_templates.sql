-- Of registered templates: whether they are registered as Unicode (1) or as text (0), and the characters that variables have
-- at most, such as `ref=30,issue=20`.
ALTER TABLE message_templates ADD COLUMN as_unicode INTEGER;
ALTER TABLE message_templates ADD COLUMN caps TEXT;
