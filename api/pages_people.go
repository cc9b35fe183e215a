package api

// peoplePages are the pages of staff, locations and policy officers.
func peoplePages() []pageRoute { return nil }

// People's own pages ask for no right beyond their own things.
var _ = pageRoute.mine
