-- That somebody came near an agreed ceiling, or passed it: told once.
-- +goose Up

-- cleared_at is when it was over; the next time is a new notice.
CREATE TABLE ceiling_notices (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    region      TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    staff       TEXT NOT NULL,
    ceiling     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('near', 'passed')),
    line        TEXT NOT NULL,
    raised_at   INTEGER NOT NULL,
    cleared_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX ceiling_notices_open ON ceiling_notices (region, staff, ceiling, state) WHERE cleared_at IS NULL;

-- SQLite cannot change a CHECK, so the table is made anew.
CREATE TABLE outbox_new (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    region       TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    contact      INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
    kind         TEXT NOT NULL CHECK (kind IN ('invitation', 'update', 'cancellation', 'reminder', 'short_notice', 'digest', 'code', 'slot_offer', 'ceiling')),
    visit        TEXT NOT NULL,
    cause        TEXT NOT NULL UNIQUE,
    link         TEXT NOT NULL,
    message_id   TEXT NOT NULL UNIQUE,
    content      TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead', 'dropped')),
    attempts     INTEGER NOT NULL,
    lease        INTEGER NOT NULL,
    leased_until INTEGER,
    due_at       INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    ended_at     INTEGER,
    fault        TEXT NOT NULL
) STRICT;
INSERT INTO outbox_new (id, region, contact, kind, visit, cause, link, message_id, content, state, attempts, lease, leased_until, due_at, expires_at, created_at, ended_at, fault)
SELECT id, region, contact, kind, visit, cause, link, message_id, content, state, attempts, lease, leased_until, due_at, expires_at, created_at, ended_at, fault FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_visit ON outbox (contact, visit) WHERE state = 'waiting';
CREATE INDEX outbox_link ON outbox (link, created_at) WHERE link <> '';

-- +goose Down
DELETE FROM outbox WHERE kind = 'ceiling';
CREATE TABLE outbox_new (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    region       TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    contact      INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
    kind         TEXT NOT NULL CHECK (kind IN ('invitation', 'update', 'cancellation', 'reminder', 'short_notice', 'digest', 'code', 'slot_offer')),
    visit        TEXT NOT NULL,
    cause        TEXT NOT NULL UNIQUE,
    link         TEXT NOT NULL,
    message_id   TEXT NOT NULL UNIQUE,
    content      TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead', 'dropped')),
    attempts     INTEGER NOT NULL,
    lease        INTEGER NOT NULL,
    leased_until INTEGER,
    due_at       INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    ended_at     INTEGER,
    fault        TEXT NOT NULL
) STRICT;
INSERT INTO outbox_new (id, region, contact, kind, visit, cause, link, message_id, content, state, attempts, lease, leased_until, due_at, expires_at, created_at, ended_at, fault)
SELECT id, region, contact, kind, visit, cause, link, message_id, content, state, attempts, lease, leased_until, due_at, expires_at, created_at, ended_at, fault FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_visit ON outbox (contact, visit) WHERE state = 'waiting';
CREATE INDEX outbox_link ON outbox (link, created_at) WHERE link <> '';
DROP TABLE ceiling_notices;
