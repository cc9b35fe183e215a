package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/migrations"
)

// Webhook is an address of another program that hears of the events of a region.
type Webhook struct {
	ID, Region string
	// Address and Secret are encrypted.
	Address, Secret string
	// Events are what it hears of: "plan.publish", "booking.*".
	Events  []string
	Actor   string
	Created time.Time
	// Disabled is when its address said that it is gone; zero for not.
	Disabled time.Time
}

type webhookRow struct {
	ID         string `gorm:"primaryKey"`
	Region     string
	Address    string
	Secret     string
	Events     document[[]string]
	Actor      string
	CreatedAt  Instant
	DisabledAt Instant
}

func (webhookRow) TableName() string { return "webhooks" }

func (r *webhookRow) webhook() Webhook {
	return Webhook{
		ID: r.ID, Region: r.Region, Address: r.Address, Secret: r.Secret, Events: r.Events.v, Actor: r.Actor,
		Created: r.CreatedAt.Time, Disabled: r.DisabledAt.Time,
	}
}

// hears reports whether the subscription is for an event.
func (r *webhookRow) hears(event string) bool {
	return slices.ContainsFunc(r.Events.v, func(pattern string) bool {
		matched, err := path.Match(pattern, event)
		return err == nil && matched
	})
}

// DeliveryState says how far a delivery has come.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryWaiting DeliveryState = "waiting"
	DeliverySent    DeliveryState = "sent"
	DeliveryDead    DeliveryState = "dead"
)

// Delivery is one event on its way to one webhook.
type Delivery struct {
	ID, Event string
	// Body is what is sent and signed, to the letter.
	Body     string
	Webhook  Webhook
	State    DeliveryState
	Attempts int
	// Lease names this claim.
	Lease               int64
	Due, Created, Ended time.Time
	Fault               string
}

type deliveryRow struct {
	ID          string `gorm:"primaryKey"`
	Webhook     string
	Event       string
	Body        string
	State       DeliveryState
	Attempts    int
	Lease       int64
	LeasedUntil Instant
	DueAt       Instant
	CreatedAt   Instant
	EndedAt     Instant
	Fault       string
}

func (deliveryRow) TableName() string { return "webhook_deliveries" }

func (r *deliveryRow) delivery() Delivery {
	return Delivery{
		ID: r.ID, Event: r.Event, Body: r.Body, State: r.State, Attempts: r.Attempts, Lease: r.Lease,
		Due: r.DueAt.Time, Created: r.CreatedAt.Time, Ended: r.EndedAt.Time, Fault: r.Fault,
	}
}

// NewWebhookID returns an id for a webhook; its address and secret are encrypted
// with it.
func NewWebhookID() string { return letters(tokenIDLength) }

// maxWebhooks limits the webhooks of one region.
const maxWebhooks = 20

// AddWebhook keeps a webhook. It gives ErrConflict above 20 of a region.
func (s *Store) AddWebhook(ctx context.Context, w Webhook, now time.Time) error {
	return s.Tx(ctx, func(t *Tx) error {
		if _, err := t.lockRegion(w.Region); err != nil {
			return err
		}
		var have int64
		if err := t.db.Model(&webhookRow{}).Where("region = ?", w.Region).Count(&have).Error; err != nil {
			return err
		}
		if have >= maxWebhooks {
			return fmt.Errorf("%w: region %q has %d webhooks already, the most there can be", ErrConflict, w.Region, have)
		}
		row := webhookRow{
			ID: w.ID, Region: w.Region, Address: w.Address, Secret: w.Secret, Events: doc(w.Events), Actor: t.store.scope.Actor, CreatedAt: At(now),
		}
		if err := t.db.Create(&row).Error; err != nil {
			return err
		}
		return t.Record(Act{Verb: Created, Object: "webhook", ID: w.ID, Region: w.Region})
	})
}

// RemoveWebhook forgets a webhook with its deliveries.
func (s *Store) RemoveWebhook(ctx context.Context, region, id string) error {
	return s.Tx(ctx, func(t *Tx) error {
		done := t.scoped("region").Where("region = ? AND id = ?", region, id).Delete(&webhookRow{})
		if done.Error == nil && done.RowsAffected == 0 {
			return fmt.Errorf("webhook %q: %w", id, ErrNotFound)
		}
		if done.Error != nil {
			return done.Error
		}
		return errors.Join(
			t.bury("webhooks", id, t.now()), // a backup must not begin to tell somebody again
			t.Record(Act{Verb: Removed, Object: "webhook", ID: id, Region: region}),
		)
	})
}

// Webhooks lists the webhooks of a region, the oldest first.
func (s *Store) Webhooks(ctx context.Context, region string) ([]Webhook, error) {
	var rows []webhookRow
	err := s.read(ctx, func(t *Tx) error {
		if _, err := t.region(region); err != nil {
			return err
		}
		return t.db.Where("region = ?", region).Order("created_at, id").Find(&rows).Error
	})
	out := make([]Webhook, len(rows))
	for i := range rows {
		out[i] = rows[i].webhook()
	}
	return out, err
}

// Deliveries lists the deliveries of a webhook, the newest first and at most n,
// without what they say.
func (s *Store) Deliveries(ctx context.Context, region, webhook string, n int) ([]Delivery, error) {
	var rows []deliveryRow
	err := s.read(ctx, func(t *Tx) error {
		var w webhookRow
		if err := t.scoped("region").Where("region = ? AND id = ?", region, webhook).Take(&w).Error; err != nil {
			return fmt.Errorf("webhook %q: %w", webhook, err)
		}
		return t.db.Omit("body").Where("webhook = ?", webhook).Order("created_at DESC, id").Limit(n).Find(&rows).Error
	})
	out := make([]Delivery, len(rows))
	for i := range rows {
		out[i] = rows[i].delivery()
	}
	return out, err
}

// told are the objects whose acts other programs may hear of. An event says
// which object and what was done to it; what it is now they ask the API for.
var told = map[string]bool{
	"plan": true, "publication": true, "scenario": true, "assignment": true, "booking": true, "waiting_entry": true, "visit": true,
	"meeting": true, "location": true, "region": true, "job": true, "ceiling_notice": true, "closed_period": true,
}

// Event is the body of a delivery.
type Event struct {
	Event    string    `json:"event"`
	Region   string    `json:"region"`
	Object   string    `json:"object"`
	ObjectID string    `json:"object_id"`
	Occurred time.Time `json:"occurred_at"`
}

// tell queues an event to the webhooks of its region that hear of it, in the
// transaction in which it happens. Every act that is recorded passes here.
func (t *Tx) tell(region, object, id, verb string) error {
	if !told[object] {
		return nil
	}
	var hooks []webhookRow
	if err := t.db.Where("region = ? AND disabled_at IS NULL", region).Find(&hooks).Error; err != nil {
		return err
	}
	event := object + "." + verb
	body, err := json.Marshal(Event{event, region, object, id, t.now()})
	if err != nil {
		return fmt.Errorf("event %s: %w", event, err)
	}
	var rows []deliveryRow
	for i := range hooks {
		if hooks[i].hears(event) {
			rows = append(rows, deliveryRow{
				ID: letters(messageIDLetters), Webhook: hooks[i].ID, Event: event, Body: string(body), State: DeliveryWaiting,
				DueAt: At(t.now()), CreatedAt: At(t.now()),
			})
		}
	}
	return insert(t, rows)
}

// ClaimDeliveries takes up to n deliveries that are due, for as long as the
// lease lasts.
func (s *Store) ClaimDeliveries(ctx context.Context, n int, lease time.Duration, now time.Time) ([]Delivery, error) {
	var out []Delivery
	err := s.Tx(ctx, func(t *Tx) error {
		skip := ""
		if s.dialect == migrations.Postgres {
			skip = "FOR UPDATE SKIP LOCKED"
		}
		var rows []deliveryRow
		out = nil
		err := t.db.Raw(`UPDATE webhook_deliveries SET lease = lease + 1, attempts = attempts + 1, leased_until = ? WHERE id IN (
			SELECT id FROM webhook_deliveries WHERE state = 'waiting' AND due_at <= ? AND (leased_until IS NULL OR leased_until <= ?)
			ORDER BY due_at, id LIMIT ? `+skip+`) RETURNING *`, At(now.Add(lease)), At(now), At(now), n).Scan(&rows).Error
		if err != nil {
			return err
		}
		for i := range rows {
			var hook webhookRow
			if err := t.db.Where("id = ?", rows[i].Webhook).Take(&hook).Error; err != nil {
				return err
			}
			d := rows[i].delivery()
			d.Webhook = hook.webhook()
			out = append(out, d)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	return out, nil
}

// DeliveryOutcome is what became of an attempt.
type DeliveryOutcome struct {
	// Fault is the code of what went wrong, empty when it was taken.
	Fault string
	// Dead ends the delivery; otherwise Due says when it is tried again.
	Dead bool
	Due  time.Time
	// Gone disables the webhook: its address is there no more.
	Gone bool
}

// EndDelivery writes down what became of a claimed delivery. The outcome of a
// claim that has run out, and that somebody else took over, changes nothing.
func (s *Store) EndDelivery(ctx context.Context, d *Delivery, o DeliveryOutcome, now time.Time) error {
	set := map[string]any{"leased_until": nil, "fault": o.Fault}
	switch {
	case o.Fault == "":
		set["state"], set["ended_at"] = DeliverySent, At(now)
	case o.Dead:
		set["state"], set["ended_at"] = DeliveryDead, At(now)
	default:
		set["due_at"] = At(o.Due)
	}
	return s.Tx(ctx, func(t *Tx) error {
		done := t.db.Model(&deliveryRow{}).Where("id = ? AND lease = ? AND state = ?", d.ID, d.Lease, DeliveryWaiting).Updates(set)
		if done.Error != nil || done.RowsAffected == 0 || !o.Gone {
			return done.Error
		}
		if err := t.db.Model(&webhookRow{}).Where("id = ?", d.Webhook.ID).Update("disabled_at", At(now)).Error; err != nil {
			return err
		}
		// What else waits for it has nowhere to go.
		return t.db.Model(&deliveryRow{}).Where("webhook = ? AND state = ?", d.Webhook.ID, DeliveryWaiting).
			Updates(map[string]any{"state": DeliveryDead, "ended_at": At(now), "fault": o.Fault, "leased_until": nil}).Error
	})
}
