-- What-if copies of a region, and addresses of other programs that hear of events.
-- +goose Up

-- A scenario is what it changes in version based_on of the region; its plan takes
-- nobody's time. published is the publication that made it so.
CREATE TABLE scenarios (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    region     TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    name       TEXT NOT NULL,
    based_on   INTEGER NOT NULL,
    changes    TEXT NOT NULL,
    plan       TEXT NOT NULL,
    planned_at INTEGER,
    actor      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    published  INTEGER
) STRICT;
CREATE INDEX scenarios_region ON scenarios (region, id);

-- address and secret are encrypted.
CREATE TABLE webhooks (
    id          TEXT PRIMARY KEY,
    region      TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    address     TEXT NOT NULL,
    secret      TEXT NOT NULL,
    events      TEXT NOT NULL,
    actor       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;
CREATE INDEX webhooks_region ON webhooks (region);

-- id is told to the receiver, so that it can tell a repetition. body is what is
-- signed, to the letter.
CREATE TABLE webhook_deliveries (
    id           TEXT PRIMARY KEY,
    webhook      TEXT NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    event        TEXT NOT NULL,
    body         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts     INTEGER NOT NULL,
    lease        INTEGER NOT NULL,
    leased_until INTEGER,
    due_at       INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    ended_at     INTEGER,
    fault        TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook, created_at);

-- +goose Down
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
DROP TABLE scenarios;
