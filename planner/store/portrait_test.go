package store

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// TestPortraits: a picture is the photo of its person until another comes, the
// person is wiped, or it is taken away; and nobody outside the region sees it.
func TestPortraits(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		w.imports(town("noord"), town("zuid"))
		lead := w.As(Scope{Role: Lead, Region: "noord", Actor: "user:1"})
		stranger := w.As(Scope{Role: Lead, Region: "zuid", Actor: "user:2"})
		photo := func() string {
			s, _, err := w.LoadState(ctx, "noord")
			w.must(err)
			for _, p := range s.Staff {
				if p.ID == "anna" {
					return strings.TrimPrefix(p.Photo, photoPath)
				}
			}
			return "nobody"
		}
		w.must(lead.SetPortrait(ctx, "noord", "anna", []byte("first"), testNow))
		first := photo()
		if got, err := lead.Portrait(ctx, first); err != nil || !bytes.Equal(got, []byte("first")) {
			w.Errorf("the picture is %q, %v", got, err)
		}
		if _, err := stranger.Portrait(ctx, first); !errors.Is(err, ErrNotFound) {
			w.Errorf("another region sees it: %v", err)
		}
		for name, err := range map[string]error{
			"another region": stranger.SetPortrait(ctx, "noord", "anna", []byte("x"), testNow),
			"nobody":         lead.SetPortrait(ctx, "noord", "nobody", []byte("x"), testNow),
		} {
			if !errors.Is(err, ErrNotFound) {
				w.Errorf("%s: %v", name, err)
			}
		}
		w.must(lead.SetPortrait(ctx, "noord", "anna", []byte("second"), testNow))
		second := photo()
		if _, err := lead.Portrait(ctx, first); first == second || !errors.Is(err, ErrNotFound) {
			w.Errorf("the first picture is there still: %q %q %v", first, second, err)
		}

		// An own-data export has it; a purge leaves it while the person is there, and
		// takes it with their name.
		rows := 0
		w.must(lead.OwnRows(ctx, Subject{StaffSubject, "noord", "anna"}, func(r Row) error {
			if r.Table == "portraits" {
				rows++
			}
			return nil
		}))
		if rows != 1 {
			w.Errorf("own data have %d portraits", rows)
		}
		gone := testNow.AddDate(0, 0, 2)
		_, err := w.Purge(ctx, testSign, gone)
		w.must(err)
		if _, err := lead.Portrait(ctx, second); err != nil {
			w.Errorf("purged while it was of use: %v", err)
		}
		w.must(w.db.Exec("UPDATE contracts SET valid_to = ? WHERE region = 'noord' AND staff = 'anna'", on(date("2025-01-01"))).Error)
		_, err = w.Purge(ctx, testSign, gone)
		w.must(err)
		if _, err := lead.Portrait(ctx, second); !errors.Is(err, ErrNotFound) {
			w.Errorf("kept after the person was wiped: %v", err)
		}

		w.must(lead.SetPortrait(ctx, "noord", "bram", []byte("third"), testNow))
		w.must(lead.SetPortrait(ctx, "noord", "bram", nil, testNow))
		var n int64
		w.must(w.db.Table("portraits").Count(&n).Error)
		if n != 0 {
			w.Errorf("%d portraits are left", n)
		}

		// A backup of before brings the row and the reference back; restoring removes
		// both again.
		var stones []tombstoneRow
		w.must(w.db.Where("kind = 'portraits'").Order("id DESC").Limit(1).Find(&stones).Error)
		w.must(w.db.Create(&portraitRow{Name: stones[0].Ref, Region: "noord", Staff: "bram", Picture: []byte("third"), CreatedAt: At(testNow)}).Error)
		w.must(w.db.Model(&staffRow{}).Where("region = 'noord' AND id = 'bram'").Update("photo", photoPath+stones[0].Ref).Error)
		w.must(w.Tx(ctx, func(t *Tx) error {
			n, err := t.removeAgain(stones)
			if n != 1 {
				w.Errorf("%d removed again, want 1", n)
			}
			return err
		}))
		if s, _, err := w.LoadState(ctx, "noord"); err != nil || s.Staff[1].Photo != "" {
			w.Errorf("the photo of %s is %q (%v)", s.Staff[1].ID, s.Staff[1].Photo, err)
		}
	})
}
