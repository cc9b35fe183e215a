package service

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// The words of webhooks, by the names used above this room.
type (
	// Webhook is an address of another program that hears of events.
	Webhook = store.Webhook
	// Delivery is one event on its way to one webhook.
	Delivery = store.Delivery
	// FetchError says why an address of others cannot be used.
	FetchError = outside.FetchError
)

// Webhooks tells other programs what happens in a region.
type Webhooks struct {
	Service *Service
	Hooks   *outside.Hooks
}

// ErrEvents are events that nobody can hear of.
var ErrEvents = errors.New("unknown events")

// eventPattern is an object and a verb, or all of either.
var eventPattern = regexp.MustCompile(`^([a-z_]+|\*)\.([a-z-]+|\*)$`)

// NewWebhook is a webhook that was just made, with what is shown once.
type NewWebhook struct {
	Webhook
	// URL and Key are its address and the secret that signs, in plain.
	URL, Key string
}

const (
	hookSecretBytes = 32
	// mostPatterns bounds the events of one webhook.
	mostPatterns = 20
)

// Add keeps the address of another program that is to hear of events of a region,
// such as "plan.publish" or "booking.*", and makes the secret that signs what it
// gets. It gives a *FetchError for an address that cannot be used, ErrEvents for
// events that are none, and ErrConflict above 20 webhooks.
func (w *Webhooks) Add(ctx context.Context, region, address string, events []string) (NewWebhook, error) {
	s := w.Service
	clean, err := w.Hooks.CleanAddress(address)
	if err != nil {
		return NewWebhook{}, err
	}
	if len(events) == 0 || len(events) > mostPatterns {
		return NewWebhook{}, fmt.Errorf("%w: %d, want 1 to %d such as plan.publish or booking.*", ErrEvents, len(events), mostPatterns)
	}
	for _, e := range events {
		if !eventPattern.MatchString(e) {
			return NewWebhook{}, fmt.Errorf("%w: want an object and a verb such as plan.publish or booking.*", ErrEvents)
		}
	}
	key := make([]byte, hookSecretBytes)
	_, _ = rand.Read(key) // never fails, as its documentation says
	out := NewWebhook{Webhook: Webhook{ID: store.NewWebhookID(), Region: region, Events: events}, URL: clean, Key: "whsec_" + base64.RawURLEncoding.EncodeToString(key)}
	if out.Address, err = s.Seal.Close(clean, "webhook address "+out.ID); err != nil {
		return NewWebhook{}, err
	}
	if out.Secret, err = s.Seal.Close(out.Key, "webhook secret "+out.ID); err != nil {
		return NewWebhook{}, err
	}
	if err := s.Store.AddWebhook(ctx, out.Webhook, s.Now()); err != nil {
		return NewWebhook{}, err
	}
	out.Created = s.Now()
	s.Log.InfoContext(ctx, "webhook added", "webhook", out.ID, "region", region, "events", strings.Join(events, " "))
	return out, nil
}

// As returns the webhooks for one caller.
func (w *Webhooks) As(scope Scope) *Webhooks { return &Webhooks{w.Service.As(scope), w.Hooks} }

// Host is where a webhook leads, without the path, which can hold a secret.
func (w *Webhooks) Host(h *Webhook) string {
	address, err := w.Service.Seal.Open(h.Address, "webhook address "+h.ID)
	if err != nil {
		return ""
	}
	rest := strings.TrimPrefix(address, "https://")
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		rest = rest[:i]
	}
	return "https://" + rest
}

const (
	// hookBatch is how many deliveries are claimed at once, and hookLease for how
	// long: longer than the slowest batch.
	hookBatch = 16
	hookLease = 2 * time.Minute
	hookTries = 10
)

// Send delivers what is due, batch after batch, and returns how many were taken.
// A delivery arrives at least once, with one id.
func (w *Webhooks) Send(ctx context.Context) (int, error) {
	total := 0
	for ctx.Err() == nil {
		batch, err := w.Service.Store.ClaimDeliveries(ctx, hookBatch, hookLease, w.Service.Now())
		if err != nil || len(batch) == 0 {
			return total, err
		}
		errs, taken := make([]error, len(batch)), make([]bool, len(batch))
		var group sync.WaitGroup
		for i := range batch {
			group.Go(func() { taken[i], errs[i] = w.deliver(ctx, &batch[i]) })
		}
		group.Wait()
		for _, ok := range taken {
			if ok {
				total++
			}
		}
		if err := errors.Join(errs...); err != nil {
			return total, err
		}
	}
	return total, nil
}

// deliver makes one attempt and writes down what became of it.
func (w *Webhooks) deliver(ctx context.Context, d *Delivery) (taken bool, err error) {
	s := w.Service
	o := w.attempt(ctx, d)
	if o.Fault != "" {
		s.Log.WarnContext(ctx, "webhook not taken", "webhook", d.Webhook.ID, "delivery", d.ID, "event", d.Event, "fault", o.Fault, "attempts", d.Attempts, "dead", o.Dead)
	}
	// Also when the program is told to stop: what was taken must not go again.
	return o.Fault == "", s.Store.EndDelivery(context.WithoutCancel(ctx), d, o, s.Now())
}

func (w *Webhooks) attempt(ctx context.Context, d *Delivery) store.DeliveryOutcome {
	seal := w.Service.Seal
	address, addressErr := seal.Open(d.Webhook.Address, "webhook address "+d.Webhook.ID)
	secret, secretErr := seal.Open(d.Webhook.Secret, "webhook secret "+d.Webhook.ID)
	if errors.Join(addressErr, secretErr) != nil {
		return store.DeliveryOutcome{Fault: "sealed_with_another_key", Dead: true}
	}
	err := w.Hooks.Send(ctx, &outside.Hook{Address: address, ID: d.ID, Event: d.Event, Body: []byte(d.Body), Secret: secret}, w.Service.Now())
	if err == nil {
		return store.DeliveryOutcome{}
	}
	code := faultCode(err)
	gone := code == outside.FetchGone
	return store.DeliveryOutcome{
		Fault: code, Gone: gone, Dead: gone || d.Attempts >= hookTries, Due: w.Service.Now().Add(jittered(mailPause(d.Attempts))),
	}
}

// WebhooksOf lists the webhooks of a region, the oldest first.
func (s *Service) WebhooksOf(ctx context.Context, region string) ([]Webhook, error) {
	return s.Store.Webhooks(ctx, region)
}

// RemoveWebhook forgets a webhook with its deliveries.
func (s *Service) RemoveWebhook(ctx context.Context, region, id string) error {
	return s.Store.RemoveWebhook(ctx, region, id)
}

// Deliveries lists the deliveries of a webhook; see store.Deliveries.
func (s *Service) Deliveries(ctx context.Context, region, webhook string, n int) ([]Delivery, error) {
	return s.Store.Deliveries(ctx, region, webhook, n)
}
