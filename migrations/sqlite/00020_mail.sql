-- Mail: who gets it, what they were told of each event and answered, what
-- waits to be sent, and how far the mailbox with the answers was read.
-- +goose Up

-- Staff read their calendar as a feed; only a location's contact is invited.
CREATE TABLE contacts (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    region     TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('staff', 'location')),
    subject    TEXT NOT NULL,
    name       TEXT NOT NULL,
    mail       TEXT NOT NULL,
    language   TEXT NOT NULL CHECK (language IN ('nl', 'en')),
    calendar   TEXT NOT NULL CHECK (calendar IN ('invitation', 'feed')),
    created_at INTEGER NOT NULL,
    UNIQUE (region, kind, subject, mail),
    CHECK (kind = 'location' OR calendar = 'feed')
) STRICT;
CREATE INDEX contacts_mail ON contacts (mail);

CREATE TABLE notices (
    contact    INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
    visit      TEXT NOT NULL,
    sequence   INTEGER NOT NULL,
    starts_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    cancelled  INTEGER NOT NULL,
    tried      INTEGER NOT NULL,
    answer     TEXT NOT NULL CHECK (answer IN ('', 'accepted', 'tentative', 'declined')),
    answered_at INTEGER,
    PRIMARY KEY (contact, visit)
) STRICT;

CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    region       TEXT NOT NULL REFERENCES regions ON DELETE CASCADE,
    contact      INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
    kind         TEXT NOT NULL CHECK (kind IN ('invitation', 'update', 'cancellation', 'reminder', 'short_notice', 'digest', 'code')),
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
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_visit ON outbox (contact, visit) WHERE state = 'waiting';
CREATE INDEX outbox_link ON outbox (link, created_at) WHERE link <> '';

CREATE TABLE mailboxes (
    name         TEXT PRIMARY KEY,
    validity     INTEGER NOT NULL,
    last         INTEGER NOT NULL,
    lease        INTEGER NOT NULL,
    leased_until INTEGER,
    read_at      INTEGER,
    fault        TEXT NOT NULL
) STRICT;

-- digest is the SHA-256 of a message that was taken in: none counts twice.
CREATE TABLE replies (
    digest  TEXT PRIMARY KEY,
    seen_at INTEGER NOT NULL,
    outcome TEXT NOT NULL
) STRICT;

-- +goose Down
DROP TABLE replies;
DROP TABLE mailboxes;
DROP TABLE outbox;
DROP TABLE notices;
DROP TABLE contacts;
