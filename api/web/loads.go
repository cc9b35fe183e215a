package web

import (
	"cmp"
	"slices"

	"github.com/wijkplanner/wijkplanner/planner"
)

// RoleView is one role: its people with their loads, and the map of the
// locations they serve.
type RoleView struct {
	ID   string
	Name planner.Text
	// People are sorted by how full their year is, the fullest first.
	People []LoadRow
	// Scale is the share of capacity at the end of the bars, at least 1.
	Scale float64
	// Backups says that the role has named backups.
	Backups bool
	// Unserved counts the locations that have nobody.
	Unserved int
	Proposal ProposalView
	// Gaps are the role's: of its primaries, and of its backups if any.
	Gaps []RoleGap
	Map  *Map
}

// LoadRow is one person's year in a role, in minutes.
type LoadRow struct {
	Mark Mark
	ID   string
	// Role is whose load it is, where rows are of several roles.
	Role               planner.Text
	Name, Organisation string
	Load, Capacity     int64
	Locations, Backups int
	// Districts counts those of the work area, 0 where districts are not known;
	// Parts and Compactness are its shape (see planner.Area).
	Districts, Parts, Compactness int
}

// Share returns load over capacity, 0 without capacity.
func (l *LoadRow) Share() float64 {
	if l.Capacity <= 0 {
		return 0
	}
	return float64(l.Load) / float64(l.Capacity)
}

// Over reports whether the load is above the capacity.
func (l *LoadRow) Over() bool { return l.Load > l.Capacity }

// Bar returns the length of the bar of a row, in percent of the scale.
func (r *RoleView) Bar(l LoadRow) float64 { return 100 * min(1, l.Share()/r.Scale) }

// Limit returns where the bars show full capacity, in percent of the scale.
func (r *RoleView) Limit() float64 { return 100 / r.Scale }

func (f *facts) roles(districts []DistrictRow, rows int) []RoleView {
	var views []RoleView
	for _, role := range f.assignedRoles() {
		v := RoleView{ID: role.ID, Name: named(role.Name, role.ID), Scale: 1, Gaps: f.gaps(role.ID), Map: f.drawMap(role.ID, districts)}
		backups := f.backupCounts(role.ID)
		v.Backups = len(backups) > 0
		for i := range f.plan.Roles {
			r := &f.plan.Roles[i]
			if r.Role != role.ID || r.Kind == planner.Backup {
				continue
			}
			v.Proposal = f.proposal(r, rows)
			for _, load := range r.Loads {
				row := f.loadRow(role.ID, load, backups[load.Staff])
				row.shape(r.Areas, load.Staff)
				v.Scale = max(v.Scale, row.Share())
				v.People = append(v.People, row)
			}
		}
		for at, who := range f.primary {
			if at.role == role.ID && who == "" {
				v.Unserved++
			}
		}
		slices.SortStableFunc(v.People, func(a, b LoadRow) int { return cmp.Compare(b.Share(), a.Share()) })
		views = append(views, v)
	}
	return views
}

func (f *facts) loadRow(role string, load planner.Load, backups int) LoadRow {
	row := LoadRow{
		Mark: f.marks[role][load.Staff], ID: load.Staff, Name: f.staffName(load.Staff),
		Load: load.Load, Capacity: load.Capacity, Locations: load.Locations, Backups: backups,
	}
	if s, ok := f.staff[load.Staff]; ok {
		row.Organisation = f.organisationName(s.Organisation)
	}
	return row
}

// shape fills in the person's work area.
func (l *LoadRow) shape(areas []planner.Area, staff string) {
	for _, a := range areas {
		if a.Staff == staff {
			l.Districts, l.Parts, l.Compactness = len(a.Districts), a.Parts, a.Compactness
		}
	}
}

func (f *facts) organisationName(id string) string {
	for i := range f.state.Organisations {
		if o := &f.state.Organisations[i]; o.ID == id && o.Name != "" {
			return o.Name
		}
	}
	return id
}

func (f *facts) backupCounts(role string) map[string]int {
	counts := make(map[string]int)
	for at, who := range f.backup {
		if at.role == role && who != "" {
			counts[who]++
		}
	}
	return counts
}
