-- Locations that wait for a time, and the time that was offered to them.
-- +goose Up
CREATE TABLE waiting_entries (
    id         text PRIMARY KEY,
    region     text NOT NULL REFERENCES regions ON DELETE CASCADE,
    location   text NOT NULL,
    visit_type text NOT NULL,
    role       text NOT NULL,
    staff      text NOT NULL,
    urgent     boolean NOT NULL,
    not_before timestamptz NOT NULL,
    not_after  timestamptz NOT NULL,
    state      text NOT NULL CHECK (state IN ('waiting', 'offered', 'booked', 'expired', 'withdrawn')),
    booking    text NOT NULL,
    offers     bigint NOT NULL CHECK (offers >= 0),
    created_by text NOT NULL,
    asked_at   timestamptz NOT NULL,
    offered_at timestamptz,
    changed_at timestamptz NOT NULL,
    CHECK (not_before < not_after)
);
CREATE INDEX waiting_entries_region ON waiting_entries (region, asked_at, id);

-- +goose Down
DROP TABLE waiting_entries;
