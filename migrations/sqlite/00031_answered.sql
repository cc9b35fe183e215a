-- Answers to requests that carried an Idempotency-Key: the same key of the same
-- caller gets the same answer and has its effect once. A key without an answer
-- is being worked on.
-- +goose Up
CREATE TABLE answered (
    actor      TEXT NOT NULL,
    key        TEXT NOT NULL,
    request    BLOB NOT NULL CHECK (length(request) = 32),
    status     INTEGER NOT NULL,
    header     TEXT NOT NULL,
    body       BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (actor, key)
) STRICT;
CREATE INDEX answered_created ON answered (created_at);

-- +goose Down
DROP TABLE answered;
