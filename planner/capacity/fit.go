package capacity

// Fitting says how far the time of people covers the work of areas.
type Fitting struct {
	// Short is the work that nobody has time for, whatever is moved between
	// those who may do it: no other division leaves less.
	Short int64
	// Unmet is the part of each area in that; Spare the time that each person has
	// left. Other divisions with the same Short may divide them otherwise.
	Unmet, Spare []int64
	// Tight are the areas that prove it: their work exceeds the time of all who
	// may work in any of them, Able, by exactly Short. Empty when all fits.
	Tight, Able []int
}

// Fit divides people's time over areas: people[p] is what person p has, areas[a]
// the work in area a, in minutes, and serves[p] lists the areas where p may
// work. It is a maximum flow (Dinitz 1970), and the certificate is its minimum
// cut.
func Fit(people, areas []int64, serves [][]int) Fitting {
	n, m := len(people), len(areas)
	g := newNetwork(n + m + 2)
	source, sink := n+m, n+m+1
	for p, minutes := range people {
		g.edge(source, p, minutes)
		for _, a := range serves[p] {
			g.edge(p, n+a, minutes)
		}
	}
	var work int64
	for a, minutes := range areas {
		work += minutes
		g.edge(n+a, sink, minutes)
	}
	out := Fitting{Short: work - g.flow(source, sink), Unmet: make([]int64, m), Spare: make([]int64, n)}
	for p := range people {
		out.Spare[p] = g.left(source, p)
	}
	for a := range areas {
		out.Unmet[a] = g.left(n+a, sink)
	}
	if out.Short > 0 {
		out.Tight, out.Able = g.certificate(n, m, sink, serves)
	}
	return out
}

// network is a directed graph with capacities, its edges in pairs: each and its
// way back.
type network struct {
	to    []int
	room  []int64
	edges [][]int // of each node
	level []int
	next  []int
}

func newNetwork(nodes int) *network {
	return &network{edges: make([][]int, nodes), level: make([]int, nodes), next: make([]int, nodes)}
}

func (g *network) edge(from, to int, room int64) {
	g.edges[from] = append(g.edges[from], len(g.to))
	g.edges[to] = append(g.edges[to], len(g.to)+1)
	g.to, g.room = append(g.to, to, from), append(g.room, room, 0)
}

// left is the room that is left on the edge between two nodes.
func (g *network) left(from, to int) (room int64) {
	for _, e := range g.edges[from] {
		if g.to[e] == to && e%2 == 0 {
			room += g.room[e]
		}
	}
	return room
}

func (g *network) flow(source, sink int) (total int64) {
	for g.layer(source, sink) {
		clear(g.next)
		for {
			pushed := g.push(source, sink, 1<<62)
			if pushed == 0 {
				break
			}
			total += pushed
		}
	}
	return total
}

// layer numbers the nodes by their distance from the source over edges with
// room, and reports whether the sink has one.
func (g *network) layer(source, sink int) bool {
	for i := range g.level {
		g.level[i] = -1
	}
	g.level[source] = 0
	queue := []int{source}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for _, e := range g.edges[v] {
			if w := g.to[e]; g.room[e] > 0 && g.level[w] < 0 {
				g.level[w] = g.level[v] + 1
				queue = append(queue, w)
			}
		}
	}
	return g.level[sink] >= 0
}

// push sends what it can along one path of the layers.
func (g *network) push(v, sink int, most int64) int64 {
	if v == sink {
		return most
	}
	for ; g.next[v] < len(g.edges[v]); g.next[v]++ {
		e := g.edges[v][g.next[v]]
		w := g.to[e]
		if g.room[e] == 0 || g.level[w] != g.level[v]+1 {
			continue
		}
		if sent := g.push(w, sink, min(most, g.room[e])); sent > 0 {
			g.room[e] -= sent
			g.room[e^1] += sent
			return sent
		}
	}
	return 0
}

// certificate returns the areas from which the sink can still be reached, and
// all who may work in one of them: everything they have is used, and all of it
// there.
func (g *network) certificate(people, areas, sink int, serves [][]int) (tight, able []int) {
	reaches := make([]bool, len(g.edges))
	reaches[sink] = true
	queue := []int{sink}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for _, e := range g.edges[v] {
			// e^1 leads from the neighbour to v.
			if w := g.to[e]; g.room[e^1] > 0 && !reaches[w] {
				reaches[w] = true
				queue = append(queue, w)
			}
		}
	}
	for a := range areas {
		if reaches[people+a] {
			tight = append(tight, a)
		}
	}
	for p := range people {
		for _, a := range serves[p] {
			if reaches[people+a] {
				able = append(able, p)
				break
			}
		}
	}
	return tight, able
}
