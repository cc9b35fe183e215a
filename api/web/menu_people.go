package web

// memberMenu is the menu of a member of staff.
var memberMenu = []MenuItem{}

// auditorMenu is the menu of a policy officer.
var auditorMenu = []MenuItem{}
