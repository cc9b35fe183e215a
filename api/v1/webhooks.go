package v1

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// WebhookRequest says who is to hear of what.
type WebhookRequest struct {
	URL    string   `json:"url" format:"uri" maxLength:"2000" doc:"Where events are posted: https on a public network." example:"https://example.nl/wijkplanner"`
	Events []string `json:"events" minItems:"1" maxItems:"20" doc:"An object and a verb each; * stands for all of either." example:"[\"plan.publish\", \"booking.*\"]"`
}

// Webhook is an address of another program that hears of events.
type Webhook struct {
	ID       string     `json:"id"`
	Host     string     `json:"host" doc:"Where it leads, without the path, which can hold a secret." example:"https://example.nl"`
	Events   []string   `json:"events" nullable:"false"`
	Actor    string     `json:"created_by" example:"user:12"`
	Created  time.Time  `json:"created_at"`
	Disabled *time.Time `json:"disabled_at,omitempty" doc:"When its address said that it is gone (410)."`
	Secret   string     `json:"secret,omitempty" doc:"What signs its events; shown once, when it is made."`
}

// Delivery is one event on its way to a webhook.
type Delivery struct {
	ID       string     `json:"id" doc:"That of the Wijkplanner-Delivery header."`
	Event    string     `json:"event" example:"plan.publish"`
	State    string     `json:"state" enum:"waiting,sent,dead"`
	Attempts int        `json:"attempts"`
	Fault    string     `json:"fault,omitempty" doc:"The code of what went wrong in the last attempt." example:"too_slow"`
	Due      time.Time  `json:"due_at" doc:"When it is tried next, while it waits."`
	Created  time.Time  `json:"created_at"`
	Ended    *time.Time `json:"ended_at,omitempty"`
}

type webhookIn struct {
	InRegion
	Body WebhookRequest
}

// InWebhook names a webhook in the path of an operation.
type InWebhook struct {
	InRegion
	ID string `path:"id" maxLength:"64" doc:"The webhook's id."`
}

type webhookOne struct {
	Location string `header:"Location"`
	Body     Webhook
}

type webhookList struct{ Body Page[Webhook] }

type deliveryList struct{ Body Page[Delivery] }

// aboutWebhooks registers the operations on webhooks.
func (a *API) aboutWebhooks() {
	add(a, rights.Access{Resource: rights.Webhooks, Act: rights.Create}, huma.Operation{
		OperationID: "createWebhook", Method: http.MethodPost, Path: "/regions/{region}/webhooks", Tags: []string{"webhooks"},
		Summary: "Have another program told what happens; its secret is shown once", DefaultStatus: http.StatusCreated,
	}, a.createWebhook)
	add(a, rights.Access{Resource: rights.Webhooks, Act: rights.Read}, huma.Operation{
		OperationID: "listWebhooks", Method: http.MethodGet, Path: "/regions/{region}/webhooks", Tags: []string{"webhooks"}, Summary: "The webhooks of a region",
	}, a.listWebhooks)
	add(a, rights.Access{Resource: rights.Webhooks, Act: rights.Remove}, huma.Operation{
		OperationID: "removeWebhook", Method: http.MethodDelete, Path: "/regions/{region}/webhooks/{id}", Tags: []string{"webhooks"},
		Summary: "Have another program told no more", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *InWebhook) (*struct{}, error) {
		return nil, a.of(ctx).RemoveWebhook(ctx, in.id(), in.ID)
	})
	add(a, rights.Access{Resource: rights.Webhooks, Act: rights.Read}, huma.Operation{
		OperationID: "listDeliveries", Method: http.MethodGet, Path: "/regions/{region}/webhooks/{id}/deliveries", Tags: []string{"webhooks"},
		Summary: "What a webhook was told last, and what went wrong",
	}, a.listDeliveries)
}

func (a *API) createWebhook(ctx context.Context, in *webhookIn) (*webhookOne, error) {
	if a.Webhooks == nil {
		return nil, problem.New(problem.Unavailable)
	}
	made, err := a.Webhooks.As(rights.CallerOf(ctx).Scope).Add(ctx, in.id(), in.Body.URL, in.Body.Events)
	var address *service.FetchError
	switch {
	case errors.As(err, &address):
		return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "body.url", Detail: address.English})
	case errors.Is(err, service.ErrEvents):
		return nil, problem.New(problem.BadRequest).With(problem.InputFault{In: "body.events", Detail: "expected an object and a verb each, such as plan.publish or booking.*"})
	case err != nil:
		return nil, err
	}
	out := a.webhookOf(&made.Webhook)
	out.Secret, out.Actor = made.Key, rights.CallerOf(ctx).Actor
	return &webhookOne{fmt.Sprintf("%s/regions/%s/webhooks/%s", Prefix, in.Region, out.ID), out}, nil
}

func (a *API) webhookOf(w *service.Webhook) Webhook {
	out := Webhook{ID: w.ID, Events: append([]string{}, w.Events...), Actor: w.Actor, Created: w.Created.UTC(), Disabled: moment(w.Disabled)}
	if a.Webhooks != nil {
		out.Host = a.Webhooks.Host(w)
	}
	return out
}

func (a *API) listWebhooks(ctx context.Context, in *InRegion) (*webhookList, error) {
	all, err := a.of(ctx).WebhooksOf(ctx, in.id())
	out := Page[Webhook]{Items: []Webhook{}}
	for i := range all {
		out.Items = append(out.Items, a.webhookOf(&all[i]))
	}
	return &webhookList{out}, err
}

// shownDeliveries is how many deliveries are shown.
const shownDeliveries = 100

func (a *API) listDeliveries(ctx context.Context, in *InWebhook) (*deliveryList, error) {
	all, err := a.of(ctx).Deliveries(ctx, in.id(), in.ID, shownDeliveries)
	out := Page[Delivery]{Items: []Delivery{}}
	for i := range all {
		d := &all[i]
		out.Items = append(out.Items, Delivery{
			ID: d.ID, Event: d.Event, State: string(d.State), Attempts: d.Attempts, Fault: d.Fault, Due: d.Due.UTC(), Created: d.Created.UTC(), Ended: moment(d.Ended),
		})
	}
	return &deliveryList{out}, err
}
