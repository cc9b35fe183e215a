-- What was published, what it took the place of, and what takes it back.
-- +goose Up

-- plans are those that were published, replaced those that they superseded. The
-- region went from version since to version. before is the state that a
-- publication changed too; null when it changed the plan alone, or when it
-- can no longer be undone. undoes is the publication that this one takes back.
CREATE TABLE publications (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    region       TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    plans        TEXT NOT NULL,
    replaced     TEXT NOT NULL,
    since        INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    before       TEXT NOT NULL,
    undoes       INTEGER,
    actor        TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    UNIQUE (region, version),
    CHECK (since < version)
) STRICT;

-- +goose Down
DROP TABLE publications;
