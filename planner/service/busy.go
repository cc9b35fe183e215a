package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/outside"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// BusySource is a calendar of somebody's own.
type BusySource = store.BusySource

const (
	// busyRefresh is the time between two readings of a calendar.
	busyRefresh = time.Hour
	// longestBusyPause bounds the pause after readings that failed.
	longestBusyPause = 12 * time.Hour
	// busyTogether bounds the calendars that are read at once.
	busyTogether = 4
	busyLease    = 2 * time.Minute
	// busyPast and busyFuture bound the days that are kept, from today.
	busyPast, busyFuture = 14, 400
	// busyAlarm is how old the copy that is kept may be before somebody should
	// look at it.
	busyAlarm = 24 * time.Hour
)

// BusyEmptied is the fault of a calendar that had events and suddenly has none:
// it may have been emptied, or its server may be mistaken.
const BusyEmptied = "suddenly_empty"

// BusyReader reads busy times from people's own calendars.
type BusyReader struct {
	Service *Service
	Fetcher *outside.Fetcher
	// Seal keeps the addresses, which are secrets.
	Seal *Seal
}

// As returns the reader for one caller.
func (b *BusyReader) As(scope Scope) *BusyReader {
	return &BusyReader{Service: b.Service.As(scope), Fetcher: b.Fetcher, Seal: b.Seal}
}

// Add keeps the address of a person's own calendar, encrypted, after it was
// fetched and read once: a wrong address is told at once. It returns the id.
func (b *BusyReader) Add(ctx context.Context, region, staff, address string) (string, error) {
	// Before anything is fetched: whoever is unknown has no calendar to read.
	known := b.Service.Store.CheckStaff(ctx, region, staff)
	clean, err := b.tried(ctx, region, address, known)
	if err != nil {
		return "", err
	}
	id := store.NewBusyID()
	sealed, err := b.Seal.Close(clean, id)
	if err != nil {
		return "", err
	}
	return id, b.Service.Store.AddBusySource(ctx, id, region, staff, sealed, b.Service.Now())
}

// tried reads a calendar once and returns its address as it is kept.
func (b *BusyReader) tried(ctx context.Context, region, address string, before error) (string, error) {
	clean, err := b.Fetcher.CleanAddress(address)
	if err = errors.Join(err, before); err != nil {
		return "", err
	}
	got, err := b.Fetcher.Fetch(ctx, clean, "", "")
	if err != nil {
		return "", err
	}
	_, err = b.parse(ctx, region, got.Body)
	return clean, err
}

// Change gives a calendar another address, which is tried as Add does.
func (b *BusyReader) Change(ctx context.Context, src *BusySource, address string) error {
	clean, err := b.tried(ctx, src.Region, address, nil)
	if err != nil {
		return err
	}
	sealed, err := b.Seal.Close(clean, src.ID)
	if err != nil {
		return err
	}
	return b.Service.Store.ChangeBusySource(ctx, src.ID, sealed, b.Service.Now())
}

// BusyTrial is what a calendar gave when it was tried.
type BusyTrial struct {
	// Fault is the code of what went wrong, empty for nothing.
	Fault string
	// Busy counts the busy times in the days that are kept, Unreadable the events
	// that could not be read.
	Busy, Unreadable int
}

// Try reads a calendar at once and tells how it went. The copy that is kept is
// renewed by the next Refresh, for which it is due from now.
func (b *BusyReader) Try(ctx context.Context, src *BusySource) (BusyTrial, error) {
	address, err := b.Seal.Open(src.Address, src.ID)
	if err != nil {
		return BusyTrial{Fault: "sealed_with_another_key"}, nil //nolint:nilerr // that is the outcome
	}
	got, err := b.Fetcher.Fetch(ctx, address, "", "")
	if err != nil {
		return BusyTrial{Fault: faultCode(err)}, nil
	}
	reading, err := b.parse(ctx, src.Region, got.Body)
	if err != nil {
		return BusyTrial{Fault: faultCode(err)}, nil
	}
	return BusyTrial{Busy: len(reading.Busy), Unreadable: len(reading.Faults)}, b.Service.Store.DueBusySource(ctx, src.ID, b.Service.Now())
}

// Refresh reads the calendars that are due, some at a time, and returns how many
// were read and how many of those failed.
func (b *BusyReader) Refresh(ctx context.Context) (read, failed int, err error) {
	for ctx.Err() == nil {
		due, err := b.Service.Store.ClaimBusy(ctx, busyTogether, busyLease, b.Service.Now())
		if err != nil || len(due) == 0 {
			return read, failed, err
		}
		outcomes := make([]store.BusyOutcome, len(due))
		errs := make([]error, len(due))
		var group sync.WaitGroup
		for i := range due {
			group.Go(func() {
				outcomes[i] = b.read(ctx, &due[i])
				errs[i] = b.Service.Store.SaveBusy(context.WithoutCancel(ctx), &due[i], outcomes[i], uid, b.Service.Now())
			})
		}
		group.Wait()
		read += len(due)
		for i := range due {
			if outcomes[i].Fault != "" {
				failed++
				b.report(ctx, &due[i], outcomes[i].Fault)
			}
		}
		if err := errors.Join(errs...); err != nil {
			return read, failed, err
		}
	}
	return read, failed, nil
}

// report logs a failure, without the address.
func (b *BusyReader) report(ctx context.Context, src *store.BusySource, fault string) {
	log := b.Service.Log.WarnContext
	if BusyStale(src, b.Service.Now()) {
		log = b.Service.Log.ErrorContext
	}
	log(ctx, "busy times not read", "source", src.ID, "fault", fault, "last_good", src.Good, "failures", src.Failures+1)
}

// BusyStale reports whether the copy of a calendar is so old that somebody
// should look at it.
func BusyStale(src *store.BusySource, now time.Time) bool {
	last := src.Good
	if last.IsZero() {
		last = src.Created
	}
	return now.Sub(last) >= busyAlarm
}

// read fetches and reads one calendar. Whatever goes wrong, the copy that is
// kept stays.
func (b *BusyReader) read(ctx context.Context, src *store.BusySource) store.BusyOutcome {
	now := b.Service.Now()
	failed := func(code string) store.BusyOutcome {
		return store.BusyOutcome{Fault: code, Due: now.Add(jittered(busyPause(src.Failures + 1)))}
	}
	address, err := b.Seal.Open(src.Address, src.ID)
	if err != nil {
		return failed("sealed_with_another_key")
	}
	etag, modified := src.ETag, src.LastModified
	if src.Good.IsZero() || !sameDay(src.Good, now) {
		etag, modified = "", "" // the days that are kept move on, so read it anew once a day
	}
	got, err := b.Fetcher.Fetch(ctx, address, etag, modified)
	if err != nil {
		return failed(faultCode(err))
	}
	o := store.BusyOutcome{Due: now.Add(jittered(busyRefresh)), Unchanged: got.Unchanged, ETag: got.ETag, LastModified: got.LastModified}
	if got.Unchanged {
		return o
	}
	reading, err := b.parse(ctx, src.Region, got.Body)
	if err != nil {
		return failed(faultCode(err))
	}
	if emptied := src.Fault == BusyEmptied && src.Failures >= emptyTries; reading.Events == 0 && src.Filled && !emptied {
		return failed(BusyEmptied)
	}
	o.Busy, o.Filled, o.Faults = reading.Busy, reading.Events > 0, len(reading.Faults)
	return o
}

// emptyTries is how many readings in a row must find a calendar empty before the
// next one is believed: with the growing pauses about a day.
const emptyTries = 5

func sameDay(a, b time.Time) bool {
	return calendar.DateOf(a, time.UTC) == calendar.DateOf(b, time.UTC)
}

func busyPause(failures int) time.Duration {
	pause := busyRefresh / 4
	for range failures {
		if pause *= 2; pause >= longestBusyPause {
			return longestBusyPause
		}
	}
	return pause
}

// parse reads a calendar's busy times in the days that are kept.
func (b *BusyReader) parse(ctx context.Context, region string, body []byte) (calendar.Reading, error) {
	zone, err := b.Service.zoneOf(ctx, region)
	if err != nil {
		return calendar.Reading{}, err
	}
	today := calendar.DateOf(b.Service.Now(), zone)
	return calendar.ReadBusy(bytes.NewReader(body), calendar.ReadOptions{
		From: (today - busyPast).At(0, zone), To: (today + busyFuture).At(0, zone), Zone: zone,
	})
}

// faultCode is the stable code of what went wrong.
func faultCode(err error) string {
	var fetch *outside.FetchError
	var read *calendar.ReadError
	switch {
	case errors.As(err, &fetch):
		return fetch.Code
	case errors.As(err, &read):
		return read.Code
	default:
		return "internal_error"
	}
}

// withBusy returns a copy of a state in which people's own busy times count as
// absences, so that no visit is planned there. What is planned already at that
// time is no reason to keep clear: own events were left out when they came back.
func (s *Service) withBusy(ctx context.Context, state *planner.State, from, to calendar.Date) (*planner.State, error) {
	zone, err := time.LoadLocation(state.Programme.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of region %q: %w", state.Region, err)
	}
	busy, err := s.Store.Busy(ctx, state.Region, from.At(0, zone), (to+1).At(0, zone))
	if err != nil || len(busy) == 0 {
		return state, err
	}
	out := *state
	out.Absences = slices.Clone(state.Absences)
	for i := range busy {
		out.Absences = append(out.Absences, absences(&busy[i], zone)...)
	}
	return &out, nil
}

// absences cuts a busy time into days, as an absence has them.
func absences(o *store.Occupancy, zone *time.Location) []planner.Absence {
	var out []planner.Absence
	last := calendar.DateOf(o.To.Add(-time.Nanosecond), zone)
	for d := calendar.DateOf(o.From, zone); d <= last; d++ {
		a := planner.Absence{Staff: o.Staff, From: d, To: d, Part: calendar.Span{To: 24 * 60}}
		if d == calendar.DateOf(o.From, zone) {
			a.Part.From = clockOf(o.From, zone)
		}
		if end := clockOf(o.To.Add(time.Minute-time.Nanosecond), zone); d == last && end > 0 {
			a.Part.To = end // a part of a minute counts whole
		}
		if a.Part.From == 0 && a.Part.To == 24*60 {
			a.Part = calendar.Span{}
		}
		out = append(out, a)
	}
	return out
}

func clockOf(t time.Time, zone *time.Location) calendar.Clock {
	t = t.In(zone)
	return calendar.Clock(t.Hour()*60 + t.Minute())
}
