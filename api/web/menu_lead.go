package web

// leadMenu is the menu of a team lead.
var leadMenu = []MenuItem{
	{Key: "lead.board", Path: "/board"},
	{Key: "lead.proposals", Path: "/proposals"},
	{Key: "lead.timeline", Path: "/timeline"},
	{Key: "lead.coverage", Path: "/coverage"},
	{Key: "lead.people", Path: "/people"},
	{Key: "lead.forecast", Path: "/forecast"},
	{Key: "lead.scenarios", Path: "/scenarios"},
	{Key: "lead.meetings", Path: "/meetings"},
	{Key: "lead.slots", Path: "/slot-rules"},
	{Key: "lead.contacts", Path: "/contacts"},
	{Key: "lead.links", Path: "/links"},
	{Key: "lead.import", Path: "/import"},
	{Key: "lead.assumptions", Path: "/assumptions"},
	{Key: "lead.overview", Path: "/"},
}
