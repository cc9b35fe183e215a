-- What people carried in periods that are closed: it does not change any more.
-- +goose Up
CREATE TABLE closed_periods (
    region    text NOT NULL REFERENCES regions ON DELETE CASCADE,
    first_day date NOT NULL,
    last_day  date NOT NULL,
    actor     text NOT NULL,
    closed_at timestamptz NOT NULL,
    PRIMARY KEY (region, first_day)
);
CREATE TABLE period_loads (
    region    text NOT NULL,
    first_day date NOT NULL,
    staff     text NOT NULL,
    role      text NOT NULL,
    minutes   bigint NOT NULL,
    points    bigint NOT NULL,
    capacity  bigint NOT NULL,
    PRIMARY KEY (region, first_day, staff, role),
    FOREIGN KEY (region, first_day) REFERENCES closed_periods ON DELETE CASCADE
);

-- +goose Down
DROP TABLE period_loads;
DROP TABLE closed_periods;
