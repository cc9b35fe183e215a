-- The secret that hides the visits behind the UIDs of feeds that tell nothing:
-- one for the installation, so that a UID stays over renderings and restarts.
-- +goose Up
CREATE TABLE feed_secret (
    secret bytea NOT NULL CHECK (length(secret) = 32)
);
-- Two random UUIDs (RFC 9562 section 5.4) have 244 random bits.
INSERT INTO feed_secret (secret)
VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

-- +goose Down
DROP TABLE feed_secret;
