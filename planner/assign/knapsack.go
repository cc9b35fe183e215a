package assign

// A frontier of more states is thinned in a way that can only lower the
// minimum, so that a bound stays a bound: coarsely while the multipliers are
// still sought, finely for the bound that is published.
const (
	coarseStates = 1 << 10
	fineStates   = 1 << 13
)

// item is one location that a person might serve, at its reduced cost.
type item struct {
	cost int64 // fixed point, negative: others never help
	load int64
	cand int32
	pair int32 // the pair whose district charge it needs, -1 for none
}

// byWorth orders items by cost per load, the cheapest first. It is written out,
// for most of a bound's time goes into sorting.
func byWorth(a, b item) int {
	switch x, y := a.cost*b.load, b.cost*a.load; {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return int(a.cand - b.cand)
}

// frontierState is one undominated choice of items: no other is as light and
// as cheap.
type frontierState struct {
	cost, load int64
	node       int32
}

// frontierNode remembers how a state was made: its last item and the rest.
type frontierNode struct {
	parent int32
	cand   int32
}

// knapsack finds the cheapest set of items of one person by dynamic programming
// over the frontier of (load, cost). It is exact up to limit states and keeps its
// buffers between calls.
type knapsack struct {
	limit  int
	rough  bool // be content with a lower bound, by a tangent to the charge
	proof  bool // find the least alone, not the set that reaches it
	room   int64
	states []frontierState
	opened []frontierState
	spare  []frontierState
	nodes  []frontierNode

	keep    keep
	reduced reduced
	least   []int64 // by load, of leastCost
	within  []int64
}

// solve returns the least of (cost of a set + district charges of its pairs +
// charge(load of the set)) over all sets that fit room, and the set itself
// appended to chosen. Items of one pair must be adjacent.
func (k *knapsack) solve(items []item, room, open int64, charge curve, chosen []int32) (int64, []int32) {
	if !charge.tame(room) {
		k.keep = keepAll
		return k.fill(items, room, open, charge, chosen)
	}
	if k.rough {
		return k.outline(items, room, open, charge, chosen)
	}
	r := k.reduce(items, room, open, charge)
	mark := len(chosen)
	chosen = append(chosen, r.in...)
	value := int64(unlimited)
	if r.load <= room {
		charge.base += r.load
		k.keep = r.keep
		k.keep.below -= r.cost + r.keep.price*r.load
		quick := false
		if k.proof {
			value, quick = k.leastCost(r.items, room-r.load, open, charge)
		}
		if !quick {
			value, chosen = k.fill(r.items, room-r.load, open, charge, chosen)
		}
		value += r.cost
	}
	if value < r.value {
		return max(value, r.bound), chosen
	}
	return r.value, append(chosen[:mark], r.incumbent...)
}

// outline returns a lower bound on what solve returns, and the set that reaches
// it, which may be heavier than room: a tangent takes the charge's place and a
// price the room's. It costs next to nothing.
func (k *knapsack) outline(items []item, room, open int64, charge curve, chosen []int32) (int64, []int32) {
	if len(items) == 0 {
		return charge.at(0), chosen
	}
	price, at := tangent(items, room, open, charge)
	value := charge.at(at) - price*at - charge.slack(at, price, room)
	for len(items) > 0 {
		n := pairLength(items)
		o := sketch(items[:n], open, price)
		if o.value < 0 {
			value += o.value
			for _, it := range items[:n] {
				if it.cost+price*it.load < 0 {
					chosen = append(chosen, it.cand)
				}
			}
		}
		items = items[n:]
	}
	return value, chosen
}

// keep tells which states can still lead to something better than is known:
// those whose cost + price × load + the least of the later items at that price
// stays below.
type keep struct{ price, below int64 }

var keepAll = keep{below: unlimited}

// prune drops the states that cannot lead to anything better; rest are the
// items still to come.
func (k *knapsack) prune(rest []item, open int64) {
	if k.keep == keepAll {
		return
	}
	below := k.keep.below - sketch(rest, open, k.keep.price).value
	kept := k.states[:0]
	for _, s := range k.states {
		if s.cost+k.keep.price*s.load < below {
			kept = append(kept, s)
		}
	}
	k.states = kept
}

// fill runs the dynamic programme.
func (k *knapsack) fill(items []item, room, open int64, charge curve, chosen []int32) (int64, []int32) {
	k.room = room
	k.nodes = append(k.nodes[:0], frontierNode{parent: -1})
	k.states = append(k.states[:0], frontierState{})
	for len(items) > 0 {
		n := pairLength(items)
		if items[0].pair < 0 {
			k.addAll(items[:n])
		} else {
			k.addDistrict(items[:n], open)
		}
		items = items[n:]
		k.prune(items, open)
	}
	best, node := int64(unlimited), int32(0)
	for _, s := range k.states {
		if total := s.cost + charge.at(s.load); total < best {
			best, node = total, s.node
		}
	}
	for ; k.nodes[node].parent >= 0; node = k.nodes[node].parent {
		chosen = append(chosen, k.nodes[node].cand)
	}
	return best, chosen
}

// addAll offers each item to each state.
func (k *knapsack) addAll(items []item) {
	for _, it := range items {
		k.spare = k.merge(k.spare[:0], k.states, k.states, it)
		k.states, k.spare = k.spare, k.states
	}
}

// addDistrict offers the items of one pair, whose first costs open more.
func (k *knapsack) addDistrict(items []item, open int64) {
	closed := append([]frontierState(nil), k.states...)
	k.opened = append(k.opened[:0], k.states...)
	for i := range k.opened {
		k.opened[i].cost += open
	}
	k.states, k.opened = k.opened, k.states
	k.addAll(items)
	k.spare = merge(k.spare[:0], closed, k.states)
	k.states, k.spare = k.thin(k.spare), k.states
}

// merge appends to out the frontier of states and of states with the item.
func (k *knapsack) merge(out, states, with []frontierState, it item) []frontierState {
	lowest := int64(unlimited)
	limit := k.room - it.load
	a, b := 0, 0
	for a < len(states) || b < len(with) {
		if b < len(with) && with[b].load > limit {
			b = len(with)
			continue
		}
		if b == len(with) || a < len(states) && states[a].load <= with[b].load+it.load {
			if s := states[a]; s.cost < lowest {
				out, lowest = push(out, s), s.cost
			}
			a++
			continue
		}
		if cost := with[b].cost + it.cost; cost < lowest {
			k.nodes = append(k.nodes, frontierNode{parent: with[b].node, cand: it.cand})
			s := frontierState{cost: cost, load: with[b].load + it.load, node: int32(len(k.nodes) - 1)}
			out, lowest = push(out, s), cost
		}
		b++
	}
	return k.thin(out)
}

// merge appends to out the common frontier of two.
func merge(out, x, y []frontierState) []frontierState {
	for len(x) > 0 || len(y) > 0 {
		var s frontierState
		if len(y) == 0 || len(x) > 0 && x[0].load <= y[0].load {
			s, x = x[0], x[1:]
		} else {
			s, y = y[0], y[1:]
		}
		if len(out) == 0 || s.cost < out[len(out)-1].cost {
			out = push(out, s)
		}
	}
	return out
}

// push appends a cheaper state, in the place of the last one if that is no
// lighter.
func push(out []frontierState, s frontierState) []frontierState {
	if last := len(out) - 1; last >= 0 && out[last].load == s.load {
		out[last] = s
		return out
	}
	return append(out, s)
}

// thin shortens a frontier that is too long: neighbours of almost the same load
// become one state, as light as the first and as cheap as the last of them.
func (k *knapsack) thin(s []frontierState) []frontierState {
	if len(s) <= k.limit {
		return s
	}
	width := 2 * k.room / int64(k.limit)
	kept := s[:1]
	for _, next := range s[1:] {
		last := &kept[len(kept)-1]
		if next.load <= last.load+width {
			last.cost, last.node = next.cost, next.node
		} else {
			kept = append(kept, next)
		}
	}
	return kept
}
