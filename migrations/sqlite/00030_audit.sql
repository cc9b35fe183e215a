-- Who did what: one row for every write, and for every read of what is
-- sensitive. Rows are only added; they hold names of fields, never values.
-- +goose Up
CREATE TABLE audit (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at INTEGER NOT NULL,
    actor       TEXT NOT NULL CHECK (actor <> ''),
    role        TEXT NOT NULL CHECK (role <> ''),
    region      TEXT NOT NULL,
    verb        TEXT NOT NULL CHECK (verb <> ''),
    object      TEXT NOT NULL CHECK (object <> ''),
    object_id   TEXT NOT NULL,
    fields      TEXT NOT NULL,
    reason      TEXT NOT NULL,
    request     TEXT NOT NULL
) STRICT;
CREATE INDEX audit_region ON audit (region, id);
CREATE INDEX audit_actor ON audit (actor, id);

-- +goose StatementBegin
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit_only_grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit_only_grows'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE audit;
