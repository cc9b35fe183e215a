-- Proposals and what became of them. The rows of a plan never change.
-- +goose Up
CREATE TABLE plans (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    region       TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    version      INTEGER NOT NULL CHECK (version > 0),
    stage        TEXT NOT NULL CHECK (stage IN ('draft', 'published', 'superseded')),
    based_on     INTEGER NOT NULL,
    first_day    TEXT NOT NULL,
    last_day     TEXT NOT NULL,
    hard         INTEGER NOT NULL,
    medium       INTEGER NOT NULL,
    soft         INTEGER NOT NULL,
    document     TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    published_at INTEGER,
    CHECK (first_day <= last_day),
    UNIQUE (region, version)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER plans_one_published_insert BEFORE INSERT ON plans
WHEN NEW.stage = 'published' AND EXISTS (
    SELECT 1 FROM plans p
    WHERE p.region = NEW.region AND p.stage = 'published'
      AND p.first_day <= NEW.last_day AND NEW.first_day <= p.last_day)
BEGIN SELECT RAISE(ABORT, 'plans_one_published'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER plans_one_published_update BEFORE UPDATE ON plans
WHEN NEW.stage = 'published' AND EXISTS (
    SELECT 1 FROM plans p
    WHERE p.region = NEW.region AND p.stage = 'published' AND p.id <> OLD.id
      AND p.first_day <= NEW.last_day AND NEW.first_day <= p.last_day)
BEGIN SELECT RAISE(ABORT, 'plans_one_published'); END;
-- +goose StatementEnd

CREATE TABLE plan_assignments (
    plan                INTEGER NOT NULL REFERENCES plans ON DELETE CASCADE,
    position            INTEGER NOT NULL,
    location            TEXT NOT NULL,
    district            TEXT NOT NULL,
    role                TEXT NOT NULL,
    staff               TEXT NOT NULL,
    kind                TEXT NOT NULL,
    valid_from          TEXT,
    valid_to            TEXT,
    minutes_year        INTEGER NOT NULL,
    travel_minutes_year INTEGER NOT NULL,
    changed             INTEGER NOT NULL,
    reason              TEXT NOT NULL,
    PRIMARY KEY (plan, position)
) STRICT;

CREATE TABLE plan_visits (
    plan        INTEGER NOT NULL REFERENCES plans ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    id          TEXT NOT NULL,
    location    TEXT NOT NULL,
    district    TEXT NOT NULL,
    visit_type  TEXT NOT NULL,
    requirement TEXT NOT NULL,
    meeting     INTEGER NOT NULL,
    starts_at   INTEGER NOT NULL,
    ends_at     INTEGER NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('planned', 'pinned', 'cancelled')),
    reason      TEXT NOT NULL,
    PRIMARY KEY (plan, position),
    UNIQUE (plan, id),
    CHECK (starts_at < ends_at)
) STRICT;

CREATE TABLE plan_crew (
    plan           INTEGER NOT NULL,
    visit          INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    role           TEXT NOT NULL,
    staff          TEXT NOT NULL,
    travel_minutes INTEGER NOT NULL,
    PRIMARY KEY (plan, visit, position),
    FOREIGN KEY (plan, visit) REFERENCES plan_visits ON DELETE CASCADE
) STRICT;

CREATE TABLE plan_unplanned (
    plan        INTEGER NOT NULL REFERENCES plans ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    location    TEXT NOT NULL,
    role        TEXT NOT NULL,
    requirement TEXT NOT NULL,
    level       TEXT NOT NULL,
    due_by      TEXT,
    reason      TEXT NOT NULL,
    PRIMARY KEY (plan, position)
) STRICT;

CREATE TABLE plan_coverage (
    plan        INTEGER NOT NULL REFERENCES plans ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    location    TEXT NOT NULL,
    role        TEXT NOT NULL,
    requirement TEXT NOT NULL,
    minimum     INTEGER NOT NULL,
    target      INTEGER NOT NULL,
    done        INTEGER NOT NULL,
    planned     INTEGER NOT NULL,
    state       TEXT NOT NULL,
    PRIMARY KEY (plan, position)
) STRICT;

CREATE TABLE plan_roles (
    plan     INTEGER NOT NULL REFERENCES plans ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    cost     INTEGER NOT NULL,
    bound    INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (plan, position)
) STRICT;

-- +goose Down
DROP TABLE plan_roles;
DROP TABLE plan_coverage;
DROP TABLE plan_unplanned;
DROP TABLE plan_crew;
DROP TABLE plan_visits;
DROP TABLE plan_assignments;
DROP TABLE plans;
