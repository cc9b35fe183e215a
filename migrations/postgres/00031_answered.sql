-- Answers to requests that carried an Idempotency-Key: the same key of the same
-- caller gets the same answer and has its effect once. A key without an answer
-- is being worked on.
-- +goose Up
CREATE TABLE answered (
    actor      text NOT NULL,
    key        text NOT NULL,
    request    bytea NOT NULL CHECK (length(request) = 32),
    status     bigint NOT NULL,
    header     text NOT NULL,
    body       bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (actor, key)
);
CREATE INDEX answered_created ON answered (created_at);

-- +goose Down
DROP TABLE answered;
