-- What was worked out about a region at length: scenarios side by side, remedies.
-- +goose Up

-- content is of version based_on of the region, made with params.
CREATE TABLE capacity_reports (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    region     TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('comparison', 'remedies')),
    based_on   INTEGER NOT NULL,
    params     TEXT NOT NULL,
    content    TEXT NOT NULL,
    actor      TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX capacity_reports_region ON capacity_reports (region, kind, id);

-- +goose Down
DROP TABLE capacity_reports;
