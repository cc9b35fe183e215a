-- Assignments that somebody made by hand, told from imported ones.
-- +goose Up
CREATE TABLE assignments_new (
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
    origin     TEXT NOT NULL CHECK (origin IN ('input', 'hand', 'plan')),
    recorded   INTEGER NOT NULL,
    replaced   INTEGER,
    CHECK (valid_from <= valid_to)
) STRICT;
INSERT INTO assignments_new (id, region, position, location, role, staff, kind, valid_from, valid_to, pinned, reason, origin, recorded, replaced)
SELECT id, region, position, location, role, staff, kind, valid_from, valid_to, pinned, reason, origin, recorded, replaced FROM assignments;
DROP TABLE assignments;
ALTER TABLE assignments_new RENAME TO assignments;
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

-- +goose Down
CREATE TABLE assignments_new (
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
INSERT INTO assignments_new (id, region, position, location, role, staff, kind, valid_from, valid_to, pinned, reason, origin, recorded, replaced)
SELECT id, region, position, location, role, staff, kind, valid_from, valid_to, pinned, reason, CASE origin WHEN 'hand' THEN 'input' ELSE origin END, recorded, replaced FROM assignments;
DROP TABLE assignments;
ALTER TABLE assignments_new RENAME TO assignments;
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
