package store

import (
	"errors"
	"testing"

	"github.com/wijkplanner/wijkplanner/planner"
)

func TestPlanComesBackWhole(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		want := fullPlan("noord")
		id := w.saves(want)
		got, info, err := w.LoadPlan(w.Context(), id)
		w.must(err)
		diff(w.T, got, want)
		diff(w.T, info, PlanInfo{
			ID: id, Region: "noord", Version: 1, Stage: Draft, BasedOn: 1, From: want.From, To: want.To,
			Score: want.Schedule, Created: testNow,
		})
	})
}

func TestEmptyPlanComesBackWhole(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town(""))
		want := plan("")
		got, _, err := w.LoadPlan(w.Context(), w.publishes(want))
		w.must(err)
		diff(w.T, got, want)
	})
}

func TestPlanOfNoSuchVersion(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		for _, version := range []int64{0, 2} {
			if _, err := w.SavePlan(w.Context(), plan("noord"), version); err == nil {
				w.Errorf("a plan made from version %d was taken", version)
			}
		}
	})
}

func TestUnknownPlan(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		if _, _, err := w.LoadPlan(w.Context(), 7); !errors.Is(err, ErrNotFound) {
			w.Errorf("LoadPlan: %v, want ErrNotFound", err)
		}
		if _, _, err := w.LoadPublished(w.Context(), "noord"); !errors.Is(err, ErrNotFound) {
			w.Errorf("LoadPublished: %v, want ErrNotFound", err)
		}
		if err := w.PublishPlan(w.Context(), 7, testNow); !errors.Is(err, ErrNotFound) {
			w.Errorf("PublishPlan: %v, want ErrNotFound", err)
		}
	})
}

func TestPublishTakesTime(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		joint := visit("v1", "een", "anna", "2027-02-01T09:00:00Z")
		joint.Crew = append(joint.Crew, planner.CrewMember{Role: "zc", Staff: "bram", TravelMinutes: 25})
		meeting := planner.Visit{
			ID: "team-1", VisitType: "meeting", Requirement: "team", Meeting: true, Status: planner.Planned,
			Start: at("2027-02-02T08:00:00Z"), End: at("2027-02-02T09:00:00Z"),
			Crew: []planner.CrewMember{{Role: "zc", Staff: "anna", TravelMinutes: 5}},
		}
		off := visit("v2", "twee", "anna", "2027-02-01T09:30:00Z")
		off.Status = planner.Cancelled
		w.publishes(plan("noord", joint, meeting, off))
		got, err := w.Occupied(w.Context(), "noord", at("2027-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"))
		w.must(err)
		diff(w.T, got, []Occupancy{
			{Region: "noord", Staff: "bram", Kind: VisitTime, Ref: "v1", Location: "een", Travel: 25, From: at("2027-02-01T08:30:00Z"), To: at("2027-02-01T10:10:00Z")},
			{Region: "noord", Staff: "anna", Kind: VisitTime, Ref: "v1", Location: "een", Travel: 15, From: at("2027-02-01T08:40:00Z"), To: at("2027-02-01T10:10:00Z")},
			{Region: "noord", Staff: "anna", Kind: MeetingTime, Ref: "team-1", Travel: 5, From: at("2027-02-02T07:55:00Z"), To: at("2027-02-02T09:00:00Z")},
		})
	})
}

func TestVisitsChangePlaces(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		first := w.publishes(plan("noord",
			visit("a", "een", "anna", "2027-02-01T09:00:00Z"), visit("b", "twee", "anna", "2027-02-08T09:00:00Z")))
		second := w.publishes(plan("noord",
			visit("a", "een", "anna", "2027-02-08T09:00:00Z"), visit("b", "twee", "anna", "2027-02-01T09:00:00Z")))
		got, err := w.Occupied(w.Context(), "noord", at("2027-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"))
		w.must(err)
		if len(got) != 2 || got[0].Ref != "b" || got[1].Ref != "a" {
			w.Errorf("occupancy %v, want b, then a", got)
		}
		plans, err := w.Plans(w.Context(), "noord")
		w.must(err)
		if len(plans) != 2 || plans[0].ID != second || plans[0].Stage != Published || plans[0].Version != 2 ||
			plans[1].ID != first || plans[1].Stage != Superseded {
			w.Errorf("plans %+v: want the second published, the first superseded", plans)
		}
		_, info, err := w.LoadPublished(w.Context(), "noord")
		w.must(err)
		if info.ID != second || !info.Published.Equal(testNow) {
			w.Errorf("published is %+v, want plan %d at %v", info, second, testNow)
		}
	})
}

func TestStalePublishIsRefused(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		one, two := w.saves(plan("noord")), w.saves(plan("noord"))
		w.must(w.PublishPlan(w.Context(), one, testNow))
		for name, id := range map[string]int64{"made from the version before the publication": two, "published already": one} {
			if err := w.PublishPlan(w.Context(), id, testNow); !errors.Is(err, ErrStale) {
				w.Errorf("%s: %v, want ErrStale", name, err)
			}
		}
		three := w.saves(plan("noord"))
		w.imports(town("noord"))
		if err := w.PublishPlan(w.Context(), three, testNow); !errors.Is(err, ErrStale) {
			w.Errorf("made from the version before the import: %v, want ErrStale", err)
		}
	})
}

func TestFaultyPublishChangesNothing(t *testing.T) {
	t.Parallel()
	overlap := plan("noord", visit("a", "een", "anna", "2027-02-01T09:00:00Z"), visit("b", "twee", "anna", "2027-02-01T10:20:00Z"))
	booked := plan("noord", visit("a", "een", "bram", "2027-03-01T09:00:00Z"))
	unknown := plan("noord", visit("a", "een", "zoe", "2027-02-01T09:00:00Z"))
	for name, c := range map[string]struct {
		plan *planner.Plan
		want error
	}{
		"overlap by travel": {overlap, ErrConflict},
		"booked before":     {booked, ErrConflict},
		"unknown person":    {unknown, ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachDatabase(t, func(w world) {
				w.imports(town("noord"))
				w.publishes(plan("noord", visit("old", "een", "anna", "2027-05-03T09:00:00Z")))
				w.must(w.Occupy(w.Context(), Occupancy{
					Region: "noord", Staff: "bram", Kind: BookingTime, Ref: "b1",
					From: at("2027-03-01T10:00:00Z"), To: at("2027-03-01T11:00:00Z"),
				}))
				before, err := w.Snapshot(w.Context(), "noord")
				w.must(err)
				id := w.saves(c.plan)
				if err := w.PublishPlan(w.Context(), id, testNow); !errors.Is(err, c.want) {
					w.Errorf("%v, want %v", err, c.want)
				}
				after, err := w.Snapshot(w.Context(), "noord")
				w.must(err)
				diff(w.T, after, before)
			})
		})
	}
}

func TestPlansOfTwoYearsStandTogether(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		w.publishes(plan("noord", visit("a", "een", "anna", "2027-02-01T09:00:00Z")))
		next := plan("noord", visit("c", "een", "anna", "2028-02-01T09:00:00Z"))
		next.From, next.To = date("2028-01-01"), date("2028-12-31")
		w.publishes(next)
		got, err := w.Occupied(w.Context(), "noord", at("2027-01-01T00:00:00Z"), at("2029-01-01T00:00:00Z"))
		w.must(err)
		if len(got) != 2 {
			w.Errorf("occupancy %v, want both years", got)
		}
		part := plan("noord")
		part.From = date("2027-07-01")
		if err := w.PublishPlan(w.Context(), w.saves(part), testNow); !errors.Is(err, ErrConflict) {
			w.Errorf("half a year in the place of a year: %v, want ErrConflict", err)
		}
	})
}

func TestMeetingsTooCloseForTravel(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		meeting := func(id, start, end string) planner.Visit {
			return planner.Visit{
				ID: id, VisitType: "meeting", Requirement: "team", Meeting: true, Status: planner.Planned, Start: at(start), End: at(end),
				Crew: []planner.CrewMember{{Role: "zc", Staff: "anna", TravelMinutes: 20}},
			}
		}
		w.publishes(plan("noord", meeting("m1", "2027-02-02T08:00:00Z", "2027-02-02T09:00:00Z"),
			meeting("m2", "2027-02-02T09:00:00Z", "2027-02-02T10:00:00Z")))
		overlap := plan("noord", meeting("m1", "2027-02-02T08:00:00Z", "2027-02-02T09:00:00Z"),
			meeting("m2", "2027-02-02T08:55:00Z", "2027-02-02T10:00:00Z"))
		if err := w.PublishPlan(w.Context(), w.saves(overlap), testNow); !errors.Is(err, ErrConflict) {
			w.Errorf("two meetings at once: %v, want ErrConflict", err)
		}
	})
}

func TestSharedMeetingTakesTimeOnce(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"), town("zuid"))
		for i, region := range []string{"noord", "zuid"} {
			p := plan(region, planner.Visit{
				ID: "team-1", VisitType: "meeting", Requirement: "team", Meeting: true, Status: planner.Planned,
				Start: at("2027-02-02T08:00:00Z"), End: at("2027-02-02T09:00:00Z"),
				Crew: []planner.CrewMember{{Role: "zc", Staff: "anna", TravelMinutes: 20 + 10*i}},
			})
			w.publishes(p)
		}
		clash := plan("zuid", visit("v", "een", "anna", "2027-02-02T08:30:00Z"))
		if err := w.PublishPlan(w.Context(), w.saves(clash), testNow); !errors.Is(err, ErrConflict) {
			w.Errorf("a visit of zuid during the meeting of noord: %v, want ErrConflict", err)
		}
	})
}

func TestCrewInTwoRolesIsOnePerson(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		v := visit("v", "een", "anna", "2027-02-02T08:30:00Z")
		v.Crew = append(v.Crew, planner.CrewMember{Role: "coach", Staff: "anna", TravelMinutes: 30})
		w.publishes(plan("noord", v))
		got, err := w.Occupied(w.Context(), "noord", at("2027-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"))
		w.must(err)
		if len(got) != 1 || !got[0].From.Equal(at("2027-02-02T07:55:00Z")) {
			w.Errorf("occupancy %v, want one row that starts with the longer travel", got)
		}
		if events := w.events(annaFeed); len(events) != 1 || len(events[0].Crew) != 2 {
			w.Errorf("events %v, want one with both roles", events)
		}
	})
}

func TestSnapshot(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"))
		got, err := w.Snapshot(w.Context(), "noord")
		w.must(err)
		if got.Plan != nil || got.Version != 1 || got.State.Programme.Name != "Town" {
			w.Errorf("before the first plan: %+v", got)
		}
		want := plan("noord", visit("a", "een", "anna", "2027-02-01T09:00:00Z"))
		w.publishes(want)
		got, err = w.Snapshot(w.Context(), "noord")
		w.must(err)
		diff(w.T, got.Plan, want)
		if got.Version != 2 || got.PlanInfo.Stage != Published {
			w.Errorf("after it: version %d, stage %s", got.Version, got.PlanInfo.Stage)
		}
	})
}
