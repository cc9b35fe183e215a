package web

import (
	"cmp"
	"fmt"
	"html/template"
	"io"
	"time"

	"github.com/wijkplanner/wijkplanner/calendar"
)

// overview is the body of a report: the regions side by side, then each.
type overview struct {
	Sections []section
	Total    *Summary
}

// Report writes the plan at a glance as one HTML file that opens anywhere: style
// sheet and drawings are inside, and nothing is loaded or run. Several regions
// get a table side by side and a part each that can be opened. Regions without
// a plan are left out; with none left, the file says that there is no plan.
// Nothing is written on error.
func Report(w io.Writer, regions []Region, now time.Time, lang Lang) error {
	p := page{
		Lang:   lang,
		Inline: template.CSS(styleSheet()), //nolint:gosec // our own embedded file
		Policy: "default-src 'none'; style-src '" + styleHash() + "'; img-src data:",
		Made:   calendar.NoDate,
	}
	var sections []section
	for _, r := range regions {
		if r.State == nil || r.Plan == nil {
			continue
		}
		g, err := NewGlance(r, now, ReportLimits)
		if err != nil {
			return fmt.Errorf("report: region %q: %w", r.State.Region, err)
		}
		sections = append(sections, section{Glance: g, Level: 2, Open: true})
	}
	switch len(sections) {
	case 0:
		p.Body = Empty{}
		return write(w, "empty", p)
	case 1:
		p.Title, p.Made, p.Body = sections[0].Name, sections[0].Today, sections[0]
		return write(w, "glance", p)
	}
	p.Made = sections[0].Today
	p.Title = cmp.Or(regions[0].State.Programme.Name, sections[0].Name)
	p.Body = sideBySide(sections)
	return write(w, "overview", p)
}

func sideBySide(sections []section) overview {
	o := overview{Sections: sections, Total: &Summary{}}
	for i := range sections {
		sections[i].Level, sections[i].Open = 3, false
		sections[i].Prefix = fmt.Sprintf("r%d-", i+1)
		s := &sections[i].Summary
		o.Total.Locations += s.Locations
		o.Total.People += s.People
		o.Total.Visits += s.Visits
		o.Total.Meetings += s.Meetings
		o.Total.Unplanned += s.Unplanned
		o.Total.Kept += s.Kept
		o.Total.Promises += s.Promises
		o.Total.HardFaults += s.HardFaults
		o.Total.Gaps = append(o.Total.Gaps, s.Gaps...)
	}
	return o
}
