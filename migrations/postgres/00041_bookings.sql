-- What locations booked. A booking keeps its id for life, so that calendars follow
-- it when it moves; the time it takes is in occupancy.
-- +goose Up
CREATE TABLE bookings (
    id            text PRIMARY KEY,
    region        text NOT NULL REFERENCES regions ON DELETE CASCADE,
    location      text NOT NULL,
    visit_type    text NOT NULL,
    state         text NOT NULL CHECK (state IN ('held', 'requested', 'confirmed', 'declined', 'cancelled')),
    urgent        boolean NOT NULL,
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL,
    rule          text NOT NULL,
    relation      text NOT NULL,
    remark        text NOT NULL CHECK (length(remark) <= 140),
    reason        text NOT NULL,
    created_by    text NOT NULL,
    asked_at      timestamptz NOT NULL,
    answered_at   timestamptz,
    changed_at    timestamptz NOT NULL,
    expires_at    timestamptz,
    moves         bigint NOT NULL CHECK (moves >= 0),
    sequence      bigint NOT NULL CHECK (sequence >= 0),
    CHECK (starts_at < ends_at),
    CHECK ((expires_at IS NOT NULL) = (state = 'held'))
);
CREATE INDEX bookings_region ON bookings (region, starts_at, id);
CREATE INDEX bookings_location ON bookings (region, location, starts_at);
CREATE INDEX bookings_held ON bookings (expires_at) WHERE state = 'held';

CREATE TABLE booking_crew (
    booking        text NOT NULL REFERENCES bookings ON DELETE CASCADE,
    position       bigint NOT NULL,
    region         text NOT NULL,
    staff          text NOT NULL,
    role           text NOT NULL,
    travel_minutes bigint NOT NULL,
    PRIMARY KEY (booking, position)
);
CREATE INDEX booking_crew_staff ON booking_crew (region, staff);
CREATE INDEX feed_events_booking ON feed_events (visit) WHERE plan = 0;

-- +goose Down
DELETE FROM occupancy WHERE kind = 'booking';
DROP INDEX feed_events_booking;
DROP TABLE booking_crew, bookings;
