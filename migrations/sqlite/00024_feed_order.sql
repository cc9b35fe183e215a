-- The events of one calendar lie together on the disk, in order of time: reading
-- a feed that nobody has read yet fetched a page for almost every event.
-- +goose Up
CREATE TABLE feed_events_new (
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
    revision   INTEGER NOT NULL DEFAULT 0,
    reason     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (region, kind, subject, starts_at, visit)
) STRICT, WITHOUT ROWID;
INSERT INTO feed_events_new (region, kind, subject, visit, plan, sequence, revised_at, cancelled, starts_at, ends_at, content, revision, reason)
SELECT region, kind, subject, visit, plan, sequence, revised_at, cancelled, starts_at, ends_at, content, revision, reason FROM feed_events;
DROP TABLE feed_events;
ALTER TABLE feed_events_new RENAME TO feed_events;
CREATE UNIQUE INDEX feed_events_visit ON feed_events (region, kind, subject, visit);
CREATE INDEX feed_events_plan ON feed_events (plan);
-- +goose Down
CREATE TABLE feed_events_old (
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
    revision   INTEGER NOT NULL DEFAULT 0,
    reason     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (region, kind, subject, visit)
) STRICT;
INSERT INTO feed_events_old (region, kind, subject, visit, plan, sequence, revised_at, cancelled, starts_at, ends_at, content, revision, reason)
SELECT region, kind, subject, visit, plan, sequence, revised_at, cancelled, starts_at, ends_at, content, revision, reason FROM feed_events;
DROP TABLE feed_events;
ALTER TABLE feed_events_old RENAME TO feed_events;
CREATE INDEX feed_events_window ON feed_events (region, kind, subject, starts_at);
CREATE INDEX feed_events_plan ON feed_events (plan);
