package api

import "github.com/wijkplanner/wijkplanner/api/rights"

// leadPages are the team lead's pages.
func leadPages() []pageRoute {
	return []pageRoute{
		page("/board", rights.Access{Resource: rights.Scenarios, Act: rights.Read}, (*visitor).board),
	}
}
