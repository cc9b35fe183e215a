-- Locations that wait for a time, and the time that was offered to them.
-- +goose Up
CREATE TABLE waiting_entries (
    id         TEXT PRIMARY KEY,
    region     TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    location   TEXT NOT NULL,
    visit_type TEXT NOT NULL,
    role       TEXT NOT NULL,
    staff      TEXT NOT NULL,
    urgent     INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    not_after  INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'offered', 'booked', 'expired', 'withdrawn')),
    booking    TEXT NOT NULL,
    offers     INTEGER NOT NULL CHECK (offers >= 0),
    created_by TEXT NOT NULL,
    asked_at   INTEGER NOT NULL,
    offered_at INTEGER,
    changed_at INTEGER NOT NULL,
    CHECK (not_before < not_after)
) STRICT;
CREATE INDEX waiting_entries_region ON waiting_entries (region, asked_at, id);

-- +goose Down
DROP TABLE waiting_entries;
