-- When people can be booked. The version counts the changes to a region's rules,
-- so that what was worked out from them can be kept.
-- +goose Up
CREATE TABLE slot_rules (
    region         text NOT NULL REFERENCES regions ON DELETE CASCADE,
    id             text NOT NULL,
    role           text NOT NULL,
    staff          text NOT NULL,
    visit_type     text NOT NULL,
    windows        jsonb NOT NULL,
    buffer_before  bigint NOT NULL,
    buffer_after   bigint NOT NULL,
    notice_minutes bigint NOT NULL CHECK (notice_minutes >= 0),
    horizon_days   bigint NOT NULL CHECK (horizon_days > 0),
    increment      bigint NOT NULL CHECK (increment > 0),
    max_day        bigint NOT NULL CHECK (max_day >= 0),
    approval       boolean NOT NULL,
    acute_hours    bigint NOT NULL CHECK (acute_hours >= 0),
    along          jsonb NOT NULL,
    pool           jsonb NOT NULL,
    changed_at     timestamptz NOT NULL,
    PRIMARY KEY (region, id)
);

CREATE TABLE slot_rule_versions (
    region  text PRIMARY KEY REFERENCES regions ON DELETE CASCADE,
    version bigint NOT NULL
);

-- +goose Down
DROP TABLE slot_rule_versions, slot_rules;
