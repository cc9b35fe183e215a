-- What parents answered to a visit that needs their consent – yes or no and the
-- day, nothing more – and the day agreed for what follows a first talk.
-- +goose Up
CREATE TABLE consents (
    region      text NOT NULL REFERENCES regions ON DELETE CASCADE,
    position    bigint NOT NULL,
    location    text NOT NULL,
    requirement text NOT NULL,
    given       boolean NOT NULL,
    day         date,
    PRIMARY KEY (region, position)
);
ALTER TABLE completed_visits ADD COLUMN next_day date;

-- +goose Down
ALTER TABLE completed_visits DROP COLUMN next_day;
DROP TABLE consents;
