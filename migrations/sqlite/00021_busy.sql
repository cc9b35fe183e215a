-- Busy times from a person's own calendar: where it is, and how reading it
-- went. Of its events only start and end are kept, as rows of occupancy with
-- the source as ref.
-- +goose Up
CREATE TABLE busy_sources (
    id            TEXT PRIMARY KEY,
    region        TEXT NOT NULL,
    staff         TEXT NOT NULL,
    -- The address is a secret: it is kept encrypted.
    address       TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,
    lease         INTEGER NOT NULL,
    leased_until  INTEGER,
    etag          TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    events        INTEGER NOT NULL,
    faults        INTEGER NOT NULL,
    checked_at    INTEGER,
    -- good_at is when the copy that is kept was last known to be right.
    good_at       INTEGER,
    failures      INTEGER NOT NULL,
    fault         TEXT NOT NULL,
    FOREIGN KEY (region, staff) REFERENCES people ON DELETE CASCADE
) STRICT;
CREATE INDEX busy_sources_due ON busy_sources (due_at, id);
CREATE INDEX busy_sources_staff ON busy_sources (region, staff);

-- +goose Down
DELETE FROM occupancy WHERE kind = 'busy';
DROP TABLE busy_sources;
