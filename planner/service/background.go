package service

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/wijkplanner/wijkplanner/planner/outside"
)

// Background is what goes on without anybody asking: jobs, mail out and in, and
// the reading of people's own calendars. It may run on any number of machines
// over one database: leases share the work out.
type Background struct {
	Service *Service
	// Jobs is how many jobs this program does at once; 0 leaves them to others.
	Jobs int
	// JobLease is how long a job stays with a program that does not answer; zero
	// is a minute.
	JobLease time.Duration
	// Sender sends mail; nil leaves it in the outbox.
	Sender *outside.Sender
	// Mailbox is where answers arrive; nil for none.
	Mailbox *outside.Mailbox
	// Busy reads people's own calendars; nil for not.
	Busy *BusyReader
	// Webhooks tells other programs what happens; nil for not.
	Webhooks *Webhooks
	// Often and Seldom are the pauses between two looks at the outbox, and at all
	// the rest; zero is 5 seconds and a minute.
	Often, Seldom time.Duration
}

// Run works until the context ends, and then lets what was begun come to its
// end.
func (b *Background) Run(ctx context.Context) {
	often, seldom := b.Often, b.Seldom
	if often == 0 {
		often = 5 * time.Second
	}
	if seldom == 0 {
		seldom = time.Minute
	}
	var group sync.WaitGroup
	every := func(pause time.Duration, what string, work func(context.Context) error) {
		group.Go(func() { b.repeat(ctx, pause, what, work) })
	}
	if b.Sender != nil {
		every(often, "send mail", func(ctx context.Context) error {
			_, err := b.Service.SendMail(ctx, b.Sender)
			return err
		})
		every(seldom, "queue regular mail", b.Service.QueueRegularMail)
	}
	if b.Webhooks != nil {
		every(often, "deliver webhooks", func(ctx context.Context) error {
			_, err := b.Webhooks.Send(ctx)
			return err
		})
	}
	if b.Mailbox != nil {
		every(seldom, "read the mailbox", func(ctx context.Context) error {
			_, err := b.Service.ReadReplies(ctx, b.Mailbox)
			return err
		})
	}
	if b.Busy != nil {
		every(seldom, "read busy times", func(ctx context.Context) error {
			_, _, err := b.Busy.Refresh(ctx)
			return err
		})
	}
	every(seldom, "queue periodic jobs", b.Service.QueuePeriodic)
	every(time.Second, "seal the audit log", b.Service.SealAudit)
	every(24*time.Hour, "log the head of the audit log", b.Service.LogAuditHead)
	every(seldom, "note ceilings", b.Service.NoteCeilings)
	every(seldom, "serve bookings", b.Service.ServeBookings)
	if b.Jobs > 0 {
		group.Go(func() { (&Worker{Service: b.Service, Slots: b.Jobs, Lease: b.JobLease}).Run(ctx) })
	}
	group.Wait()
}

// repeat does some work at once and then after every pause. What goes wrong, a
// panic included, is logged, and does not end it.
func (b *Background) repeat(ctx context.Context, pause time.Duration, what string, work func(context.Context) error) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if err := b.safely(ctx, what, work); err != nil && ctx.Err() == nil && !errors.Is(err, ErrBusy) {
			b.Service.Log.ErrorContext(ctx, "background work failed", "work", what, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (b *Background) safely(ctx context.Context, what string, work func(context.Context) error) error {
	defer func() {
		if r := recover(); r != nil {
			b.Service.Log.ErrorContext(ctx, "background work panicked", "work", what, "panic", r)
		}
	}()
	return work(ctx)
}
