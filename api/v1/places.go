package v1

import (
	"strings"

	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// District is a part of a municipality. Its outline comes with an import.
type District struct {
	ID           string   `json:"district_id" minLength:"1" maxLength:"64" example:"WK026801"`
	Name         string   `json:"name" minLength:"1" maxLength:"200"`
	Municipality string   `json:"municipality" pattern:"^[0-9]{4}$" doc:"The municipality's code." example:"0268"`
	Level        string   `json:"level,omitempty" maxLength:"64" doc:"The local word for it: stadsdeel, wijk."`
	Year         int      `json:"year,omitempty" minimum:"0" maximum:"2200" doc:"The year of its borders."`
	Area         string   `json:"area,omitempty" maxLength:"64" doc:"Groups districts into one work area."`
	Neighbours   []string `json:"neighbours,omitempty" maxItems:"200" doc:"The districts that share a border with it."`
}

func (a *API) aboutDistricts() {
	describe(a, &thing[planner.District, District]{
		resource: rights.Districts, kind: service.DistrictsFile, one: "district", many: "districts", path: "districts", word: "a district",
		of:     func(s *planner.State) []planner.District { return s.Districts },
		id:     func(_ *planner.State, d *planner.District) string { return d.ID },
		wireID: func(w *District) string { return w.ID },
		wire: func(_ view, d *planner.District) District {
			return District{d.ID, d.Name, d.Municipality, d.Level, d.Year, d.Area, d.Neighbours}
		},
		edit: func(w *District) service.Edit {
			return rows(service.Cells{
				"district_id": w.ID, "name": w.Name, "municipality": w.Municipality, "level": w.Level, "year": given(w.Year), "area": w.Area,
				"neighbours": listCell(w.Neighbours),
			})
		},
	})
}

// Registration is one entry of the childcare register.
type Registration struct {
	LRK    string `json:"lrk,omitempty" pattern:"^[0-9]{9}$" doc:"The number in the register."`
	Kind   string `json:"kind" enum:"KDV,BSO,VGO,GOB,PSZ"`
	Places int    `json:"places" minimum:"0" maximum:"10000" doc:"Child places."`
}

// Site is a location to visit. Its contact sees the name and the address.
type Site struct {
	ID            string         `json:"location_id" minLength:"1" maxLength:"64" example:"123456782"`
	Name          string         `json:"name" minLength:"1" maxLength:"200"`
	Address       string         `json:"address,omitempty" maxLength:"200"`
	Postcode      string         `json:"postcode,omitempty" maxLength:"7" example:"6511AB"`
	Town          string         `json:"town,omitempty" maxLength:"100"`
	Organisation  string         `json:"organisation,omitempty" maxLength:"64" doc:"The holder."`
	Municipality  string         `json:"municipality,omitempty" pattern:"^[0-9]{4}$"`
	District      string         `json:"district,omitempty" maxLength:"64" doc:"Left out, the one whose outline holds it."`
	Point         *Place         `json:"point,omitempty" doc:"Left out, the middle of the postcode's area."`
	Registrations []Registration `json:"registrations,omitempty" maxItems:"20"`
	Opening       []Hours        `json:"opening,omitempty" maxItems:"50" doc:"When visits are welcome; left out: Monday to Friday from 8 to 18."`
	Parents       []Hours        `json:"parents,omitempty" maxItems:"50" doc:"When parents are present."`
	StandAlone    bool           `json:"stand_alone,omitempty"`
	Subsidised    bool           `json:"subsidised,omitempty"`
	Artificial    bool           `json:"artificial,omitempty" doc:"Made up for an example."`
	Opened        string         `json:"opened,omitempty" format:"date"`
	Closed        string         `json:"closed,omitempty" format:"date"`
	Tags          []string       `json:"tags,omitempty" maxItems:"50"`
}

func (a *API) aboutLocations() {
	describe(a, &thing[planner.Location, Site]{
		resource: rights.Locations, kind: service.LocationsFile, one: "location", many: "locations", path: "locations", word: "a location",
		of:     func(s *planner.State) []planner.Location { return s.Locations },
		id:     func(_ *planner.State, l *planner.Location) string { return l.ID },
		wireID: func(w *Site) string { return w.ID },
		wire:   siteOf,
		edit:   siteRow,
		owner:  func(w *Site) (staff, location string) { return "", w.ID },
	})
}

func siteOf(v view, l *planner.Location) Site {
	w := Site{ID: l.ID, Name: l.Name, Address: l.Address, Postcode: l.Postcode, Town: l.Town}
	if v.caller.Reach < rights.Region {
		return w
	}
	w.Organisation, w.Municipality, w.District = l.Organisation, l.Municipality, l.District
	w.Point = placeOf(l.Point)
	w.Opening, w.Parents, w.StandAlone, w.Subsidised, w.Artificial = weekOf(l.Opening), weekOf(l.Parents), l.StandAlone, l.Subsidised, l.Artificial
	w.Opened, w.Closed, w.Tags = l.Opened.String(), l.Closed.String(), l.Tags
	for _, r := range l.Registrations {
		w.Registrations = append(w.Registrations, Registration{r.LRK, r.Kind, r.Places})
	}
	return w
}

func siteRow(w *Site) service.Edit {
	point := w.Point
	if point == nil {
		point = &Place{}
	}
	var numbers []string
	e := service.Edit{Registrations: []planner.Registration{}}
	for _, r := range w.Registrations {
		e.Registrations = append(e.Registrations, planner.Registration{LRK: r.LRK, Kind: r.Kind, Places: r.Places})
		if r.LRK != "" {
			numbers = append(numbers, r.LRK)
		}
	}
	e.Rows = []service.Cells{{
		"location_id": w.ID, "name": w.Name, "organisation": w.Organisation, "address": w.Address, "postcode": strings.ReplaceAll(w.Postcode, " ", ""),
		"town": w.Town, "municipality": w.Municipality, "district": w.District, "lat": decimalCell(point.Lat), "lon": decimalCell(point.Lon),
		"lrk": listCell(numbers), "opening": weekCell(w.Opening), "parents": weekCell(w.Parents), "stand_alone": flagCell(w.StandAlone),
		"subsidised": flagCell(w.Subsidised), "artificial": flagCell(w.Artificial), "opened": w.Opened, "closed": w.Closed, "tags": listCell(w.Tags),
	}}
	return e
}
