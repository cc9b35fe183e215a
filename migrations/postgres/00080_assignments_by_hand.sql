-- Assignments that somebody made by hand, told from imported ones.
-- +goose Up
ALTER TABLE assignments DROP CONSTRAINT assignments_origin_check;
ALTER TABLE assignments ADD CONSTRAINT assignments_origin_check CHECK (origin IN ('input', 'hand', 'plan'));

-- +goose Down
UPDATE assignments SET origin = 'input' WHERE origin = 'hand';
ALTER TABLE assignments DROP CONSTRAINT assignments_origin_check;
ALTER TABLE assignments ADD CONSTRAINT assignments_origin_check CHECK (origin IN ('input', 'plan'));
