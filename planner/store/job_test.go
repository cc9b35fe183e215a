package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// addsJob queues a job of a kind.
func (w world) addsJob(kind string) int64 {
	w.Helper()
	id, fresh, err := w.AddJob(w.Context(), NewJob{Kind: kind, Params: map[string]int{"year": 2027}}, testNow)
	w.must(err)
	if !fresh {
		w.Fatal("a job without a cause is always fresh")
	}
	return id
}

// claims claims the next job at a moment, for a minute.
func (w world) claims(now time.Time) Job {
	w.Helper()
	j, ok, err := w.ClaimJob(w.Context(), now.Add(time.Minute), now)
	w.must(err)
	if !ok {
		w.Fatal("no job to claim")
	}
	return j
}

func (w world) noneToClaim(now time.Time) {
	w.Helper()
	if j, ok, err := w.ClaimJob(w.Context(), now.Add(time.Minute), now); err != nil || ok {
		w.Errorf("claimed job %d (%v), want none", j.ID, err)
	}
}

func (w world) job(id int64) Job {
	w.Helper()
	j, err := w.Job(w.Context(), id)
	w.must(err)
	return j
}

func TestJobIsDoneOnce(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.noneToClaim(testNow)
		first, second := w.addsJob("propose"), w.addsJob("purge")
		j := w.claims(testNow)
		if j.ID != first || j.Attempt != 1 || j.Failures != 0 || string(j.Params) != `{"year": 2027}` && string(j.Params) != `{"year":2027}` {
			w.Errorf("claimed %+v, want job %d", j, first)
		}
		if j.By.Role != System || !j.By.Everywhere {
			w.Errorf("started by %+v", j.By)
		}
		if k := w.claims(testNow); k.ID != second {
			w.Errorf("claimed %d, want %d", k.ID, second)
		}
		w.noneToClaim(testNow.Add(time.Minute - time.Second))
		if _, err := w.BeatJob(w.Context(), &j, "assign", 250, testNow.Add(2*time.Minute)); err != nil {
			w.Error(err)
		}
		w.must(w.SaveResume(w.Context(), &j, []int{1}, 100))
		if h := w.job(first); h.State != JobRunning || h.Stage != "assign" || h.Progress != 250 || !h.Started.Equal(testNow) {
			w.Errorf("running: %+v", h)
		}
		w.must(w.FinishJob(w.Context(), &j, testNow.Add(time.Second), func(*Tx) (any, error) { return map[string]int{"plan": 7}, nil }))
		if h := w.job(first); h.State != JobDone || h.Progress != 1000 || !h.Ended.Equal(testNow.Add(time.Second)) || len(h.Result) < 10 {
			w.Errorf("done: %+v", h)
		}
		w.noneToClaim(testNow.Add(time.Minute - time.Second))
	})
}

// Who lost a job to another program writes nothing: neither what it made, nor
// how far it is, nor its end.
func TestJobIsFenced(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		id := w.addsJob("propose")
		lost := w.claims(testNow)
		w.must(w.SaveResume(w.Context(), &lost, "half way", 100))
		w.must(w.SaveResume(w.Context(), &lost, strings.Repeat("too much", 20), 100)) // what was kept stays
		later := testNow.Add(time.Minute)
		j := w.claims(later)
		if j.ID != id || j.Attempt != 2 || j.Failures != 1 || string(j.Resume) != `"half way"` {
			w.Errorf("taken over: %+v", j)
		}
		ran := false
		_, beat := w.BeatJob(w.Context(), &lost, "x", 1, later)
		for name, err := range map[string]error{
			"beat":   beat,
			"resume": w.SaveResume(w.Context(), &lost, "other", 100),
			"end":    w.EndJob(w.Context(), &lost, JobOutcome{State: JobDead, Fault: "x"}, later),
			"finish": w.FinishJob(w.Context(), &lost, later, func(*Tx) (any, error) { ran = true; return nil, nil }), //nolint:nilnil // must not run
		} {
			if !errors.Is(err, ErrLost) {
				w.Errorf("%s: %v, want ErrLost", name, err)
			}
		}
		if h := w.job(id); ran || h.State != JobRunning || h.Attempt != 2 || h.Fault != "" {
			w.Errorf("%v %+v", ran, h)
		}
		// And what its holder makes goes with the end, or not at all.
		broken := errors.New("broken")
		err := w.FinishJob(w.Context(), &j, later, func(t *Tx) (any, error) {
			_, _, err := t.AddJob(NewJob{Kind: "half"}, later)
			return nil, errors.Join(err, broken)
		})
		if halves, lookErr := w.Jobs(w.Context(), JobFilter{Kind: "half"}, 10); !errors.Is(err, broken) || lookErr != nil || len(halves) != 0 {
			w.Errorf("%v, %v: %+v", err, lookErr, halves)
		}
		if h := w.job(id); h.State != JobRunning {
			w.Errorf("after a broken end: %+v", h)
		}
	})
}

func TestJobIsTriedAgainAndCancelled(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		id := w.addsJob("propose")
		j := w.claims(testNow)
		w.must(w.EndJob(w.Context(), &j, JobOutcome{State: JobWaiting, Fault: "busy", Due: testNow.Add(time.Minute)}, testNow))
		w.noneToClaim(testNow.Add(time.Second))
		j = w.claims(testNow.Add(time.Minute))
		if j.Failures != 1 || j.Fault != "busy" {
			w.Errorf("tried again: %+v", j)
		}
		w.must(w.EndJob(w.Context(), &j, JobOutcome{State: JobWaiting}, testNow)) // the program stops
		j = w.claims(testNow.Add(time.Minute))
		if j.Failures != 1 {
			w.Errorf("a stop counts as a failure: %+v", j)
		}
		w.must(w.CancelJob(w.Context(), id, testNow))
		if cancelling, err := w.BeatJob(w.Context(), &j, "s", 1, testNow.Add(time.Hour)); err != nil || !cancelling {
			w.Errorf("%v %v: the holder does not hear of the end", cancelling, err)
		}
		w.must(w.EndJob(w.Context(), &j, JobOutcome{State: JobDead, Fault: "stuck"}, testNow))
		if err := w.CancelJob(w.Context(), id, testNow); !errors.Is(err, ErrStale) {
			w.Errorf("cancel what has ended: %v", err)
		}
		w.must(w.RetryJob(w.Context(), id, testNow))
		if err := w.RetryJob(w.Context(), id, testNow); !errors.Is(err, ErrStale) {
			w.Errorf("retry what waits: %v", err)
		}
		w.must(w.CancelJob(w.Context(), id, testNow))
		if h := w.job(id); h.State != JobCancelled || h.Failures != 0 {
			w.Errorf("cancelled: %+v", h)
		}
		w.noneToClaim(testNow.Add(time.Hour))
		if err := w.CancelJob(w.Context(), 999, testNow); !errors.Is(err, ErrNotFound) {
			w.Errorf("cancel what is not there: %v", err)
		}
	})
}

// Jobs are seen and cancelled within the region of the caller, and so is what
// they may be started for.
func TestJobsStayInTheirRegion(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		w.imports(town("noord"), town("zuid"))
		lead := w.As(Scope{Role: Lead, Actor: "user:1", Region: "noord"})
		own, _, err := lead.AddJob(w.Context(), NewJob{Kind: "propose", Region: "noord"}, testNow)
		w.must(err)
		if _, _, err := lead.AddJob(w.Context(), NewJob{Kind: "propose", Region: "zuid"}, testNow); !errors.Is(err, ErrNotFound) {
			w.Errorf("a job in another region: %v", err)
		}
		other, _, err := w.AddJob(w.Context(), NewJob{Kind: "propose", Region: "zuid"}, testNow)
		w.must(err)
		_, seen := lead.Job(w.Context(), other)
		for _, err := range []error{seen, lead.CancelJob(w.Context(), other, testNow), lead.RetryJob(w.Context(), other, testNow)} {
			if !errors.Is(err, ErrNotFound) {
				w.Errorf("%v, want ErrNotFound", err)
			}
		}
		list, err := lead.Jobs(w.Context(), JobFilter{}, 10)
		w.must(err)
		if len(list) != 1 || list[0].ID != own || list[0].By.Actor != "user:1" || list[0].By.Region != "noord" {
			w.Errorf("listed %+v", list)
		}
		list, err = w.Jobs(w.Context(), JobFilter{Before: other}, 10)
		w.must(err)
		if len(list) != 1 || list[0].ID != own {
			w.Errorf("below %d: %+v", other, list)
		}
	})
}

func TestPurgeJobs(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		for _, state := range []JobState{JobDone, JobDead} {
			w.addsJob("purge")
			j := w.claims(testNow)
			w.must(w.EndJob(w.Context(), &j, JobOutcome{State: state}, testNow))
		}
		w.addsJob("waits")
		for _, c := range []struct{ days, left int }{{29, 3}, {31, 2}, {91, 1}} {
			w.must(second(w.Purge(w.Context(), nil, testNow.AddDate(0, 0, c.days))))
			list, err := w.Jobs(w.Context(), JobFilter{}, 100)
			w.must(err)
			if len(list) != c.left {
				w.Errorf("after %d days %d jobs, want %d", c.days, len(list), c.left)
			}
		}
	})
}

// TestRJ4_PeriodicJobsOnce: programs whose clocks jump queue and do each tick of
// a periodic job once.
func TestRJ4_PeriodicJobsOnce(t *testing.T) {
	t.Parallel()
	const ticks, programs = 250, 4
	forEachDatabase(t, func(w world) {
		var group sync.WaitGroup
		var mu sync.Mutex
		fresh, done := map[int64]int{}, map[int64]int{}
		for p := range programs {
			group.Go(func() {
				for i := range ticks {
					// One clock is ahead, one jumps back and forth.
					tick := i + p%2*3 - p/2*(i%5)
					now := testNow.Add(time.Duration(tick) * time.Hour)
					id, first, err := w.AddJob(w.Context(), NewJob{Kind: "purge", Cause: fmt.Sprintf("purge/%d", tick)}, now)
					if err != nil {
						w.Error(err)
						return
					}
					j, ok, err := w.ClaimJob(w.Context(), now.Add(1e6*time.Hour), now)
					if err == nil && ok {
						err = w.FinishJob(w.Context(), &j, now, func(*Tx) (any, error) { return "done", nil })
					}
					mu.Lock()
					if first {
						fresh[id]++
					}
					if ok && err == nil {
						done[j.ID]++
					}
					mu.Unlock()
					if err != nil {
						w.Error(err)
					}
				}
			})
		}
		group.Wait()
		queued, err := w.Jobs(w.Context(), JobFilter{}, 10*ticks)
		w.must(err)
		doubles := 0
		for _, counts := range []map[int64]int{fresh, done} {
			for _, n := range counts {
				doubles += n - 1
			}
		}
		causes := map[string]bool{}
		var rows []jobRow
		w.must(w.db.Find(&rows).Error)
		for i := range rows {
			causes[rows[i].Cause] = true
		}
		if doubles != 0 || len(causes) != len(queued) || len(fresh) != len(queued) {
			w.Errorf("%d doubles, %d ticks queued as %d jobs, %d of them fresh", doubles, len(causes), len(queued), len(fresh))
		}
		w.Logf("%d programs, %d looks at the clock: %d ticks queued, %d done, %d doubles", programs, programs*ticks, len(queued), len(done), doubles)
	})
}

// Many workers share the jobs out: each is claimed by one.
func TestJobsAreSharedOut(t *testing.T) {
	t.Parallel()
	forEachDatabase(t, func(w world) {
		const jobs, workers = 60, 6
		for range jobs {
			w.addsJob("propose")
		}
		var mu sync.Mutex
		var claimed []int64
		var group sync.WaitGroup
		for range workers {
			group.Go(func() {
				for {
					j, ok, err := w.ClaimJob(w.Context(), testNow.Add(time.Hour), testNow)
					if err != nil {
						w.Error(err)
					}
					if !ok {
						return
					}
					mu.Lock()
					claimed = append(claimed, j.ID)
					mu.Unlock()
				}
			})
		}
		group.Wait()
		slices.Sort(claimed)
		if len(claimed) != jobs || len(slices.Compact(claimed)) != jobs {
			w.Errorf("%d claims of %d jobs", len(claimed), jobs)
		}
	})
}
