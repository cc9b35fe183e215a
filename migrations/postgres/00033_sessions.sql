-- Sessions of browsers: the SHA-256 of the cookie, and what belongs to it.
-- +goose Up
CREATE TABLE sessions (
    token      text PRIMARY KEY,
    data       jsonb NOT NULL,
    seen_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- +goose Down
DROP TABLE sessions;
