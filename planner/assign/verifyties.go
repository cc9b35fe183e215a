package assign

// tie adds up the charges of ties, person by person: districts are joined to
// one another as long as borders join them, and partners are met once each.
func (c *checker) tie(t *Ties) {
	for i := range c.p.Staff {
		part := map[int]int{} // a number for each district, the same within a part
		met := map[int]bool{}
		for j, l := range c.p.Locations {
			if c.r.Staff[j] != i {
				continue
			}
			if l.District >= 0 {
				part[l.District] = l.District
			}
			if t.Pair > 0 {
				for _, q := range t.Partners[j] {
					met[q] = met[q] || q != t.Self[i]
				}
			}
		}
		for q, counts := range met {
			if counts && q >= 0 {
				c.amounts.Pair += t.Pair
			}
		}
		if t.Scattered > 0 {
			c.amounts.Scattered += t.Scattered * int64(max(0, joined(part, t.Borders)-1))
		}
	}
}

// joined lets neighbouring districts take the lower number of both until no
// more change, and counts the numbers that are left.
func joined(part map[int]int, borders [][]int) int {
	for again := true; again; {
		again = false
		for d := range part {
			for _, e := range borders[d] {
				if n, has := part[e]; has && n < part[d] {
					part[d], again = n, true
				}
			}
		}
	}
	left := map[int]bool{}
	for _, n := range part {
		left[n] = true
	}
	return len(left)
}
