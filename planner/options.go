package planner

import "github.com/wijkplanner/wijkplanner/planner/assign"

// Options steer the making of a plan.
type Options struct {
	// Year is the calendar year to plan.
	Year int
	// Seed makes ties; the same input, seed and iterations give the same plan.
	Seed uint64
	// Iterations limits the searches by count and makes the plan repeatable; 0
	// means that Seconds limits them.
	Iterations int
	// Seconds is the time to search, over all parts together; 0 means 5.
	Seconds float64
	// Workers is how many goroutines may search; 0 means all cores.
	Workers int
	// MaxChanges limits how many locations of a role change hands; negative
	// means no limit.
	MaxChanges int
	// Complete, when set, is called once, when the first schedule is found in
	// which every visit is planned and no hard rule broken.
	Complete func()
	// Better, when set, hears the score of each better assignment of a role; it
	// must be quick.
	Better func(role string, score assign.Score)
	// From, when set, is how far an earlier call for one region came, with the
	// same state and the same options: it is gone on from there.
	From *Halfway
	// Halfway, when set, hears of what a later call can go on from: once who serves
	// is settled, and then again and again, at least 5 seconds apart. What it gets is
	// not to be changed; the search waits for it. With several regions it is not
	// called.
	Halfway func(*Halfway)
	// Progress, when set, hears how far the work is; it must be quick.
	Progress func(step string, done, of int)
	// keepWho says that who serves which location is settled but for a few, so
	// that the time goes into when.
	keepWho bool
}

// whoShare is the part of the search time that goes into who; the rest goes into
// when.
func (o Options) whoShare() float64 {
	if o.keepWho {
		return 0.2
	}
	return 0.5
}

func (o Options) seconds() float64 {
	if o.Seconds <= 0 {
		return 5
	}
	return o.Seconds
}

func (o Options) report(step string, done, of int) {
	if o.Progress != nil {
		o.Progress(step, done, of)
	}
}

// orDefaults fills the weights that a programme does not name.
func (w Weights) orDefaults() Weights {
	d := DefaultWeights()
	for _, f := range []struct{ have, def *int64 }{
		{&w.Travel, &d.Travel},
		{&w.Balance, &d.Balance},
		{&w.OpenDistrict, &d.OpenDistrict},
		{&w.Change, &d.Change},
		{&w.Face, &d.Face},
		{&w.Pair, &d.Pair},
		{&w.Scattered, &d.Scattered},
		{&w.Spacing, &d.Spacing},
		{&w.SchoolHoliday, &d.SchoolHoliday},
		{&w.NoParents, &d.NoParents},
		{&w.Backup, &d.Backup},
		{&w.Smooth, &d.Smooth},
		{&w.Move, &d.Move},
	} {
		if *f.have == 0 {
			*f.have = *f.def
		}
	}
	return w
}
