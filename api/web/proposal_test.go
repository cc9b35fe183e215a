package web_test

import (
	"testing"

	"github.com/wijkplanner/wijkplanner/api/web"
)

func TestProposal(t *testing.T) {
	t.Parallel()
	roles := glance(t, small(t), now).Roles
	p := roles[0].Proposal
	if p.Changed != 2 || p.Compared != 5 || p.Before != 600 || p.After != 480 || p.Cost != 100 || p.Bound != 99.5 {
		t.Errorf("%+v", p)
	}
	if len(p.Scores) != 3 || p.Scores[0].What.EN != "Little travel." || p.Scores[0].Minutes != 44 || p.Scores[0].Apart || !p.Scores[1].Apart {
		t.Errorf("scores %+v, want those that are not nothing, faces apart", p.Scores)
	}
	if p.Why.Total != 5 || !p.Why.Rows[0].Changed || !p.Why.Rows[1].Changed || p.Why.Rows[2].Changed {
		t.Fatalf("reasons %+v, want what changes hands first", p.Why)
	}
	want := web.WhyRow{Location: "'t Kwetternest", Person: "Cem Demir", Minutes: 44, Next: "Anna <Bakker>", Former: "Anna <Bakker>", NextBy: 276, FormerBy: 276, Changed: true}
	if p.Why.Rows[0] != want {
		t.Errorf("got %+v, want %+v", p.Why.Rows[0], want)
	}
	if row := p.Why.Rows[1]; !row.Forbidden || row.Former != "Anna <Bakker>" || row.Next != "" {
		t.Errorf("%+v, want a former person who cannot have it", row)
	}
	if short := roles[1].Proposal.Shortages; len(short) != 1 || short[0] != (web.ShortageRow{District: "Zuid", Locations: 1, FTE: 0.4}) {
		t.Errorf("shortages %+v", short)
	}
}
