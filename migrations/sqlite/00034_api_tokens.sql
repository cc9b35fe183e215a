-- Tokens of programs, and the links by which locations come in. Of both only
-- the SHA-256 of the secret is kept.
-- +goose Up
CREATE TABLE api_tokens (
    id         TEXT PRIMARY KEY,
    secret     BLOB NOT NULL CHECK (length(secret) = 32),
    membership INTEGER NOT NULL REFERENCES memberships ON DELETE CASCADE,
    name       TEXT NOT NULL CHECK (name <> ''),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used  TEXT,
    revoked_at INTEGER
) STRICT;
CREATE INDEX api_tokens_membership ON api_tokens (membership);

CREATE TABLE location_links (
    id         TEXT PRIMARY KEY,
    secret     BLOB NOT NULL CHECK (length(secret) = 32),
    contact    INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used  TEXT,
    revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX location_links_contact ON location_links (contact) WHERE revoked_at IS NULL;

-- +goose Down
DROP TABLE location_links;
DROP TABLE api_tokens;
