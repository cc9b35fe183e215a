package assign

import (
	"math"
	"slices"
)

// unit is the fixed-point scale of costs inside the search and the bound:
// MultiplierUnit of them are one cost unit.
const unit = MultiplierUnit

// unlimited stands for no limit; sums with it do not overflow.
const unlimited = math.MaxInt64 / 4

// model is a problem compiled for speed: candidates of all locations in flat
// arrays, a last candidate "nobody" for each location without a pin, and limits
// raised to what pins and base loads force. The staff index "nobody" is
// len(Staff).
type model struct {
	p      *Problem
	plain  bool // costs and capacities only
	n      int  // locations
	nobody int

	first []int32 // candidates of location j are first[j] … first[j+1]-1
	loc   []int32 // the rest is indexed by candidate
	staff []int32
	load  []int64
	cost  []int64 // fixed point, all soft terms that depend on the candidate alone
	sure  []int64 // the same without Coupled: what the bound certifies
	pair  []int32 // index of the (staff, district) pair, -1 for none
	moves []bool  // whether it counts as a change

	of       [][]int32 // candidates by staff, those of one pair together
	pairs    int
	pairOf   [][]int32 // candidates by pair
	open     int64     // fixed-point district charge
	groupsOf [][]int32

	capacity    []int64 // by staff, nobody included; Base and pins included
	maxCount    []int32
	groupLimit  []int64
	maxChanges  int32
	mediumScale int64 // fixed-point cost of one unit of priority left unassigned
}

// newModel compiles a valid problem.
func newModel(p *Problem) *model {
	m := &model{p: p, n: len(p.Locations), nobody: len(p.Staff), open: p.OpenDistrict * unit}
	m.mediumScale = mediumScale(p)
	m.of = make([][]int32, m.nobody+1)
	index := make(map[[2]int32]int32)
	m.first = append(m.first, 0)
	for j := range p.Locations {
		l := &p.Locations[j]
		switch {
		case l.Pinned != None:
			c, _ := l.candidate(l.Pinned)
			m.add(j, c, index)
		default:
			for _, c := range l.Candidates {
				m.add(j, c, index)
			}
			m.add(j, Candidate{Staff: m.nobody}, index)
		}
		m.first = append(m.first, int32(len(m.staff)))
	}
	for i := range m.of {
		slices.SortStableFunc(m.of[i], func(a, b int32) int { return int(m.pair[a] - m.pair[b]) })
	}
	m.setLimits()
	m.plain = p.Balance == 0 && m.pairs == 0 && len(p.Groups) == 0 && p.MaxChanges < 0
	for i := range p.Staff {
		m.plain = m.plain && p.Staff[i].MaxLocations == 0
	}
	return m
}

// add appends one candidate.
func (m *model) add(j int, c Candidate, index map[[2]int32]int32) {
	l := &m.p.Locations[j]
	id := int32(len(m.staff))
	m.loc = append(m.loc, int32(j))
	m.staff = append(m.staff, int32(c.Staff))
	m.load = append(m.load, c.Load)
	m.of[c.Staff] = append(m.of[c.Staff], id)
	cost, moves, pair := (c.Cost+c.Coupled)*unit, false, int32(-1)
	if c.Staff == m.nobody {
		cost = l.Unassigned * m.mediumScale
	} else {
		if l.changes(c.Staff) {
			moves = true
			cost += l.Change * unit
		}
		if m.open > 0 && l.District != None {
			pair = m.pairIndex([2]int32{int32(c.Staff), int32(l.District)}, index)
			m.pairOf[pair] = append(m.pairOf[pair], id)
		}
	}
	m.cost = append(m.cost, cost)
	m.sure = append(m.sure, cost-c.Coupled*unit)
	m.moves = append(m.moves, moves)
	m.pair = append(m.pair, pair)
}

func (m *model) pairIndex(key [2]int32, index map[[2]int32]int32) int32 {
	pair, ok := index[key]
	if !ok {
		pair = int32(m.pairs)
		index[key] = pair
		m.pairs++
		m.pairOf = append(m.pairOf, nil)
	}
	return pair
}

// setLimits raises each limit to what pins and base loads take by themselves,
// so that the search may treat it as hard.
func (m *model) setLimits() {
	p := m.p
	m.capacity = make([]int64, m.nobody+1)
	m.maxCount = make([]int32, m.nobody+1)
	used := make([]int64, m.nobody+1)
	count := make([]int32, m.nobody+1)
	changes := int32(0)
	for j := range p.Locations {
		if c := m.first[j]; p.Locations[j].Pinned != None {
			used[m.staff[c]] += m.load[c]
			count[m.staff[c]]++
			if m.moves[c] {
				changes++
			}
		}
	}
	for i := range p.Staff {
		s := &p.Staff[i]
		used[i] += s.Base
		m.capacity[i] = max(s.Capacity, used[i])
		m.maxCount[i] = math.MaxInt32
		if s.MaxLocations > 0 {
			m.maxCount[i] = max(int32(s.MaxLocations), count[i])
		}
	}
	m.capacity[m.nobody], m.maxCount[m.nobody] = unlimited, math.MaxInt32
	m.groupsOf = make([][]int32, m.nobody+1)
	for g := range p.Groups {
		var sum int64
		for _, i := range p.Groups[g].Staff {
			sum += used[i]
			m.groupsOf[i] = append(m.groupsOf[i], int32(g))
		}
		m.groupLimit = append(m.groupLimit, max(p.Groups[g].Limit, sum))
	}
	m.maxChanges = math.MaxInt32
	if p.MaxChanges >= 0 && p.MaxChanges < math.MaxInt32 {
		m.maxChanges = max(int32(p.MaxChanges), changes)
	}
}

// mediumScale returns the fixed-point cost of one unit of priority left
// unassigned: more than any two solutions differ in soft cost, unless that
// would overflow, and then as much as fits.
func mediumScale(p *Problem) int64 {
	var soft, priority int64 = 1, 1
	for j := range p.Locations {
		l := &p.Locations[j]
		var most int64
		for _, c := range l.Candidates {
			most = max(most, c.Cost+c.Coupled)
		}
		soft += most + l.Change + p.OpenDistrict
		priority += l.Unassigned
	}
	for i := range p.Staff {
		s := &p.Staff[i]
		soft += BalanceCharge(p.Balance, s.norm(), s.Capacity)
	}
	return min(soft*unit, (1<<60)/priority)
}

// balance returns the fixed-point charge on person i at a load.
func (m *model) balance(i int, load int64) int64 {
	if m.p.Balance == 0 || i == m.nobody {
		return 0
	}
	return BalanceCharge(m.p.Balance, m.p.Staff[i].norm(), load) * unit
}

// find returns the candidate of location j that is person i, or -1.
func (m *model) find(j, i int) int32 {
	if i == None {
		i = m.nobody
	}
	lo, hi := m.first[j], m.first[j+1]
	k, ok := slices.BinarySearch(m.staff[lo:hi], int32(i))
	if !ok {
		return -1
	}
	return lo + int32(k)
}

// candidates turns staff indices into candidates, or returns nil where that is
// not possible.
func (m *model) candidates(staff []int) []int32 {
	if len(staff) != m.n {
		return nil
	}
	at := make([]int32, m.n)
	for j, i := range staff {
		if at[j] = m.find(j, i); at[j] < 0 {
			return nil
		}
	}
	return at
}
