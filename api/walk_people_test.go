package api_test

// peopleWalk are the stops of the pages of staff, locations and policy officers.
func peopleWalk(*place) map[string]stop { return nil }

// peopleShots are the pictures of their pages.
func peopleShots() map[string]shot { return nil }
