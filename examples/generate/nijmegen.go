package main

import "slices"

// The two systems of Nijmegen, and both joined. The locations are the same.

func nijmegenTown() *town {
	return &town{name: "Nijmegen", code: "0268", prefix: "nij", level: "stadsdeel", total: 120, holders: numbered("nij", 9)}
}

// nijmegenPlaces returns the locations, a few of which open or close in the
// plan year, with tags for the places where both roles come together.
func nijmegenPlaces(d *openData, register []registration) ([]place, error) {
	places, err := d.locations(nijmegenTown(), register)
	if err != nil {
		return nil, err
	}
	for i := range places {
		p := &places[i]
		switch p.id {
		case "nij-021":
			p.opened = "2027-03-01"
		case "nij-058":
			p.opened = "2027-04-01"
		case "nij-090":
			p.closed = "2027-08-31"
		}
		if source("stand alone", p.id).IntN(5) == 0 {
			p.standAlone = true
		}
		if source("afstemming", p.id).IntN(8) == 0 {
			p.tags = []string{"afstemming"}
		}
	}
	return places, nil
}

func coordinators() []person {
	rows := []person{
		{id: "zc-1", hours: 36, home: "6515", pattern: hours("mo tu we th", "fr")},
		{id: "zc-2", hours: 28, home: "6523", mode: "bicycle", pattern: hours("mo tu th", "we")},
		{id: "zc-3", hours: 32, home: "6531", mode: "bicycle", pattern: hours("tu we th fr", "")},
		{id: "zc-4", hours: 24, home: "6545", pattern: hours("mo tu th", "")},
		{id: "zc-5", hours: 28, home: "6537", pattern: hours("tu th fr", "mo")},
	}
	for i := range rows {
		p := &rows[i]
		p.name, p.organisation, p.role = "Zorgcoördinator "+p.id[3:], "ggd", "zorgcoordinator"
		p.skills = []string{"behaviour"}
	}
	return rows
}

// coordinatorDistricts is who serves which stadsdeel today; Noord is shared.
func coordinatorDistricts() map[string]string {
	return map[string]string{
		"WK026801": "zc-2", "WK026802": "zc-2", "WK026803": "zc-3", "WK026804": "zc-4", "WK026805": "zc-3",
		"WK026806": "zc-3", "WK026807": "zc-5", "WK026808": "zc-4", "WK026809": "zc-1",
	}
}

func counsellors() []person {
	names := []struct {
		id, employer, home, mode, pattern string
		without, with                     float64
		skills                            []string
	}{
		{"ab-1", "driestroom", "6663", "", hours("mo tu th fr", ""), 24, 8, []string{"behaviour", "cognitive"}},
		{"ab-2", "driestroom", "6524", "bicycle", hours("mo tu th", "we"), 20, 8, []string{"behaviour"}},
		{"ab-3", "entrea", "6532", "bicycle", hours("tu we th fr", ""), 24, 8, []string{"behaviour", "medical"}},
		{"ab-4", "entrea", "6543", "", hours("mo tu th", ""), 24, 0, []string{"cognitive"}},
		{"ab-5", "unik", "6535", "", hours("mo tu th", "fr"), 20, 8, []string{"medical", "cognitive"}},
		{"ab-6", "puntspeciaal", "6538", "", hours("mo tu we th", "fr"), 28, 8, []string{"cognitive", "behaviour"}},
	}
	var rows []person
	for _, n := range names {
		p := person{
			id: n.id, name: "Ambulant begeleider " + n.id[3:], organisation: n.employer, role: "ambulant_begeleider", budget: "without",
			hours: n.without, home: n.home, mode: n.mode, pattern: n.pattern, skills: n.skills,
		}
		rows = append(rows, p)
		if n.with > 0 {
			p.budget, p.hours = "with", n.with
			rows = append(rows, p)
		}
	}
	return rows
}

func counsellorDistricts() map[string]string {
	return map[string]string{
		"WK026801": "ab-2", "WK026802": "ab-2", "WK026803": "ab-4", "WK026804": "ab-4", "WK026805": "ab-3",
		"WK026806": "ab-5", "WK026807": "ab-6", "WK026808": "ab-6", "WK026809": "ab-1",
	}
}

func ggd() organisation { return organisation{id: "ggd", name: "GGD Gelderland-Zuid"} }

func employers() []organisation {
	return []organisation{
		{id: "driestroom", name: "Driestroom"},
		{id: "unik", name: "Unik"},
		{id: "entrea", name: "Entréa"},
		{id: "puntspeciaal", name: "PuntSpeciaal", hours: 1872},
	}
}

// disruption is the concert in the Goffertpark, moved to the plan year: all
// day in its own stadsdeel, the afternoon in the rest of the city.
func disruption() []blackout {
	return []blackout{
		{district: "WK026805", from: "2027-06-24", to: "2027-06-24", reason: "disruption"},
		{municipality: "0268", from: "2027-06-24", to: "2027-06-24", part: "14:00-18:00", reason: "disruption"},
	}
}

func coordinatorMeetings() []meeting {
	role := []string{"zorgcoordinator"}
	return []meeting{
		{
			id: "werkoverleg-zc", name: "Werkoverleg zorgcoördinatoren", kind: "team", start: "2027-01-05T09:30", minutes: 120,
			rule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20271231T225900Z", except: []string{"2027-04-27", "2027-08-03"},
			besides: []string{"2027-04-29"}, postcode: "6524", roles: role,
		},
		{
			id: "intervisie-zc", name: "Intervisie zorgcoördinatoren", kind: "intervisie", start: "2027-01-14T13:00", minutes: 120,
			rule: "FREQ=WEEKLY;INTERVAL=6;BYDAY=TH", except: []string{"2027-08-12"}, postcode: "6524", roles: role,
		},
		{
			id: "mdo", name: "Multidisciplinair overleg", kind: "mdo", start: "2027-01-07T10:00", minutes: 90,
			rule: "FREQ=MONTHLY;BYDAY=1TH", except: []string{"2027-05-06", "2027-08-05"}, besides: []string{"2027-05-13"},
			postcode: "6524", roles: role,
		},
	}
}

func counsellorMeetings() []meeting {
	role := []string{"ambulant_begeleider"}
	return []meeting{
		{
			id: "werkoverleg-ab", name: "Werkoverleg ambulant begeleiders", kind: "team", start: "2027-01-07T09:30", minutes: 120,
			rule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", postcode: "6542", roles: role, budget: "without",
		},
		{
			id: "intervisie-ab", name: "Intervisie ambulant begeleiders", kind: "intervisie", start: "2027-01-19T13:30", minutes: 120,
			rule: "FREQ=WEEKLY;INTERVAL=6;BYDAY=TU", postcode: "6542", roles: role, budget: "without",
		},
		{
			id: "stuurgroep", name: "Stuurgroep Passende Kinderopvang", kind: "steering", start: "2027-02-11T14:30", minutes: 90,
			rule: "FREQ=MONTHLY;INTERVAL=3;BYDAY=2TH", postcode: "6511", staff: []string{"ab-1"},
			guests: []string{"driestroom", "unik", "entrea", "puntspeciaal"}, budget: "without",
		},
	}
}

// ownMeetings are meetings of locations themselves, nobody of the staff is in
// them.
func ownMeetings(places []place) []meeting {
	var out []meeting
	for _, p := range places {
		if r := source("ouderochtend", p.id); p.opening == "" && r.IntN(16) == 0 {
			out = append(out, meeting{
				id: "ouderochtend-" + p.id, name: "Ouderochtend", kind: "ouderochtend", start: "2027-01-12T09:00", minutes: 60,
				rule: "FREQ=MONTHLY;BYDAY=2TU", except: []string{"2027-08-10"}, location: p.id,
			})
		}
	}
	return out
}

var coordinatorCases = []caseKind{
	{kind: "volgen", points: 1, minutes: 20, share: 6},
	{kind: "observatie", points: 2, minutes: 40, share: 3},
	{kind: "mdo", points: 3, minutes: 60, share: 1},
}

var counsellorCases = []caseKind{
	{kind: "coaching_kind", points: 3, minutes: 60, budget: "without", share: 4},
	{kind: "coaching_groep", points: 2, minutes: 45, budget: "without", share: 3},
	{kind: "lichte_interventie", points: 2, minutes: 40, budget: "without", share: 2}, //nolint:misspell // Dutch
	{kind: "waakvlam", points: 1, minutes: 10, budget: "without", share: 4},
	{kind: "consultatie", points: 1, minutes: 15, budget: "without", share: 3},
	{kind: "traject_regie", points: 4, minutes: 90, budget: "with", share: 1},
}

// coordinatorFolder is the system "Kijk op Kleintjes".
func coordinatorFolder(d *openData, places []place) *folder {
	t := nijmegenTown()
	staff := coordinators()
	assigned, current := assignedBy(places, "zorgcoordinator", "2026-01-01", coordinatorDistricts())
	assigned = coordinatorWishes(assigned)
	return &folder{
		name:          "kijk-op-kleintjes-nijmegen",
		organisations: append([]organisation{ggd()}, holdersOf(places, t.holders)...),
		staff:         staff, districts: d.districtsOf(t.code, t.level), places: untagged(places),
		assignments: assigned, absences: leave(staff),
		meetings:  append(coordinatorMeetings(), ownMeetings(places)...),
		blackouts: append(disruption(), studyDays(places)...),
		cases:     casesOf(staff, places, current, coordinatorCases, 33),
		history:   pastVisits(places, current, visitPlan{"zorgcoordinator", "kindbespreking", "kindbespreking", 25, 5}),
	}
}

// coordinatorWishes pins three locations and tells of a change in 2026: before
// it somebody else served them.
func coordinatorWishes(assigned []assignment) []assignment {
	var out []assignment
	for _, a := range assigned {
		switch a.location {
		case "nij-007", "nij-055", "nij-081":
			a.pinned = true
		case "nij-012", "nij-013":
			before := a
			before.from, before.to, before.staff = "2025-01-01", "2026-06-30", "zc-4"
			a.from = "2026-07-01"
			out = append(out, before)
		}
		out = append(out, a)
	}
	return out
}

func untagged(places []place) []place {
	out := append([]place{}, places...)
	for i := range out {
		out[i].tags = nil
	}
	return out
}

// counsellorFolder is the system "Passende Kinderopvang".
func counsellorFolder(d *openData, places []place) *folder {
	t := nijmegenTown()
	staff := counsellors()
	assigned, current := assignedBy(places, "ambulant_begeleider", "2026-01-01", counsellorDistricts())
	return &folder{
		name:          "passende-kinderopvang-nijmegen",
		organisations: append(employers(), holdersOf(places, t.holders)...),
		staff:         staff, districts: d.districtsOf(t.code, t.level), places: untagged(places),
		assignments: assigned, absences: leave(staff),
		meetings:  append(counsellorMeetings(), ownMeetings(places)...),
		blackouts: append(disruption(), studyDays(places)...),
		cases:     casesOf(staff, places, current, counsellorCases, 36),
		history:   pastVisits(places, current, visitPlan{"ambulant_begeleider", "locatiebezoek", "locatiebezoek", 35, 10}),
	}
}

// joinedFolder has both roles in one plan.
func joinedFolder(d *openData, places []place) *folder {
	a, b := coordinatorFolder(d, places), counsellorFolder(d, places)
	joint := meeting{
		id: "afstemming", name: "Afstemming zorgcoördinatoren en ambulant begeleiders", kind: "team", start: "2027-01-12T10:00",
		minutes: 90, rule: "FREQ=WEEKLY;INTERVAL=6;BYDAY=TU", postcode: "6524", roles: []string{"zorgcoordinator", "ambulant_begeleider"},
	}
	staff := slices.Concat(a.staff, b.staff)
	meetings := slices.Concat([]meeting{joint}, coordinatorMeetings(), counsellorMeetings(), ownMeetings(places))
	return &folder{
		name:          "nijmegen",
		organisations: slices.Concat([]organisation{ggd()}, employers(), holdersOf(places, nijmegenTown().holders)),
		staff:         staff, districts: a.districts, places: places,
		assignments: slices.Concat(a.assignments, b.assignments), absences: slices.Concat(a.absences, b.absences),
		meetings: meetings, blackouts: a.blackouts,
		cases:   slices.Concat(a.cases, b.cases),
		history: slices.Concat(a.history, b.history),
	}
}
