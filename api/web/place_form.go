package web

import (
	"errors"
	"html/template"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// Problems are what is wrong with a form, by field.
type Problems map[string]planner.Text

// ProblemsOf says what is wrong with a form in the words of an error, and false
// for an error that is not about a form.
func ProblemsOf(err error) (Problems, bool) {
	var input service.InputErrors
	if errors.As(err, &input) {
		out := Problems{}
		for _, x := range input {
			if _, said := out[x.Field]; !said {
				out[x.Field] = x.Text
			}
		}
		return out, true
	}
	var faults service.Faults
	if errors.As(err, &faults) {
		out := Problems{}
		for _, x := range faults {
			out[x.Field] = planner.Text{NL: "Dit kan zo niet: " + x.Message, EN: "This cannot be: " + x.Message}
		}
		return out, true
	}
	return nil, false
}

// Form makes the fields of a form, with what was filled in and what is wrong with
// it.
type Form struct {
	Lang     Lang
	Values   map[string]string
	Problems Problems
}

// Field makes one field that need not be filled in.
func (f *Form) Field(kind, name, label string) Field {
	x := Field{Name: name, Label: label, Kind: kind, Value: f.Values[name]}
	if problem, bad := f.Problems[name]; bad {
		x.Fault = f.Lang.text(problem)
	}
	return x
}

// Need makes one field that must be filled in.
func (f *Form) Need(kind, name, label string) Field {
	x := f.Field(kind, name, label)
	x.Required = true
	return x
}

// Choice makes a field with choices; the first is chosen where nothing was.
func (f *Form) Choice(name, label string, options ...Option) Field {
	x := f.Need("select", name, label)
	for i := range options {
		options[i].Chosen = options[i].Value == x.Value || x.Value == "" && i == 0
	}
	x.Options = options
	return x
}

// Wrong reports whether anything is.
func (f *Form) Wrong() bool { return len(f.Problems) > 0 }

// Face is one of the people that a page shows: with a portrait, or the first
// letters of the name where there is none of our own.
type Face struct {
	Name, Photo, Letters string
	Role                 planner.Text
	// Backup says that they stand in.
	Backup bool
	// Employer is the name of the organisation.
	Employer string
}

// face makes the face of somebody.
func (f *facts) face(id string, role planner.Text, backup bool) Face {
	s := f.staff[id]
	x := Face{Name: f.staffName(id), Role: role, Backup: backup, Letters: letters(f.staffName(id))}
	if s != nil {
		x.Employer = f.organisationName(s.Organisation)
		if ownPicture(s.Photo) {
			x.Photo = s.Photo
		}
	}
	return x
}

// ownPicture reports whether a portrait is served by us: a page loads nothing
// from elsewhere.
func ownPicture(address string) bool {
	return len(address) > 1 && address[0] == '/' && address[1] != '/' && address[1] != '\\'
}

// letters are the first letters of the first and the last word of a name.
func letters(name string) string {
	var out []rune
	word := false
	for _, r := range name {
		if r == ' ' || r == '-' {
			word = false
			continue
		}
		if !word {
			out = append(out, r)
			word = true
		}
	}
	switch {
	case len(out) == 0:
		return "?"
	case len(out) > 2:
		out = []rune{out[0], out[len(out)-1]}
	}
	return string(out)
}

// clockSpan writes 13:00–13:45 in a zone.
func clockSpan(from, to time.Time, zone *time.Location) string {
	return from.In(zone).Format("15:04") + "–" + to.In(zone).Format("15:04")
}

// factsOf makes the facts of a region, also of one without a published plan.
func factsOf(r Region, now time.Time) (*facts, error) {
	if r.Plan == nil {
		zone, err := time.LoadLocation(r.State.Programme.Zone)
		if err != nil {
			return nil, err
		}
		today := calendar.DateOf(now, zone)
		r.Plan = &planner.Plan{Region: r.State.Region, From: today, To: today}
	}
	return newFacts(r, now)
}

// trusted marks an address that we made ourselves, for schemes that html/template
// does not know.
func trusted(address string) template.URL { return template.URL(address) } //nolint:gosec // callers make it of our own token
