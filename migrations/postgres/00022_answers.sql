-- Answers without a calendar program: a link for each notice, whose secret is
-- not kept, and the code that was mailed for one act behind it.
-- +goose Up
ALTER TABLE notices ADD COLUMN link text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX notices_link ON notices (link) WHERE link <> '';

CREATE TABLE answer_codes (
    link       text PRIMARY KEY,
    code       bytea NOT NULL CHECK (length(code) = 32),
    tries      bigint NOT NULL,
    expires_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE answer_codes;
DROP INDEX notices_link;
ALTER TABLE notices DROP COLUMN link;
