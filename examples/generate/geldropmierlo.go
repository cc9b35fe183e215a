package main

// Geldrop-Mierlo: one external coach for the subsidised locations of five
// holders, and a process facilitator.

func geldropTown() *town {
	return &town{
		name: "Geldrop-Mierlo", code: "1771", prefix: "gm", level: "wijk", total: 26,
		holders: []organisation{
			{id: "dolfijn", name: "Dolfijn"},
			{id: "grabbelton", name: "Grabbelton"},
			{id: "korein", name: "Korein"},
			{id: "partou", name: "Partou"},
			{id: "potje-knor", name: "Potje Knor"},
		},
	}
}

func geldropStaff() []person {
	return []person{
		{
			id: "coach-1", name: "Externe coach 1", organisation: "kluppluz", role: "externe_coach", budget: "without", hours: 28,
			home: "5663", pattern: hours("mo tu we th", ""), skills: []string{"behaviour", "cognitive"},
		},
		{
			id: "coach-1", name: "Externe coach 1", organisation: "kluppluz", role: "externe_coach", budget: "with", hours: 4,
			home: "5663", pattern: hours("mo tu we th", ""), skills: []string{"behaviour", "cognitive"},
		},
		{
			id: "coach-2", name: "Externe coach 2 (achtervang)", organisation: "kluppluz", role: "externe_coach", budget: "without", hours: 12,
			home: "5731", pattern: hours("tu", "th fr"), skills: []string{"behaviour"},
		},
		{
			id: "facilitator-1", name: "Procesbegeleider 1", organisation: "kluppluz", role: "procesbegeleider", budget: "without", hours: 12,
			home: "5665", pattern: hours("mo", "we th"),
		},
	}
}

func geldropPartners() []organisation {
	return []organisation{
		{id: "kluppluz", name: "KluppluZ"},
		{id: "gemeente-strategie", name: "Gemeente Geldrop-Mierlo, team Strategie en beleid"},
		{id: "gemeente-cmd", name: "Gemeente Geldrop-Mierlo, Centrum voor Maatschappelijke Deelname, team Jeugd"},
		{id: "ggd-bzo", name: "GGD Brabant-Zuidoost, jeugdgezondheidszorg"},
		{id: "swv-helmond-peelland", name: "Samenwerkingsverband Passend Onderwijs Helmond-Peelland"},
		{id: "ouderwijzer", name: "OuderWijzer"},
	}
}

func geldropFolder(d *openData, register []registration) (*folder, error) {
	t := geldropTown()
	places, err := d.locations(t, register)
	if err != nil {
		return nil, err
	}
	current := currentBy{}
	var assigned []assignment
	for i := range places {
		p := &places[i]
		if !p.artificial { // its holder is none of the five
			continue
		}
		p.subsidised = true
		current[p.id] = "coach-1"
		assigned = append(assigned,
			assignment{location: p.id, role: "externe_coach", staff: "coach-1", kind: "primary", from: "2022-01-01", pinned: true},
			assignment{location: p.id, role: "externe_coach", staff: "coach-2", kind: "backup", from: "2026-01-01", pinned: true})
	}
	staff := geldropStaff()
	return &folder{
		name: "geldrop-mierlo", organisations: append(geldropPartners(), holdersOf(places, t.holders)...), staff: staff,
		districts: d.districtsOf(t.code, t.level), places: places, assignments: assigned, absences: leave(staff),
		meetings: geldropMeetings(), blackouts: studyDays(places),
		cases: casesOf(staff[:2], places, current, geldropCases, 36),
		history: pastVisits(places, current, visitPlan{
			role: "externe_coach", requirement: "coachbezoek", visitType: "coachbezoek", once: 25, none: 4,
		}),
	}, nil
}

var geldropCases = []caseKind{
	{kind: "coaching_groep", points: 2, minutes: 45, budget: "without", share: 3},
	{kind: "coaching_kind", points: 3, minutes: 60, budget: "without", share: 3},
	{kind: "acuut", points: 3, minutes: 75, budget: "without", share: 1},
	{kind: "waakvlam", points: 1, minutes: 10, budget: "without", share: 3},
	{kind: "traject_regie", points: 4, minutes: 60, budget: "with", share: 1},
}

func geldropMeetings() []meeting {
	partners := []string{"gemeente-strategie", "gemeente-cmd", "ggd-bzo", "swv-helmond-peelland", "ouderwijzer"}
	holders := []string{"dolfijn", "grabbelton", "korein", "partou", "potje-knor"}
	return []meeting{
		{
			id: "stuurgroep", name: "Stuurgroep zorgroute jonge kind", kind: "steering", start: "2027-02-01T13:30", minutes: 90,
			rule: "FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO", postcode: "5661", roles: []string{"procesbegeleider"}, guests: partners,
		},
		{
			id: "projectgroep", name: "Projectgroep zorgroute jonge kind", kind: "project", start: "2027-01-11T10:00", minutes: 120,
			rule: "FREQ=WEEKLY;INTERVAL=6;BYDAY=MO", except: []string{"2027-05-17", "2027-08-09"}, besides: []string{"2027-05-24"},
			postcode: "5661", staff: []string{"facilitator-1", "coach-1"}, guests: append(partners, holders...),
		},
		{
			id: "achtervang", name: "Overdracht coach en achtervang", kind: "team", start: "2027-01-14T10:00", minutes: 60,
			rule: "FREQ=WEEKLY;INTERVAL=4;BYDAY=TH", except: []string{"2027-05-06", "2027-08-26"}, postcode: "5663",
			roles: []string{"externe_coach"},
		},
	}
}
