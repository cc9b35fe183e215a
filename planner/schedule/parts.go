package schedule

// part is a share of a problem that nothing couples to the rest, as a problem
// of its own with the way back.
type part struct {
	p      *Problem
	staff  []int // of the part → of the whole
	visits []int
	fixed  []int
	start  []*Placement
}

// split takes a problem apart: visits belong together when they share a person
// who could serve both, a requirement, or the budget of moves.
func split(p *Problem, start []*Placement) []*part {
	g := newForest(len(p.Staff) + len(p.Visits) + len(p.Requirements) + 1)
	visit0 := len(p.Staff)
	requirement0 := visit0 + len(p.Visits)
	budget := requirement0 + len(p.Requirements)
	for i := range p.Visits {
		v := &p.Visits[i]
		for _, options := range v.Crew {
			for _, o := range options {
				g.join(visit0+i, o.Staff)
			}
		}
		if v.Requirement != None {
			g.join(visit0+i, requirement0+v.Requirement)
		}
		if v.Published == nil {
			continue
		}
		for _, s := range v.Published.Staff {
			g.join(visit0+i, s)
		}
		if p.MaxMoves >= 0 {
			g.join(visit0+i, budget)
		}
	}
	var parts []*part
	index := make(map[int]int)
	for i := range p.Visits {
		root := g.find(visit0 + i)
		k, ok := index[root]
		if !ok {
			k = len(parts)
			index[root] = k
			parts = append(parts, &part{})
		}
		parts[k].visits = append(parts[k].visits, i)
	}
	for s := range p.Staff {
		if k, ok := index[g.find(s)]; ok {
			parts[k].staff = append(parts[k].staff, s)
		}
	}
	newCutter(p, start).cut(parts)
	return parts
}

// forest is union-find with path halving.
type forest []int32

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = int32(i)
	}
	return f
}

func (f forest) find(i int) int {
	for f[i] != int32(i) {
		f[i] = f[f[i]]
		i = int(f[i])
	}
	return i
}

func (f forest) join(a, b int) {
	a, b = f.find(a), f.find(b)
	f[max(a, b)] = int32(min(a, b))
}

// cutter builds the problems of parts.
type cutter struct {
	p      *Problem
	start  []*Placement
	staff  []int // of the whole → of the part
	fixed  [][]int
	places renumbering // places
	sets   renumbering
	reqs   renumbering
	modes  renumbering
}

// renumbering hands out new indices in order of first use.
type renumbering struct {
	to  map[int]int
	old []int
}

func (r *renumbering) reset() { r.to, r.old = make(map[int]int), nil }

func (r *renumbering) index(i int) int {
	if i == None {
		return None
	}
	k, ok := r.to[i]
	if !ok {
		k = len(r.old)
		r.to[i] = k
		r.old = append(r.old, i)
	}
	return k
}

func newCutter(p *Problem, start []*Placement) *cutter {
	c := &cutter{p: p, start: start, staff: make([]int, len(p.Staff)), fixed: make([][]int, len(p.Staff))}
	for i, f := range p.Fixed {
		c.fixed[f.Staff] = append(c.fixed[f.Staff], i)
	}
	return c
}

func (c *cutter) cut(parts []*part) {
	if len(parts) == 1 {
		parts[0].p, parts[0].start = c.p, c.start
		parts[0].staff = nil
		for s := range c.p.Staff {
			parts[0].staff = append(parts[0].staff, s)
		}
		for i := range c.p.Fixed {
			parts[0].fixed = append(parts[0].fixed, i)
		}
		return
	}
	for _, t := range parts {
		c.build(t)
	}
}

func (c *cutter) build(t *part) {
	p := c.p
	c.places.reset()
	c.sets.reset()
	c.reqs.reset()
	c.modes.reset()
	q := &Problem{Days: p.Days, Weights: p.Weights, MaxMoves: p.MaxMoves, Grain: p.Grain}
	for k, s := range t.staff {
		c.staff[s] = k
		member := p.Staff[s]
		member.Home = c.places.index(member.Home)
		member.Mode = c.modes.index(member.Mode)
		q.Staff = append(q.Staff, member)
		for _, i := range c.fixed[s] {
			t.fixed = append(t.fixed, i)
			f := p.Fixed[i]
			f.Staff, f.Place = k, c.places.index(f.Place)
			q.Fixed = append(q.Fixed, f)
		}
	}
	for _, i := range t.visits {
		q.Visits = append(q.Visits, c.visit(&p.Visits[i]))
		if c.start != nil {
			t.start = append(t.start, c.placement(c.start[i]))
		}
	}
	for _, i := range c.sets.old {
		q.WindowSets = append(q.WindowSets, p.WindowSets[i])
	}
	for _, i := range c.reqs.old {
		q.Requirements = append(q.Requirements, p.Requirements[i])
	}
	for _, i := range c.modes.old {
		q.Travel = append(q.Travel, c.travel(&p.Travel[i]))
	}
	t.p = q
}

func (c *cutter) visit(v *Visit) Visit {
	w := *v
	w.Place = c.places.index(v.Place)
	w.Windows = c.sets.index(v.Windows)
	w.Requirement = c.reqs.index(v.Requirement)
	w.Published = c.placement(v.Published)
	w.Crew = make([][]Option, len(v.Crew))
	for i, options := range v.Crew {
		for _, o := range options {
			w.Crew[i] = append(w.Crew[i], Option{Staff: c.staff[o.Staff], Charge: o.Charge})
		}
	}
	return w
}

func (c *cutter) placement(pl *Placement) *Placement {
	if pl == nil {
		return nil
	}
	out := &Placement{Day: pl.Day, Start: pl.Start}
	for _, s := range pl.Staff {
		out.Staff = append(out.Staff, c.staff[s])
	}
	return out
}

// travel copies the rows and columns of the part's places.
func (c *cutter) travel(t *Travel) Travel {
	var of, rows []int
	for place, old := range c.places.old {
		if row := t.Row(old); row != None {
			of, rows = append(of, place), append(rows, row)
		}
	}
	n := len(of)
	out := Travel{Places: n, Of: of, Time: submatrix(t.Time, t.Places, rows)}
	if n == len(c.places.old) {
		out.Of = nil
	}
	if t.Cost != nil {
		out.Cost = submatrix(t.Cost, t.Places, rows)
	}
	return out
}

// submatrix copies some rows and columns of an n × n matrix.
func submatrix(from []int32, n int, rows []int) []int32 {
	out := make([]int32, 0, len(rows)*len(rows))
	for _, a := range rows {
		for _, b := range rows {
			out = append(out, from[a*n+b])
		}
	}
	return out
}

// back translates a part's placements into the whole problem's.
func (t *part) back(placements, into []*Placement) {
	for i, pl := range placements {
		if pl == nil {
			continue
		}
		t.outward(pl)
		into[t.visits[i]] = pl
	}
}
