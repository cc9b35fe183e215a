package assign

// Ties are soft charges on what one person serves together. They couple
// locations in a way that the bound does not know: like Candidate.Coupled they
// are never negative, count in the score, and are left out of the certified
// cost. Solve does not see them; Gather improves a solution by them.
type Ties struct {
	// Scattered is charged for each part of a person's districts beyond the
	// first: districts hang together by shared borders. Borders holds the
	// neighbours of each district, both ways.
	Scattered int64
	Borders   [][]int
	// Pair is charged for each different partner of a person. Partners holds the
	// partners at each location, by numbers of the caller's, and Self the number
	// that each person has among them, or None: nobody is one's own partner.
	Pair     int64
	Partners [][]int
	Self     []int
}

// tieBook counts what people serve, as far as ties ask for it.
type tieBook struct {
	*Ties
	p         *Problem
	districts []map[int]int // by staff: locations in each district
	partners  []map[int]int // by staff: locations with each partner
}

// newTieBook returns the book of a solution, nil for a problem without ties.
func newTieBook(p *Problem, staff []int) *tieBook {
	if p.Ties == nil {
		return nil
	}
	b := &tieBook{Ties: p.Ties, p: p, districts: make([]map[int]int, len(p.Staff)), partners: make([]map[int]int, len(p.Staff))}
	for i := range p.Staff {
		b.districts[i], b.partners[i] = map[int]int{}, map[int]int{}
	}
	for j, i := range staff {
		if i != None {
			b.count(j, i, 1)
		}
	}
	return b
}

// count enters location j for person i, or with −1 takes it out.
func (b *tieBook) count(j, i, by int) {
	if d := b.p.Locations[j].District; d != None && b.Scattered > 0 {
		tally(b.districts[i], d, by)
	}
	if b.Pair == 0 {
		return
	}
	for _, q := range b.Partners[j] {
		if q != b.Self[i] {
			tally(b.partners[i], q, by)
		}
	}
}

func tally(counts map[int]int, key, by int) {
	if counts[key] += by; counts[key] == 0 {
		delete(counts, key)
	}
}

// charge returns what person i's ties cost.
func (b *tieBook) charge(i int) tieCharge {
	return tieCharge{
		scattered: b.Scattered * int64(max(0, b.parts(i, func(int, int) {})-1)),
		pair:      b.Pair * int64(len(b.partners[i])),
	}
}

// parts counts the connected parts of person i's districts, and tells the part,
// counted from 0, of each. Which part has which number is arbitrary.
func (b *tieBook) parts(i int, tell func(district, part int)) int {
	left := make(map[int]bool, len(b.districts[i]))
	for d := range b.districts[i] {
		left[d] = true
	}
	n := 0
	for d := range b.districts[i] {
		if !left[d] {
			continue
		}
		delete(left, d)
		for queue := []int{d}; len(queue) > 0; queue = queue[1:] {
			tell(queue[0], n)
			for _, next := range b.Borders[queue[0]] {
				if left[next] {
					delete(left, next)
					queue = append(queue, next)
				}
			}
		}
		n++
	}
	return n
}

// tieCharge is a charge by kind.
type tieCharge struct{ scattered, pair int64 }

func (c tieCharge) minus(d tieCharge) tieCharge {
	return tieCharge{c.scattered - d.scattered, c.pair - d.pair}
}

func (c tieCharge) total() int64 { return c.scattered + c.pair }

// addTo adds the charge to amounts.
func (c tieCharge) addTo(a *Amounts) {
	a.Scattered += c.scattered
	a.Pair += c.pair
}

// total returns what all ties cost; nothing for a nil book.
func (b *tieBook) total() tieCharge {
	var sum tieCharge
	if b == nil {
		return sum
	}
	for i := range b.districts {
		c := b.charge(i)
		sum.scattered += c.scattered
		sum.pair += c.pair
	}
	return sum
}

// shift returns what changes when location j goes from one person, or None, to
// another; the book stays as it is.
func (b *tieBook) shift(j, from, to int) tieCharge {
	if b == nil || from == to {
		return tieCharge{}
	}
	out := b.charge(to)
	b.count(j, to, 1)
	out = b.charge(to).minus(out)
	b.count(j, to, -1)
	if from == None {
		return out
	}
	before := b.charge(from)
	b.count(j, from, -1)
	after := b.charge(from)
	b.count(j, from, 1)
	out.scattered += after.scattered - before.scattered
	out.pair += after.pair - before.pair
	return out
}

// shares splits the charges over locations: each partner falls to the first
// location with it, each part beyond the one of the person's first location to
// its own first location.
func (b *tieBook) shares(staff []int) []tieCharge {
	out := make([]tieCharge, len(staff))
	if b == nil {
		return out
	}
	part := make([]map[int]int, len(b.districts)) // by staff and district
	for i := range part {
		part[i] = map[int]int{}
		b.parts(i, func(district, n int) { part[i][district] = n })
	}
	met, seen := make(map[[2]int]bool), make(map[[2]int]bool)
	first := make([]bool, len(b.districts))
	for j, i := range staff {
		if i == None {
			continue
		}
		if d := b.p.Locations[j].District; d != None && b.Scattered > 0 {
			if key := [2]int{i, part[i][d]}; !seen[key] {
				seen[key] = true
				if first[i] {
					out[j].scattered += b.Scattered
				}
				first[i] = true
			}
		}
		if b.Pair == 0 {
			continue
		}
		for _, q := range b.Partners[j] {
			if key := [2]int{i, q}; q != b.Self[i] && !met[key] {
				met[key] = true
				out[j].pair += b.Pair
			}
		}
	}
	return out
}
