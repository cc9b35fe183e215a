-- What people carried in closed periods is kept as it was realised too; -1 is for
-- periods that were closed before.
-- +goose Up
ALTER TABLE period_loads ADD COLUMN realised bigint NOT NULL DEFAULT -1;

-- +goose Down
ALTER TABLE period_loads DROP COLUMN realised;
