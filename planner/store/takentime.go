package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// occupancyVersionRow is a number that the database raises with every change to
// somebody's time.
type occupancyVersionRow struct {
	Person  int64 `gorm:"primaryKey;autoIncrement:false"`
	Version int64
}

func (occupancyVersionRow) TableName() string { return "occupancy_versions" }

// TimeVersions are the versions of all that slots are worked out from: of the
// region, of its rules, and of the time of some people by staff id.
type TimeVersions struct {
	Region, Rules int64
	People        map[string]int64
}

// TimeVersions reads them in one look-up. It gives ErrNotFound for an unknown
// region; people who are unknown are left out.
func (s *Store) TimeVersions(ctx context.Context, region string, staff []string) (TimeVersions, error) {
	if !s.scope.Reaches(region) {
		return TimeVersions{}, fmt.Errorf("region %q: %w", region, ErrNotFound)
	}
	return (&Tx{db: s.db.WithContext(ctx), store: s}).timeVersions(region, staff)
}

func (t *Tx) timeVersions(region string, staff []string) (TimeVersions, error) {
	out := TimeVersions{People: make(map[string]int64, len(staff))}
	if len(staff) == 0 {
		staff = []string{""}
	}
	rows, err := t.db.Raw(`SELECT r.version, coalesce(v.version, 0), coalesce(p.staff, ''), coalesce(o.version, 0)
		FROM regions r LEFT JOIN slot_rule_versions v ON v.region = r.region
		LEFT JOIN people p ON p.region = r.region AND p.staff IN ?
		LEFT JOIN occupancy_versions o ON o.person = p.person WHERE r.region = ?`, staff, region).Rows()
	if err != nil {
		return out, err
	}
	defer func() { _ = rows.Close() }() // its error comes with Err
	found := false
	for rows.Next() {
		var id string
		var version int64
		if err := rows.Scan(&out.Region, &out.Rules, &id, &version); err != nil {
			return out, err
		}
		if found = true; id != "" {
			out.People[id] = version
		}
	}
	if err := rows.Err(); err != nil || found {
		return out, err
	}
	return out, fmt.Errorf("region %q: %w", region, ErrNotFound)
}

// TakenTime returns what takes the time of some people of a region and touches
// the time from one instant to another, with the versions that go with it. What
// somebody does in another region is there too, without its place.
func (s *Store) TakenTime(ctx context.Context, region string, staff []string, from, to time.Time) (taken map[string][]planner.Taken, versions TimeVersions, err error) {
	err = s.read(ctx, func(t *Tx) error {
		if err := t.reach(region); err != nil {
			return err
		}
		if versions, err = t.timeVersions(region, staff); err != nil {
			return err
		}
		persons, err := t.persons(region, staff)
		if err != nil {
			return err
		}
		taken, err = t.takenTime(region, persons, from, to)
		return err
	})
	return taken, versions, err
}

func (t *Tx) takenTime(region string, persons map[string]int64, from, to time.Time) (map[string][]planner.Taken, error) {
	out := make(map[string][]planner.Taken, len(persons))
	ids := map[int64]string{}
	for id, p := range persons {
		ids[p] = id
	}
	for part := range slices.Chunk(numbers(persons), batch) {
		var rows []occupancyRow
		if err := t.db.Where("person IN ? AND starts_at < ? AND ends_at > ?", part, At(to), At(from)).Find(&rows).Error; err != nil {
			return nil, err
		}
		slices.SortFunc(rows, func(a, b occupancyRow) int {
			return cmp.Or(a.StartsAt.Compare(b.StartsAt.Time), cmp.Compare(a.ID, b.ID))
		})
		for i := range rows {
			r := &rows[i]
			x := planner.Taken{
				From: r.StartsAt.Time, To: r.EndsAt.Time, Kind: string(r.Kind), Ref: r.Ref, Location: r.Location, Travel: r.TravelMinutes,
				Expires: r.ExpiresAt.Time,
			}
			if r.Region != region {
				x.Location, x.Ref = "", ""
			}
			out[ids[r.Person]] = append(out[ids[r.Person]], x)
		}
	}
	return out, nil
}

// LockTime waits until nobody else takes these people's time, removes their holds
// that have run out, and returns what takes their time from one instant to
// another, with the versions of the region and its rules: whatever is decided
// from it holds until the end of the transaction.
func (t *Tx) LockTime(region string, staff []string, from, to time.Time) (map[string][]planner.Taken, TimeVersions, error) {
	if err := t.reach(region); err != nil {
		return nil, TimeVersions{}, err
	}
	persons, err := t.persons(region, staff)
	if err != nil {
		return nil, TimeVersions{}, err
	}
	if err := t.lockPeople(persons); err != nil {
		return nil, TimeVersions{}, err
	}
	if err := t.expireHolds(persons); err != nil {
		return nil, TimeVersions{}, err
	}
	versions, err := t.timeVersions(region, staff)
	if err != nil {
		return nil, TimeVersions{}, err
	}
	taken, err := t.takenTime(region, persons, from, to)
	return taken, versions, err
}
