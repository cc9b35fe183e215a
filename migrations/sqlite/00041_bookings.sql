-- What locations booked. A booking keeps its id for life, so that calendars follow
-- it when it moves; the time it takes is in occupancy.
-- +goose Up
CREATE TABLE bookings (
    id            TEXT PRIMARY KEY,
    region        TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    location      TEXT NOT NULL,
    visit_type    TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('held', 'requested', 'confirmed', 'declined', 'cancelled')),
    urgent        INTEGER NOT NULL,
    starts_at     INTEGER NOT NULL,
    ends_at       INTEGER NOT NULL,
    rule          TEXT NOT NULL,
    relation      TEXT NOT NULL,
    remark        TEXT NOT NULL CHECK (length(remark) <= 140),
    reason        TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    asked_at      INTEGER NOT NULL,
    answered_at   INTEGER,
    changed_at    INTEGER NOT NULL,
    expires_at    INTEGER,
    moves         INTEGER NOT NULL CHECK (moves >= 0),
    sequence      INTEGER NOT NULL CHECK (sequence >= 0),
    CHECK (starts_at < ends_at),
    CHECK ((expires_at IS NOT NULL) = (state = 'held'))
) STRICT;
CREATE INDEX bookings_region ON bookings (region, starts_at, id);
CREATE INDEX bookings_location ON bookings (region, location, starts_at);
CREATE INDEX bookings_held ON bookings (expires_at) WHERE state = 'held';

CREATE TABLE booking_crew (
    booking        TEXT NOT NULL REFERENCES bookings ON DELETE CASCADE,
    position       INTEGER NOT NULL,
    region         TEXT NOT NULL,
    staff          TEXT NOT NULL,
    role           TEXT NOT NULL,
    travel_minutes INTEGER NOT NULL,
    PRIMARY KEY (booking, position)
) STRICT;
CREATE INDEX booking_crew_staff ON booking_crew (region, staff);
CREATE INDEX feed_events_booking ON feed_events (visit) WHERE plan = 0;

-- +goose Down
DELETE FROM occupancy WHERE kind = 'booking';
DROP INDEX feed_events_booking;
DROP TABLE booking_crew;
DROP TABLE bookings;
