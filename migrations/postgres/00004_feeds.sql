-- Calendar feeds: who may read which, and what they read. A feed's secret is
-- kept as its SHA-256 only.
-- +goose Up
CREATE TABLE feeds (
    id         text PRIMARY KEY,
    secret     bytea NOT NULL CHECK (length(secret) = 32),
    region     text NOT NULL REFERENCES regions ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN ('staff', 'location')),
    subject    text NOT NULL,
    level      text NOT NULL CHECK (level IN ('full', 'no_names', 'busy')),
    created_at timestamptz NOT NULL,
    last_used  date,
    revoked_at timestamptz
);
CREATE INDEX feeds_scope ON feeds (region, kind, subject);

CREATE TABLE feed_revisions (
    region     text NOT NULL REFERENCES regions ON DELETE CASCADE,
    kind       text NOT NULL,
    subject    text NOT NULL,
    revision   bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (region, kind, subject)
);

-- One event as one reader knows it: a visit that goes to somebody else is
-- cancelled for the first and new for the second.
CREATE TABLE feed_events (
    region     text NOT NULL REFERENCES regions ON DELETE CASCADE,
    kind       text NOT NULL,
    subject    text NOT NULL,
    visit      text NOT NULL,
    plan       bigint NOT NULL,
    sequence   bigint NOT NULL,
    revised_at timestamptz NOT NULL,
    cancelled  boolean NOT NULL,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    content    jsonb NOT NULL,
    PRIMARY KEY (region, kind, subject, visit)
);
CREATE INDEX feed_events_window ON feed_events (region, kind, subject, starts_at);
CREATE INDEX feed_events_plan ON feed_events (plan);

-- +goose Down
DROP TABLE feed_events, feed_revisions, feeds;
