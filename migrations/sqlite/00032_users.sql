-- Accounts: who may sign in, as what, and how they prove it.
-- +goose Up

-- password is an argon2id hash in PHC form and totp the sealed secret of an
-- authenticator; both are empty for none. epoch grows whenever all sessions of
-- the account must end.
CREATE TABLE users (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL CHECK (name <> ''),
    mail        TEXT NOT NULL,
    password    TEXT NOT NULL,
    totp        TEXT NOT NULL,
    totp_step   INTEGER NOT NULL,
    issuer      TEXT NOT NULL,
    subject     TEXT NOT NULL,
    epoch       INTEGER NOT NULL,
    disabled_at INTEGER,
    created_at  INTEGER NOT NULL,
    CHECK ((issuer = '') = (subject = ''))
) STRICT;
CREATE UNIQUE INDEX users_mail ON users (mail) WHERE mail <> '';
CREATE UNIQUE INDEX users_subject ON users (issuer, subject) WHERE subject <> '';

CREATE TABLE memberships (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    role       TEXT NOT NULL CHECK (role IN ('administrator', 'lead', 'staff', 'auditor')),
    everywhere INTEGER NOT NULL,
    region     TEXT NOT NULL,
    staff      TEXT NOT NULL,
    UNIQUE (user_id, role, everywhere, region, staff),
    CHECK ((staff <> '') = (role = 'staff')),
    CHECK (CASE role WHEN 'administrator' THEN everywhere WHEN 'auditor' THEN 1 ELSE NOT everywhere END),
    CHECK (NOT everywhere OR region = '')
) STRICT;

CREATE TABLE sign_in_links (
    id         TEXT PRIMARY KEY,
    secret     BLOB NOT NULL CHECK (length(secret) = 32),
    user_id    INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX sign_in_links_user ON sign_in_links (user_id);

-- How often somebody tried to prove that they are somebody. subject is a hash,
-- also of accounts that do not exist.
CREATE TABLE sign_in_tries (
    subject TEXT PRIMARY KEY,
    tries   INTEGER NOT NULL,
    since   INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE sign_in_tries;
DROP TABLE sign_in_links;
DROP TABLE memberships;
DROP TABLE users;
