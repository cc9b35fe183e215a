-- What somebody said became of a visit of a plan, with their note to themselves.
-- +goose Up
CREATE TABLE visit_outcomes (
    region      TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    visit       TEXT NOT NULL,
    done        INTEGER NOT NULL CHECK (done IN (0, 1)),
    day         TEXT NOT NULL,
    next_day    TEXT,
    reason      TEXT NOT NULL,
    note        TEXT NOT NULL,
    actor       TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (region, visit)
) STRICT;

-- +goose Down
DROP TABLE visit_outcomes;
