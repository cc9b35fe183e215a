package api

import (
	"slices"

	"github.com/wijkplanner/wijkplanner/api/web"
)

// peoplePages are the pages of staff, locations and policy officers.
func peoplePages() []pageRoute {
	return slices.Concat(locationPages(), minePages(), policyPages(), []pageRoute{photoPage()})
}

// ours is what stands around these pages: the frame, with their own style sheet.
func (v *visitor) ours(title string) web.Frame {
	f := v.frame(title)
	f.Styles = append(f.Styles, "people.css")
	return f
}
