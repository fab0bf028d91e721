-- The newest data key that a node has, and the one that it seals with: a key is not used before every node has it.
ALTER TABLE nodes ADD COLUMN newest_key INTEGER;
ALTER TABLE nodes ADD COLUMN active_key INTEGER;
