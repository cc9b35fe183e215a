-- Busy times from a person's own calendar: where it is, and how reading it
-- went. Of its events only start and end are kept, as rows of occupancy with
-- the source as ref.
-- +goose Up
CREATE TABLE busy_sources (
    id            text PRIMARY KEY,
    region        text NOT NULL,
    staff         text NOT NULL,
    -- The address is a secret: it is kept encrypted.
    address       text NOT NULL,
    created_at    timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    lease         bigint NOT NULL,
    leased_until  timestamptz,
    etag          text NOT NULL,
    last_modified text NOT NULL,
    events        bigint NOT NULL,
    faults        bigint NOT NULL,
    checked_at    timestamptz,
    -- good_at is when the copy that is kept was last known to be right.
    good_at       timestamptz,
    failures      bigint NOT NULL,
    fault         text NOT NULL,
    FOREIGN KEY (region, staff) REFERENCES people ON DELETE CASCADE
);
CREATE INDEX busy_sources_due ON busy_sources (due_at, id);
CREATE INDEX busy_sources_staff ON busy_sources (region, staff);

-- +goose Down
DELETE FROM occupancy WHERE kind = 'busy';
DROP TABLE busy_sources;
