-- Which attempt works on a request with a key: what an earlier one still does is
-- refused once another has taken the key over.
-- +goose Up
ALTER TABLE answered ADD COLUMN claim INTEGER NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE answered DROP COLUMN claim;
