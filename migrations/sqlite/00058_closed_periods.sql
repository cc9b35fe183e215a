-- What people carried in periods that are closed: it does not change any more.
-- +goose Up
CREATE TABLE closed_periods (
    region    TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    first_day TEXT NOT NULL,
    last_day  TEXT NOT NULL,
    actor     TEXT NOT NULL,
    closed_at INTEGER NOT NULL,
    PRIMARY KEY (region, first_day)
) STRICT;
CREATE TABLE period_loads (
    region    TEXT NOT NULL,
    first_day TEXT NOT NULL,
    staff     TEXT NOT NULL,
    role      TEXT NOT NULL,
    minutes   INTEGER NOT NULL,
    points    INTEGER NOT NULL,
    capacity  INTEGER NOT NULL,
    PRIMARY KEY (region, first_day, staff, role),
    FOREIGN KEY (region, first_day) REFERENCES closed_periods ON DELETE CASCADE
) STRICT;

-- +goose Down
DROP TABLE period_loads;
DROP TABLE closed_periods;
