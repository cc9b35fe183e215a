package store

import (
	"fmt"
	"slices"
	"strings"
)

// TouchedError is an ErrStale: a publication cannot be undone, since others
// changed what that would take back, or removed what it would bring back.
type TouchedError struct {
	// Assignments name what was given to somebody again, each as location, role
	// and kind with slashes between; Visits those of which somebody said since
	// what became of them; Staff and Locations those that are no longer there.
	Assignments, Visits, Staff, Locations []string
	// State says that the publication changed people, places or wishes too, and
	// the region has changed since.
	State bool
}

func (e *TouchedError) Error() string {
	var all []string
	for _, part := range []struct {
		what string
		ids  []string
	}{
		{"given to somebody since", e.Assignments},
		{"visits with an outcome", e.Visits},
		{"people who are no longer there", e.Staff},
		{"locations that are no longer there", e.Locations},
	} {
		if len(part.ids) > 0 {
			all = append(all, part.what+": "+strings.Join(part.ids, ", "))
		}
	}
	if e.State {
		all = append(all, "it changed more than the plan, and the region changed since")
	}
	return fmt.Sprintf("%v: %s: plan again instead", ErrStale, strings.Join(all, "; "))
}

// Unwrap makes it an ErrStale.
func (e *TouchedError) Unwrap() error { return ErrStale }

// refuseTouched gives a *TouchedError when undoing a publication would undo the
// work of others too.
func (t *Tx) refuseTouched(region *regionRow, last *publicationRow) (err error) {
	if region.Version == last.Version {
		return nil
	}
	e := &TouchedError{State: last.Before.v != nil}
	if e.Assignments, err = t.reassigned(last); err != nil {
		return err
	}
	if e.Visits, err = t.judged(last); err != nil {
		return err
	}
	back := last.Replaced.v
	if e.Staff, err = t.missing("SELECT DISTINCT staff FROM plan_crew WHERE plan IN ? "+
		"AND staff NOT IN (SELECT id FROM staff WHERE region = ?) ORDER BY staff", back, last.Region); err != nil {
		return err
	}
	if e.Locations, err = t.missing("SELECT DISTINCT location FROM plan_visits WHERE plan IN ? AND location <> '' "+
		"AND location NOT IN (SELECT id FROM locations WHERE region = ?) ORDER BY location", back, last.Region); err != nil {
		return err
	}
	if !e.State && len(e.Assignments)+len(e.Visits)+len(e.Staff)+len(e.Locations) == 0 {
		return nil
	}
	return e
}

func (t *Tx) missing(query string, plans []int64, region string) (ids []string, err error) {
	if len(plans) == 0 {
		return nil, nil
	}
	return ids, t.db.Raw(query, plans, region).Scan(&ids).Error
}

// reassigned lists what a publication gave to somebody, or took from somebody,
// and others did after it.
func (t *Tx) reassigned(last *publicationRow) ([]string, error) {
	var rows []assignmentRow
	if err := t.db.Where("region = ? AND (recorded > ? OR replaced > ?)", last.Region, last.Since, last.Since).Find(&rows).Error; err != nil {
		return nil, err
	}
	by, later := map[post]bool{}, map[post]bool{}
	for i := range rows {
		k := postOf(rows[i].assignment())
		for _, v := range []*int64{&rows[i].Recorded, rows[i].Replaced} {
			if v != nil && *v > last.Since {
				by[k] = by[k] || *v <= last.Version
				later[k] = later[k] || *v > last.Version
			}
		}
	}
	var out []string
	for k := range by {
		if by[k] && later[k] {
			out = append(out, strings.Join([]string{k.location, k.role, string(k.kind)}, "/"))
		}
	}
	slices.Sort(out)
	return out, nil
}

// judged lists the visits that undoing would take away or move, and of which
// somebody said since what became of them.
func (t *Tx) judged(last *publicationRow) (ids []string, err error) {
	if len(last.Plans.v) == 0 {
		return nil, nil
	}
	return ids, t.db.Raw("SELECT o.visit FROM visit_outcomes o JOIN plan_visits v ON v.id = o.visit "+
		"WHERE o.region = ? AND o.recorded_at >= ? AND v.plan IN ? AND NOT EXISTS (SELECT 1 FROM plan_visits w "+
		"WHERE w.id = v.id AND w.plan IN ? AND w.starts_at = v.starts_at) ORDER BY o.visit",
		last.Region, last.PublishedAt, last.Plans.v, append([]int64{0}, last.Replaced.v...)).Scan(&ids).Error
}
