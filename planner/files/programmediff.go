package files

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/wijkplanner/wijkplanner/planner"
)

// ProgrammeChanges are the differences between two programmes, list by list, in
// the words of programme.yaml.
func ProgrammeChanges(was, is *planner.Programme) []planner.Change {
	out := changedFields("programme", is.ID, is.Name, headDocument(was), headDocument(is))
	for _, l := range []struct {
		what, id string
		was, is  []document
	}{
		{"municipality", "code", documentsOf(was.Municipalities, municipalityDocument), documentsOf(is.Municipalities, municipalityDocument)},
		{"role", "id", documentsOf(was.Roles, roleDocument), documentsOf(is.Roles, roleDocument)},
		{"visit_type", "id", documentsOf(was.VisitTypes, visitTypeDocument), documentsOf(is.VisitTypes, visitTypeDocument)},
		{"requirement", "id", documentsOf(was.Requirements, requirementDocument), documentsOf(is.Requirements, requirementDocument)},
		{"assumption", "", namedAssumptions(was.Assumptions), namedAssumptions(is.Assumptions)},
		{"ceiling", "id", documentsOf(was.Ceilings, ceilingDocument), documentsOf(is.Ceilings, ceilingDocument)},
	} {
		out = append(out, changedList(l.what, l.id, l.was, l.is)...)
	}
	return out
}

func headDocument(p *planner.Programme) (d document) {
	d.text("id", p.ID)
	d.text("name", p.Name)
	d.text("zone", p.Zone)
	d.text("from", p.From.String())
	d.text("to", p.To.String())
	for _, w := range weightsDocument(&p.Weights) {
		d.add(fmt.Sprint("weights.", w.Key), w.Value)
	}
	return d
}

// namedAssumptions gives assumptions a name: the key, and for whom and from when.
func namedAssumptions(all []planner.Assumption) []document {
	return documentsOf(all, func(a *planner.Assumption) document {
		d := document{{Key: "", Value: a.Key + " " + a.Organisation + " " + a.From.String()}}
		return append(d, assumptionDocument(a)...)
	})
}

// of returns what a key says, empty for nothing.
func (d document) of(key string) string {
	at := slices.IndexFunc(d, func(x yaml.MapItem) bool { return x.Key == key })
	if at < 0 {
		return ""
	}
	return fmt.Sprint(d[at].Value)
}

func changedList(what, id string, was, is []document) []planner.Change {
	var out []planner.Change
	find := func(all []document, name string) int {
		return slices.IndexFunc(all, func(d document) bool { return d.of(id) == name })
	}
	for _, d := range is {
		name := d.of(id)
		if at := find(was, name); at >= 0 {
			out = append(out, changedFields(what, name, "", was[at], d)...)
			continue
		}
		out = append(out, planner.Change{What: what, ID: name, Kind: planner.ChangeOpened})
	}
	for _, d := range was {
		if name := d.of(id); find(is, name) < 0 {
			out = append(out, planner.Change{What: what, ID: name, Kind: planner.ChangeClosed})
		}
	}
	return out
}

// changedFields compares two mappings key by key.
func changedFields(what, id, name string, was, is document) []planner.Change {
	var out []planner.Change
	seen := map[string]bool{}
	for _, d := range []document{was, is} {
		for _, x := range d {
			key := fmt.Sprint(x.Key)
			if from, to := was.of(key), is.of(key); !seen[key] && from != to {
				out = append(out, planner.Change{What: what, ID: id, Name: name, Kind: planner.ChangeField, Field: key, From: from, To: to})
			}
			seen[key] = true
		}
	}
	return out
}
