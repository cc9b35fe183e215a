-- How long what is kept: the terms that this installation sets for itself, what
-- was removed before its term, and what is left of old visits.
-- +goose Up
CREATE TABLE retention_terms (
    name TEXT PRIMARY KEY,
    days INTEGER NOT NULL CHECK (days BETWEEN 1 AND 36500)
) STRICT;

-- Rows that were removed: restoring an older backup removes them again. kind is
-- the table and ref the row, which holds nothing of a person.
CREATE TABLE tombstones (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL,
    ref        TEXT NOT NULL,
    removed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tombstones_ref ON tombstones (kind, ref);

-- Of visits whose term is over only their number is kept.
CREATE TABLE visit_counts (
    region      TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    school_year INTEGER NOT NULL,
    visit_type  TEXT NOT NULL,
    visits      INTEGER NOT NULL,
    PRIMARY KEY (region, school_year, visit_type)
) STRICT;

-- +goose Down
DROP TABLE visit_counts;
DROP TABLE tombstones;
DROP TABLE retention_terms;
