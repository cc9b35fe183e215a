-- Whatever takes a person's time. Among the blocking rows, the promises, the
-- database itself refuses an overlap.
-- +goose Up

-- person is one number for one human being, also when two regions know them.
CREATE TABLE people (
    region TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    staff  TEXT NOT NULL,
    person INTEGER NOT NULL,
    PRIMARY KEY (region, staff)
) STRICT;
CREATE INDEX people_person ON people (person);

CREATE TABLE occupancy (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    person     INTEGER NOT NULL,
    region     TEXT NOT NULL,
    staff      TEXT NOT NULL,
    starts_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('visit', 'meeting', 'booking', 'hold', 'absence', 'busy')),
    blocking   INTEGER NOT NULL,
    ref        TEXT NOT NULL,
    plan       INTEGER REFERENCES plans ON DELETE CASCADE,
    expires_at INTEGER,
    FOREIGN KEY (region, staff) REFERENCES people ON DELETE CASCADE,
    CHECK (starts_at < ends_at),
    CHECK (blocking = (kind IN ('visit', 'meeting', 'booking', 'hold'))),
    CHECK ((expires_at IS NOT NULL) = (kind = 'hold'))
) STRICT;
CREATE INDEX occupancy_person ON occupancy (person, starts_at, ends_at);
CREATE INDEX occupancy_blocking ON occupancy (person, starts_at, ends_at) WHERE blocking;
CREATE INDEX occupancy_plan ON occupancy (plan);
CREATE INDEX occupancy_staff ON occupancy (region, staff, kind);

-- Blocking rows never overlap, so only the last one that starts before the new
-- end can be in the way: one index look-up instead of a scan of all earlier.
-- +goose StatementBegin
CREATE TRIGGER occupancy_no_overlap_insert BEFORE INSERT ON occupancy
WHEN NEW.blocking AND NEW.starts_at < (
    SELECT o.ends_at FROM occupancy o
    WHERE o.blocking AND o.person = NEW.person AND o.starts_at < NEW.ends_at
    ORDER BY o.starts_at DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'occupancy_no_overlap'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER occupancy_no_overlap_update BEFORE UPDATE OF person, starts_at, ends_at, blocking ON occupancy
WHEN NEW.blocking AND NEW.starts_at < (
    SELECT o.ends_at FROM occupancy o
    WHERE o.blocking AND o.person = NEW.person AND o.starts_at < NEW.ends_at AND o.id <> OLD.id
    ORDER BY o.starts_at DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'occupancy_no_overlap'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE occupancy;
DROP TABLE people;
