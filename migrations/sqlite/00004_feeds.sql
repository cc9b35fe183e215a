-- Calendar feeds: who may read which, and what they read. A feed's secret is
-- kept as its SHA-256 only.
-- +goose Up
CREATE TABLE feeds (
    id         TEXT PRIMARY KEY,
    secret     BLOB NOT NULL CHECK (length(secret) = 32),
    region     TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('staff', 'location')),
    subject    TEXT NOT NULL,
    level      TEXT NOT NULL CHECK (level IN ('full', 'no_names', 'busy')),
    created_at INTEGER NOT NULL,
    last_used  TEXT,
    revoked_at INTEGER
) STRICT;
CREATE INDEX feeds_scope ON feeds (region, kind, subject);

CREATE TABLE feed_revisions (
    region     TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (region, kind, subject)
) STRICT;

-- One event as one reader knows it: a visit that goes to somebody else is
-- cancelled for the first and new for the second.
CREATE TABLE feed_events (
    region     TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    visit      TEXT NOT NULL,
    plan       INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    revised_at INTEGER NOT NULL,
    cancelled  INTEGER NOT NULL,
    starts_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    content    TEXT NOT NULL,
    PRIMARY KEY (region, kind, subject, visit)
) STRICT;
CREATE INDEX feed_events_window ON feed_events (region, kind, subject, starts_at);
CREATE INDEX feed_events_plan ON feed_events (plan);

-- +goose Down
DROP TABLE feed_events;
DROP TABLE feed_revisions;
DROP TABLE feeds;
