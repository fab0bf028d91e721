-- What a token may be used for: names of scopes, parted by blanks. Those of before are for all that their owners may do.
ALTER TABLE api_tokens ADD COLUMN scopes TEXT NOT NULL DEFAULT 'admin';
