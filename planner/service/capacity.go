package service

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// CapacityVersions are what figures about a region's capacity depend on.
type CapacityVersions = store.CapacityVersions

// The furthest that figures about capacity go.
const (
	// MostForecastMonths is the longest forecast.
	MostForecastMonths = 36
	// MostWaitingRuns is how many times a period is drawn at most while somebody
	// waits for the answer.
	MostWaitingRuns = 100
	// mostDays is the longest period of which loads are added up.
	mostDays = 5 * 366
)

// figuresCache keeps figures as long as nothing changed that they depend on.
type figuresCache struct {
	mu      sync.Mutex
	entries map[figuresKey]*figuresEntry
}

// mostFigures is how many answers are kept; about a megabyte each for a city.
const mostFigures = 64

type figuresKey struct {
	region   string
	versions CapacityVersions
	question string
}

// figuresEntry is one answer; who asks while it is worked out waits for it.
type figuresEntry struct {
	mu    sync.Mutex
	known bool
	value any
}

// entry finds the place of an answer. Answers of older versions of the region go
// first when there are too many.
func (c *figuresCache) entry(k figuresKey) *figuresEntry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.entries[k]; e != nil {
		return e
	}
	if len(c.entries) >= mostFigures {
		for old := range c.entries {
			if old.region == k.region && old.versions != k.versions {
				delete(c.entries, old)
			}
		}
	}
	if c.entries == nil || len(c.entries) >= mostFigures {
		c.entries = map[figuresKey]*figuresEntry{}
	}
	e := &figuresEntry{}
	c.entries[k] = e
	return e
}

// figured answers a question about a region, from what was worked out before when
// nothing changed since. It gives ErrNotFound for an unknown region.
func figured[T any](ctx context.Context, s *Service, region, question string, work func(*Snapshot) (T, error)) (out T, at CapacityVersions, err error) {
	if at, err = s.Store.CapacityVersions(ctx, region); err != nil {
		return out, at, err
	}
	e := s.figures.entry(figuresKey{region, at, question})
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known {
		return e.value.(T), at, nil
	}
	snapshot, err := s.Snapshot(ctx, region)
	if err != nil {
		return out, at, err
	}
	if out, err = work(snapshot); err != nil {
		return out, at, fmt.Errorf("region %q: %w", region, err)
	}
	// Should the region have changed in between, the answer is not kept.
	if read := (CapacityVersions{Region: snapshot.Version, Plan: snapshot.PlanInfo.ID}); read != at {
		return out, read, nil
	}
	e.known, e.value = true, out
	return out, at, nil
}

// visits of the published plan, none before the first.
func visitsOf(s *Snapshot) []planner.Visit {
	if s.Plan == nil {
		return nil
	}
	return s.Plan.Visits
}

func checkPeriod(p planner.Period) error {
	if days := p.Days(); days == 0 || days > mostDays {
		return fmt.Errorf("%w: %s to %s: want 1 to %d days", ErrParams, p.From, p.To, mostDays)
	}
	return nil
}

// Loads returns the work of a period by the smallest heads there are: see
// planner.Loads. Visits and meetings are those of the published plan.
func (s *Service) Loads(ctx context.Context, region string, p planner.Period) ([]planner.LoadLine, CapacityVersions, error) {
	if err := checkPeriod(p); err != nil {
		return nil, CapacityVersions{}, err
	}
	return figured(ctx, s, region, fmt.Sprint("loads ", p), func(now *Snapshot) ([]planner.LoadLine, error) {
		return planner.Loads(now.State, visitsOf(now), p)
	})
}

// Supply returns the time that contracts give in a period; see planner.Supply.
func (s *Service) Supply(ctx context.Context, region string, p planner.Period) ([]planner.SupplyLine, CapacityVersions, error) {
	if err := checkPeriod(p); err != nil {
		return nil, CapacityVersions{}, err
	}
	return figured(ctx, s, region, fmt.Sprint("supply ", p), func(now *Snapshot) ([]planner.SupplyLine, error) {
		return planner.Supply(now.State, p)
	})
}

// checkMonths refuses a forecast that is too long.
func checkMonths(months int) error {
	if months < 1 || months > MostForecastMonths {
		return fmt.Errorf("%w: %d months: want 1 to %d", ErrParams, months, MostForecastMonths)
	}
	return nil
}

// Forecast returns demand against supply of some months from a day on, as things
// are now; see planner.MakeForecast. Without a day it is today.
func (s *Service) Forecast(ctx context.Context, region string, from calendar.Date, months int) (*planner.Forecast, CapacityVersions, error) {
	if err := checkMonths(months); err != nil {
		return nil, CapacityVersions{}, err
	}
	from, err := s.dayOr(ctx, region, from)
	if err != nil {
		return nil, CapacityVersions{}, err
	}
	return figured(ctx, s, region, fmt.Sprint("forecast ", from, months), func(now *Snapshot) (*planner.Forecast, error) {
		return planner.MakeForecast(now.State, from, months)
	})
}

// Waits simulates how long questions wait, as things are now: with the region's
// slot rules and published plan, whatever o has of those; see planner.Waiting.
// Without a day it is from today.
func (s *Service) Waits(ctx context.Context, region string, o planner.WaitingOptions) ([]planner.Wait, CapacityVersions, error) {
	if err := checkMonths(o.Months); err != nil {
		return nil, CapacityVersions{}, err
	}
	if o.Runs < 0 || o.Runs > MostWaitingRuns {
		return nil, CapacityVersions{}, fmt.Errorf("%w: %d runs: want at most %d", ErrParams, o.Runs, MostWaitingRuns)
	}
	var err error
	if o.From, err = s.dayOr(ctx, region, o.From); err != nil {
		return nil, CapacityVersions{}, err
	}
	rules, version, err := s.Store.SlotRules(ctx, region)
	if err != nil {
		return nil, CapacityVersions{}, err
	}
	question := fmt.Sprint("waits ", o.From, o.Months, o.Runs, o.Seed, version)
	return figured(ctx, s, region, question, func(now *Snapshot) ([]planner.Wait, error) {
		o.Rules, o.Visits = rules, visitsOf(now)
		return planner.Waiting(now.State, o)
	})
}

// dayOr returns a day, and for none today by the region's clock.
func (s *Service) dayOr(ctx context.Context, region string, day calendar.Date) (calendar.Date, error) {
	if day != 0 && day != calendar.NoDate {
		return day, nil
	}
	zone, err := s.zoneOf(ctx, region)
	if err != nil {
		return 0, err
	}
	return calendar.DateOf(s.Now(), zone), nil
}

// mostSilentDays is the longest silence that is asked about.
const mostSilentDays = 3660

// Silent lists the locations with which there was no visit, booking or meeting in
// so many days; see planner.SilentLocations. Who serves one is whom to propose an
// outreach visit to.
func (s *Service) Silent(ctx context.Context, region string, days int) ([]planner.Silent, error) {
	if days < 1 || days > mostSilentDays {
		return nil, fmt.Errorf("%w: %d days: want 1 to %d", ErrParams, days, mostSilentDays)
	}
	now, err := s.Snapshot(ctx, region)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(now.State.Programme.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of region %q: %w", region, err)
	}
	booked, err := s.Store.Bookings(ctx, region, BookingFilter{States: []store.BookingState{store.BookingConfirmed}})
	if err != nil {
		return nil, err
	}
	contacts := planner.Contacts{}
	for i := range booked {
		contacts[booked[i].Location] = append(contacts[booked[i].Location], calendar.DateOf(booked[i].Start, zone))
	}
	return planner.SilentLocations(now.State, visitsOf(now), contacts, calendar.DateOf(s.Now(), zone), days)
}
