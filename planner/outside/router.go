package outside

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
)

// Router asks road routers for travel times: the table service of OSRM, version
// 1 of its HTTP API. Each mode has a router of its own, since OSRM prepares its
// data for one.
type Router struct {
	// Addresses are the base addresses by mode, as http://localhost:5000.
	Addresses map[planner.TravelMode]string
	// Client sends the requests; nil means one without proxy and redirects.
	Client *http.Client
	// Timeout bounds one request, 0 for 20 seconds.
	Timeout time.Duration
	// MostCoordinates is how many coordinates one request may have, 0 for 100,
	// OSRM's own default.
	MostCoordinates int
}

const (
	routerTimeout   = 20 * time.Second
	mostCoordinates = 100
	// mostAnswer bounds an answer: 100 coordinates take about 60 kB.
	mostAnswer = 8 << 20
	// MostPoints is how many points a table may have in all: more would take too
	// long to ask, and too much room in the plan.
	MostPoints = 1200
	// coordinateDigits is how exactly a coordinate is sent: to about a metre.
	coordinateDigits = 5
)

// The codes of what went wrong with a router. No answer of it is shown.
const (
	RouterUnreachable = "router_unreachable" // no connection, or it took too long
	RouterRefused     = "router_refused"     // another status than 200, or another code than Ok
	RouterGarbled     = "router_garbled"     // an answer that makes no sense
	RouterTooMany     = "router_too_many"    // more points than MostPoints
	RouterIncomplete  = "router_incomplete"  // some pairs are not known
)

// RouterError says what went wrong, as a code and for which mode.
type RouterError struct {
	Code string
	Mode planner.TravelMode
	// Status is the HTTP status where there was one.
	Status int
}

func (e *RouterError) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("%s (%s): status %d", e.Code, e.Mode, e.Status)
	}
	return fmt.Sprintf("%s (%s)", e.Code, e.Mode)
}

// Measure asks for the travel between the points of each mode that has an
// address. What cannot be measured is estimated: a mode whose router fails has
// no table, and Why names the first trouble. Only the end of the context is an
// error.
func (r *Router) Measure(ctx context.Context, points map[planner.TravelMode][][2]float64) (*planner.TravelTable, error) {
	out := &planner.TravelTable{Source: "osrm", Modes: map[planner.TravelMode]*planner.ModeTable{}}
	for _, mode := range []planner.TravelMode{planner.Car, planner.Bicycle} {
		if r.Addresses[mode] == "" || len(points[mode]) == 0 {
			continue
		}
		table, err := r.table(ctx, mode, points[mode])
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var trouble *RouterError
		switch known, all := table.Known(); {
		case errors.As(err, &trouble):
			out.Why = cmp.Or(out.Why, trouble.Code)
			continue
		case err != nil:
			return nil, err
		case known < all:
			out.Why = cmp.Or(out.Why, RouterIncomplete)
		}
		out.Modes[mode] = table
	}
	if len(out.Modes) == 0 {
		out.Source = "estimate"
	}
	return out, nil
}

// table asks for all pairs, in blocks that a request may have.
func (r *Router) table(ctx context.Context, mode planner.TravelMode, points [][2]float64) (*planner.ModeTable, error) {
	t := planner.NewModeTable(points)
	if len(points) > MostPoints {
		return t, &RouterError{Code: RouterTooMany, Mode: mode}
	}
	most := r.MostCoordinates
	if most == 0 {
		most = mostCoordinates
	}
	size := max(1, most/2)
	for from := 0; from < len(points); from += size {
		for to := 0; to < len(points); to += size {
			b := block{from: from, fromEnd: min(from+size, len(points)), to: to, toEnd: min(to+size, len(points))}
			if err := r.ask(ctx, mode, t, b); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

// block is the part of a table from some points to some points.
type block struct{ from, fromEnd, to, toEnd int }

// path returns the request of a block: its points, those that travel starts
// from and those it goes to.
func (b block) path(mode planner.TravelMode, points [][2]float64) string {
	profile := map[planner.TravelMode]string{planner.Car: "driving", planner.Bicycle: "cycling"}[mode]
	var all, sources, destinations []string
	add := func(from, to int, index *[]string) {
		for i := from; i < to; i++ {
			*index = append(*index, strconv.Itoa(len(all)))
			all = append(all, coordinate(points[i][1])+","+coordinate(points[i][0]))
		}
	}
	add(b.from, b.fromEnd, &sources)
	if b.to == b.from {
		destinations = sources
	} else {
		add(b.to, b.toEnd, &destinations)
	}
	return "/table/v1/" + profile + "/" + strings.Join(all, ";") +
		"?annotations=duration&sources=" + strings.Join(sources, ";") + "&destinations=" + strings.Join(destinations, ";")
}

func coordinate(x float64) string { return strconv.FormatFloat(x, 'f', coordinateDigits, 64) }

// ask fetches one block into a table.
func (r *Router) ask(ctx context.Context, mode planner.TravelMode, t *planner.ModeTable, b block) error {
	timeout := r.Timeout
	if timeout == 0 {
		timeout = routerTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(r.Addresses[mode], "/")+b.path(mode, t.Points), nil)
	if err != nil {
		return &RouterError{Code: RouterUnreachable, Mode: mode}
	}
	response, err := r.client().Do(request)
	if err != nil {
		return &RouterError{Code: RouterUnreachable, Mode: mode}
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return &RouterError{Code: RouterRefused, Mode: mode, Status: response.StatusCode}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer+1))
	switch {
	case err != nil:
		return &RouterError{Code: RouterUnreachable, Mode: mode}
	case len(body) > mostAnswer:
		return &RouterError{Code: RouterGarbled, Mode: mode}
	}
	return b.read(mode, body, t)
}

func (r *Router) client() *http.Client {
	if r.Client != nil {
		return r.Client
	}
	return &http.Client{
		Transport:     &http.Transport{Proxy: nil},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// answer is what the table service sends; durations are seconds, null where
// there is no way.
type answer struct {
	Code      string       `json:"code"`
	Durations [][]*float64 `json:"durations"`
}

// read puts an answer into a table.
func (b block) read(mode planner.TravelMode, body []byte, t *planner.ModeTable) error {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		return &RouterError{Code: RouterGarbled, Mode: mode}
	}
	if a.Code != "Ok" {
		return &RouterError{Code: RouterRefused, Mode: mode}
	}
	if len(a.Durations) != b.fromEnd-b.from {
		return &RouterError{Code: RouterGarbled, Mode: mode}
	}
	for i, row := range a.Durations {
		if len(row) != b.toEnd-b.to {
			return &RouterError{Code: RouterGarbled, Mode: mode}
		}
		for j, seconds := range row {
			if seconds != nil {
				t.Set(b.from+i, b.to+j, *seconds)
			}
		}
	}
	return nil
}

// ParseRouter reads a router's address as it is configured, http or https with a
// host.
func ParseRouter(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" {
		return errors.New("want the address of an OSRM server, as http://localhost:5000")
	}
	return nil
}
