package web

// leadMenu is the menu of a team lead.
var leadMenu = []MenuItem{
	{Key: "lead.board", Path: "/board"},
	{Key: "lead.proposals", Path: "/proposals"},
	{Key: "lead.timeline", Path: "/timeline"},
	{Key: "lead.coverage", Path: "/coverage"},
	{Key: "lead.overview", Path: "/"},
}
