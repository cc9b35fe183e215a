package store

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wijkplanner/wijkplanner/migrations"
	"github.com/wijkplanner/wijkplanner/planner"
)

// personRow gives a human being one number, also when several regions know
// them.
type personRow struct {
	Region string `gorm:"primaryKey"`
	Staff  string `gorm:"primaryKey"`
	Person int64
}

func (personRow) TableName() string { return "people" }

const (
	// lockClass sets the project's advisory locks apart from those of others.
	lockClass = 0x776a
	// countLock is the lock under which people get their numbers, from 1.
	countLock = 0
	// mailLock is the lock under which mail that others ask for is counted.
	mailLock = -1
)

// lockPeople waits until nobody else takes these people's time. Everybody
// locks in the same order, so nobody waits in a circle; without this lock one
// contested slot makes PostgreSQL's exclusion constraint deadlock. On SQLite
// the transaction has the only write lock already.
func (t *Tx) lockPeople(persons map[string]int64) error {
	return t.advisoryLock(numbers(persons))
}

// numbers returns the persons in ascending order, each once.
func numbers(persons map[string]int64) []int64 {
	return slices.Compact(slices.Sorted(maps.Values(persons)))
}

// advisoryLock takes locks in the order given, in a statement of its own: the
// next statement sees what the last holder wrote.
func (t *Tx) advisoryLock(keys []int64) error {
	if t.store.dialect != migrations.Postgres {
		return nil
	}
	var b strings.Builder
	for i, k := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(k, 10))
	}
	return t.db.Exec("SELECT pg_advisory_xact_lock(?, k::int) FROM unnest(?::bigint[]) AS k", lockClass, "{"+b.String()+"}").Error
}

// persons returns the numbers of people of a region by staff id; all of them
// when no staff is named. It gives ErrNotFound for somebody unknown.
func (t *Tx) persons(region string, staff []string) (map[string]int64, error) {
	if err := t.reach(region); err != nil {
		return nil, err
	}
	var rows []personRow
	query := t.db.Where("region = ?", region)
	if staff != nil && len(staff) <= batch {
		query = query.Where("staff IN ?", staff)
	}
	if err := query.Find(&rows).Error; err != nil {
		return nil, err
	}
	all := make(map[string]int64, len(rows))
	for _, r := range rows {
		all[r.Staff] = r.Person
	}
	if staff == nil {
		return all, nil
	}
	out := make(map[string]int64, len(staff))
	for _, s := range staff {
		p, known := all[s]
		if !known {
			return nil, FeedScope{region, StaffFeed, s}.unknown(ErrNotFound)
		}
		out[s] = p
	}
	return out, nil
}

// enlist gives every person of a state a number, for good, and returns the
// numbers of all people that the region ever had. Somebody of the same id,
// name and employer in another region is the same person: their time is one.
func (t *Tx) enlist(s *planner.State) (map[string]int64, error) {
	if err := t.advisoryLock([]int64{countLock}); err != nil {
		return nil, err
	}
	known, err := t.persons(s.Region, nil)
	if err != nil {
		return nil, err
	}
	var last int64
	if err := t.db.Model(&personRow{}).Select("coalesce(max(person), 0)").Scan(&last).Error; err != nil {
		return nil, err
	}
	elsewhere, err := t.peopleElsewhere(s.Region)
	if err != nil {
		return nil, err
	}
	var fresh []personRow
	for i := range s.Staff {
		p := &s.Staff[i]
		if known[p.ID] != 0 {
			continue
		}
		person := elsewhere[identity{p.ID, p.Name, p.Organisation}]
		if person == 0 {
			last++
			person = last
		}
		known[p.ID] = person
		fresh = append(fresh, personRow{Region: s.Region, Staff: p.ID, Person: person})
	}
	return known, insert(t, fresh)
}

// identity is what makes the staff rows of two regions one person.
type identity struct{ ID, Name, Organisation string }

func (t *Tx) peopleElsewhere(region string) (map[identity]int64, error) {
	var rows []struct {
		ID, Name, Organisation string
		Person                 int64
	}
	err := t.db.Table("people AS p").Select("s.id, s.name, s.organisation, p.person").
		Joins("JOIN staff AS s ON s.region = p.region AND s.id = p.staff").
		Where("p.region <> ?", region).Order("p.person").Scan(&rows).Error
	out := make(map[identity]int64, len(rows))
	for _, r := range rows {
		out[identity{r.ID, r.Name, r.Organisation}] = r.Person
	}
	return out, err
}
