package main

import (
	"context"
	"fmt"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// big is how many people have a calendar of the size that is compared.
const big = 40

// tokens are the feeds that are read.
type tokens struct {
	// first are feeds of the compared size that nobody has read yet, each of
	// another text.
	first []string
	// many are the feeds of the crowd, small ones of different people.
	many []string
}

// seed makes a region in a new database: some people with a full calendar and
// a crowd with a few visits each.
func seed(ctx context.Context, address string, events, crowd int) (*tokens, error) {
	s, err := store.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	out, err := fill(ctx, s, events, crowd)
	if closing := s.Close(); err == nil {
		err = closing
	}
	return out, err
}

func fill(ctx context.Context, s *store.Store, events, crowd int) (*tokens, error) {
	now := time.Now()
	state, plan := region(now, events, crowd)
	if err := s.ImportState(ctx, state); err != nil {
		return nil, err
	}
	id, err := s.SavePlan(ctx, plan, 1)
	if err != nil {
		return nil, err
	}
	if err := s.PublishPlan(ctx, id, now); err != nil {
		return nil, err
	}
	out := &tokens{}
	for i := range state.Staff {
		scope := store.FeedScope{Kind: store.StaffFeed, ID: state.Staff[i].ID}
		list, levels := &out.many, []store.NewFeed{{Scope: scope, Level: store.FullDetail}}
		if i < big {
			list = &out.first
			levels = append(levels, store.NewFeed{Scope: scope, Level: store.FullDetail, HideCancelled: true},
				store.NewFeed{Scope: scope, Level: store.NoNames}, store.NewFeed{Scope: scope, Level: store.NoNames, HideCancelled: true})
		}
		for _, n := range levels {
			_, token, err := s.CreateFeed(ctx, n)
			if err != nil {
				return nil, err
			}
			*list = append(*list, token)
		}
	}
	return out, nil
}

// region returns a state and its plan: everybody has a visit an hour, on one
// working day after the other, from today on.
func region(now time.Time, events, crowd int) (*planner.State, *planner.Plan) {
	const locations, few = 50, 10
	today := calendar.DateOf(now, time.UTC)
	state := &planner.State{Programme: planner.Programme{
		ID: "bench", Name: "Meting", Zone: "Europe/Amsterdam", From: calendar.NoDate, To: calendar.NoDate,
		Roles:      []planner.Role{{ID: "zc", Name: planner.Text{NL: "Zorgcoördinator", EN: "Care coordinator"}}},
		VisitTypes: []planner.VisitType{{ID: "visit", Name: planner.Text{NL: "Periodiek bezoek", EN: "Visit"}, Mode: planner.OnSite, Minutes: 60}},
	}}
	for i := range locations {
		state.Locations = append(state.Locations, planner.Location{
			ID: fmt.Sprintf("loc-%03d", i), Name: fmt.Sprintf("Kindercentrum De Regenboog %d", i), Address: fmt.Sprintf("Stationsstraat %d", i+1),
			Postcode: "6511 AA", Town: "Nijmegen", Point: planner.Point{Lat: 51.8, Lon: 5.8}, Opened: calendar.NoDate, Closed: calendar.NoDate,
		})
	}
	plan := &planner.Plan{From: today, To: today + 400, Seed: 1}
	for i := range big + crowd {
		id, n := fmt.Sprintf("zc-%04d", i), few
		if i < big {
			n = events
		}
		state.Staff = append(state.Staff, planner.Staff{ID: id, Name: fmt.Sprintf("Coördinator %d", i), Mode: planner.Bicycle})
		for j := range n {
			start := (today + calendar.Date(j*390/n)).At(0, time.UTC).Add(time.Duration(8+2*(j%4))*time.Hour + time.Minute*time.Duration(j%4))
			plan.Visits = append(plan.Visits, planner.Visit{
				ID: fmt.Sprintf("%s-%03d", id, j), Location: state.Locations[(i+j)%locations].ID, VisitType: "visit", Requirement: "yearly",
				Crew: []planner.CrewMember{{Role: "zc", Staff: id}}, Start: start, End: start.Add(time.Hour), Status: planner.Planned,
			})
		}
	}
	return state, plan
}
