package service

import (
	"fmt"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// ownPerson gives ErrNotFound for a person who is not the caller, unless a lead
// or the program asks.
func (s *Service) ownPerson(staff string) error {
	switch scope := s.Store.Scope(); {
	case scope.Role == store.Lead, scope.Role == store.System:
		return nil
	case scope.Role == store.Member && staff != "" && scope.Staff == staff:
		return nil
	}
	return fmt.Errorf("staff %q: %w", staff, ErrNotFound)
}

// ownLocation gives ErrNotFound for a location that is not the caller's, unless a
// lead or the program asks.
func (s *Service) ownLocation(location string) error {
	switch scope := s.Store.Scope(); {
	case scope.Role == store.Lead, scope.Role == store.System:
		return nil
	case scope.Role == store.LocationContact && location != "" && scope.Location == location:
		return nil
	}
	return fmt.Errorf("location %q: %w", location, ErrNotFound)
}

// longestAhead is how many days ahead somebody can say that they are away or
// closed.
const longestAhead = 2 * 366

// dayChecks collects what is wrong with a period that somebody filled in.
type dayChecks struct{ found InputErrors }

func (f *dayChecks) add(field, code, nl, en string) {
	f.found = append(f.found, planner.InputError{Field: field, Code: code, Text: planner.Text{NL: nl, EN: en}})
}

// period checks the days and the part of each day.
func (f *dayChecks) period(from, to calendar.Date, part calendar.Span, today calendar.Date) {
	switch {
	case from == calendar.NoDate:
		f.add("from", "required", "Vul de eerste dag in.", "Fill in the first day.")
	case from > today+longestAhead:
		f.add("from", "out_of_range", "Kies een dag binnen twee jaar.", "Choose a day within two years.")
	}
	switch {
	case to == calendar.NoDate:
		f.add("to", "required", "Vul de laatste dag in.", "Fill in the last day.")
	case from != calendar.NoDate && to < from:
		f.add("to", "before_from", "De laatste dag ligt voor de eerste.", "The last day is before the first.")
	case to < today:
		f.add("to", "past", "Deze dag is al voorbij.", "This day has passed.")
	case to > today+longestAhead:
		f.add("to", "out_of_range", "Kies een dag binnen twee jaar.", "Choose a day within two years.")
	}
	if part != (calendar.Span{}) && (part.Empty() || part.From < 0 || part.To > 24*60) {
		f.add("part", "bad_part", "Kies een eindtijd na de begintijd.", "Choose an end after the beginning.")
	}
}

// err is nil when nothing is wrong.
func (f *dayChecks) err() error {
	if len(f.found) > 0 {
		return f.found
	}
	return nil
}

// partCell writes the part of a day as input files do.
func partCell(part calendar.Span) string {
	if part.Empty() {
		return ""
	}
	return part.From.String() + "-" + part.To.String()
}
