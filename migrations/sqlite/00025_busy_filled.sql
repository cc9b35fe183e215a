-- Of somebody's own calendar no number of appointments is kept, only whether the
-- last good copy had any: without that, one that is suddenly empty would be believed.
-- +goose Up
UPDATE busy_sources SET events = 1 WHERE events > 1;
ALTER TABLE busy_sources RENAME COLUMN events TO filled;
-- +goose Down
ALTER TABLE busy_sources RENAME COLUMN filled TO events;
