package assign

import (
	"context"
	"math/rand/v2"
	"reflect"
	"testing"
)

// crowd makes a problem of so many people that the lanes divide them.
func crowd(seed uint64) *Problem {
	rng := rand.New(rand.NewPCG(53, seed))
	p := randomProblem(rng, teamSize+6, 90)
	p.Balance = 2
	return p
}

func TestTerritoriesDoNotOverlap(t *testing.T) {
	t.Parallel()
	for k := range 10 {
		p := crowd(uint64(k))
		sv := &solver{m: newModel(p), o: Options{Iterations: 1, Workers: 1}, rng: rand.New(rand.NewPCG(1, uint64(k)))}
		sv.prepare(context.Background())
		sv.divide()
		for i := range p.Staff {
			if n := count(sv.lands, func(l *territory) bool { return l.staff[i] }); n != 1 {
				t.Errorf("instance %d: person %d is in %d territories", k, i, n)
			}
		}
		for j := range p.Locations {
			n := count(sv.lands, func(l *territory) bool { return l.owns[j] })
			free := p.Locations[j].Pinned == None || sv.best[j] >= 0
			if n > 1 || free && n == 0 && len(sv.near.of[j]) > 0 && len(p.Locations[j].Candidates) > 0 {
				t.Errorf("instance %d: location %d is in %d territories", k, j, n)
			}
		}
	}
}

func count(lands []*territory, is func(*territory) bool) int {
	n := 0
	for _, l := range lands {
		if is(l) {
			n++
		}
	}
	return n
}

func TestTeamsAreDeterministicAndProved(t *testing.T) {
	t.Parallel()
	for k := range 6 {
		p := crowd(uint64(k))
		one := Solve(context.Background(), p, Options{Iterations: 2000, Seed: 5, Workers: 1})
		two := Solve(context.Background(), p, Options{Iterations: 2000, Seed: 5, Workers: 2})
		if !reflect.DeepEqual(one, two) {
			t.Errorf("instance %d: 1 worker gives %+v, 2 give %+v", k, one.Score, two.Score)
		}
		if faults := Verify(p, one); len(faults) > 0 {
			t.Errorf("instance %d: %v", k, faults)
		}
		start := &solver{m: newModel(p), o: Options{Iterations: 1, Workers: 1}, rng: rand.New(rand.NewPCG(1, 1))}
		start.prepare(context.Background())
		if score, _, _ := Evaluate(p, start.m.staffOf(start.best)); !one.Score.Less(score) {
			t.Errorf("instance %d: the search ends at %+v, where it began", k, one.Score)
		}
	}
}
