package planner

import "math"

// What is shown to those who may see figures only keeps to one rule, so that nobody's
// own share can be worked out: nothing of fewer than five people, promises or
// questions, no share or median of fewer than ten; counts and points in fives,
// minutes of people in blocks of five hours. Figures that add up to one another go
// through Suppress, or are cut in one way only.
const (
	// Fewest is the least count that is shown.
	Fewest = 5
	// FewestBase is the least base of a share or a median.
	FewestBase = 10

	shownCount   = 5
	shownMinutes = 300
)

// ShownCount is a count that may be shown, or a sum of points, in fives.
func ShownCount(n int64) int64 { return nearest(n, shownCount) }

// ShownMinutes is a sum of the minutes of people, in blocks of five hours.
func ShownMinutes(n int64) int64 { return nearest(n, shownMinutes) }

func nearest(n, step int64) int64 { return (n + step/2) / step * step }

// Cell is a count as it may be shown: rounded to five, or hidden.
type Cell struct {
	Count  int
	Hidden bool
}

// CellOf is a count as it may be shown.
func CellOf(n int) Cell {
	if n < Fewest {
		return Cell{Hidden: true}
	}
	return Cell{Count: int(ShownCount(int64(n)))}
}

// Suppress hides the counts of a table that are too small, and rounds the rest;
// the last row is the total of the others. Where one count of a column is hidden
// alone, the next smallest is hidden too: else the total would tell it.
func Suppress(table [][]int) [][]Cell {
	out := make([][]Cell, len(table))
	for i, row := range table {
		out[i] = make([]Cell, len(row))
		for j, n := range row {
			out[i][j] = CellOf(n)
		}
	}
	if len(table) < 2 {
		return out
	}
	parts := table[:len(table)-1]
	for j := range table[0] {
		hidden, least, count := 0, -1, math.MaxInt
		for i, part := range parts {
			switch {
			case out[i][j].Hidden:
				hidden++
			case part[j] < count:
				least, count = i, part[j]
			}
		}
		if hidden == 1 && least >= 0 {
			out[least][j] = Cell{Hidden: true}
		}
	}
	return out
}
