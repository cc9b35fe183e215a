-- Where somebody is while their time is taken, and how much of it is travel, so
-- that what can be booked beside it is known from these rows alone; and a number
-- for each person that rises with every change to their time.
-- +goose Up
ALTER TABLE occupancy ADD COLUMN location text NOT NULL DEFAULT '';
ALTER TABLE occupancy ADD COLUMN travel_minutes bigint NOT NULL DEFAULT 0;
UPDATE occupancy SET location = v.location FROM plan_visits v WHERE v.plan = occupancy.plan AND v.id = occupancy.ref;

CREATE TABLE occupancy_versions (
    person  bigint PRIMARY KEY,
    version bigint NOT NULL
);
INSERT INTO occupancy_versions SELECT DISTINCT person, 1 FROM people;

-- +goose StatementBegin
CREATE FUNCTION occupancy_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- In one order, so that two writers do not wait for each other in a circle.
    INSERT INTO occupancy_versions (person, version)
    SELECT person, 1 FROM (SELECT DISTINCT person FROM changed ORDER BY person) AS p
    ON CONFLICT (person) DO UPDATE SET version = occupancy_versions.version + 1;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER occupancy_inserted AFTER INSERT ON occupancy REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION occupancy_changed();
CREATE TRIGGER occupancy_updated AFTER UPDATE ON occupancy REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION occupancy_changed();
CREATE TRIGGER occupancy_deleted AFTER DELETE ON occupancy REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION occupancy_changed();

-- +goose Down
DROP TRIGGER occupancy_inserted ON occupancy;
DROP TRIGGER occupancy_updated ON occupancy;
DROP TRIGGER occupancy_deleted ON occupancy;
DROP FUNCTION occupancy_changed();
DROP TABLE occupancy_versions;
ALTER TABLE occupancy DROP COLUMN travel_minutes, DROP COLUMN location;
