-- Calendar accounts for phones that prefer CalDAV: an app password, kept as
-- the SHA-256 of its secret only, and the calendars that it opens.
-- +goose Up
CREATE TABLE caldav_accounts (
    id         text PRIMARY KEY,
    secret     bytea NOT NULL CHECK (length(secret) = 32),
    region     text NOT NULL REFERENCES regions ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    last_used  date,
    revoked_at timestamptz
);
CREATE TABLE caldav_calendars (
    account        text NOT NULL REFERENCES caldav_accounts ON DELETE CASCADE,
    position       bigint NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('staff', 'location', 'district', 'team', 'role')),
    subject        text NOT NULL,
    level          text NOT NULL CHECK (level IN ('full', 'no_names', 'busy')),
    hide_cancelled boolean NOT NULL,
    PRIMARY KEY (account, position)
);
-- +goose Down
DROP TABLE caldav_calendars, caldav_accounts;
