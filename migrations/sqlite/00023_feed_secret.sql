-- The secret that hides the visits behind the UIDs of feeds that tell nothing:
-- one for the installation, so that a UID stays over renderings and restarts.
-- +goose Up
CREATE TABLE feed_secret (
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;
INSERT INTO feed_secret (secret) VALUES (randomblob(32));

-- +goose Down
DROP TABLE feed_secret;
