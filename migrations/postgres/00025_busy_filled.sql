-- Of somebody's own calendar no number of appointments is kept, only whether the
-- last good copy had any: without that, one that is suddenly empty would be believed.
-- +goose Up
ALTER TABLE busy_sources RENAME COLUMN events TO filled;
ALTER TABLE busy_sources ALTER COLUMN filled TYPE boolean USING filled > 0;
-- +goose Down
ALTER TABLE busy_sources ALTER COLUMN filled TYPE bigint USING filled::int;
ALTER TABLE busy_sources RENAME COLUMN filled TO events;
