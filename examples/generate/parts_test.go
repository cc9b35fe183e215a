package main

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func square() district {
	return district{id: "WK000001", rings: [][][2]float64{
		{{5, 51}, {6, 51}, {6, 52}, {5, 52}, {5, 51}},
		{{5.4, 51.4}, {5.6, 51.4}, {5.6, 51.6}, {5.4, 51.6}, {5.4, 51.4}}, // a hole
	}}
}

func TestDistrictHolds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		p    point
		want bool
	}{
		{point{51.1, 5.1}, true},
		{point{51.5, 5.5}, false},
		{point{51.5, 5.7}, true},
		{point{52.5, 5.5}, false},
		{point{51.5, 4.9}, false},
	}
	d := square()
	for _, tt := range tests {
		if got := d.holds(tt.p); got != tt.want {
			t.Errorf("holds(%v) = %v, want %v", tt.p, got, tt.want)
		}
	}
}

// TestSettleGrows starts in a hole that is larger than the area's disc.
func TestSettleGrows(t *testing.T) {
	t.Parallel()
	a := &area{pc4: "6500", centre: point{51.5, 5.5}, km2: 1}
	p, d := settle(source("test"), a, []district{square()})
	if d == nil || !d.holds(p) {
		t.Errorf("settled at %v, outside the district", p)
	}
	q, _ := settle(source("test"), a, []district{square()})
	if p != q {
		t.Errorf("the same source gave %v and %v", p, q)
	}
}

func TestApportion(t *testing.T) {
	t.Parallel()
	areas := []*area{{pc4: "6501", children: 300}, {pc4: "6502", children: 100}, {pc4: "6503", children: 10}}
	got := apportion(areas, map[string]int{"6502": 1}, 4)
	if want := []int{4, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("apportion = %v, want %v: the second has its share already", got, want)
	}
	if got := apportion(areas, nil, 4); !slices.Equal(got, []int{3, 1, 0}) {
		t.Errorf("apportion = %v, want [3 1 0]", got)
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	a := &area{parts: []part{{"elsewhere", 0.5}, {"a", 0.3}, {"b", 0.2}}}
	var got []string
	for _, d := range split(a, []district{{id: "a"}, {id: "b"}}, 3) {
		got = append(got, d.id)
	}
	if want := []string{"a", "b", "a"}; !slices.Equal(got, want) {
		t.Errorf("split = %v, want %v", got, want)
	}
}

func TestSlug(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"GGD Fryslân":                                        "fryslan",
		"GGD Zaanstreek/Waterland":                           "zaanstreek-waterland",
		"Dienst Gezondheid & Jeugd ZHZ":                      "zhz",
		"Veiligheids- en Gezondheidsregio Gelderland-Midden": "gelderland-midden",
		"GGD Noord- en Oost-Gelderland":                      "noord-en-oost-gelderland",
	} {
		if got := slug(name); got != want {
			t.Errorf("slug(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestHours(t *testing.T) {
	t.Parallel()
	if got, want := hours("th mo", "we"), "mo 08:30-17:00|we 08:30-12:30|th 08:30-17:00"; got != want {
		t.Errorf("hours = %q, want %q", got, want)
	}
}

func TestParentMornings(t *testing.T) {
	t.Parallel()
	start, rule, except := parentMornings(time.Thursday, "10:30", 0, 1)
	if start != "2027-01-14T10:30" || rule != "FREQ=WEEKLY;BYDAY=TH" {
		t.Errorf("weekly: %s %s", start, rule)
	}
	// Ascension Day, 6 May, is among the days left out.
	if !slices.Contains(except, "2027-05-06") || slices.Contains(except, "2027-05-13") {
		t.Errorf("weekly: except %v", except)
	}
	start, rule, except = parentMornings(time.Tuesday, "09:00", 3, 0)
	if start != "2027-01-19T09:00" || rule != "FREQ=MONTHLY;BYDAY=3TU" || !slices.Equal(except, []string{"2027-02-16", "2027-08-17"}) {
		t.Errorf("monthly: %s %s %v", start, rule, except)
	}
}

// TestCasesFillTheShare checks that open cases take about the percentage of
// net time that was asked for.
func TestCasesFillTheShare(t *testing.T) {
	t.Parallel()
	staff := []person{{id: "x", hours: 24}, {id: "x", hours: 8}, {id: "y", hours: 16}}
	minutes := map[string]int{}
	for _, c := range casesOf(staff, nil, nil, counsellorCases, 36) {
		if c.handedOver == "" {
			minutes[c.staff] += c.minutes
		} else if c.handedOver < c.opened || c.handedOver >= "2027" {
			t.Errorf("case %s: opened %s, handed over %s", c.ref, c.opened, c.handedOver)
		}
	}
	for id, net := range map[string]float64{"x": 32 * 45, "y": 16 * 45} {
		if share := float64(minutes[id]) / net; share < 0.30 || share > 0.55 {
			t.Errorf("%s: cases take %.0f %% of net time, want about 36", id, 100*share)
		}
	}
}

func TestPastVisitsAreApart(t *testing.T) {
	t.Parallel()
	var places []place
	current := currentBy{}
	for i := range 60 {
		p := place{id: fmt.Sprint("p", i)}
		places, current[p.id] = append(places, p), "x"
	}
	plan := visitPlan{role: "r", requirement: "q", visitType: "v", once: 20, none: 10}
	last := map[string]time.Time{}
	for _, v := range pastVisits(places, current, plan) {
		d, err := time.Parse(isoDate, v.date)
		if err != nil {
			t.Fatal(err)
		}
		if before, ok := last[v.location]; ok && d.Sub(before) < 120*24*time.Hour {
			t.Errorf("%s: visits on %s and %s", v.location, before.Format(isoDate), v.date)
		}
		last[v.location] = d
	}
	if len(last) < 45 || len(last) > 59 {
		t.Errorf("%d of 60 places have been visited, want about 54", len(last))
	}
}
