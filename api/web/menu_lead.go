package web

// leadMenu is the menu of a team lead.
var leadMenu = []MenuItem{
	{Key: "lead.board", Path: "/board"},
}
