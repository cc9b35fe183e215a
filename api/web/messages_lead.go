package web

import "github.com/wijkplanner/wijkplanner/planner"

// leadMessages are the texts of the team lead's pages.
var leadMessages = map[string]planner.Text{
	"lead.board": {NL: "Bord", EN: "Board"},
}
