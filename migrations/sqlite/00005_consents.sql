-- What parents answered to a visit that needs their consent – yes or no and the
-- day, nothing more – and the day agreed for what follows a first talk.
-- +goose Up
CREATE TABLE consents (
    region      TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    location    TEXT NOT NULL,
    requirement TEXT NOT NULL,
    given       INTEGER NOT NULL CHECK (given IN (0, 1)),
    day         TEXT,
    PRIMARY KEY (region, position)
) STRICT;
ALTER TABLE completed_visits ADD COLUMN next_day TEXT;

-- +goose Down
ALTER TABLE completed_visits DROP COLUMN next_day;
DROP TABLE consents;
