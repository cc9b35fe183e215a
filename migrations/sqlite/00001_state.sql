-- What is known of each region: the input of planning. Rows of a region are
-- replaced as a whole by an import, but for assignments, which keep history.
-- +goose Up
CREATE TABLE regions (
    region      TEXT PRIMARY KEY,
    version     INTEGER NOT NULL CHECK (version > 0),
    programme   INTEGER NOT NULL,
    zone        TEXT NOT NULL,
    imported_at INTEGER NOT NULL
) STRICT;

CREATE TABLE programmes (
    region      TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    version     INTEGER NOT NULL CHECK (version > 0),
    document    TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (region, version)
) STRICT;

CREATE TABLE organisations (
    region          TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    id              TEXT NOT NULL,
    position        INTEGER NOT NULL,
    name            TEXT NOT NULL,
    limit_minutes   INTEGER NOT NULL,
    public_holidays TEXT NOT NULL,
    PRIMARY KEY (region, id)
) STRICT;

CREATE TABLE staff (
    region       TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    id           TEXT NOT NULL,
    position     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    organisation TEXT NOT NULL,
    lat          REAL NOT NULL,
    lon          REAL NOT NULL,
    pc4          TEXT NOT NULL,
    pc4_area     REAL NOT NULL,
    mode         TEXT NOT NULL,
    skills       TEXT NOT NULL,
    photo        TEXT NOT NULL,
    pattern      TEXT NOT NULL,
    day_cap      INTEGER NOT NULL,
    week_cap     INTEGER NOT NULL,
    PRIMARY KEY (region, id)
) STRICT;

CREATE TABLE contracts (
    region        TEXT NOT NULL,
    staff         TEXT NOT NULL,
    position      INTEGER NOT NULL,
    role          TEXT NOT NULL,
    budget        TEXT NOT NULL,
    hours_week    INTEGER NOT NULL,
    max_locations INTEGER NOT NULL,
    valid_from    TEXT,
    valid_to      TEXT,
    PRIMARY KEY (region, staff, position),
    FOREIGN KEY (region, staff) REFERENCES staff ON DELETE CASCADE
) STRICT;

CREATE TABLE districts (
    region       TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    id           TEXT NOT NULL,
    position     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    municipality TEXT NOT NULL,
    level        TEXT NOT NULL,
    year         INTEGER NOT NULL,
    area         TEXT NOT NULL,
    neighbours   TEXT NOT NULL,
    rings        TEXT NOT NULL,
    PRIMARY KEY (region, id)
) STRICT;

CREATE TABLE locations (
    region       TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    id           TEXT NOT NULL,
    position     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    organisation TEXT NOT NULL,
    address      TEXT NOT NULL,
    postcode     TEXT NOT NULL,
    town         TEXT NOT NULL,
    municipality TEXT NOT NULL,
    district     TEXT NOT NULL,
    lat          REAL NOT NULL,
    lon          REAL NOT NULL,
    pc4          TEXT NOT NULL,
    pc4_area     REAL NOT NULL,
    opening      TEXT NOT NULL,
    parents      TEXT NOT NULL,
    stand_alone  INTEGER NOT NULL,
    subsidised   INTEGER NOT NULL,
    artificial   INTEGER NOT NULL,
    opened       TEXT,
    closed       TEXT,
    tags         TEXT NOT NULL,
    PRIMARY KEY (region, id)
) STRICT;

CREATE TABLE registrations (
    region   TEXT NOT NULL,
    location TEXT NOT NULL,
    position INTEGER NOT NULL,
    lrk      TEXT NOT NULL,
    kind     TEXT NOT NULL,
    places   INTEGER NOT NULL,
    PRIMARY KEY (region, location, position),
    FOREIGN KEY (region, location) REFERENCES locations ON DELETE CASCADE
) STRICT;

-- A row is never deleted. recorded is the state version that brought it,
-- replaced the one that no longer held it to be so; rows in belief have none.
CREATE TABLE assignments (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    region     TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    location   TEXT NOT NULL,
    role       TEXT NOT NULL,
    staff      TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('primary', 'backup')),
    valid_from TEXT,
    valid_to   TEXT,
    pinned     INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    origin     TEXT NOT NULL CHECK (origin IN ('input', 'plan')),
    recorded   INTEGER NOT NULL,
    replaced   INTEGER,
    CHECK (valid_from <= valid_to)
) STRICT;
CREATE INDEX assignments_current ON assignments (region, location, role) WHERE replaced IS NULL;

-- +goose StatementBegin
CREATE TRIGGER assignments_one_primary_insert BEFORE INSERT ON assignments
WHEN NEW.kind = 'primary' AND NEW.replaced IS NULL AND EXISTS (
    SELECT 1 FROM assignments a
    WHERE a.region = NEW.region AND a.location = NEW.location AND a.role = NEW.role
      AND a.kind = 'primary' AND a.replaced IS NULL
      AND coalesce(a.valid_from, '') <= coalesce(NEW.valid_to, '9999-12-31')
      AND coalesce(NEW.valid_from, '') <= coalesce(a.valid_to, '9999-12-31'))
BEGIN SELECT RAISE(ABORT, 'assignments_one_primary'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER assignments_one_primary_update BEFORE UPDATE ON assignments
WHEN NEW.kind = 'primary' AND NEW.replaced IS NULL AND EXISTS (
    SELECT 1 FROM assignments a
    WHERE a.region = NEW.region AND a.location = NEW.location AND a.role = NEW.role
      AND a.kind = 'primary' AND a.replaced IS NULL AND a.id <> OLD.id
      AND coalesce(a.valid_from, '') <= coalesce(NEW.valid_to, '9999-12-31')
      AND coalesce(NEW.valid_from, '') <= coalesce(a.valid_to, '9999-12-31'))
BEGIN SELECT RAISE(ABORT, 'assignments_one_primary'); END;
-- +goose StatementEnd

CREATE TABLE absences (
    region    TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    staff     TEXT NOT NULL,
    first_day TEXT,
    last_day  TEXT,
    part_from INTEGER NOT NULL,
    part_to   INTEGER NOT NULL,
    PRIMARY KEY (region, position)
) STRICT;

CREATE TABLE meetings (
    region        TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    id            TEXT NOT NULL,
    position      INTEGER NOT NULL,
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL,
    first_day     TEXT,
    clock         INTEGER NOT NULL,
    minutes       INTEGER NOT NULL,
    rrule         TEXT NOT NULL,
    except_days   TEXT NOT NULL,
    besides       TEXT NOT NULL,
    location      TEXT NOT NULL,
    lat           REAL NOT NULL,
    lon           REAL NOT NULL,
    pc4           TEXT NOT NULL,
    pc4_area      REAL NOT NULL,
    staff         TEXT NOT NULL,
    roles         TEXT NOT NULL,
    locations     TEXT NOT NULL,
    organisations TEXT NOT NULL,
    budget        TEXT NOT NULL,
    PRIMARY KEY (region, id)
) STRICT;

CREATE TABLE blackouts (
    region       TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    location     TEXT NOT NULL,
    district     TEXT NOT NULL,
    municipality TEXT NOT NULL,
    first_day    TEXT,
    last_day     TEXT,
    part_from    INTEGER NOT NULL,
    part_to      INTEGER NOT NULL,
    reason       TEXT NOT NULL,
    PRIMARY KEY (region, position)
) STRICT;

CREATE TABLE cases (
    region       TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    ref          TEXT NOT NULL,
    position     INTEGER NOT NULL,
    staff        TEXT NOT NULL,
    location     TEXT NOT NULL,
    kind         TEXT NOT NULL,
    points       INTEGER NOT NULL,
    minutes_week INTEGER NOT NULL,
    budget       TEXT NOT NULL,
    opened       TEXT,
    handed_over  TEXT,
    PRIMARY KEY (region, ref)
) STRICT;

CREATE TABLE completed_visits (
    region      TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    location    TEXT NOT NULL,
    role        TEXT NOT NULL,
    requirement TEXT NOT NULL,
    visit_type  TEXT NOT NULL,
    staff       TEXT NOT NULL,
    day         TEXT,
    PRIMARY KEY (region, position)
) STRICT;

-- +goose Down
DROP TABLE completed_visits;
DROP TABLE cases;
DROP TABLE blackouts;
DROP TABLE meetings;
DROP TABLE absences;
DROP TABLE assignments;
DROP TABLE registrations;
DROP TABLE locations;
DROP TABLE districts;
DROP TABLE contracts;
DROP TABLE staff;
DROP TABLE organisations;
DROP TABLE programmes;
DROP TABLE regions;
