-- Answers without a calendar program: a link for each notice, whose secret is
-- not kept, and the code that was mailed for one act behind it.
-- +goose Up
ALTER TABLE notices ADD COLUMN link TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX notices_link ON notices (link) WHERE link <> '';

CREATE TABLE answer_codes (
    link       TEXT PRIMARY KEY,
    code       BLOB NOT NULL CHECK (length(code) = 32),
    tries      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE answer_codes;
DROP INDEX notices_link;
ALTER TABLE notices DROP COLUMN link;
