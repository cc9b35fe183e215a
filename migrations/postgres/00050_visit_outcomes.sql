-- What somebody said became of a visit of a plan, with their note to themselves.
-- +goose Up
CREATE TABLE visit_outcomes (
    region      text NOT NULL REFERENCES regions ON DELETE CASCADE,
    visit       text NOT NULL,
    done        boolean NOT NULL,
    day         date NOT NULL,
    next_day    date,
    reason      text NOT NULL,
    note        text NOT NULL,
    actor       text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (region, visit)
);

-- +goose Down
DROP TABLE visit_outcomes;
