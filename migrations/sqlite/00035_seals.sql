-- The seals of the audit log: a chain of SHA-256 over its rows, in the order in
-- which they were sealed, and the signed checkpoints up to which it was purged.
-- +goose Up

-- Which installation this is: a backup of another one is not restored over it.
CREATE TABLE installation (
    id TEXT NOT NULL CHECK (length(id) = 32)
) STRICT;
INSERT INTO installation (id) VALUES (lower(hex(randomblob(16))));

-- audit is no reference: a seal without its row is what shows that it is gone.
CREATE TABLE audit_seals (
    position  INTEGER PRIMARY KEY,
    audit     INTEGER NOT NULL UNIQUE,
    hash      BLOB NOT NULL CHECK (length(hash) = 32),
    sealed_at INTEGER NOT NULL
) STRICT;

-- How far the sealer came: every row up to sealed has its seal or never was.
-- seen is the highest row of an earlier look, which no transaction that began
-- after horizon can be below.
CREATE TABLE audit_chain (
    position INTEGER NOT NULL,
    hash     BLOB NOT NULL CHECK (length(hash) = 32),
    sealed   INTEGER NOT NULL,
    seen     INTEGER NOT NULL,
    horizon  TEXT NOT NULL,
    seen_at  INTEGER
) STRICT;
INSERT INTO audit_chain (position, hash, sealed, seen, horizon) VALUES (0, zeroblob(32), 0, 0, '');

CREATE TABLE audit_checkpoints (
    position   INTEGER PRIMARY KEY,
    hash       BLOB NOT NULL CHECK (length(hash) = 32),
    created_at INTEGER NOT NULL,
    signature  BLOB NOT NULL CHECK (length(signature) = 32)
) STRICT;

-- What a checkpoint covers may go.
DROP TRIGGER audit_no_delete;
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
WHEN NOT EXISTS (
    SELECT 1 FROM audit_seals s WHERE s.audit = OLD.id AND s.position <= (SELECT max(position) FROM audit_checkpoints))
BEGIN SELECT RAISE(ABORT, 'audit_only_grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_seals_no_update BEFORE UPDATE ON audit_seals
BEGIN SELECT RAISE(ABORT, 'audit_only_grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals
WHEN OLD.position > coalesce((SELECT max(position) FROM audit_checkpoints), 0)
BEGIN SELECT RAISE(ABORT, 'audit_only_grows'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE audit_checkpoints;
DROP TABLE audit_chain;
DROP TRIGGER audit_no_delete;
DROP TABLE audit_seals;
DROP TABLE installation;
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit_only_grows'); END;
-- +goose StatementEnd
