-- How long a visit took in fact, travel left out.
-- +goose Up
ALTER TABLE visit_outcomes ADD COLUMN minutes bigint NOT NULL DEFAULT 0 CHECK (minutes >= 0);

-- +goose Down
ALTER TABLE visit_outcomes DROP COLUMN minutes;
