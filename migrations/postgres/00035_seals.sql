-- The seals of the audit log: a chain of SHA-256 over its rows, in the order in
-- which they were sealed, and the signed checkpoints up to which it was purged.
-- +goose Up

-- Which installation this is: a backup of another one is not restored over it.
CREATE TABLE installation (
    id text NOT NULL CHECK (length(id) = 32)
);
INSERT INTO installation (id) VALUES (replace(gen_random_uuid()::text, '-', ''));

-- audit is no reference: a seal without its row is what shows that it is gone.
CREATE TABLE audit_seals (
    position  bigint PRIMARY KEY,
    audit     bigint NOT NULL UNIQUE,
    hash      bytea NOT NULL CHECK (length(hash) = 32),
    sealed_at timestamptz NOT NULL
);

-- How far the sealer came: every row up to sealed has its seal or never was.
-- seen is the highest row of an earlier look, which no transaction that began
-- after horizon can be below.
CREATE TABLE audit_chain (
    position bigint NOT NULL,
    hash     bytea NOT NULL CHECK (length(hash) = 32),
    sealed   bigint NOT NULL,
    seen     bigint NOT NULL,
    horizon  text NOT NULL,
    seen_at  timestamptz
);
INSERT INTO audit_chain (position, hash, sealed, seen, horizon) VALUES (0, decode(repeat('00', 32), 'hex'), 0, 0, '');

CREATE TABLE audit_checkpoints (
    position   bigint PRIMARY KEY,
    hash       bytea NOT NULL CHECK (length(hash) = 32),
    created_at timestamptz NOT NULL,
    signature  bytea NOT NULL CHECK (length(signature) = 32)
);

-- What a checkpoint covers may go.
-- +goose StatementBegin
CREATE FUNCTION audit_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM audit_seals s WHERE s.audit = OLD.id AND s.position <= (SELECT max(position) FROM audit_checkpoints)
    ) THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'audit_only_grows' USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION audit_seal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.position <= (SELECT max(position) FROM audit_checkpoints) THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'audit_only_grows' USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- +goose StatementEnd
DROP TRIGGER audit_no_delete ON audit;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_row_stays();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit EXECUTE FUNCTION audit_only_grows();
CREATE TRIGGER audit_seals_no_update BEFORE UPDATE ON audit_seals FOR EACH ROW EXECUTE FUNCTION audit_only_grows();
CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION audit_seal_stays();
CREATE TRIGGER audit_seals_no_truncate BEFORE TRUNCATE ON audit_seals EXECUTE FUNCTION audit_only_grows();

-- +goose Down
DROP TRIGGER audit_no_truncate ON audit;
DROP TRIGGER audit_no_delete ON audit;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_only_grows();
DROP TABLE audit_checkpoints, audit_chain, audit_seals, installation;
DROP FUNCTION audit_row_stays, audit_seal_stays;
