package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// portraitRow is a picture of somebody, a JPEG that files.Portrait made. It is of
// use only while its person's photo refers to it; retention removes it then.
type portraitRow struct {
	Name      string `gorm:"primaryKey"`
	Region    string
	Staff     string
	Picture   []byte
	CreatedAt Instant
}

func (portraitRow) TableName() string { return "portraits" }

// photoPath is where portraits are on the pages: the photo of a person is this
// and the name.
const photoPath = "/photos/"

// SetPortrait makes a picture the photo of a person, in the place of any before,
// and gives the region a new version; an empty one takes the photo away. The name
// of a picture cannot be guessed and changes with it. It gives ErrNotFound when
// there is no such person.
func (s *Store) SetPortrait(ctx context.Context, region, staff string, picture []byte, now time.Time) error {
	return s.Tx(ctx, func(t *Tx) error {
		known, _, err := t.LockState(region)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(known.Staff, func(p planner.Staff) bool { return p.ID == staff })
		if at < 0 {
			return fmt.Errorf("staff %q: %w", staff, ErrNotFound)
		}
		if err := t.dropPortraits(region, staff); err != nil {
			return err
		}
		changed := *known
		changed.Staff = slices.Clone(known.Staff)
		changed.Staff[at].Photo = ""
		if len(picture) > 0 {
			row := portraitRow{Name: letters(2*tokenIDLength) + ".jpg", Region: region, Staff: staff, Picture: picture, CreatedAt: At(now)}
			if err := t.db.Create(&row).Error; err != nil {
				return fmt.Errorf("portrait: %w", err)
			}
			changed.Staff[at].Photo = photoPath + row.Name
		}
		if err := t.SaveState(known, &changed); err != nil {
			return err
		}
		return t.Record(Act{Verb: Changed, Object: "staff", ID: staff, Region: region, Fields: []string{"photo"}})
	})
}

// dropPortraits removes the pictures of a person, for good: whoever does not want to
// be shown any more is not shown again by a backup that is put back.
func (t *Tx) dropPortraits(region, staff string) error {
	var names []string
	if err := t.db.Model(&portraitRow{}).Where("region = ? AND staff = ?", region, staff).Pluck("name", &names).Error; err != nil {
		return err
	}
	for _, name := range names {
		if err := t.bury("portraits", name, t.now()); err != nil {
			return err
		}
	}
	return t.db.Where("region = ? AND staff = ?", region, staff).Delete(&portraitRow{}).Error
}

// Portrait returns a picture by its name. It gives ErrNotFound for one that is not
// there, or of a region outside the caller's scope.
func (s *Store) Portrait(ctx context.Context, name string) (picture []byte, err error) {
	err = s.read(ctx, func(t *Tx) error {
		var row portraitRow
		if err := t.scoped("region").Where("name = ?", name).Take(&row).Error; err != nil {
			return fmt.Errorf("portrait: %w", err)
		}
		picture = row.Picture
		return nil
	})
	return picture, err
}
