package verify

import (
	"slices"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

func TestValidPlanHasNoFaults(t *testing.T) {
	t.Parallel()
	f := newFixture()
	f.complete()
	for _, x := range f.verify() {
		t.Error(x.String())
	}
	zc := f.folder.Summary.Assignments["zc"]
	if zc.Bound <= zc.Constraints["balance"] || zc.Bound >= zc.Cost {
		t.Errorf("bound %d and cost %d: the fixture should have a bound that says something", zc.Bound, zc.Cost)
	}
}

// move gives the rows of one visit another start.
func (f *fixture) move(visit, start string) {
	found := false
	for i := range f.visits {
		if f.visits[i].Visit == visit {
			f.visits[i].Start, found = at(start), true
		}
	}
	if !found {
		panic("no visit " + visit)
	}
}

// TestPlannedFaults plants one fault in the choices of the plan, with all
// numbers that follow from them right, and expects that fault and no other.
func TestPlannedFaults(t *testing.T) {
	t.Parallel()
	const talk = "talks-L1-2027-03-09"
	tests := []struct {
		name  string
		plant func(f *fixture)
		want  []string
	}{
		{"overlap of a visit and a meeting", func(f *fixture) {
			f.move("talks-L1-2027-09-14", "2027-09-06T09:00")
		}, []string{Overlap}},
		{"overlap of a buffer", func(f *fixture) {
			f.visits = slices.DeleteFunc(f.visits, func(r VisitRow) bool { return r.Visit == "talks-L4-2027-03-17" })
			f.addVisit("talks", "L3", "2027-05-12T13:25", "z2")
			f.move("talks-L3-2027-03-18", "2027-12-15T10:00")
			f.visits = slices.DeleteFunc(f.visits, func(r VisitRow) bool {
				return r.Visit == "talks-L3-2027-09-16" || r.Visit == "talks-L3-2027-03-18"
			})
		}, []string{Overlap, TravelTime}},
		{"no time to travel from home", func(f *fixture) { f.move(talk, "2027-03-09T08:30") }, []string{TravelTime}},
		{"no time to go home", func(f *fixture) {
			f.move("talks-L2-2027-03-10", "2027-03-10T15:20")
		}, []string{TravelTime}},
		{"journey through consult time", func(f *fixture) {
			f.state.Staff[0].Pattern[2] = []calendar.Span{{From: clock("13:00"), To: clock("17:00")}}
			f.move(talk, "2027-03-09T15:00")
			f.move("talks-L1-2027-09-14", "2027-09-16T09:30")
		}, []string{TravelTime, AcuteReserve}},
		{"journey before consult time", func(f *fixture) { f.move(talk, "2027-03-09T15:00") }, nil},
		{"public holiday", func(f *fixture) { f.move(talk, "2027-03-29T09:30") }, []string{Holiday}},
		{"lunch break", func(f *fixture) {
			f.move("talks-L2-2027-03-10", "2027-03-10T11:30")
		}, []string{OutsideWork}},
		{"weekend", func(f *fixture) {
			for i := range f.state.Locations {
				f.state.Locations[i].Opening[6] = f.state.Locations[i].Opening[1]
			}
			f.move(talk, "2027-03-13T09:30")
		}, []string{OutsideWork}},
		{"absence", func(f *fixture) { f.move(talk, "2027-07-13T09:30") }, []string{Absent, ShortGap}},
		{"absence for part of a day", func(f *fixture) {
			d := date("2027-03-09")
			f.state.Absences = append(f.state.Absences, planner.Absence{
				Staff: "z1", From: d, To: d, Part: calendar.Span{From: clock("08:00"), To: clock("10:00")},
			})
		}, []string{Absent, TravelTime}},
		{"contract has ended", func(f *fixture) {
			f.state.Staff[2].Contracts[0].To = date("2027-10-12")
		}, []string{NoContract, NotCandidate}},
		{"acute minutes", func(f *fixture) { f.state.Programme.Roles[0].AcuteMinutesDay = 330 }, []string{AcuteReserve, OverCapacity}},
		{"consult time", func(f *fixture) { f.move(talk, "2027-03-09T14:50") }, []string{ConsultTime}},
		{"day cap", func(f *fixture) {
			f.state.Staff[1].DayCap = 1
		}, []string{DayCap}},
		{"week cap", func(f *fixture) { f.state.Staff[1].WeekCap = 1 }, []string{WeekCap}},
		{"opening hours", func(f *fixture) {
			f.state.Locations[0].Opening = workWeek(calendar.Span{From: 0, To: clock("10:55")})
		}, []string{LocationClosed}},
		{"not opened yet", func(f *fixture) { f.state.Locations[1].Opened = date("2027-03-11") }, []string{NotOpen}},
		{"closed for good", func(f *fixture) { f.state.Locations[1].Closed = date("2027-09-14") }, []string{NotOpen}},
		{"blackout of a location", func(f *fixture) {
			f.move("talks-L3-2027-03-18", "2027-03-18T10:30")
		}, []string{BlackedOut}},
		{"blackout of a district", func(f *fixture) { f.move("talks-L2-2027-03-10", "2027-06-03T09:30") }, []string{BlackedOut, ShortGap}},
		{"before the season", func(f *fixture) { f.move("talks-L2-2027-03-10", "2027-01-14T09:30") }, []string{OutOfSeason}},
		{"after the season", func(f *fixture) { f.move("talks-L2-2027-09-15", "2027-12-16T09:30") }, []string{OutOfSeason}},
		{"gap", func(f *fixture) { f.move("talks-L2-2027-09-15", "2027-07-07T09:30") }, []string{ShortGap}},
		{"gap against history", func(f *fixture) { f.move(talk, "2027-02-23T09:30") }, []string{ShortGap}},
		{"no consent", func(f *fixture) { f.state.Programme.VisitTypes[0].Consent = true }, []string{NoConsent}},
		{"consent given too late", func(f *fixture) {
			f.state.Programme.VisitTypes[0].Consent = true
			for _, l := range f.state.Locations {
				for _, d := range []string{"2027-01-02", "2027-12-01"} {
					f.state.Consents = append(f.state.Consents, planner.Consent{Location: l.ID, Requirement: "talks", Given: true, Date: date(d)})
				}
			}
		}, []string{NoConsent}},
		{"not on the location's own meeting", func(f *fixture) {
			f.move("mornings-L1-2027-02-10", "2027-02-11T09:30")
		}, []string{OffAnchor}},
		{"not the meeting whose turn it is", func(f *fixture) {
			f.move("mornings-L1-2027-02-10", "2027-03-10T09:30")
		}, []string{OffAnchor}},
		{"beyond the end of the meeting", func(f *fixture) {
			f.move("mornings-L1-2027-02-10", "2027-02-10T09:35")
		}, []string{OffAnchor}},
		{"not on five minutes", func(f *fixture) { f.move(talk, "2027-03-09T09:32") }, []string{OffGrid}},
		{"somebody missing at a joint visit", func(f *fixture) {
			f.visits = slices.DeleteFunc(f.visits, func(r VisitRow) bool { return r.Visit == "joint-L4-2027-05-12" && r.Staff == "z2" })
		}, []string{Crew}},
		{"somebody too many", func(f *fixture) {
			f.addVisit("mornings", "L1", "2027-02-10T09:30", "z1")
		}, []string{Crew}},
		{"neither primary nor backup", func(f *fixture) {
			for i := range f.visits {
				if f.visits[i].Requirement == "mornings" {
					f.visits[i].Staff = "a2"
				}
			}
		}, []string{WrongPerson}},
		{"meeting without somebody", func(f *fixture) {
			f.visits = slices.DeleteFunc(f.visits, func(r VisitRow) bool { return r.Visit == "team--2027-05-03" && r.Staff == "z2" })
		}, []string{MeetingMissing}},
		{"meeting at another time", func(f *fixture) { f.move("team--2027-05-03", "2027-05-03T10:00") }, []string{MeetingTime}},
		{"meeting on another day", func(f *fixture) {
			f.move("team--2027-05-03", "2027-05-04T09:00")
		}, []string{MeetingMissing, MeetingTime}},
		{"capacity", func(f *fixture) { f.state.Staff[0].Contracts[0].HoursWeek = 300 }, []string{OverCapacity}},
		{"capacity by a pin without a reason", func(f *fixture) {
			f.state.Staff[3].Contracts[0].HoursWeek = 1
			f.state.Assignments = append(f.state.Assignments,
				planner.Assignment{Location: "L3", Role: "ab", Staff: "a2", Kind: planner.Primary, From: open, To: open, Pinned: true},
				planner.Assignment{Location: "L4", Role: "ab", Staff: "a2", Kind: planner.Primary, From: open, To: open, Pinned: true})
		}, []string{OverCapacity}},
		{"capacity by pins with a reason", func(f *fixture) {
			f.state.Staff[3].Contracts[0].HoursWeek = 1
			f.state.Assignments = append(f.state.Assignments,
				planner.Assignment{Location: "L3", Role: "ab", Staff: "a2", Kind: planner.Primary, From: open, To: open, Pinned: true, Reason: "temporary"},
				planner.Assignment{Location: "L4", Role: "ab", Staff: "a2", Kind: planner.Primary, From: open, To: open, Pinned: true})
		}, nil},
		{"ceiling", func(f *fixture) { f.state.Staff[0].Contracts[0].MaxLocations = 1 }, []string{OverCeiling}},
		{"employer's limit", func(f *fixture) { f.state.Organisations[1].LimitMinutes = 300 }, []string{OverLimit}},
		{"backup is primary", func(f *fixture) { f.backups["zc L1"] = "z1" }, []string{BackupIsPrimary}},
		{"district split", func(f *fixture) {
			f.primaries["ab L3"] = "a1"
			for i := range f.visits {
				if f.visits[i].Visit == "joint-L3-2027-09-16" && f.visits[i].Role == "ab" {
					f.visits[i].Staff = "a1"
				}
			}
		}, []string{SplitDistrict}},
		{"pin", func(f *fixture) {
			f.state.Assignments[0].Pinned, f.state.Assignments[0].Staff = true, "z2"
		}, []string{PinBroken}},
		{"pinned backup", func(f *fixture) {
			f.state.Assignments = append(f.state.Assignments, planner.Assignment{
				Location: "L4", Role: "zc", Staff: "z9", Kind: planner.Backup, From: open, To: open, Pinned: true,
			})
		}, []string{PinBroken}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture()
			test.plant(f)
			f.complete()
			expect(t, f.verify(), test.want)
		})
	}
}

// expect fails unless the faults are of exactly the wanted kinds.
func expect(t *testing.T, faults []Fault, want []string) {
	t.Helper()
	want = slices.Clone(want)
	slices.Sort(want)
	if got := kinds(faults); !slices.Equal(got, want) {
		t.Errorf("kinds %v, want %v", got, want)
		for _, x := range faults {
			t.Log(x.String())
		}
	}
}

// TestWrittenFaults plants one fault in the files of a valid plan.
func TestWrittenFaults(t *testing.T) {
	t.Parallel()
	role := func(f *Folder, change func(r *RoleSummary)) {
		r := f.Summary.Assignments["zc"]
		change(&r)
		f.Summary.Assignments["zc"] = r
	}
	row := func(f *Folder, location, role, kind string) int {
		return slices.IndexFunc(f.Assignments, func(r AssignmentRow) bool {
			return r.Location == location && r.Role == role && r.Kind == kind
		})
	}
	tests := []struct {
		name  string
		plant func(f *Folder)
		want  []string
	}{
		{"unknown staff", func(f *Folder) { f.Visits[8].Staff = "nobody" }, []string{UnknownID}},
		{"unknown location", func(f *Folder) { f.Visits[8].Location = "L9" }, []string{UnknownID, WrongVisit}},
		{"unknown requirement", func(f *Folder) { f.Visits[8].Requirement = "more" }, []string{UnknownID, WrongVisit}},
		{"unknown visit type", func(f *Folder) { f.Visits[8].VisitType = "party" }, []string{UnknownID}},
		{"unknown role", func(f *Folder) { f.Assignments[0].Role = "mayor" }, []string{UnknownID, MissingLocation}},
		{"unknown status", func(f *Folder) { f.Visits[8].Status = "perhaps" }, []string{UnknownID}},
		{"another district", func(f *Folder) { f.Visits[8].District = "D2" }, []string{UnknownID}},
		{"another period", func(f *Folder) { f.Summary.To-- }, []string{WrongPeriod}},
		{"joint visit at two times", func(f *Folder) {
			i := slices.IndexFunc(f.Visits, func(r VisitRow) bool { return r.Requirement == "joint" })
			f.Visits[i+1].Start = at("2027-09-16T13:15")
		}, []string{JointTimes}},
		{"wrong length", func(f *Folder) { f.Visits[0].End = f.Visits[0].Start }, []string{WrongVisit}},
		{"wrong type", func(f *Folder) { f.Visits[8].VisitType = "handover" }, []string{WrongVisit}},
		{"missing location", func(f *Folder) {
			f.Assignments = slices.Delete(f.Assignments, 0, 1)
		}, []string{MissingLocation}},
		{"missing backup", func(f *Folder) {
			i := row(f, "L2", "zc", backup)
			f.Assignments = slices.Delete(f.Assignments, i, i+1)
		}, []string{MissingLocation}},
		{"nobody for some days", func(f *Folder) { f.Assignments[0].To = date("2027-12-30") }, []string{MissingLocation}},
		{"row that nobody asked for", func(f *Folder) {
			r := f.Assignments[row(f, "L1", "ab", primary)]
			r.Location, r.Reason = "L2", "none = 0.00"
			f.Assignments = append(f.Assignments, r)
		}, []string{MissingLocation}},
		{"two primaries", func(f *Folder) {
			r := f.Assignments[row(f, "L2", "zc", primary)]
			r.Staff, r.From, r.Reason = "z2", date("2027-06-01"), "none = 0.00"
			f.Assignments = append(f.Assignments, r)
		}, []string{TwoPrimaries}},
		{"load", func(f *Folder) { f.Assignments[0].MinutesYear++ }, []string{WrongLoad}},
		{"changed", func(f *Folder) { f.Assignments[0].Changed = true }, []string{WrongLoad}},
		{"yearly travel", func(f *Folder) { f.Assignments[0].TravelMinutesYear++ }, []string{WrongTravel}},
		{"load of plan.json", func(f *Folder) {
			role(f, func(r *RoleSummary) { r.Loads[0].Load++ })
		}, []string{WrongLoad}},
		{"no load of plan.json", func(f *Folder) {
			role(f, func(r *RoleSummary) { r.Loads = r.Loads[1:] })
		}, []string{WrongLoad}},
		{"an area too small", func(f *Folder) {
			role(f, func(r *RoleSummary) { r.Areas[0].Districts = nil })
		}, []string{WrongArea}},
		{"an area in other parts", func(f *Folder) {
			role(f, func(r *RoleSummary) { r.Areas[0].Parts++ })
		}, []string{WrongArea}},
		{"no area", func(f *Folder) {
			role(f, func(r *RoleSummary) { r.Areas = r.Areas[1:] })
		}, []string{WrongArea}},
		{"an area of nobody", func(f *Folder) {
			role(f, func(r *RoleSummary) { r.Areas[0].Staff = "nobody" })
		}, []string{WrongArea}},
		{"number of changes", func(f *Folder) { role(f, func(r *RoleSummary) { r.Changed++ }) }, []string{WrongAmount}},
		{"travel before", func(f *Folder) { role(f, func(r *RoleSummary) { r.Travel.Before++ }) }, []string{WrongAmount}},
		{"travel after", func(f *Folder) { role(f, func(r *RoleSummary) { r.Travel.After-- }) }, []string{WrongAmount}},
		{"a shortage of nobody", func(f *Folder) {
			role(f, func(r *RoleSummary) {
				r.Shortages = []ShortageRow{{District: "D1", Locations: 1, Minutes: 60, FTE: 0.01}}
			})
		}, []string{WrongShortage}},
		{"reason without a sum", func(f *Folder) { f.Visits[3].Reason = "travel 2.00" }, []string{ReasonSum}},
		{"sum of a visit's reason", func(f *Folder) { f.Visits[3].Reason = "none = 1.00" }, []string{ReasonSum}},
		{"sum of an assignment's reason", func(f *Folder) {
			f.Assignments[2].Reason = "travel 1.00 + face -1.00 = 1.00"
		}, []string{ReasonSum, WrongTotal}},
		{"sum of all visits", func(f *Folder) { f.Visits[3].Reason = "travel 0.01 = 0.01" }, []string{WrongTotal}},
		{"soft score", func(f *Folder) { f.Summary.Schedule.Soft++ }, []string{WrongTotal}},
		{"hard score", func(f *Folder) { f.Summary.Schedule.Hard++ }, []string{WrongTotal}},
		{"medium score", func(f *Folder) { f.Summary.Schedule.Medium++ }, []string{WrongTotal}},
		{"constraint of the visits", func(f *Folder) { f.Summary.Constraints["spacing"]++ }, []string{WrongAmount, WrongTotal}},
		{"constraint moved to another", func(f *Folder) {
			f.Visits[3].Reason = "travel 5.00 + smooth -5.00 = 0.00"
			f.Summary.Constraints["travel"] += 500
			f.Summary.Constraints["smooth"] -= 500
		}, []string{WrongAmount}},
		{"cost", func(f *Folder) { role(f, func(r *RoleSummary) { r.Cost-- }) }, []string{WrongTotal}},
		{"constraint of a role", func(f *Folder) {
			role(f, func(r *RoleSummary) { r.Constraints["travel"]--; r.Cost-- })
		}, []string{WrongAmount, WrongTotal}},
		{"rest", func(f *Folder) { role(f, func(r *RoleSummary) { r.Rest++ }) }, []string{WrongTotal}},
		{"gap", func(f *Folder) { role(f, func(r *RoleSummary) { r.Gap /= 2 }) }, []string{WrongAmount}},
		{"bound above the cost", func(f *Folder) {
			role(f, func(r *RoleSummary) { r.Bound, r.Gap = r.Cost+1, 0 })
		}, []string{BoundAboveCost, BoundUnproved}},
		{"unproved bound", func(f *Folder) { role(f, func(r *RoleSummary) { r.Bound++ }) }, []string{BoundUnproved}},
		{"bound without multipliers", func(f *Folder) {
			role(f, func(r *RoleSummary) { r.Multipliers = nil })
		}, []string{BoundUnproved}},
		{"wild multipliers", func(f *Folder) {
			role(f, func(r *RoleSummary) { r.Multipliers[0] = 1 << 60 })
		}, []string{BoundUnproved}},
		{"role not in plan.json", func(f *Folder) {
			delete(f.Summary.Assignments, "ab")
		}, []string{WrongTotal, WrongAmount, WrongLoad}},
		{"backups not in plan.json", func(f *Folder) {
			role(f, func(r *RoleSummary) { r.Backup = nil })
		}, []string{WrongTotal, WrongAmount, WrongLoad}},
		{"travel minutes", func(f *Folder) { f.Visits[0].TravelMinutes += 5 }, []string{WrongTravel}},
		{"coverage counts", func(f *Folder) { f.Coverage[0].Planned++ }, []string{WrongCoverage}},
		{"coverage state", func(f *Folder) { f.Coverage[0].State = "done" }, []string{WrongCoverage}},
		{"coverage row missing", func(f *Folder) { f.Coverage = f.Coverage[1:] }, []string{WrongCoverage}},
		{"coverage of nothing promised", func(f *Folder) {
			f.Coverage = append(f.Coverage, CoverageRow{Location: "L2", Requirement: "mornings"})
		}, []string{WrongCoverage}},
		{"unplanned row missing", func(f *Folder) { f.Unplanned = nil }, []string{NotListed}},
		{"unplanned at the wrong level", func(f *Folder) {
			f.Unplanned[0].Level = "minimum"
		}, []string{NotListed, FalselyListed}},
		{"unplanned though planned", func(f *Folder) {
			f.Unplanned = append(f.Unplanned, UnplannedRow{Location: "L1", Requirement: "talks", Level: "target"})
		}, []string{FalselyListed}},
		{"unplanned but not promised", func(f *Folder) {
			f.Unplanned = append(f.Unplanned, UnplannedRow{Location: "L9", Requirement: "talks", Level: "target"})
		}, []string{FalselyListed}},
		{"meeting unplanned though nothing clashes", func(f *Folder) {
			f.Unplanned = append(f.Unplanned, UnplannedRow{
				Requirement: "team", Level: "target", DueBy: date("2027-01-04"), BlockedBy: "meeting:1",
			})
		}, []string{FalselyListed}},
		{"visit left out", func(f *Folder) {
			f.Visits = slices.DeleteFunc(f.Visits, func(r VisitRow) bool { return r.Visit == "talks-L4-2027-03-17" })
		}, []string{NotListed, WrongAmount, WrongCoverage, WrongTotal}},
		{"visit cancelled", func(f *Folder) {
			i := slices.IndexFunc(f.Visits, func(r VisitRow) bool { return r.Visit == "talks-L4-2027-03-17" })
			f.Visits[i].Status = "cancelled"
		}, []string{NotListed, WrongAmount, WrongCoverage, WrongTotal}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture()
			f.complete()
			test.plant(&f.folder)
			got := kinds(f.verify())
			for _, kind := range test.want {
				if !slices.Contains(got, kind) {
					t.Errorf("kinds %v lack %s", got, kind)
				}
			}
		})
	}
}

// TestClash is a person whom two meetings want at once: the first by
// id is attended, and the other one is listed.
func TestClash(t *testing.T) {
	t.Parallel()
	f := newFixture()
	f.state.Meetings = append(f.state.Meetings, planner.Meeting{
		ID: "steer", Start: date("2027-05-03"), Clock: clock("09:30"), Minutes: 60, Staff: []string{"z2"},
	})
	f.complete()
	expect(t, f.verify(), []string{NotListed})
	f.folder.Unplanned = append(f.folder.Unplanned, UnplannedRow{
		Role: "zc", Requirement: "steer", Level: "target", DueBy: date("2027-05-03"), BlockedBy: "meeting:1",
	})
	expect(t, f.verify(), nil)
}

// A meeting may have the id of a requirement, and be at a location that the
// requirement promises a visit: what blocks a row says which of the two it is.
func TestMeetingWithTheNameOfARequirement(t *testing.T) {
	t.Parallel()
	f := newFixture()
	f.state.Meetings = append(f.state.Meetings, planner.Meeting{
		ID: "talks", Location: "L3", Start: date("2027-05-03"), Clock: clock("09:30"), Minutes: 60, Staff: []string{"z2"},
	})
	f.complete()
	expect(t, f.verify(), []string{NotListed})
	row := UnplannedRow{Location: "L3", Role: "zc", Requirement: "talks", Level: "target", DueBy: date("2027-05-03"), BlockedBy: "meeting:1"}
	f.folder.Unplanned = append(f.folder.Unplanned, row)
	expect(t, f.verify(), nil)
	f.folder.Unplanned[len(f.folder.Unplanned)-1].BlockedBy = "window:1"
	expect(t, f.verify(), []string{FalselyListed, NotListed})
}

func TestFaultsAreSorted(t *testing.T) {
	t.Parallel()
	f := newFixture()
	f.complete()
	f.folder.Coverage, f.folder.Unplanned = nil, nil
	faults := f.verify()
	if !slices.IsSortedFunc(faults, func(a, b Fault) int { return a.compare(&b) }) {
		t.Error("not in order")
	}
	want := "coverage location=L1 role=zc: 0 rows for requirement talks, 1 wanted"
	if i := slices.IndexFunc(faults, func(x Fault) bool { return x.String() == want }); i < 0 {
		t.Errorf("no fault %q in %v", want, faults)
	}
}

func TestUnknownZone(t *testing.T) {
	t.Parallel()
	f := newFixture()
	f.complete()
	f.state.Programme.Zone = "Europe/Nijmegen"
	expect(t, f.verify(), []string{UnknownID})
}

func TestChangeBudget(t *testing.T) {
	t.Parallel()
	f := newFixture()
	f.complete()
	for _, x := range []struct {
		most int
		want []string
	}{{-1, nil}, {1, nil}, {0, []string{OverBudget}}} {
		f.folder.Summary.MaxChanges = &x.most
		expect(t, f.verify(), x.want)
	}
}
