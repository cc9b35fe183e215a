-- Feeds of districts, roles and the whole team beside those of people and
-- locations; a switch for cancelled visits; who fetched a feed last; and for
-- each event the reason of its cancellation and the revision of its calendar
-- that brought it, so that a calendar can be told what changed since.
-- +goose Up
-- SQLite cannot change a CHECK, so the table is made anew.
CREATE TABLE feeds_new (
    id             TEXT PRIMARY KEY,
    secret         BLOB NOT NULL CHECK (length(secret) = 32),
    region         TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    kind           TEXT NOT NULL CHECK (kind IN ('staff', 'location', 'district', 'team', 'role')),
    subject        TEXT NOT NULL,
    level          TEXT NOT NULL CHECK (level IN ('full', 'no_names', 'busy')),
    created_at     INTEGER NOT NULL,
    last_used      TEXT,
    revoked_at     INTEGER,
    hide_cancelled INTEGER NOT NULL DEFAULT 0,
    changed_at     INTEGER
) STRICT;
INSERT INTO feeds_new (id, secret, region, kind, subject, level, created_at, last_used, revoked_at)
SELECT id, secret, region, kind, subject, level, created_at, last_used, revoked_at FROM feeds;
DROP TABLE feeds;
ALTER TABLE feeds_new RENAME TO feeds;
CREATE INDEX feeds_scope ON feeds (region, kind, subject);
-- A family of calendar programs, never the User-Agent itself.
CREATE TABLE feed_clients (
    feed      TEXT NOT NULL REFERENCES feeds ON DELETE CASCADE,
    client    TEXT NOT NULL,
    last_used TEXT NOT NULL,
    PRIMARY KEY (feed, client)
) STRICT;
ALTER TABLE feed_events ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_events ADD COLUMN reason TEXT NOT NULL DEFAULT '';
-- The new calendars of what is published already.
INSERT OR IGNORE INTO feed_events (region, kind, subject, visit, plan, sequence, revised_at, cancelled, starts_at, ends_at, content)
SELECT region, 'team', '', visit, plan, 0, revised_at, 0, starts_at, ends_at, content
FROM feed_events WHERE NOT cancelled AND kind IN ('staff', 'location') ORDER BY region, visit, revised_at DESC;
INSERT OR IGNORE INTO feed_events (region, kind, subject, visit, plan, sequence, revised_at, cancelled, starts_at, ends_at, content)
SELECT e.region, 'district', v.district, e.visit, e.plan, 0, e.revised_at, 0, e.starts_at, e.ends_at, e.content
FROM feed_events e JOIN plan_visits v ON v.plan = e.plan AND v.id = e.visit WHERE e.kind = 'team' AND v.district <> '';
INSERT OR IGNORE INTO feed_events (region, kind, subject, visit, plan, sequence, revised_at, cancelled, starts_at, ends_at, content)
SELECT e.region, 'role', c.role, e.visit, e.plan, 0, e.revised_at, 0, e.starts_at, e.ends_at, e.content
FROM feed_events e JOIN plan_visits v ON v.plan = e.plan AND v.id = e.visit
JOIN plan_crew c ON c.plan = v.plan AND c.visit = v.position WHERE e.kind = 'team' AND c.role <> '';
INSERT INTO feed_revisions (region, kind, subject, revision, changed_at)
SELECT region, kind, subject, 1, max(revised_at) FROM feed_events
WHERE kind IN ('team', 'district', 'role') GROUP BY region, kind, subject;
-- +goose Down
DELETE FROM feed_events WHERE kind IN ('team', 'district', 'role');
DELETE FROM feed_revisions WHERE kind IN ('team', 'district', 'role');
ALTER TABLE feed_events DROP COLUMN reason;
ALTER TABLE feed_events DROP COLUMN revision;
DROP TABLE feed_clients;
CREATE TABLE feeds_old (
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
INSERT INTO feeds_old SELECT id, secret, region, kind, subject, level, created_at, last_used, revoked_at
FROM feeds WHERE kind IN ('staff', 'location');
DROP TABLE feeds;
ALTER TABLE feeds_old RENAME TO feeds;
CREATE INDEX feeds_scope ON feeds (region, kind, subject);
