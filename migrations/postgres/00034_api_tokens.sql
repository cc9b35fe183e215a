-- Tokens of programs, and the links by which locations come in. Of both only
-- the SHA-256 of the secret is kept.
-- +goose Up
CREATE TABLE api_tokens (
    id         text PRIMARY KEY,
    secret     bytea NOT NULL CHECK (length(secret) = 32),
    membership bigint NOT NULL REFERENCES memberships ON DELETE CASCADE,
    name       text NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used  date,
    revoked_at timestamptz
);
CREATE INDEX api_tokens_membership ON api_tokens (membership);

CREATE TABLE location_links (
    id         text PRIMARY KEY,
    secret     bytea NOT NULL CHECK (length(secret) = 32),
    contact    bigint NOT NULL REFERENCES contacts ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used  date,
    revoked_at timestamptz
);
CREATE UNIQUE INDEX location_links_contact ON location_links (contact) WHERE revoked_at IS NULL;

-- +goose Down
DROP TABLE location_links, api_tokens;
