package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/wijkplanner/wijkplanner/api/problem"
	"github.com/wijkplanner/wijkplanner/api/rights"
	"github.com/wijkplanner/wijkplanner/api/web"
	"github.com/wijkplanner/wijkplanner/calendar"
	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/service"
)

// locationPages are the pages of a location's contact, after the mailed code. All
// of them are about the one location that the caller stands for.
func locationPages() []pageRoute {
	arrange := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.OwnLocation, Act: act} }
	book := func(act rights.Act) rights.Access { return rights.Access{Resource: rights.Bookings, Act: act} }
	routes := slices.Concat(bookingPages(book), []pageRoute{
		page("/location", rights.Access{Resource: rights.Locations, Act: rights.Read}, (*visitor).locationHome),
		page("/location/poster", rights.Access{Resource: rights.Locations, Act: rights.Read}, (*visitor).locationPoster),
		page("/location/closed", arrange(rights.Read), (*visitor).closedPage),
		form("/location/closed", arrange(rights.Create), (*visitor).closeDays),
		form("/location/closed/remove", arrange(rights.Remove), (*visitor).openDays),
		page("/location/meetings", arrange(rights.Read), (*visitor).meetingsPage),
		form("/location/meetings", arrange(rights.Create), (*visitor).addMeeting),
		form("/location/meetings/remove", arrange(rights.Remove), (*visitor).removeMeeting),
		page("/location/calendar", arrange(rights.Read), (*visitor).calendarPage),
		form("/location/calendar", arrange(rights.Create), (*visitor).makeLocationFeed),
		form("/location/calendar/remove", arrange(rights.Remove), (*visitor).endLocationFeed),
	})
	for i := range routes {
		routes[i] = routes[i].mine()
		routes[i].door = true
	}
	return routes
}

// contact is the location that the caller stands for; for others there is none.
func (v *visitor) contact() (region, location string, err error) {
	if v.caller.Role != service.LocationContact || v.caller.Location == "" {
		return "", "", problem.New(problem.NotFound)
	}
	return v.caller.Region, v.caller.Location, nil
}

// away answers who is not in any more: the way back is the link in the mail.
func (v *visitor) away() error {
	return v.showAs(http.StatusNotFound, v.ours("place.away"), "place.away", nil)
}

// place gathers what the pages of the caller's location are made of.
func (v *visitor) place() (*web.Place, error) {
	region, location, err := v.contact()
	if err != nil {
		return nil, err
	}
	snapshot, err := v.service.Snapshot(v.ctx(), region)
	if err != nil {
		return nil, err
	}
	return &web.Place{
		Lang: v.lang, Now: v.Now(), Location: location, Region: web.Region{State: snapshot.State, Plan: snapshot.Plan},
	}, nil
}

// locationHome is the first page of a location.
func (v *visitor) locationHome() error {
	p, err := v.place()
	if err != nil {
		return err
	}
	if p.Bookings, err = v.service.Bookings(v.ctx(), v.caller.Region, service.BookingFilter{Location: p.Location, From: v.Now().AddDate(0, 0, -1)}); err != nil {
		return err
	}
	waiting, err := v.service.WaitingEntries(v.ctx(), v.caller.Region, true)
	if err != nil {
		return err
	}
	for i := range waiting {
		if waiting[i].Location == p.Location {
			p.Waiting = append(p.Waiting, waiting[i])
		}
	}
	body, err := web.NewPlaceHome(p)
	if err != nil {
		return err
	}
	return v.show(v.ours("place.home"), "place.home", body)
}

// locationPoster is "who is who" for the wall.
func (v *visitor) locationPoster() error {
	p, err := v.place()
	if err != nil {
		return err
	}
	body, err := web.NewPlaceHome(p)
	if err != nil {
		return err
	}
	return v.show(v.ours("place.poster"), "place.poster", body)
}

// filled is what was filled in, by field.
func (v *visitor) filled(names ...string) map[string]string {
	out := make(map[string]string, len(names))
	for _, n := range names {
		out[n] = v.value(n)
	}
	return out
}

// again shows a form once more with what is wrong with it; false for an error
// that is not about the form.
func (v *visitor) again(err error, names []string, show func(status int, f web.PlaceForm) error) error {
	problems, about := web.ProblemsOf(err)
	if !about {
		return err
	}
	return show(http.StatusUnprocessableEntity, web.PlaceForm{Problems: problems, Values: v.filled(names...)})
}

func (v *visitor) closedPage() error { return v.showClosed(http.StatusOK, web.PlaceForm{}) }

func (v *visitor) showClosed(status int, f web.PlaceForm) error {
	p, err := v.place()
	if err != nil {
		return err
	}
	f.Place = *p
	body, err := web.NewClosedPage(&f)
	if err != nil {
		return err
	}
	return v.showAs(status, v.ours("place.closed"), "place.closed", body)
}

// periodForm are the fields of a form that asks for days.
var periodForm = []string{"from", "to", "begin", "end"}

// dayPeriod reads the days that a form asks for; what cannot be read is no day.
func (v *visitor) dayPeriod() (from, to calendar.Date, part calendar.Span, err error) {
	from, to = v.day("from"), v.day("to")
	part, right := web.ParsePart(v.value("begin"), v.value("end"))
	if !right {
		text := planner.Text{NL: "Vul een begin- en een eindtijd in, of geen van beide.", EN: "Fill in when it begins and when it ends, or neither."}
		err = service.InputErrors{{Field: "part", Code: "bad_part", Text: text}}
	}
	return from, to, part, err
}

// day is the day in a field of a form, NoDate where it holds none.
func (v *visitor) day(name string) calendar.Date {
	d, err := calendar.ParseDate(v.value(name))
	if err != nil {
		return calendar.NoDate
	}
	return d
}

func (v *visitor) closeDays() error {
	region, location, err := v.contact()
	if err != nil {
		return err
	}
	from, to, part, err := v.dayPeriod()
	if err == nil {
		err = v.service.CloseLocation(v.ctx(), region, planner.Blackout{Location: location, From: from, To: to, Part: part})
	}
	if err != nil {
		return v.again(err, periodForm, v.showClosed)
	}
	return v.done("/location/closed", "said.closed")
}

// hiddenPeriod reads the days that a button stands for.
func (v *visitor) hiddenPeriod() (from, to calendar.Date, part calendar.Span) {
	begin, end, _ := cutPart(v.value("part"))
	part, _ = web.ParsePart(begin, end)
	return v.day("from"), v.day("to"), part
}

func (v *visitor) openDays() error {
	region, location, err := v.contact()
	if err != nil {
		return err
	}
	from, to, part := v.hiddenPeriod()
	if err := v.service.OpenLocation(v.ctx(), region, planner.Blackout{Location: location, From: from, To: to, Part: part}); err != nil {
		return err
	}
	return v.done("/location/closed", "said.removed")
}

func (v *visitor) meetingsPage() error { return v.showMeetings(http.StatusOK, web.PlaceForm{}) }

func (v *visitor) showMeetings(status int, f web.PlaceForm) error {
	p, err := v.place()
	if err != nil {
		return err
	}
	f.Place = *p
	body, err := web.NewMeetingsPage(&f)
	if err != nil {
		return err
	}
	return v.showAs(status, v.ours("place.meetings"), "place.meetings", body)
}

// addMeeting keeps a meeting of the location. Its name follows from its kind: no
// page asks a location for words.
func (v *visitor) addMeeting() error {
	p, err := v.place()
	if err != nil {
		return err
	}
	kind := v.value("kind")
	if !slices.Contains(web.MeetingKinds(p.Region.State), kind) {
		kind = "other"
	}
	clock, err := calendar.ParseClock(v.value("clock"))
	if err != nil {
		clock = -1
	}
	minutes, _ := strconv.Atoi(v.value("minutes")) // what is no number is too short
	err = v.service.AddOwnMeeting(v.ctx(), v.caller.Region, service.OwnMeeting{
		Location: p.Location, Kind: kind, Name: web.KindText(kind).NL, Start: v.day("start"), Clock: clock, Minutes: minutes,
		Repeat: service.Repeat(v.value("repeat")),
	})
	if err != nil {
		return v.again(err, []string{"kind", "start", "clock", "minutes", "repeat"}, v.showMeetings)
	}
	return v.done("/location/meetings", "said.meeting")
}

func (v *visitor) removeMeeting() error {
	region, location, err := v.contact()
	if err != nil {
		return err
	}
	if err := v.service.RemoveOwnMeeting(v.ctx(), region, location, v.value("id")); err != nil {
		return err
	}
	return v.done("/location/meetings", "said.removed")
}

func (v *visitor) calendarPage() error { return v.showCalendar(nil) }

func (v *visitor) showCalendar(made *web.Subscription) error {
	p, err := v.place()
	if err != nil {
		return err
	}
	feeds, err := v.ownFeeds(service.FeedScope{Region: v.caller.Region, Kind: service.LocationFeed, ID: p.Location})
	if err != nil {
		return err
	}
	body, err := web.NewCalendarPage(&web.PlaceCalendar{Place: *p, Feeds: feeds, Made: made})
	if err != nil {
		return err
	}
	return v.show(v.ours("place.calendar"), "place.calendar", body)
}

// ownFeeds lists the calendars of a person or a location that are alive.
func (v *visitor) ownFeeds(of service.FeedScope) ([]service.Feed, error) {
	all, err := v.service.Feeds(v.ctx(), of.Region)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(f service.Feed) bool {
		return f.Scope.Kind != of.Kind || f.Scope.ID != of.ID || f.Ended(v.Now())
	}), nil
}

// mostFeeds is how many calendars of one person or location a page makes.
const mostFeeds = 20

// makeFeed makes a calendar and returns it with its address, which is shown once.
func (v *visitor) makeFeed(of service.FeedScope, level service.FeedLevel) (*web.Subscription, error) {
	feeds, err := v.ownFeeds(of)
	if err != nil {
		return nil, err
	}
	if len(feeds) >= mostFeeds {
		return nil, problem.New(problem.Conflict)
	}
	_, token, err := v.service.CreateFeed(v.ctx(), service.NewFeed{Scope: of, Level: level, Language: service.Language(v.lang)})
	if err != nil {
		return nil, err
	}
	links, err := web.LinksOf(v.PublicURL, token)
	return &web.Subscription{Level: string(level), Links: links}, err
}

// endFeed ends a calendar of a person or a location, and no other.
func (v *visitor) endFeed(of service.FeedScope) error {
	feeds, err := v.ownFeeds(of)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(feeds, func(f service.Feed) bool { return f.ID == v.value("id") }) {
		return nil // ended already
	}
	if err := v.service.EndFeed(v.ctx(), of.Region, v.value("id")); err != nil && !errors.Is(err, service.ErrNotFound) {
		return err
	}
	return nil
}

func (v *visitor) makeLocationFeed() error {
	region, location, err := v.contact()
	if err != nil {
		return err
	}
	made, err := v.makeFeed(service.FeedScope{Region: region, Kind: service.LocationFeed, ID: location}, service.FullFeed)
	if err != nil {
		return err
	}
	return v.showCalendar(made)
}

func (v *visitor) endLocationFeed() error {
	region, location, err := v.contact()
	if err != nil {
		return err
	}
	if err := v.endFeed(service.FeedScope{Region: region, Kind: service.LocationFeed, ID: location}); err != nil {
		return err
	}
	return v.done("/location/calendar", "said.feed.ended")
}
