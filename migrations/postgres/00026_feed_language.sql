-- A subscription speaks a language; those there are speak Dutch.
-- +goose Up
ALTER TABLE feeds ADD COLUMN language text NOT NULL DEFAULT 'nl' CHECK (language IN ('nl', 'en'));
ALTER TABLE caldav_calendars ADD COLUMN language text NOT NULL DEFAULT 'nl' CHECK (language IN ('nl', 'en'));
-- +goose Down
ALTER TABLE caldav_calendars DROP COLUMN language;
ALTER TABLE feeds DROP COLUMN language;
