package planner

import (
	"fmt"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// CheckClosing says why a visit cannot be closed: one of a type that something
// must follow (a first talk) needs the day agreed for the next, after its own.
func (p *Programme) CheckClosing(v *CompletedVisit) error {
	vt := p.VisitType(v.VisitType)
	if vt == nil || vt.Next == "" {
		return nil
	}
	if v.Next == calendar.NoDate {
		return fmt.Errorf("a visit of type %s is not closed without the date of its %s: agree one and give it as next", vt.ID, vt.Next)
	}
	if v.Next <= v.Date {
		return fmt.Errorf("the %s agreed for %s must come after the visit on %s", vt.Next, v.Next, v.Date)
	}
	return nil
}
