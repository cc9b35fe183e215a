-- Sessions of browsers: the SHA-256 of the cookie, and what belongs to it.
-- +goose Up
CREATE TABLE sessions (
    token      TEXT PRIMARY KEY,
    data       TEXT NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- +goose Down
DROP TABLE sessions;
