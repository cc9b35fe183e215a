package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// The errors of a picture that cannot be a portrait; see files.Portrait.
var (
	ErrPictureKind = files.ErrPictureKind
	ErrPictureSize = files.ErrPictureSize
)

// LargestPortrait is the most that a picture may weigh as it comes in, in bytes.
const LargestPortrait = files.LargestPortrait

// errLastContract says that nothing would be left of somebody's work.
var errLastContract = errors.New("the last contract")

// PersonMark tells one state of a person from another: a form that shows them
// carries it, so that nobody writes over what they have not seen.
func PersonMark(p *planner.Staff) (string, error) { return markOf(p) }

// markOf is a short hash of a thing.
func markOf(thing any) (string, error) {
	text, err := json.Marshal(thing)
	if err != nil {
		return "", fmt.Errorf("mark: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}

// AddPerson makes somebody a member of staff. It gives Faults with all that is
// wrong, the field named as the column of staff.csv.
func (s *Service) AddPerson(ctx context.Context, region string, p *planner.Staff) error {
	_, _, err := s.Edit(ctx, region, func(*planner.State) (Edit, Act, error) {
		return Edit{Kind: StaffFile, At: -1, Rows: files.StaffRows(p)}, Act{Verb: Created, Object: "staff", ID: p.ID}, nil
	})
	return err
}

// ChangePerson changes a member of staff. Seen is the mark of what was changed from,
// and another one is ErrStale. It gives Faults with all that is wrong, and
// InputErrors for somebody without a contract.
func (s *Service) ChangePerson(ctx context.Context, region, staff, seen string, change func(*planner.Staff), fields ...string) error {
	_, _, err := s.Edit(ctx, region, func(state *planner.State) (Edit, Act, error) {
		at, err := personAt(state, staff, seen)
		if err != nil {
			return Edit{}, Act{}, err
		}
		p := state.Staff[at]
		p.Contracts = slices.Clone(p.Contracts)
		change(&p)
		if len(p.Contracts) == 0 {
			return Edit{}, Act{}, errLastContract
		}
		return Edit{Kind: StaffFile, At: at, Rows: files.StaffRows(&p)}, Act{Verb: Changed, Object: "staff", ID: staff, Fields: fields}, nil
	})
	return lastContract(err)
}

// lastContract says in words that a person needs a contract.
func lastContract(err error) error {
	if !errors.Is(err, errLastContract) {
		return err
	}
	var f dayChecks
	f.add("last", "last_contract", "Iemand heeft ten minste één contract: kies een dag waarop er een loopt, of wijzig het contract.",
		"Everybody has at least one contract: choose a day on which one runs, or change the contract.")
	return f.err()
}

// personAt finds a person in the state that was seen.
func personAt(state *planner.State, staff, seen string) (int, error) {
	at := slices.IndexFunc(state.Staff, func(p planner.Staff) bool { return p.ID == staff })
	if at < 0 {
		return at, fmt.Errorf("staff %q: %w", staff, ErrNotFound)
	}
	mark, err := PersonMark(&state.Staff[at])
	if err == nil && mark != seen {
		err = fmt.Errorf("staff %q: %w", staff, ErrStale)
	}
	return at, err
}

// Departure is what somebody leaves behind who goes, also of what is no part of
// the plan.
type Departure struct {
	planner.Departure
	// Bookings are those after the last day that they come to.
	Bookings []Booking
	// Rules are the ids of slot rules of their own, Feeds the calendars that are
	// read by an address of theirs.
	Rules []string
	Feeds []Feed
}

// Leaving returns what somebody leaves behind who goes after a day, and changes
// nothing.
func (s *Service) Leaving(ctx context.Context, region, staff string, last calendar.Date) (*Departure, error) {
	now, err := s.Snapshot(ctx, region)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(now.State.Staff, func(p planner.Staff) bool { return p.ID == staff }) {
		return nil, fmt.Errorf("staff %q: %w", staff, ErrNotFound)
	}
	zone, err := time.LoadLocation(now.State.Programme.Zone)
	if err != nil {
		return nil, err
	}
	out := &Departure{Departure: *planner.Leaving(now.State, now.Plan, zone, staff, last)}
	states := []BookingState{store.BookingRequested, store.BookingConfirmed}
	if out.Bookings, err = s.Bookings(ctx, region, BookingFilter{Staff: staff, States: states, From: (last + 1).At(0, zone)}); err != nil {
		return nil, err
	}
	rules, _, err := s.Store.SlotRules(ctx, region)
	if err != nil {
		return nil, err
	}
	for i := range rules {
		if rules[i].Staff == staff {
			out.Rules = append(out.Rules, rules[i].ID)
		}
	}
	feeds, err := s.Feeds(ctx, region)
	if err != nil {
		return nil, err
	}
	for i := range feeds {
		if f := &feeds[i]; f.Scope.Kind == StaffFeed && f.Scope.ID == staff && !f.Ended(s.Now()) {
			out.Feeds = append(out.Feeds, *f)
		}
	}
	return out, nil
}

// EndEmployment ends somebody's contracts after a day, and the pins to them: what
// they leave behind is for the next plan. Seen is the mark of the person that was
// shown, and another one is ErrStale. It gives InputErrors when nothing would be
// left of their work, or for a day on which they would not stop.
func (s *Service) EndEmployment(ctx context.Context, region, staff, seen string, last calendar.Date) error {
	return lastContract(s.Store.Tx(ctx, func(t *store.Tx) error {
		known, _, err := t.LockState(region)
		if err != nil {
			return err
		}
		at, err := personAt(known, staff, seen)
		if err != nil {
			return err
		}
		p := known.Staff[at].EndedOn(last)
		if len(p.Contracts) == 0 {
			return errLastContract
		}
		free := *known
		free.Assignments = planner.Released(known.Assignments, staff, last)
		now, err := files.Apply(&free, Edit{Kind: StaffFile, At: at, Rows: files.StaffRows(&p)})
		if err != nil {
			return err
		}
		if err := t.SaveState(known, now); err != nil {
			return err
		}
		return t.Record(Act{Verb: Changed, Object: "staff", ID: staff, Region: region, Fields: []string{"valid_to"}})
	}))
}

// SetPortrait makes a picture the photo of somebody, cut and drawn anew; see
// files.Portrait. The error of one that cannot be is ErrPictureKind or
// ErrPictureSize.
func (s *Service) SetPortrait(ctx context.Context, region, staff string, picture io.Reader) error {
	drawn, err := files.Portrait(picture)
	if err != nil {
		return err
	}
	return s.Store.SetPortrait(ctx, region, staff, drawn, s.Now())
}

// RemovePortrait takes the photo of somebody away, for good.
func (s *Service) RemovePortrait(ctx context.Context, region, staff string) error {
	return s.Store.SetPortrait(ctx, region, staff, nil, s.Now())
}

// Portrait returns a portrait by its name, a JPEG. It gives ErrNotFound for one
// that is not there or of a region that the caller does not reach.
func (s *Service) Portrait(ctx context.Context, name string) ([]byte, error) {
	return s.Store.Portrait(ctx, name)
}
