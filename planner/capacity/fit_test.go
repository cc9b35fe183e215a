package capacity

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// leastShort finds the shortage by Hall's condition: the worst excess of the work
// of any set of areas over the time of all who may work there.
func leastShort(people, areas []int64, serves [][]int) (worst int64) {
	for set := range 1 << len(areas) {
		var excess int64
		for a, work := range areas {
			if set>>a&1 == 1 {
				excess += work
			}
		}
		for p, time := range people {
			if slices.ContainsFunc(serves[p], func(a int) bool { return set>>a&1 == 1 }) {
				excess -= time
			}
		}
		worst = max(worst, excess)
	}
	return worst
}

func TestFitLeavesTheLeastAndProvesIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.SliceOfN(rapid.Int64Range(0, 50), 0, 6).Draw(t, "people")
		areas := rapid.SliceOfN(rapid.Int64Range(0, 60), 1, 6).Draw(t, "areas")
		serves := make([][]int, len(people))
		for p := range serves {
			serves[p] = rapid.SliceOfDistinct(rapid.IntRange(0, len(areas)-1), rapid.ID[int]).Draw(t, "serves")
		}
		got := Fit(people, areas, serves)
		if want := leastShort(people, areas, serves); got.Short != want {
			t.Fatalf("short %d, want %d", got.Short, want)
		}
		var unmet, spare, work, time, tight, able int64
		for a, u := range got.Unmet {
			unmet, work = unmet+u, work+areas[a]
			if u < 0 || u > areas[a] {
				t.Fatalf("area %d has %d of %d unmet", a, u, areas[a])
			}
		}
		for p, s := range got.Spare {
			spare, time = spare+s, time+people[p]
		}
		if unmet != got.Short || work-unmet != time-spare {
			t.Fatalf("unmet %d of %d, spare %d of %d, short %d", unmet, work, spare, time, got.Short)
		}
		for _, a := range got.Tight {
			tight += areas[a]
		}
		for _, p := range got.Able {
			able += people[p]
		}
		if tight-able != got.Short {
			t.Fatalf("the certificate proves %d, want %d", tight-able, got.Short)
		}
	})
}

func TestFitOfOneTown(t *testing.T) {
	t.Parallel()
	// Two people who both may work in Noord, one of them in Zuid too.
	got := Fit([]int64{100, 100}, []int64{150, 80}, [][]int{{0}, {0, 1}})
	if got.Short != 30 || !slices.Equal(got.Tight, []int{0, 1}) || !slices.Equal(got.Able, []int{0, 1}) {
		t.Errorf("%+v", got)
	}
	// Only Zuid is short, and what the first has left is of no use there.
	got = Fit([]int64{100, 100}, []int64{50, 130}, [][]int{{0}, {0, 1}})
	if got.Short != 30 || !slices.Equal(got.Tight, []int{1}) || !slices.Equal(got.Able, []int{1}) || got.Spare[0] != 50 {
		t.Errorf("%+v", got)
	}
}

func TestLeast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most, need := rapid.IntRange(0, 200).Draw(t, "most"), rapid.IntRange(0, 300).Draw(t, "need")
		asked := 0
		got, found, err := Least(most, func(steps int) (bool, error) {
			asked++
			if steps < 0 || steps > most {
				t.Fatalf("asked for %d of %d steps", steps, most)
			}
			return steps >= need, nil
		})
		if err != nil || found != (need <= most) || found && got != need {
			t.Fatalf("least %d %v (%v), want %d of at most %d", got, found, err, need, most)
		}
		if asked > 20 {
			t.Fatalf("asked %d times", asked)
		}
	})
	broken := errors.New("broken")
	for fail := range 4 {
		calls := 0
		_, _, err := Least(16, func(steps int) (bool, error) {
			if calls++; calls > fail {
				return false, broken
			}
			return steps >= 7, nil
		})
		if !errors.Is(err, broken) {
			t.Errorf("failing call %d: %v", fail, err)
		}
	}
}
