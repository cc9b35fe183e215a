-- Since which version of its region a programme holds; 0 for those of before.
-- +goose Up
ALTER TABLE programmes ADD COLUMN since INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE programmes DROP COLUMN since;
