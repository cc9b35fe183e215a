package assign

import "slices"

// curve is the balance charge on one person as a function of the load on top of
// base, in fixed point.
type curve struct{ weight, norm, base int64 }

// at returns the charge at a load on top of base.
func (c curve) at(load int64) int64 {
	if c.weight == 0 {
		return 0
	}
	return BalanceCharge(c.weight, c.norm, c.base+load) * unit
}

// slope returns about how much one more unit of load costs there:
// 4 × weight × ratio³.
func (c curve) slope(load int64) int64 {
	if c.weight == 0 || c.norm == 0 {
		return 0
	}
	ratio := (c.base + load) << ratioBits / c.norm
	cube := shiftedProduct(uint64(ratio), shiftedProduct(uint64(ratio), uint64(ratio)))
	return int64(shiftedProduct(uint64(4*c.weight*unit), cube))
}

// slack bounds how far the rounded charge can lie below the line through its
// value at a load with a slope that slope returned there: what rounding takes
// from the charges and, as far as the line's true point of contact can be away,
// from the slope.
func (c curve) slack(at, price, room int64) int64 {
	if c.weight == 0 || c.norm == 0 {
		return 0
	}
	ratio := (c.base+room)/c.norm + 1
	rounding := c.weight*ratio*ratio/32 + 2
	away := room
	if near := room/64 + 1; c.slope(max(0, at-near))+rounding <= price && (at+near >= room || c.slope(at+near)-rounding >= price) {
		away = near
	}
	return (c.weight*c.norm>>17+2)*ratio*ratio*ratio*unit + away*rounding
}

// tame reports whether the numbers are small enough for tangents; beyond, a
// knapsack is solved without reducing it.
func (c curve) tame(room int64) bool {
	return c.weight < 1<<20 && c.norm < 1<<30 && room < 1<<30 && (c.norm == 0 || (c.base+room)/c.norm < 16)
}

// outline is a choice made at one price of load: each item by itself, and each
// pair as a whole, in or out, whichever is cheaper.
type outline struct {
	value int64 // of the choice at the price
	cost  int64 // without the price
	load  int64
}

// sketch makes the choice at a price.
func sketch(items []item, open, price int64) outline {
	var o outline
	for len(items) > 0 {
		n := pairLength(items)
		part := outline{}
		if items[0].pair >= 0 {
			part.value, part.cost = open, open
		}
		for _, it := range items[:n] {
			if v := it.cost + price*it.load; v < 0 {
				part.value += v
				part.cost += it.cost
				part.load += it.load
			}
		}
		if part.value < 0 {
			o.value += part.value
			o.cost += part.cost
			o.load += part.load
		}
		items = items[n:]
	}
	return o
}

// pairLength returns how many items from the first on are decided together: all
// of one pair, or one without a pair.
func pairLength(items []item) int {
	n := 1
	for items[0].pair >= 0 && n < len(items) && items[n].pair == items[0].pair {
		n++
	}
	return n
}

// tangent finds a price of load at which choice and charge nearly agree: the
// slope of the charge at the load chosen or, where room is short, the price at
// which the choice just fits. It returns the price and the load at which the
// charge has its tangent.
func tangent(items []item, room, open int64, charge curve) (price, at int64) {
	low, high := int64(0), room
	for high-low > 1+room>>12 {
		middle := (low + high) / 2
		if sketch(items, open, charge.slope(middle)).load > middle {
			low = middle
		} else {
			high = middle
		}
	}
	price = charge.slope(high)
	if sketch(items, open, price).load <= room {
		return price, high
	}
	below, above := price, int64(1)
	for _, it := range items {
		above = max(above, -it.cost+1)
	}
	for above-below > 1 {
		middle := (below + above) / 2
		if sketch(items, open, middle).load > room {
			below = middle
		} else {
			above = middle
		}
	}
	return above, room
}

// reduced is a knapsack after settling what a tangent settles.
type reduced struct {
	incumbent []int32 // a choice that fits, and its cost with the charge
	value     int64
	in        []int32 // in every better choice
	cost      int64   // their cost, district charges included
	load      int64
	items     []item // undecided
	keep      keep   // which choices can be better
	bound     int64  // none is better than this
	taken     []bool // scratch
}

// reduce settles every item, and every pair, whose other state cannot lead to
// less than the incumbent: replacing the charge by a tangent leaves a bound in
// which each pair stands alone (the idea of Dembo and Hammer 1980 for a convex
// charge).
func (k *knapsack) reduce(items []item, room, open int64, charge curve) *reduced {
	r := &k.reduced
	*r = reduced{incumbent: r.incumbent[:0], in: r.in[:0], items: r.items[:0], taken: r.taken, value: charge.at(0)}
	price, at := tangent(items, room, open, charge)
	o := sketch(items, open, price)
	r.try(items, room, open, price, charge)
	line := charge.at(at) - price*at - charge.slack(at, price, room)
	r.keep = keep{price: price, below: r.value - line}
	r.bound = o.value + line
	for len(items) > 0 {
		n := pairLength(items)
		r.settle(items[:n], open, price, r.value-r.bound)
		items = items[n:]
	}
	return r
}

// try makes the choice at the price the incumbent, if it fits, and improves it
// item by item and pair by pair at the true charge.
func (r *reduced) try(items []item, room, open, price int64, charge curve) {
	g := greedy{room: room, open: open, charge: charge, now: charge.at(0)}
	r.taken = append(r.taken[:0], make([]bool, len(items))...)
	for start := 0; start < len(items); {
		n := pairLength(items[start:])
		part := items[start : start+n]
		slices.SortFunc(part, byWorth)
		if o := sketch(part, open, price); o.value < 0 && g.load+o.load <= room {
			g.cost += o.cost
			g.load += o.load
			for x, it := range part {
				r.taken[start+x] = it.cost+price*it.load < 0
			}
		}
		start += n
	}
	g.now = g.cost + charge.at(g.load)
	for range 4 {
		before := g.now
		for start := 0; start < len(items); {
			n := pairLength(items[start:])
			g.improve(items[start:start+n], r.taken[start:start+n])
			start += n
		}
		if g.now == before {
			break
		}
	}
	if g.now >= r.value {
		return
	}
	r.value = g.now
	for x, it := range items {
		if r.taken[x] {
			r.incumbent = append(r.incumbent, it.cand)
		}
	}
}

// greedy is a choice under improvement.
type greedy struct {
	room, open      int64
	charge          curve
	cost, load, now int64 // now is cost + charge
}

// improve adds and takes out items of one pair as long as that pays; a pair that
// is not opened is, if all that fits it together pays.
func (g *greedy) improve(items []item, taken []bool) {
	if items[0].pair >= 0 && !slices.Contains(taken, true) {
		trial := *g
		trial.cost += g.open
		trial.now += g.open
		if trial.flips(items, taken); trial.now < g.now {
			*g = trial
		} else {
			clear(taken)
		}
		return
	}
	g.flips(items, taken)
	if items[0].pair >= 0 && !slices.Contains(taken, true) {
		g.cost -= g.open
		g.now -= g.open
	}
}

// flips changes single items as long as that pays.
func (g *greedy) flips(items []item, taken []bool) {
	for x, it := range items {
		cost, load := g.cost+it.cost, g.load+it.load
		if taken[x] {
			cost, load = g.cost-it.cost, g.load-it.load
		}
		if load > g.room {
			continue
		}
		if now := cost + g.charge.at(load); now < g.now {
			g.cost, g.load, g.now = cost, load, now
			taken[x] = !taken[x]
		}
	}
}

// settle decides what it can of one pair; whatever raises the bound by more than
// room cannot be part of a better choice.
func (r *reduced) settle(items []item, open, price, room int64) {
	whole := int64(0)
	if items[0].pair >= 0 {
		whole = open
	} else {
		open = 0
	}
	for _, it := range items {
		whole += min(0, it.cost+price*it.load)
	}
	best := min(0, whole)
	if whole-best >= room && items[0].pair >= 0 {
		return // never opened
	}
	mark, opened := len(r.items), -best >= room
	for _, it := range items {
		v := it.cost + price*it.load
		without := whole - min(0, v)
		switch {
		case without+v-best >= room:
			// out
		case min(0, without)-best >= room:
			r.in = append(r.in, it.cand)
			r.cost += it.cost
			r.load += it.load
			opened = true
		default:
			r.items = append(r.items, it)
		}
	}
	if items[0].pair < 0 || !opened {
		return
	}
	r.cost += open
	for x := range r.items[mark:] {
		r.items[mark+x].pair = -1
	}
}
