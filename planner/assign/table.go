package assign

import "slices"

// largestTable is the room up to which a plain table over loads beats the
// frontier of states.
const largestTable = 1 << 12

// table is the plain dynamic programme over loads, for a person with little
// room and no district charges.
type table struct {
	least []int64 // by load: least cost of a set of exactly that load
	taken []bool  // by item and load: whether the item improved it
	core  core
}

// core is what remains of a knapsack after Dembo and Hammer (1980): a greedy
// choice, the items that every better choice takes, and those still open.
type core struct {
	incumbent []int32 // the greedy choice
	greedy    int64   // and its cost

	taken []int32 // in every better choice
	value int64   // their cost
	room  int64   // what they leave
	items []item  // undecided
}

// unreached marks a load that no set has.
const unreached = int64(unlimited)

// solve is knapsack.solve for items without pairs and without a charge. Most items are settled before the table is made.
func (t *table) solve(items []item, room int64, chosen []int32) (int64, []int32) {
	core := t.settle(items, room)
	mark := len(chosen)
	value, chosen := t.fill(core.items, core.room, append(chosen, core.taken...))
	if value += core.value; value < core.greedy {
		return value, chosen
	}
	return core.greedy, append(chosen[:mark], core.incumbent...)
}

// fill runs the dynamic programme.
func (t *table) fill(items []item, room int64, chosen []int32) (int64, []int32) {
	width := int(room) + 1
	if cap(t.least) < width {
		t.least = make([]int64, width)
	}
	if cap(t.taken) < width*len(items) {
		t.taken = make([]bool, width*len(items)*2)
	}
	least := t.least[:width]
	for k := range least {
		least[k] = unreached
	}
	least[0] = 0
	reach := 0 // no set so far is heavier
	for k, it := range items {
		taken := t.taken[k*width : (k+1)*width]
		clear(taken)
		use := int(it.load)
		reach = min(reach+use, width-1)
		if reach >= use {
			offerItem(least[:reach+1], taken[:reach+1], use, it.cost)
		}
	}
	best, at := unreached, 0
	for load, cost := range least {
		if cost < best {
			best, at = cost, load
		}
	}
	for k, v := range slices.Backward(items) {
		if t.taken[k*width+at] {
			chosen = append(chosen, v.cand)
			at -= int(v.load)
		}
	}
	return best, chosen
}

// offerItem improves each load by the item on top of a lighter set.
func offerItem(least []int64, taken []bool, use int, cost int64) {
	before := least[:len(least)-use]
	after := least[use:][:len(before)]
	marks := taken[use:][:len(before)]
	for k, v := range slices.Backward(before) {
		if with := v + cost; with < after[k] {
			after[k] = with
			marks[k] = true
		}
	}
}

// settle sorts the items by cost per load and fixes those whose other state
// cannot lead to less than the greedy choice, by the bound of the relaxation in
// which the first item that does not fit can be cut.
func (t *table) settle(items []item, room int64) *core {
	c := &t.core
	*c = core{incumbent: c.incumbent[:0], taken: c.taken[:0], items: c.items[:0], room: room}
	slices.SortFunc(items, byWorth)
	split, rest, prefix := len(items), room, int64(0)
	left := room
	for k, it := range items {
		if split == len(items) {
			if it.load > rest {
				split = k
			} else {
				rest -= it.load
				prefix += it.cost
			}
		}
		if it.load <= left {
			left -= it.load
			c.greedy += it.cost
			c.incumbent = append(c.incumbent, it.cand)
		}
	}
	if split == len(items) {
		return c // everything fits
	}
	cut := items[split]
	for k, it := range items {
		// The bound with this item's state turned, times the load of cut.
		bound := (prefix-c.greedy)*cut.load + rest*cut.cost
		if k < split {
			bound += it.load*cut.cost - it.cost*cut.load
		} else {
			bound += it.cost*cut.load - it.load*cut.cost
		}
		switch {
		case bound < 0:
			c.items = append(c.items, it)
		case k < split:
			c.taken = append(c.taken, it.cand)
			c.value += it.cost
			c.room -= it.load
		}
	}
	return c
}
