-- A mail that offers a time to somebody who waits for one.
-- +goose Up
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check
    CHECK (kind IN ('invitation', 'update', 'cancellation', 'reminder', 'short_notice', 'digest', 'code', 'slot_offer'));

-- +goose Down
DELETE FROM outbox WHERE kind = 'slot_offer';
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check
    CHECK (kind IN ('invitation', 'update', 'cancellation', 'reminder', 'short_notice', 'digest', 'code'));
