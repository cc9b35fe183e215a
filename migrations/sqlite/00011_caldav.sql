-- Calendar accounts for phones that prefer CalDAV: an app password, kept as
-- the SHA-256 of its secret only, and the calendars that it opens.
-- +goose Up
CREATE TABLE caldav_accounts (
    id         TEXT PRIMARY KEY,
    secret     BLOB NOT NULL CHECK (length(secret) = 32),
    region     TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    last_used  TEXT,
    revoked_at INTEGER
) STRICT;
CREATE TABLE caldav_calendars (
    account        TEXT NOT NULL REFERENCES caldav_accounts ON DELETE CASCADE,
    position       INTEGER NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('staff', 'location', 'district', 'team', 'role')),
    subject        TEXT NOT NULL,
    level          TEXT NOT NULL CHECK (level IN ('full', 'no_names', 'busy')),
    hide_cancelled INTEGER NOT NULL,
    PRIMARY KEY (account, position)
) STRICT;
-- +goose Down
DROP TABLE caldav_calendars;
DROP TABLE caldav_accounts;
