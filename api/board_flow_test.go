//go:build !race

package api_test

import (
	"strings"
	"testing"

	"github.com/wijkplanner/wijkplanner/internal/chromium"
	"github.com/wijkplanner/wijkplanner/planner"
)

// holder is who serves a location of the town now, pins included.
func (p *place) holder(location, role string) string {
	p.Helper()
	for _, a := range p.state().Assignments {
		if a.Location == location && a.Role == role && a.Kind == planner.Primary && a.Pinned {
			return a.Staff
		}
	}
	return ""
}

// Dragging a location to somebody shows what it means and moves nothing yet.
func TestBoardMoveByDragging(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.lead(), chromium.Settings{Width: 1440, Height: 2400})
	b.Go("/board?lang=nl")
	b.Wait(mapReady)
	if n := b.Count("#map .leaflet-marker-icon"); n < 100 {
		t.Errorf("%d locations on the map", n)
	}
	to := chromium.Eval[string](b, "document.querySelector('.people li:last-child').dataset.staff")
	location := chromium.Eval[string](b, "document.querySelector('.places li').dataset.location")
	b.Run("window.leaving = true")
	b.Drag(".places li .place", ".people li:last-child")
	b.Wait("!window.leaving && document.readyState === 'complete'")
	if at := b.Path(); !strings.Contains(at, "/board/move?") || !strings.Contains(at, "to="+to) {
		t.Errorf("dragging led to %s", at)
	}
	b.WaitText("#effect", "Evenwicht")
	if p.holder(location, "zorgcoordinator") != "" {
		t.Error("dragging moved it before anybody agreed")
	}
}

// A district moves as a whole, and one that changed meanwhile does not.
func TestBoardMovesADistrict(t *testing.T) {
	t.Parallel()
	p := town(t)
	b := p.open(p.lead(), chromium.Settings{NoScript: true})
	b.Go("/board?lang=nl")
	b.Go(strings.ReplaceAll(chromium.Eval[string](b, "document.querySelector('.board-places details a').getAttribute('href')"), "&amp;", "&") + "&to=zc-2")
	b.WaitText("#effect", "Gezichten")
	version := chromium.Eval[string](b, "document.querySelector('input[name=version]').value")
	form := chromium.Eval[string](b, "location.search")
	b.Follow(".movers button[type=submit]")
	b.WaitText("#notice", "Verplaatst")
	moved := 0
	for _, a := range p.state().Assignments {
		if a.Pinned && a.Staff == "zc-2" && a.Role == "zorgcoordinator" {
			moved++
		}
	}
	if moved < 2 {
		t.Errorf("%d locations of the district are with zc-2", moved)
	}
	b.Go("/board/move" + form)
	b.Run("document.querySelector('input[name=version]').value = '" + version + "'")
	b.Follow(".movers button[type=submit]")
	b.WaitText("main", "veranderd")
}
