-- When people can be booked. The version counts the changes to a region's rules,
-- so that what was worked out from them can be kept.
-- +goose Up
CREATE TABLE slot_rules (
    region         TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    id             TEXT NOT NULL,
    role           TEXT NOT NULL,
    staff          TEXT NOT NULL,
    visit_type     TEXT NOT NULL,
    windows        TEXT NOT NULL,
    buffer_before  INTEGER NOT NULL,
    buffer_after   INTEGER NOT NULL,
    notice_minutes INTEGER NOT NULL CHECK (notice_minutes >= 0),
    horizon_days   INTEGER NOT NULL CHECK (horizon_days > 0),
    increment      INTEGER NOT NULL CHECK (increment > 0),
    max_day        INTEGER NOT NULL CHECK (max_day >= 0),
    approval       INTEGER NOT NULL,
    acute_hours    INTEGER NOT NULL CHECK (acute_hours >= 0),
    along          TEXT NOT NULL,
    pool           TEXT NOT NULL,
    changed_at     INTEGER NOT NULL,
    PRIMARY KEY (region, id)
) STRICT;

CREATE TABLE slot_rule_versions (
    region  TEXT PRIMARY KEY REFERENCES regions ON DELETE CASCADE,
    version INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE slot_rule_versions;
DROP TABLE slot_rules;
