package web

import (
	"math"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
)

// NormRow is one norm that the plan is made with: nobody should take it for a
// fact that can be looked up.
type NormRow struct {
	// Key names an assumption; it is empty for the duration of a visit type,
	// which has a Name.
	Key  string
	Name planner.Text
	// Value is in Unit, a message.
	Value float64
	Unit  string
	// Source says where it comes from; empty where it is only assumed.
	Source string
	// Organisation limits it to one employer; empty for all.
	Organisation string
	// From is the first day it holds; NoDate for always.
	From calendar.Date
}

// Decimals returns how many digits behind the point the value needs.
func (n *NormRow) Decimals() int {
	if n.Value == math.Trunc(n.Value) {
		return 0
	}
	return 1
}

// norms lists the assumptions – the programme's own, then the defaults it leaves
// as they are – and the durations of the visits that are promised.
func (f *facts) norms() []NormRow {
	var rows []NormRow
	own := map[string]bool{}
	for _, a := range append(f.state.Programme.Assumptions, planner.AssumptionDefaults()...) {
		if own[a.Key] && a.Source == assumed && a.From == calendar.NoDate && a.Organisation == "" {
			continue
		}
		own[a.Key] = own[a.Key] || a.Organisation == ""
		row := NormRow{Key: a.Key, Value: a.Value, Unit: "unit." + a.Key, Organisation: f.organisationName(a.Organisation), From: a.From}
		if a.Source != assumed {
			row.Source = a.Source
		}
		rows = append(rows, row)
	}
	seen := map[string]bool{}
	for i := range f.state.Programme.Requirements {
		t := f.state.Programme.VisitType(f.state.Programme.Requirements[i].VisitType)
		if t != nil && !seen[t.ID] {
			seen[t.ID] = true
			rows = append(rows, NormRow{Name: named(t.Name, t.ID), Value: float64(t.Work()), Unit: "unit.work", From: calendar.NoDate})
		}
	}
	return rows
}

// assumed is the source of an assumption that has none.
const assumed = "assumption"
