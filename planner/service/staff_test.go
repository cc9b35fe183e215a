package service

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/store"
)

// colleague finds somebody of the region, with the mark of what is seen.
func (w world) colleague(region, id string) (*planner.Staff, string) {
	w.Helper()
	state, err := w.State(w.Context(), region)
	w.must(err)
	at := slices.IndexFunc(state.Staff, func(p planner.Staff) bool { return p.ID == id })
	if at < 0 {
		w.Fatalf("nobody is %s", id)
	}
	mark, err := PersonMark(&state.Staff[at])
	w.must(err)
	return &state.Staff[at], mark
}

// TestPeopleComeChangeAndGo: what is written is what was meant and nothing besides,
// and nobody writes over what they have not seen.
func TestPeopleComeChangeAndGo(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.goodRegion()
		ctx := w.Context()
		state, err := w.State(ctx, "")
		w.must(err)
		fresh := state.Staff[0]
		fresh.ID, fresh.Name = "fresh", "Fenna Nieuw"
		fresh.Contracts = []planner.Contract{{Role: fresh.Contracts[0].Role, Budget: planner.WithoutIndication, HoursWeek: 2050, From: day(3, 1), To: calendar.NoDate}}
		w.must(w.AddPerson(ctx, "", &fresh))
		got, mark := w.colleague("", "fresh")
		if wrote, _ := PersonMark(&fresh); mark != wrote {
			w.Errorf("added %+v, want %+v", got, fresh)
		}
		var faults Faults
		if err := w.AddPerson(ctx, "", &fresh); !errors.As(err, &faults) || faults[0].Field != "staff_id" {
			w.Errorf("the same again: %v", err)
		}
		w.must(w.ChangePerson(ctx, "", "fresh", mark, func(p *planner.Staff) { p.Name = "Fenna Anders" }, "name"))
		got, next := w.colleague("", "fresh")
		if got.Name != "Fenna Anders" || got.Home != fresh.Home || got.Pattern[1][0] != fresh.Pattern[1][0] {
			w.Errorf("changed to %+v", got)
		}
		for name, err := range map[string]error{
			"change": w.ChangePerson(ctx, "", "fresh", mark, func(p *planner.Staff) { p.Name = "Fout" }, "name"),
			"end":    w.EndEmployment(ctx, "", "fresh", mark, day(6, 30)),
		} {
			if !errors.Is(err, ErrStale) {
				w.Errorf("%s of what was not seen: %v", name, err)
			}
		}
		if err := w.EndEmployment(ctx, "", "nobody", next, day(6, 30)); !errors.Is(err, ErrNotFound) {
			w.Errorf("nobody leaves: %v", err)
		}
		if got := faultFields(w.EndEmployment(ctx, "", "fresh", next, day(2, 1))); !slices.Equal(got, []string{"last"}) {
			w.Errorf("faults in %v", got)
		}
		if got := faultFields(w.ChangePerson(ctx, "", "fresh", next, func(p *planner.Staff) { p.Contracts = nil })); !slices.Equal(got, []string{"last"}) {
			w.Errorf("faults in %v", got)
		}
		w.must(w.EndEmployment(ctx, "", "fresh", next, day(6, 30)))
		if got, _ = w.colleague("", "fresh"); got.Contracts[0].To != day(6, 30) {
			w.Errorf("contracts %+v", got.Contracts)
		}
	})
}

// TestLeavingShowsWhatIsOrphaned lists what somebody leaves behind, and ends the
// pins with the contract.
func TestLeavingShowsWhatIsOrphaned(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		ctx := w.Context()
		state := town("noord")
		state.Organisations = []planner.Organisation{{ID: "ggd", Name: "GGD"}}
		for i := range state.Staff {
			state.Staff[i].Organisation = "ggd"
			state.Staff[i].Home = planner.Point{Lat: 51.84, Lon: 5.86}
			state.Staff[i].Contracts = []planner.Contract{{Role: []string{"zc", "ab"}[i], Budget: planner.WithoutIndication, HoursWeek: 3600, From: calendar.NoDate, To: calendar.NoDate}}
		}
		state.Assignments = []planner.Assignment{{Location: "een", Role: "zc", Staff: "noordanna", Kind: planner.Primary, From: calendar.NoDate, To: calendar.NoDate, Pinned: true}}
		_, err := w.Import(ctx, []*planner.State{state})
		w.must(err)
		w.publishes()
		_, _, err = w.CreateFeed(ctx, NewFeed{Scope: FeedScope{Region: "noord", Kind: StaffFeed, ID: "noordanna"}, Level: store.FullDetail, Language: store.Dutch})
		w.must(err)
		d, err := w.Leaving(ctx, "noord", "noordanna", day(6, 30))
		w.must(err)
		if len(d.Places) != 1 || len(d.Visits) != 1 || d.Visits[0].ID != "summer" || len(d.Feeds) != 1 || len(d.Bookings)+len(d.Rules) != 0 {
			w.Errorf("left behind: %+v", d)
		}
		if _, err := w.Leaving(ctx, "noord", "nobody", day(6, 30)); !errors.Is(err, ErrNotFound) {
			w.Errorf("nobody leaves: %v", err)
		}
		_, mark := w.colleague("noord", "noordanna")
		w.must(w.EndEmployment(ctx, "noord", "noordanna", mark, day(6, 30)))
		after, err := w.State(ctx, "noord")
		w.must(err)
		if a := after.Assignments[0]; a.To != day(6, 30) || !a.Pinned {
			w.Errorf("the pin is %+v", a)
		}
	})
}

func TestPortraitsAreDrawnAnew(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.published("noord")
		ctx := w.Context()
		var b bytes.Buffer
		w.must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 300))))
		w.must(w.SetPortrait(ctx, "noord", "noordanna", bytes.NewReader(b.Bytes())))
		p, _ := w.colleague("noord", "noordanna")
		name := strings.TrimPrefix(p.Photo, "/photos/")
		picture, err := w.Portrait(ctx, name)
		w.must(err)
		if _, kind, err := image.DecodeConfig(bytes.NewReader(picture)); kind != "jpeg" || err != nil || !strings.HasSuffix(name, ".jpg") {
			w.Errorf("%s is a %s: %v", name, kind, err)
		}
		if err := w.SetPortrait(ctx, "noord", "noordanna", strings.NewReader("<svg/>")); !errors.Is(err, ErrPictureKind) {
			w.Errorf("a drawing: %v", err)
		}
		w.must(w.RemovePortrait(ctx, "noord", "noordanna"))
		if p, _ := w.colleague("noord", "noordanna"); p.Photo != "" {
			w.Errorf("the photo is %q", p.Photo)
		}
	})
}
