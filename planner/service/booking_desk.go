package service

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// desks keeps for each region what slots are worked out from, as long as nothing
// of it changed: the prepared region under the versions of its state and rules,
// and people's time under the version of their occupancy.
type desks struct {
	mu      sync.Mutex
	regions map[string]*desk
}

// desk is one region, prepared once.
type desk struct {
	versions store.TimeVersions // of the region and its rules
	slots    *planner.Slots

	mu     sync.RWMutex
	people map[string]deskTime
}

// deskTime is the time of a person, at a version.
type deskTime struct {
	version int64
	time    *planner.PersonTime
}

// errDesk is a region that changed between a question and its answer.
var errDesk = fmt.Errorf("%w: the region changes all the time", ErrBusy)

// deskTries is how often a question is asked again because something changed
// meanwhile.
const deskTries = 4

// ask returns the prepared region and the time of everybody who decides about
// the slots of a location, both as they are now. It costs one look-up when
// nothing changed.
func (s *Service) ask(ctx context.Context, region, location, visitType string) (*desk, planner.PersonTimes, error) {
	for range deskTries {
		d, err := s.desk(ctx, region)
		if err != nil {
			return nil, nil, err
		}
		who := d.slots.Who(location, visitType)
		now, err := s.Store.TimeVersions(ctx, region, who)
		if err != nil {
			return nil, nil, err
		}
		if now.Region != d.versions.Region || now.Rules != d.versions.Rules || !d.slots.Covers(s.Now()) {
			s.desks.drop(region, d)
			continue
		}
		times, err := s.timesOf(ctx, region, d, who, now.People)
		return d, times, err
	}
	return nil, nil, errDesk
}

// drop forgets a desk, unless somebody prepared another meanwhile.
func (k *desks) drop(region string, d *desk) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.regions[region] == d {
		delete(k.regions, region)
	}
}

// desk returns the prepared region; while it is being prepared others wait.
func (s *Service) desk(ctx context.Context, region string) (*desk, error) {
	if scope := s.Store.Scope(); !scope.Reaches(region) {
		return nil, fmt.Errorf("region %q: %w", region, ErrNotFound)
	}
	s.desks.mu.Lock()
	defer s.desks.mu.Unlock()
	if d := s.desks.regions[region]; d != nil {
		return d, nil
	}
	d, err := s.prepare(ctx, region)
	if err != nil {
		return nil, err
	}
	if s.desks.regions == nil {
		s.desks.regions = map[string]*desk{}
	}
	s.desks.regions[region] = d
	return d, nil
}

// prepare reads a region and its rules. Should either change in between, ask sees
// that their versions are not the latest.
func (s *Service) prepare(ctx context.Context, region string) (*desk, error) {
	rules, version, err := s.Store.SlotRules(ctx, region)
	if err != nil {
		return nil, err
	}
	state, at, err := s.Store.LoadState(ctx, region)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(state.Programme.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of region %q: %w", region, err)
	}
	slots, err := planner.NewSlots(state, rules, calendar.DateOf(s.Now(), zone), planner.SlotDays(rules))
	if err != nil {
		return nil, fmt.Errorf("slots of region %q: %w", region, err)
	}
	return &desk{versions: store.TimeVersions{Region: at, Rules: version}, slots: slots, people: map[string]deskTime{}}, nil
}

// timesOf returns the time of some people, read again where it changed.
func (s *Service) timesOf(ctx context.Context, region string, d *desk, who []string, versions map[string]int64) (planner.PersonTimes, error) {
	times := make(map[string]*planner.PersonTime, len(who))
	var stale []string
	d.mu.RLock()
	for _, id := range who {
		known, there := d.people[id]
		switch version, exists := versions[id]; {
		case !exists:
		case there && known.version == version:
			times[id] = known.time
		default:
			stale = append(stale, id)
		}
	}
	d.mu.RUnlock()
	if len(stale) > 0 {
		from, to := d.slots.Bounds()
		taken, at, err := s.Store.TakenTime(ctx, region, stale, from, to)
		if err != nil {
			return nil, err
		}
		for _, id := range stale {
			times[id] = d.slots.PersonTime(taken[id])
		}
		d.keep(stale, times, at.People)
	}
	return func(id string) *planner.PersonTime { return times[id] }, nil
}

// keep remembers what was read, unless somebody read something newer.
func (d *desk) keep(who []string, times map[string]*planner.PersonTime, versions map[string]int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range who {
		if version := versions[id]; d.people[id].time == nil || version > d.people[id].version {
			d.people[id] = deskTime{version, times[id]}
		}
	}
}

// fresh makes times of what was read under the lock, for a slot that is about to
// be taken.
func (d *desk) fresh(taken map[string][]planner.Taken) planner.PersonTimes {
	return func(id string) *planner.PersonTime { return d.slots.PersonTime(taken[id]) }
}

// TakenError is a time that cannot be had, why, and what can.
type TakenError struct {
	Why          []planner.Obstacle
	Alternatives []planner.Slot
}

func (e *TakenError) Error() string {
	for _, o := range e.Why {
		return "this time cannot be booked: " + o.Who + " " + planner.SlotObstacleTexts()[o.Code].EN
	}
	return "this time cannot be booked"
}

// Unwrap makes it an ErrConflict.
func (e *TakenError) Unwrap() error { return ErrConflict }

// InputErrors are all that is wrong with what was sent.
type InputErrors []planner.InputError

func (e InputErrors) Error() string {
	errs := make([]error, len(e))
	for i := range e {
		errs[i] = e[i]
	}
	return errors.Join(errs...).Error()
}
