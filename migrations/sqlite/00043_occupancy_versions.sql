-- Where somebody is while their time is taken, and how much of it is travel, so
-- that what can be booked beside it is known from these rows alone; and a number
-- for each person that rises with every change to their time.
-- +goose Up
ALTER TABLE occupancy ADD COLUMN location TEXT NOT NULL DEFAULT '';
ALTER TABLE occupancy ADD COLUMN travel_minutes INTEGER NOT NULL DEFAULT 0;
UPDATE occupancy SET location = coalesce((SELECT v.location FROM plan_visits v WHERE v.plan = occupancy.plan AND v.id = occupancy.ref), '');

CREATE TABLE occupancy_versions (
    person  INTEGER PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT;
INSERT INTO occupancy_versions SELECT DISTINCT person, 1 FROM people;

-- +goose StatementBegin
CREATE TRIGGER occupancy_inserted AFTER INSERT ON occupancy
BEGIN
    INSERT INTO occupancy_versions (person, version) VALUES (NEW.person, 1)
    ON CONFLICT (person) DO UPDATE SET version = version + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER occupancy_updated AFTER UPDATE ON occupancy
BEGIN
    INSERT INTO occupancy_versions (person, version) VALUES (NEW.person, 1)
    ON CONFLICT (person) DO UPDATE SET version = version + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER occupancy_deleted AFTER DELETE ON occupancy
BEGIN
    INSERT INTO occupancy_versions (person, version) VALUES (OLD.person, 1)
    ON CONFLICT (person) DO UPDATE SET version = version + 1;
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER occupancy_inserted;
DROP TRIGGER occupancy_updated;
DROP TRIGGER occupancy_deleted;
DROP TABLE occupancy_versions;
ALTER TABLE occupancy DROP COLUMN travel_minutes;
ALTER TABLE occupancy DROP COLUMN location;
