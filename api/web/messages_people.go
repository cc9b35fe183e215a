package web

// peopleMessages are the texts of the pages of staff, locations and policy
// officers.
var peopleMessages = joined(placeMessages, mineMessages, policyMessages)
