-- Feeds of districts, roles and the whole team beside those of people and
-- locations; a switch for cancelled visits; who fetched a feed last; and for
-- each event the reason of its cancellation and the revision of its calendar
-- that brought it, so that a calendar can be told what changed since.
-- +goose Up
ALTER TABLE feeds DROP CONSTRAINT feeds_kind_check;
ALTER TABLE feeds ADD CONSTRAINT feeds_kind_check CHECK (kind IN ('staff', 'location', 'district', 'team', 'role'));
ALTER TABLE feeds ADD COLUMN hide_cancelled boolean NOT NULL DEFAULT false;
ALTER TABLE feeds ADD COLUMN changed_at timestamptz;
-- A family of calendar programs, never the User-Agent itself.
CREATE TABLE feed_clients (
    feed      text NOT NULL REFERENCES feeds ON DELETE CASCADE,
    client    text NOT NULL,
    last_used date NOT NULL,
    PRIMARY KEY (feed, client)
);
ALTER TABLE feed_events ADD COLUMN revision bigint NOT NULL DEFAULT 0;
ALTER TABLE feed_events ADD COLUMN reason text NOT NULL DEFAULT '';
-- The new calendars of what is published already.
INSERT INTO feed_events (region, kind, subject, visit, plan, sequence, revised_at, cancelled, starts_at, ends_at, content)
SELECT DISTINCT ON (region, visit) region, 'team', '', visit, plan, 0, revised_at, false, starts_at, ends_at, content
FROM feed_events WHERE NOT cancelled AND kind IN ('staff', 'location') ORDER BY region, visit, revised_at DESC;
INSERT INTO feed_events (region, kind, subject, visit, plan, sequence, revised_at, cancelled, starts_at, ends_at, content)
SELECT e.region, 'district', v.district, e.visit, e.plan, 0, e.revised_at, false, e.starts_at, e.ends_at, e.content
FROM feed_events e JOIN plan_visits v ON v.plan = e.plan AND v.id = e.visit WHERE e.kind = 'team' AND v.district <> '';
INSERT INTO feed_events (region, kind, subject, visit, plan, sequence, revised_at, cancelled, starts_at, ends_at, content)
SELECT DISTINCT ON (e.region, c.role, e.visit)
    e.region, 'role', c.role, e.visit, e.plan, 0, e.revised_at, false, e.starts_at, e.ends_at, e.content
FROM feed_events e JOIN plan_visits v ON v.plan = e.plan AND v.id = e.visit
JOIN plan_crew c ON c.plan = v.plan AND c.visit = v.position WHERE e.kind = 'team' AND c.role <> ''
ORDER BY e.region, c.role, e.visit;
INSERT INTO feed_revisions (region, kind, subject, revision, changed_at)
SELECT region, kind, subject, 1, max(revised_at) FROM feed_events
WHERE kind IN ('team', 'district', 'role') GROUP BY region, kind, subject;
-- +goose Down
DELETE FROM feeds WHERE kind IN ('team', 'district', 'role');
DELETE FROM feed_events WHERE kind IN ('team', 'district', 'role');
DELETE FROM feed_revisions WHERE kind IN ('team', 'district', 'role');
ALTER TABLE feed_events DROP COLUMN reason, DROP COLUMN revision;
DROP TABLE feed_clients;
ALTER TABLE feeds DROP COLUMN changed_at, DROP COLUMN hide_cancelled;
ALTER TABLE feeds DROP CONSTRAINT feeds_kind_check;
ALTER TABLE feeds ADD CONSTRAINT feeds_kind_check CHECK (kind IN ('staff', 'location'));
