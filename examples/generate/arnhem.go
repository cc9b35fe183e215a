package main

import (
	"fmt"
	"sort"
	"time"
)

// Passende kinderopvang Arnhem and the sociale wijkteams: three roles at 90
// locations.

func arnhemTown() *town {
	return &town{name: "Arnhem", code: "0202", prefix: "arn", level: "wijk", total: 90, holders: numbered("arn", 8)}
}

// team is a district team with its wijken and the wijkcoach of each.
type team struct {
	area  string
	wijks map[string]string // last two digits of the wijk → wijkcoach
}

func arnhemTeams() []team {
	return []team{
		{"gebied-1", map[string]string{"01": "wk-01", "02": "wk-01", "03": "wk-01"}},
		{"gebied-2", map[string]string{"04": "wk-02", "08": "wk-02", "05": "wk-03"}},
		{"gebied-3", map[string]string{"06": "wk-04", "07": "wk-04"}},
		{"gebied-4", map[string]string{"09": "wk-05", "10": "wk-05", "11": "wk-05"}},
		{"gebied-5", map[string]string{"12": "wk-06", "13": "wk-06", "14": "wk-06", "15": "wk-06"}},
		{"gebied-6", map[string]string{"16": "wk-07", "17": "wk-07", "18": "wk-08"}},
		{"gebied-7", map[string]string{"19": "wk-09", "20": "wk-09", "23": "wk-10"}},
		{"gebied-8", map[string]string{"21": "wk-11", "22": "wk-11", "24": "wk-12"}},
	}
}

// arnhemHomes are postcode areas near each team's wijken.
var arnhemHomes = []string{"6828", "6826", "6822", "6823", "6814", "6833", "6835", "6843", "6846", "6836"}

func arnhemStaff() []person {
	var out []person
	out = append(out, arnhemCoaches()...)
	out = append(out, arnhemCounsellors()...)
	out = append(out, arnhemDistrictCoaches()...)
	for i, skill := range []string{"rehabilitation", "child_psychiatry"} {
		out = append(out, person{
			id: fmt.Sprintf("sp-%d", i+1), name: fmt.Sprintf("Specialist %d", i+1), organisation: "specialisten", role: "specialist",
			budget: "with", hours: 4, home: "6815", pattern: hours("", "tu th"), skills: []string{skill},
		})
	}
	return out
}

func arnhemCoaches() []person {
	var out []person
	patterns := []string{hours("mo tu th", "we"), hours("tu we th", ""), hours("mo tu th fr", "")}
	weekly := []float64{28, 24, 32}
	for i := range 10 {
		out = append(out, person{
			id: fmt.Sprintf("cp-%02d", i+1), name: fmt.Sprintf("Coach passende kinderopvang %d", i+1), organisation: "kinderopvang-arnhem",
			role: "coach_pko", budget: "without", hours: weekly[i%3], home: arnhemHomes[i], pattern: patterns[i%3],
		})
	}
	return out
}

func arnhemCounsellors() []person {
	var out []person
	employers := []string{"driestroom", "kentalis", "entrea-lindenhout", "kluppluz"}
	skills := [][]string{{"behaviour"}, {"hearing_language"}, {"behaviour", "cognitive"}, {"cognitive", "medical"}}
	for i := range 8 {
		p := person{
			id: fmt.Sprintf("ab-%d", i+1), name: fmt.Sprintf("Ambulant begeleider %d", i+1), organisation: employers[i%4],
			role: "ambulant_begeleider", budget: "without", hours: 16, home: arnhemHomes[(i*3)%10],
			pattern: hours("tu we th", ""), skills: skills[i%4],
		}
		out = append(out, p)
		p.budget, p.hours = "with", 8 // both budgets "in één hand"
		out = append(out, p)
	}
	return out
}

// arnhemDistrictCoaches start early for parents who bring, and work late one
// day for those who collect.
func arnhemDistrictCoaches() []person {
	var out []person
	late := []string{"mo", "we", "fr"}
	homes := []string{"6828", "6826", "6825", "6821", "6815", "6812", "6833", "6832", "6831", "6836", "6844", "6846"}
	for i := range 12 {
		out = append(out, person{
			id: fmt.Sprintf("wk-%02d", i+1), name: fmt.Sprintf("Wijkcoach %d", i+1), organisation: "wijkteams", role: "wijkcoach",
			budget: "without", hours: 16, home: homes[i],
			pattern: week("tu th", "08:00-16:30") + "|" + week(late[i%3], "10:00-18:30"), photo: "photos/placeholder.svg",
		})
	}
	return out
}

func arnhemOrganisations() []organisation {
	return []organisation{
		{id: "wijkteams", name: "Sociale wijkteams Arnhem"},
		{id: "kinderopvang-arnhem", name: "Samenwerkende kinderopvang Arnhem (kunstmatig)"},
		{id: "driestroom", name: "Driestroom"},
		{id: "kentalis", name: "Koninklijke Kentalis"},
		{id: "entrea-lindenhout", name: "Entrea Lindenhout"},
		{id: "kluppluz", name: "Kluppluz"},
		{id: "specialisten", name: "Specialistenpool (kunstmatig)"},
	}
}

// arnhemPlaces returns the locations: some stand alone, some have tags that
// joint talks select.
func arnhemPlaces(d *openData, register []registration) ([]place, error) {
	places, err := d.locations(arnhemTown(), register)
	if err != nil {
		return nil, err
	}
	for i := range places {
		p := &places[i]
		p.standAlone = source("stand alone", p.id).IntN(4) == 0
		if source("ve", p.id).IntN(6) == 0 {
			p.tags = append(p.tags, "ve")
		}
		if source("driehoek", p.id).IntN(8) == 0 {
			p.tags = append(p.tags, "driehoek")
		}
	}
	return places, nil
}

func arnhemFolder(d *openData, register []registration) (*folder, error) {
	t := arnhemTown()
	places, err := arnhemPlaces(d, register)
	if err != nil {
		return nil, err
	}
	areas, coaches, counsellors, wijkcoaches := map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}
	for i, team := range arnhemTeams() {
		for wijk, who := range team.wijks {
			id := "WK0202" + wijk
			areas[id], wijkcoaches[id] = team.area, who
			counsellors[id] = fmt.Sprintf("ab-%d", i+1)
			coaches[id] = fmt.Sprintf("cp-%02d", i+1)
		}
	}
	coaches["WK020224"], coaches["WK020223"] = "cp-09", "cp-10"
	districts := d.districtsOf(t.code, t.level)
	for i := range districts {
		districts[i].area = areas[districts[i].id]
	}
	meetings := parentMeetings(places, wijkcoaches)
	tagHosts(places, meetings)
	f := &folder{
		name: "passende-kinderopvang-arnhem", organisations: append(arnhemOrganisations(), holdersOf(places, t.holders)...),
		staff: arnhemStaff(), districts: districts, places: places, meetings: append(arnhemMeetings(), meetings...),
		blackouts: studyDays(places),
	}
	// Away while parents meet: the backup goes.
	f.absences = append(leave(f.staff), absence{staff: "wk-05", from: "2027-11-08", to: "2027-11-26"})
	f.serve("coach_pko", coaches, coachCases, visitPlan{"coach_pko", "coachbezoek", "coachbezoek", 25, 5})
	f.serve("ambulant_begeleider", counsellors, counsellorCases, visitPlan{"ambulant_begeleider", "kennismaking", "kennismaking", 75, 20})
	f.serve("wijkcoach", wijkcoaches, districtCoachCases, visitPlan{"wijkcoach", "wijkcoachbezoek", "wijkcoachbezoek", 40, 15})
	return f, nil
}

// serve adds a role's assignments, cases and past visits.
func (f *folder) serve(role string, byDistrict map[string]string, kinds []caseKind, plan visitPlan) {
	assigned, current := assignedBy(f.places, role, "2026-01-01", byDistrict)
	var staff []person
	for _, p := range f.staff {
		if p.role == role {
			staff = append(staff, p)
		}
	}
	f.assignments = append(f.assignments, assigned...)
	f.cases = append(f.cases, casesOf(staff, f.places, current, kinds, 32)...)
	f.history = append(f.history, pastVisits(f.places, current, plan)...)
}

var coachCases = []caseKind{
	{kind: "coaching_kind", points: 3, minutes: 60, budget: "without", share: 3},
	{kind: "coaching_groep", points: 2, minutes: 45, budget: "without", share: 4},
	{kind: "consultatie", points: 1, minutes: 15, budget: "without", share: 3},
}

var districtCoachCases = []caseKind{
	{kind: "gezin", points: 2, minutes: 40, budget: "without", share: 3},
	{kind: "warme_overdracht", points: 1, minutes: 20, budget: "without", share: 2},
	{kind: "consultatie", points: 1, minutes: 15, budget: "without", share: 3},
}

func arnhemMeetings() []meeting {
	return []meeting{
		{
			id: "werkoverleg-wk", name: "Werkoverleg wijkcoaches jonge kind", kind: "team", start: "2027-01-12T13:30", minutes: 90,
			rule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", except: []string{"2027-07-27", "2027-08-10"}, postcode: "6811", roles: []string{"wijkcoach"},
		},
		{
			id: "werkoverleg-cp", name: "Werkoverleg coaches passende kinderopvang", kind: "team", start: "2027-01-05T13:30", minutes: 120,
			rule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", except: []string{"2027-04-27", "2027-08-03"}, postcode: "6811", roles: []string{"coach_pko"},
		},
		{
			id: "werkoverleg-ab", name: "Werkoverleg team ambulant begeleiders", kind: "team", start: "2027-01-05T10:00", minutes: 120,
			rule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", except: []string{"2027-04-27", "2027-08-03"}, postcode: "6811",
			roles: []string{"ambulant_begeleider"}, budget: "without",
		},
		{
			id: "intervisie-ab", name: "Intervisie ambulant begeleiders", kind: "intervisie", start: "2027-01-13T13:00", minutes: 120,
			rule: "FREQ=WEEKLY;INTERVAL=6;BYDAY=WE", postcode: "6811", roles: []string{"ambulant_begeleider"}, budget: "without",
		},
		{
			id: "samen", name: "Overleg coaches, ambulant begeleiders en wijkcoaches", kind: "team", start: "2027-01-28T14:30", minutes: 75,
			rule: "FREQ=MONTHLY;INTERVAL=3;BYDAY=4TH", postcode: "6811", roles: []string{"coach_pko", "ambulant_begeleider", "wijkcoach"},
		},
		{
			id: "werkgroep", name: "Werkgroep samenwerking wijkteams en kinderopvang", kind: "project", start: "2027-02-18T14:30", minutes: 90,
			rule: "FREQ=MONTHLY;INTERVAL=3;BYDAY=3TH", postcode: "6811", staff: []string{"wk-01", "wk-04", "wk-09", "cp-01", "cp-06"},
			guests: []string{"wijkteams", "kinderopvang-arnhem"},
		},
	}
}

// parentMeetings gives twenty locations a meeting of their own: eight weekly,
// twelve monthly, on mornings that differ within the wijken of one wijkcoach.
func parentMeetings(places []place, wijkcoaches map[string]string) []meeting {
	var hosts []place
	for _, p := range places {
		if p.opening == "" {
			hosts = append(hosts, p)
		}
	}
	sort.SliceStable(hosts, func(i, j int) bool {
		return source("host", hosts[i].id).Uint32() < source("host", hosts[j].id).Uint32()
	})
	hosts = hosts[:20]
	sort.SliceStable(hosts, func(i, j int) bool { return wijkcoaches[hosts[i].district] < wijkcoaches[hosts[j].district] })
	var out []meeting
	for i, p := range hosts {
		m := meeting{id: "ouders-" + p.id, name: "Ouderbijeenkomst", kind: "ouderbijeenkomst", minutes: 60, location: p.id}
		weekday, clock := time.Tuesday, "09:00"
		if i%2 == 1 {
			weekday = time.Thursday
		}
		if i/2%2 == 1 {
			clock = "10:30"
		}
		nth := 0
		if i%5 > 1 {
			nth = 1 + i%4
		}
		m.start, m.rule, m.except = parentMornings(weekday, clock, nth, i/4%4)
		out = append(out, m)
	}
	return out
}

// holidays are the school holidays of region South in the plan year; the first
// and the last day are in them.
var holidays = [][2]string{
	{"2027-02-13", "2027-02-21"},
	{"2027-04-24", "2027-05-06"}, // with Ascension Day
	{"2027-07-24", "2027-09-05"},
	{"2027-10-23", "2027-10-31"},
	{"2027-12-25", "2027-12-31"},
}

// parentMornings returns the first day, the rule and the exceptions of a
// meeting every week (nth 0, from the given week) or every nth weekday of the
// month; in the school holidays there is none.
func parentMornings(weekday time.Weekday, clock string, nth, skip int) (start, rule string, except []string) {
	code := map[time.Weekday]string{time.Tuesday: "TU", time.Thursday: "TH"}[weekday]
	rule = fmt.Sprintf("FREQ=MONTHLY;BYDAY=%d%s", nth, code)
	if nth == 0 {
		rule = "FREQ=WEEKLY;BYDAY=" + code
	}
	for d := day(planYear, time.January, 4).AddDate(0, 0, 7*skip); d.Year() == planYear; d = d.AddDate(0, 0, 1) {
		if d.Weekday() != weekday || (nth > 0 && (d.Day()-1)/7+1 != nth) {
			continue
		}
		text := d.Format(isoDate)
		switch {
		case start == "" && !inHolidays(text):
			start = text + "T" + clock
		case start != "" && inHolidays(text):
			except = append(except, text)
		}
	}
	return start, rule, except
}

func inHolidays(date string) bool {
	for _, h := range holidays {
		if date >= h[0] && date <= h[1] {
			return true
		}
	}
	return false
}

// tagHosts marks the locations that have parent meetings, so that the
// requirement can select them.
func tagHosts(places []place, meetings []meeting) {
	for i := range places {
		for _, m := range meetings {
			if m.location == places[i].id {
				places[i].tags = append([]string{"ouderbijeenkomst"}, places[i].tags...)
			}
		}
	}
}
