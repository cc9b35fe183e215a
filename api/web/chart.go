package web

// ChartPart is a kind of part of a bar: its class and the key of its name.
type ChartPart struct{ Class, Key string }

// ChartBar is one bar: its name, its parts in percent of the track, and
// what is said at its end.
type ChartBar struct {
	Name  string
	Parts []ChartSlice
	Text  string
	// Tick is where full capacity is, or the mean, in percent; 0 for none.
	Tick float64
}

// ChartSlice is a part of a bar.
type ChartSlice struct {
	Class       string
	From, Width float64
}

// Drawing is a chart of bars, one below the other so that a phone has room for it.
// The table beside it says the same to who cannot see it.
type Drawing struct {
	Parts []ChartPart
	Bars  []ChartBar
}

// AgainstParts are those of bars that BarAgainst makes, by the keys of their names:
// what fits, what does not, and how much there is room for.
func AgainstParts(fits, over, room string) []ChartPart {
	return []ChartPart{{"plan", fits}, {"miss", over}, {"tick", room}}
}

// BarAgainst is work against the time there is for it; what is above that stands
// out. All are of one unit, longest what fills the track.
func BarAgainst(name, text string, work, room, longest int64) ChartBar {
	part := func(n int64) float64 { return tenth(100 * float64(n) / float64(max(1, longest))) }
	b := ChartBar{Name: name, Text: text, Tick: part(room), Parts: []ChartSlice{{"plan", 0, part(min(work, room))}}}
	if work > room {
		b.Parts = append(b.Parts, ChartSlice{"miss", b.Tick, part(work - room)})
	}
	return b
}

// BarBetween is a band with its mean; a negative end lies beyond the track, and
// without a mean there is nothing to draw.
func BarBetween(name, text string, mean, low, high, longest float64) ChartBar {
	b := ChartBar{Name: name, Text: text}
	if mean < 0 || longest <= 0 {
		return b
	}
	if low < 0 {
		low = longest
	}
	if high < 0 {
		high = longest
	}
	from := tenth(100 * min(low, longest) / longest)
	b.Tick = tenth(100 * min(mean, longest) / longest)
	b.Parts = []ChartSlice{{"plan", from, max(.5, tenth(100*min(high, longest)/longest)-from)}}
	return b
}
