package web

import "github.com/wijkplanner/wijkplanner/planner"

// peopleMessages are the texts of the pages of staff, locations and policy
// officers.
var peopleMessages = map[string]planner.Text{}
