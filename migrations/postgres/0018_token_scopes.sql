-- What a token may be used for: names of scopes, parted by blanks. Those of before are for all that their owners may do.
ALTER TABLE api_tokens ADD COLUMN scopes TEXT COLLATE "C" NOT NULL DEFAULT 'admin';
-- Whether their owner was told that they end soon.
ALTER TABLE api_tokens ADD COLUMN end_told BIGINT NOT NULL DEFAULT 0;
-- Whether a mail carries a link, which is taken back when the link ends. A warning is not.
ALTER TABLE staff_mails ADD COLUMN has_link BIGINT NOT NULL DEFAULT 1;
