package web

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Colours and shapes of the marks. The style sheet holds the colours (.c0 to
// .c7) and the templates the shapes (#m0 to #m7).
const (
	markColours = 8
	markShapes  = 8
)

// Mark is how a person looks on a map: a colour and a shape, so that nobody
// has to tell people apart by colour alone. The zero Mark means nobody.
type Mark struct {
	// Number is 1 for the first person of a role, 0 for nobody.
	Number int
}

// Colour returns the number of the colour, 0 to 7.
func (m Mark) Colour() int { return max(m.Number-1, 0) % markColours }

// Shape returns the number of the shape, 0 to 7. It shifts with every round of
// colours, so that 64 people look different.
func (m Mark) Shape() int {
	n := max(m.Number-1, 0)
	return (n + n/markColours) % markShapes
}

// markPeople gives each person of a role a mark, in the order of the staff, so
// that somebody keeps it when loads change.
func (f *facts) markPeople() map[string]map[string]Mark {
	order := make(map[string]int, len(f.state.Staff))
	for i := range f.state.Staff {
		order[f.state.Staff[i].ID] = i
	}
	marks := make(map[string]map[string]Mark)
	for _, role := range f.assignedRoles() {
		people := f.peopleOf(role)
		slices.SortFunc(people, func(a, b string) int {
			return cmp.Or(cmp.Compare(order[a], order[b]), cmp.Compare(a, b))
		})
		marks[role.ID] = make(map[string]Mark, len(people))
		for i, who := range slices.Compact(people) {
			marks[role.ID][who] = Mark{Number: i + 1}
		}
	}
	return marks
}

// peopleOf lists who works in a role, by its loads and its assignments, with
// repetitions.
func (f *facts) peopleOf(role *planner.Role) []string {
	var people []string
	for i := range f.plan.Roles {
		if r := &f.plan.Roles[i]; r.Role == role.ID {
			for _, load := range r.Loads {
				people = append(people, load.Staff)
			}
		}
	}
	for at, who := range f.primary {
		if at.role == role.ID && who != "" {
			people = append(people, who)
		}
	}
	return people
}
