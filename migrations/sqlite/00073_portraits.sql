-- Portraits of staff that were put in by hand: the picture by a name that nobody
-- can guess, which the person's photo refers to.
-- +goose Up
CREATE TABLE portraits (
    name       TEXT NOT NULL PRIMARY KEY,
    region     TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    staff      TEXT NOT NULL,
    picture    BLOB NOT NULL CHECK (length(picture) BETWEEN 1 AND 262144),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX portraits_staff ON portraits (region, staff);

-- +goose Down
DROP TABLE portraits;
