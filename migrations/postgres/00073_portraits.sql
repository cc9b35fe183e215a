-- Portraits of staff that were put in by hand: the picture by a name that nobody
-- can guess, which the person's photo refers to.
-- +goose Up
CREATE TABLE portraits (
    name       text PRIMARY KEY,
    region     text NOT NULL REFERENCES regions ON DELETE CASCADE,
    staff      text NOT NULL,
    picture    bytea NOT NULL CHECK (length(picture) BETWEEN 1 AND 262144),
    created_at timestamptz NOT NULL
);
CREATE INDEX portraits_staff ON portraits (region, staff);

-- +goose Down
DROP TABLE portraits;
