package main

// Iedere peuter op de juiste plek, Someren: a programme of five years that ends
// in the plan year.

func somerenTown() *town {
	return &town{
		name: "Someren", code: "0847", prefix: "som", level: "wijk", total: 12,
		holders: []organisation{{id: "norlandia", name: "Kinderopvang Norlandia"}},
	}
}

func somerenStaff() []person {
	return []person{
		{
			id: "coach-1", name: "Ambulant begeleider 1", organisation: "combinatie-jeugdzorg", role: "coach", budget: "without", hours: 24,
			home: "5711", pattern: hours("tu we th", ""), skills: []string{"behaviour", "cognitive"},
		},
		{
			id: "coach-2", name: "Ambulant begeleider 2", organisation: "combinatie-jeugdzorg", role: "coach", budget: "without", hours: 20,
			home: "5715", pattern: hours("tu th", "mo"), skills: []string{"behaviour"},
		},
		{
			id: "specialist-1", name: "Specialist 1", organisation: "zorgboog", role: "specialist", budget: "without", hours: 8,
			home: "5712", pattern: hours("", "tu th"), skills: []string{"medical"},
		},
	}
}

func somerenFolder(d *openData, register []registration) (*folder, error) {
	t := somerenTown()
	places, err := d.locations(t, register)
	if err != nil {
		return nil, err
	}
	staff := somerenStaff()
	assigned, current := assignedBy(places, "coach", "2022-11-01", map[string]string{
		"WK084700": "coach-1", "WK084701": "coach-2", "WK084702": "coach-2", "WK084703": "coach-1", "WK084709": "coach-2",
	})
	own := []organisation{
		{id: "combinatie-jeugdzorg", name: "Combinatie Jeugdzorg"},
		{id: "zorgboog", name: "Zorgboog"},
		{id: "gemeente-someren", name: "Gemeente Someren"},
	}
	return &folder{
		name: "iedere-peuter-someren", organisations: append(own, holdersOf(places, t.holders)...), staff: staff,
		districts: d.districtsOf(t.code, t.level), places: places, assignments: assigned, absences: leave(staff),
		meetings: somerenMeetings(places, current), blackouts: studyDays(places),
		cases: casesOf(staff[:2], places, current, somerenCases, 33),
		history: pastVisits(places, current, visitPlan{
			role: "coach", requirement: "coaching_on_the_job", visitType: "coaching_groep", once: 10, none: 5,
		}),
	}, nil
}

var somerenCases = []caseKind{
	{kind: "coaching_kind", points: 3, minutes: 60, budget: "without", share: 4},
	{kind: "coaching_groep", points: 2, minutes: 45, budget: "without", share: 2},
	{kind: "waakvlam", points: 1, minutes: 10, budget: "without", share: 2},
	{kind: "consultatie", points: 1, minutes: 15, budget: "without", share: 2},
}

// somerenMeetings are the continuing activities: intervision in two groups of
// locations, theme meetings for all, and the partners' project group.
func somerenMeetings(places []place, current currentBy) []meeting {
	groups := map[string][]string{}
	var all []string
	for _, p := range places {
		who := current[p.id]
		groups[who] = append(groups[who], p.id)
		all = append(all, p.id)
	}
	return []meeting{
		{
			id: "intervisie-1", name: "Intervisie groep 1", kind: "intervisie", start: "2027-01-12T13:00", minutes: 120,
			rule: "FREQ=WEEKLY;INTERVAL=6;BYDAY=TU", except: []string{"2027-08-10"}, postcode: "5711",
			staff: []string{"coach-1"}, locations: groups["coach-1"],
		},
		{
			id: "intervisie-2", name: "Intervisie groep 2", kind: "intervisie", start: "2027-01-21T13:00", minutes: 120,
			rule: "FREQ=WEEKLY;INTERVAL=6;BYDAY=TH", except: []string{"2027-08-19"}, postcode: "5712",
			staff: []string{"coach-2"}, locations: groups["coach-2"],
		},
		{
			id: "thema", name: "Themabijeenkomst", kind: "thema", start: "2027-01-19T10:00", minutes: 90,
			rule: "FREQ=MONTHLY;INTERVAL=2;BYDAY=3TU", postcode: "5711",
			roles: []string{"coach", "specialist"}, locations: all,
		},
		{
			id: "projectgroep", name: "Projectgroep Iedere peuter op de juiste plek", kind: "project", start: "2027-02-04T10:00", minutes: 60,
			rule: "FREQ=MONTHLY;INTERVAL=3;BYDAY=1TH", except: []string{"2027-05-06"}, besides: []string{"2027-05-13"}, postcode: "5711",
			roles: []string{"coach", "specialist"}, guests: []string{"norlandia", "combinatie-jeugdzorg", "zorgboog", "gemeente-someren"},
		},
	}
}
