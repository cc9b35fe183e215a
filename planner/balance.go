package planner

import (
	"cmp"
	"slices"
)

// BudgetLine is what somebody does in a role out of one budget in a period,
// against the time there is for it, in minutes.
type BudgetLine struct {
	Staff, Organisation, Role string
	Budget                    Budget
	// Work is all that is done, time for nobody in particular left out, and Net the
	// time that contracts give out of the budget, without that too.
	Work, Net int64
}

// Over is by how much the work exceeds the time, 0 when it does not.
func (b *BudgetLine) Over() int64 { return max(0, b.Work-b.Net) }

// BudgetBalance sets the work of a plan against the contracts, by person, role
// and budget: who works out of two purses can have time left in all and still be
// over in one of them. A budget out of which somebody works without a contract is
// there with no time.
func BudgetBalance(s *State, visits []Visit, p Period) ([]BudgetLine, error) {
	loads, err := Loads(s, visits, p)
	if err != nil {
		return nil, err
	}
	supply, err := Supply(s, p)
	if err != nil {
		return nil, err
	}
	lines := map[BudgetLine]*[2]int64{}
	add := func(head BudgetLine, k int, minutes int64) {
		if lines[head] == nil {
			lines[head] = &[2]int64{}
		}
		lines[head][k] += minutes
	}
	for i := range loads {
		if l := &loads[i]; l.Kind != NonCaseWork {
			add(BudgetLine{Staff: l.Staff, Organisation: l.Organisation, Role: l.Role, Budget: l.Budget}, 0, l.Minutes)
		}
	}
	for i := range supply {
		l := &supply[i]
		add(BudgetLine{Staff: l.Staff, Organisation: l.Organisation, Role: l.Role, Budget: l.Budget}, 1, l.Net)
	}
	out := make([]BudgetLine, 0, len(lines))
	for head, sums := range lines {
		head.Work, head.Net = sums[0], sums[1]
		out = append(out, head)
	}
	slices.SortFunc(out, func(a, b BudgetLine) int {
		return cmp.Or(cmp.Compare(a.Staff, b.Staff), cmp.Compare(a.Role, b.Role), cmp.Compare(a.Budget, b.Budget))
	})
	return out, nil
}
