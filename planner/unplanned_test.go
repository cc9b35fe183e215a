package planner

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// only is the first unplanned visit of a plan.
func only(t *testing.T, p *Plan) Unplanned {
	t.Helper()
	if len(p.Unplanned) == 0 {
		t.Fatal("everything is planned")
	}
	return p.Unplanned[0]
}

// squeezed is the town with c2 alone and all locations open on one day.
func squeezed() *State {
	s := town()
	s.Staff = s.Staff[1:2]
	s.Programme.Roles = s.Programme.Roles[:1]
	s.Programme.Roles[0].Backup = false
	s.Programme.Requirements[0].Target = 1
	for i := range s.Locations {
		s.Locations[i].Opened, s.Locations[i].Closed = date("2027-03-02"), date("2027-03-02")
	}
	return s
}

// amountOf reads the amount of a change, “… +30 …”.
func amountOf(t *testing.T, change string) int {
	t.Helper()
	for word := range strings.FieldsSeq(change) {
		if n, err := strconv.Atoi(strings.TrimPrefix(word, "+")); err == nil && word[0] == '+' {
			return n
		}
	}
	t.Fatalf("%q has no amount", change)
	return 0
}

// TestSmallestChangesAreTrue makes the change that an unplanned visit asks for,
// and plans again: one visit less stays unplanned.
func TestSmallestChangesAreTrue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state func() *State
		code  string
		do    func(t *testing.T, s *State, u *Unplanned)
	}{
		"day_cap": {
			func() *State {
				s := squeezed()
				s.Staff[0].DayCap = 2
				return s
			}, "day_cap:1:c2",
			func(t *testing.T, s *State, u *Unplanned) {
				t.Helper()
				s.Staff[0].DayCap += amountOf(t, u.Reason.Change)
			},
		},
		"reserve": {
			func() *State {
				s := squeezed()
				s.Programme.Roles[0].AcuteMinutesDay = 180
				return s
			}, "reserve:1:c2",
			func(t *testing.T, s *State, u *Unplanned) {
				t.Helper()
				s.Programme.Roles[0].AcuteMinutesDay -= amountOf(t, u.Reason.Change)
			},
		},
		// All is full of a meeting that one person must attend.
		"overlap": {
			func() *State {
				s := squeezed()
				s.Locations = s.Locations[:1]
				s.Meetings = []Meeting{{
					ID: "team", Start: date("2027-03-02"), Clock: 540, Minutes: 480, Staff: []string{"c2"}, Budget: WithoutIndication,
				}}
				return s
			}, "travel:1:c2",
			func(t *testing.T, s *State, u *Unplanned) {
				t.Helper()
				if want := "overlap c2 on 2027-03-02 without team"; u.Reason.Change != want {
					t.Errorf("the change is %q, want %q", u.Reason.Change, want)
				}
				s.Meetings = nil
			},
		},
		"away": {
			func() *State {
				s := squeezed()
				s.Staff[0].Pattern = week("2", span(9, 14))
				return s
			}, "",
			func(t *testing.T, s *State, u *Unplanned) {
				t.Helper()
				s.Staff[0].Pattern[2][0].To += calendar.Clock(amountOf(t, u.Reason.Change))
			},
		},
		"gap": {
			func() *State {
				s := town()
				s.Locations = s.Locations[:1]
				s.Locations[0].Closed = date("2027-03-31")
				s.History = []CompletedVisit{{Location: "l1", Requirement: "discussion", Date: date("2026-12-15")}}
				s.Programme.Requirements[0].Target = 1
				return s
			}, "gap:",
			func(t *testing.T, s *State, u *Unplanned) {
				t.Helper()
				s.Programme.Requirements[0].MinGapDays -= amountOf(t, u.Reason.Change)
			},
		},
		// Made on 1 March and 1 July: what is open lies within 120 days of either
		// until the location closes.
		"gap of several": {
			func() *State {
				s := town()
				s.Locations = s.Locations[:1]
				s.Locations[0].Closed = date("2027-10-15")
				for _, day := range []string{"2027-07-01", "2027-03-01"} {
					s.History = append(s.History, CompletedVisit{Location: "l1", Requirement: "discussion", Date: date(day)})
				}
				s.Programme.Requirements[0].Target = 3
				return s
			}, "gap:",
			func(t *testing.T, s *State, u *Unplanned) {
				t.Helper()
				if u.Reason.Change != "gap on 2027-10-15 +14" {
					t.Errorf("the change is %q", u.Reason.Change)
				}
				s.Programme.Requirements[0].MinGapDays -= amountOf(t, u.Reason.Change)
			},
		},
		"consent": {
			func() *State {
				s := town()
				s.Locations = s.Locations[:1]
				s.Programme.VisitTypes[0].Consent = true
				return s
			}, "consent:1",
			func(_ *testing.T, s *State, u *Unplanned) {
				s.Consents = append(s.Consents, Consent{Location: u.Location, Requirement: u.Requirement, Given: true, Date: date("2027-01-01")})
			},
		},
		"window": {
			func() *State {
				s := town()
				s.Programme.Requirements[0].From, s.Programme.Requirements[0].To = MonthDay{3, 1}, MonthDay{5, 31}
				s.Blackouts = []Blackout{{Municipality: "0268", From: date("2027-01-01"), To: date("2027-12-31")}}
				return s
			}, "window:1",
			func(t *testing.T, s *State, u *Unplanned) {
				t.Helper()
				on := date(strings.TrimPrefix(u.Reason.Change, "window on "))
				after := s.Blackouts[0]
				s.Blackouts[0].To, after.From = on-1, on+1
				s.Blackouts = append(s.Blackouts, after)
			},
		},
		"unassigned": {
			func() *State {
				s := town()
				s.Programme.Requirements[0].With = []string{"counsellor"}
				s.Staff[2].Contracts[0].Role = "coordinator"
				return s
			}, "unassigned:1",
			func(t *testing.T, s *State, u *Unplanned) {
				t.Helper()
				if !strings.Contains(u.Reason.Change, "counsellor") {
					t.Errorf("%q does not name the role", u.Reason.Change)
				}
				s.Staff[2].Contracts[0].Role = "counsellor"
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := c.state()
			before := solve(t, s)
			u := only(t, before)
			if !slices.ContainsFunc(u.Reason.Blocked, func(b string) bool { return strings.HasPrefix(b, c.code) }) {
				t.Errorf("blocked by %v, want %s", u.Reason.Blocked, c.code)
			}
			if words := ChangeText(u.Reason.Change); words.NL == u.Reason.Change || words.EN == "" || strings.Contains(words.NL+words.EN, "{") {
				t.Errorf("%q in words: %+v", u.Reason.Change, words)
			}
			c.do(t, s, &u)
			if after := solve(t, s); len(after.Unplanned) >= len(before.Unplanned) {
				t.Errorf("%d unplanned before %q, %d after", len(before.Unplanned), u.Reason.Change, len(after.Unplanned))
			}
		})
	}
}

// A day on which the requirement itself forbids the visit is no way out: with
// two people away at once, no single change helps.
func TestNoWindowIsNamedAgainstTheRequirement(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *State, req *Requirement) Period{
		"season": func(_ *State, req *Requirement) Period {
			req.From, req.To = MonthDay{3, 1}, MonthDay{3, 31}
			return Period{date("2027-03-01"), date("2027-03-31")}
		},
		"consent": func(s *State, req *Requirement) Period {
			s.Programme.VisitTypes[0].Consent = true
			s.Consents = []Consent{{Location: "l1", Requirement: req.ID, Given: true, Date: date("2027-10-10")}}
			return Period{date("2027-10-10"), date("2027-12-31")}
		},
		"anchor": func(s *State, req *Requirement) Period {
			req.Anchor = &Anchor{Kind: "parents", Every: 1}
			s.Meetings = []Meeting{{ID: "m", Kind: "parents", Location: "l1", Start: date("2027-03-02"), Clock: 600, Minutes: 90, Budget: WithoutIndication}}
			return Period{date("2027-03-02"), date("2027-03-02")}
		},
		"location": func(s *State, _ *Requirement) Period {
			s.Locations[0].Opened = date("2027-11-01")
			return Period{date("2027-11-01"), date("2027-12-31")}
		},
	} {
		s := town()
		s.Locations = s.Locations[:1]
		req := &s.Programme.Requirements[0]
		req.Target, req.With = 1, []string{"counsellor"}
		away := change(s, req)
		for i := range s.Staff {
			s.Absences = append(s.Absences, Absence{Staff: s.Staff[i].ID, From: away.From, To: away.To})
		}
		if u := only(t, solve(t, s)); u.Reason.Change != "" {
			t.Errorf("%s: %+v, want no change named", name, u.Reason)
		}
	}
}

// A handover that is due on New Year's Day alone is not made possible by a later
// window, nor by one at which the former person has left.
func TestNoWindowIsNamedOutsideAHandover(t *testing.T) {
	t.Parallel()
	s := handingOver()
	s.Programme.Requirements[1].HandoverDays = 1
	n := 0
	for _, u := range solve(t, s).Unplanned {
		if u.Requirement != "handover-coordinator" {
			continue
		}
		if n++; strings.HasPrefix(u.Reason.Change, "window") {
			t.Errorf("%s: %+v, want no window outside its one day", u.Location, u.Reason)
		}
	}
	if n == 0 {
		t.Error("every handover is planned on New Year's Day")
	}
}

// With one move more, one visit more is planned.
func TestOneMoveMoreIsTrue(t *testing.T) {
	t.Parallel()
	s := town()
	p := solve(t, s)
	v := nextOf(t, p, "2027-06-20")
	s.Blackouts = []Blackout{{Location: v.Location, From: v.on(), To: v.on()}}
	none := again(t, s, told(p), "2027-06-01", func(o *ReplanOptions) { o.MaxMoves = 0 })
	u := only(t, none.Plan)
	if !strings.HasPrefix(u.Reason.Change, "moves ") || ChangeText(u.Reason.Change).EN == u.Reason.Change {
		t.Errorf("%+v, want that one move more would do", u.Reason)
	}
	one := again(t, s, told(p), "2027-06-01", func(o *ReplanOptions) { o.MaxMoves = amountOf(t, u.Reason.Change) })
	if len(one.Unplanned) != 0 {
		t.Errorf("%d unplanned with the moves that were asked", len(one.Unplanned))
	}
}

func TestChangesInWords(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"":                              "No single change makes it possible.",
		"away zc-1 on 2027-03-04 +30":   "It can be when zc-1 works 30 minutes longer on 2027-03-04.",
		"gap on 2027-03-04 +5":          "It can be on 2027-03-04 when visits may be 5 days closer.",
		"overlap zc-1 on 2027-03-04":    "It can be when an appointment of zc-1 on 2027-03-04 gives way.",
		"moves on 2027-03-04 +1":        "It can be on 2027-03-04 when 1 appointment more may move.",
		"window on 2027-03-04":          "It can be when the location has another time on 2027-03-04.",
		"move team on 2027-03-04 for a": "Move team of 2027-03-04, so that a can attend.",
		"assign somebody as a and b":    "Assign somebody as a and b.",
		changeConsent:                   "The parents give their consent, with its date.",
		changePassed:                    "The meetings it could be on are over.",
		"overlap a on 2027-03-04 without team-2027-03-04":         "It can be when team-2027-03-04 of a on 2027-03-04 gives way.",
		"overlap a on 2027-03-04 without a break or consult time": "It can be when a break or consult time of a on 2027-03-04 gives way.",
		"something else": "something else",
	} {
		if got := ChangeText(code).EN; got != want {
			t.Errorf("%q: %q, want %q", code, got, want)
		}
	}
}
