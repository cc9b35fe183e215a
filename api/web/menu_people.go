package web

// memberMenu is the menu of a member of staff.
var memberMenu = []MenuItem{
	{Key: "mine.week", Path: "/my"},
	{Key: "mine.year", Path: "/my/year"},
	{Key: "mine.changes", Path: "/my/changes"},
	{Key: "mine.consult", Path: "/my/consult"},
	{Key: "mine.absence", Path: "/my/absence"},
	{Key: "mine.hours", Path: "/my/hours"},
	{Key: "mine.calendar", Path: "/my/calendar"},
}

// contactMenu is the menu of a location's contact.
var contactMenu = []MenuItem{
	{Key: "place.way.home", Path: "/location"},
	{Key: "place.way.book", Path: "/location/book"},
	{Key: "place.way.closed", Path: "/location/closed"},
	{Key: "place.way.meetings", Path: "/location/meetings"},
	{Key: "place.way.calendar", Path: "/location/calendar"},
	{Key: "place.way.poster", Path: "/location/poster"},
}

// auditorMenu is the menu of a policy officer.
var auditorMenu = []MenuItem{
	{Key: "figures", Path: "/figures"},
}
