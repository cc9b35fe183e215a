package files

import (
	"bufio"
	"fmt"
	"io"
	"strconv"

	"github.com/wijkplanner/wijkplanner/planner/assign"
)

// maxGAPNumbers bounds a GAP file: agents × jobs, and so the memory it takes.
const maxGAPNumbers = 1 << 24

// ReadGAP reads one instance of the generalised assignment problem in the text
// form of the OR-Library (Chu and Beasley 1997): whitespace-separated integers,
// the numbers of agents m and jobs n, m rows of n costs, m rows of n resource
// uses, m capacities. Agents become staff, jobs become locations that all must
// be served; every agent is a candidate for every job.
//
// An error names the line and what was expected there.
func ReadGAP(r io.Reader) (*assign.Problem, error) {
	in := &gapReader{words: bufio.NewScanner(r), line: 1}
	in.words.Buffer(make([]byte, 0, 4096), 1<<16)
	in.words.Split(in.split)
	m := in.number("the number of agents", 1)
	n := in.number("the number of jobs", 1)
	if in.err == nil && m > maxGAPNumbers/n {
		in.err = fmt.Errorf("line %d: %d agents and %d jobs are too many", in.line, m, n)
	}
	if in.err != nil {
		return nil, in.err
	}
	p := &assign.Problem{Staff: make([]assign.Staff, m), Locations: make([]assign.Location, n), MaxChanges: -1}
	costs, uses := in.matrix("cost", int(m), int(n)), in.matrix("resource use", int(m), int(n))
	for i := range p.Staff {
		p.Staff[i].Capacity = in.number(fmt.Sprintf("the capacity of agent %d", i+1), 0)
	}
	if in.err == nil && in.words.Scan() {
		return nil, fmt.Errorf("line %d: %q after the last capacity; expected the end of the file", in.line, in.words.Text())
	}
	if in.err != nil {
		return nil, in.err
	}
	for j := range p.Locations {
		l := &p.Locations[j]
		*l = assign.Location{District: assign.None, Current: assign.None, Pinned: assign.None, Unassigned: 1}
		l.Candidates = make([]assign.Candidate, m)
		for i := range l.Candidates {
			l.Candidates[i] = assign.Candidate{Staff: i, Cost: costs[i*int(n)+j], Load: uses[i*int(n)+j]}
		}
	}
	return p, nil
}

// gapReader reads numbers and keeps the first error.
type gapReader struct {
	words *bufio.Scanner
	line  int
	err   error
}

// split is bufio.ScanWords that counts lines.
func (g *gapReader) split(data []byte, atEOF bool) (int, []byte, error) {
	start := 0
	for start < len(data) && space(data[start]) {
		if data[start] == '\n' {
			g.line++
		}
		start++
	}
	for end := start; end < len(data); end++ {
		if space(data[end]) {
			return end, data[start:end], nil
		}
	}
	if atEOF && start < len(data) {
		return len(data), data[start:], nil
	}
	return start, nil, nil
}

func space(b byte) bool { return b == ' ' || b == '\n' || b == '\r' || b == '\t' }

// number reads one integer of at least least.
func (g *gapReader) number(what string, least int64) int64 {
	if g.err != nil {
		return 0
	}
	if !g.words.Scan() {
		g.err = fmt.Errorf("line %d: the file ends; expected %s", g.line, what)
		if err := g.words.Err(); err != nil {
			g.err = fmt.Errorf("line %d: reading %s: %w", g.line, what, err)
		}
		return 0
	}
	v, err := strconv.ParseInt(g.words.Text(), 10, 64)
	if err != nil || v < least || v > 1<<40 {
		g.err = fmt.Errorf("line %d: %q; expected %s, an integer of %d or more", g.line, g.words.Text(), what, least)
		return 0
	}
	return v
}

// matrix reads m rows of n numbers.
func (g *gapReader) matrix(what string, m, n int) []int64 {
	var values []int64
	for k := 0; k < m*n && g.err == nil; k++ {
		values = append(values, g.number(what, 0))
		if g.err != nil {
			g.err = fmt.Errorf("%s of agent %d, job %d: %w", what, k/n+1, k%n+1, g.err)
		}
	}
	return values
}
