package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/wijkplanner/wijkplanner/planner"
	"github.com/wijkplanner/wijkplanner/planner/assign"
	"github.com/wijkplanner/wijkplanner/planner/files"
	"github.com/wijkplanner/wijkplanner/planner/schedule"
)

type benchCommand struct {
	Gap    benchGap    `cmd:"" help:"Solve OR-Library generalised assignment files."`
	Pvrp   benchPvrp   `cmd:"" help:"Solve Cordeau periodic vehicle routing files."`
	Region benchRegion `cmd:"" help:"Plan a region generated from real places."`
}

type benchGap struct {
	Files     []string `arg:"" type:"existingfile"`
	Seconds   float64  `default:"10" help:"Time for each instance."`
	Processor int      `help:"Count processor time, as much as so many free cores would give in the seconds: for a busy machine."`
	Seed      uint64   `default:"1"`
}

// Validate refuses less than no cores.
func (c *benchGap) Validate() error {
	if c.Processor < 0 {
		return fmt.Errorf("--processor is %d: want a number of cores, or 0 to go by the clock", c.Processor)
	}
	return nil
}

// gapLine is the answer for one instance.
type gapLine struct {
	Instance   string  `json:"instance"`
	Cost       int64   `json:"cost"`
	Bound      int64   `json:"bound"`
	Seconds    float64 `json:"seconds"`
	Assignment []int   `json:"assignment"`
}

// Run solves each file and prints a line for it. The instances want every job
// assigned; a line with an agent of -1 says that none was found.
func (c *benchGap) Run(p *process) error {
	return eachFile(c.Files, func(name string, f *os.File) error {
		problem, err := files.ReadGAP(f)
		if err != nil {
			return err
		}
		started := p.now()
		r := c.solve(p.ctx, problem)
		return json.NewEncoder(p.stdout).Encode(gapLine{
			Instance: name, Cost: r.Amounts.Total(), Bound: r.Bound,
			Seconds: p.now().Sub(started).Seconds(), Assignment: r.Staff,
		})
	})
}

// solve searches for so many seconds on the clock or of processor time.
func (c *benchGap) solve(ctx context.Context, problem *assign.Problem) *assign.Result {
	o := assign.Options{Seconds: c.Seconds, Seed: c.Seed}
	if c.Processor <= 0 {
		return assign.Solve(ctx, problem, o)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	end := processorSeconds() + c.Seconds*float64(c.Processor)
	go func() {
		for ctx.Err() == nil && processorSeconds() < end {
			time.Sleep(5 * time.Millisecond)
		}
		stop()
	}()
	o.Seconds *= mostWaiting
	return assign.Solve(ctx, problem, o)
}

// mostWaiting is by how much a busy machine may make a solution in processor
// time last longer.
const mostWaiting = 100

// processorSeconds returns the processor time that the process has used.
func processorSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return math.Inf(1)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

type benchPvrp struct {
	Files   []string `arg:"" type:"existingfile"`
	Seconds float64  `default:"30" help:"Time for each instance."`
	Seed    uint64   `default:"1"`
}

// pvrpLine is the answer for one instance.
type pvrpLine struct {
	Instance string            `json:"instance"`
	Cost     float64           `json:"cost"`
	Seconds  float64           `json:"seconds"`
	Routes   []files.PVRPRoute `json:"routes"`
}

// Run solves each file through the same search as visits and prints a line.
func (c *benchPvrp) Run(p *process) error {
	return eachFile(c.Files, func(name string, f *os.File) error {
		instance, err := files.ReadPVRP(f)
		if err != nil {
			return err
		}
		started := p.now()
		problem := files.NewPVRPProblem(instance)
		r := schedule.Solve(p.ctx, problem.Problem, schedule.Options{Seconds: c.Seconds, Seed: c.Seed})
		routes := problem.Routes(r.Placements)
		return json.NewEncoder(p.stdout).Encode(pvrpLine{
			Instance: name, Cost: instance.Cost(routes), Seconds: p.now().Sub(started).Seconds(), Routes: routes,
		})
	})
}

// eachFile opens the files one by one; a bad file ends the run with its name.
func eachFile(names []string, solve func(name string, f *os.File) error) error {
	for _, path := range names {
		f, err := os.Open(path)
		if err != nil {
			return &codeError{exitInput, err}
		}
		base := filepath.Base(path)
		err = errors.Join(solve(strings.TrimSuffix(base, filepath.Ext(base)), f), f.Close())
		if err != nil {
			return &codeError{exitInput, fmt.Errorf("%s: %w", path, err)}
		}
	}
	return nil
}

type benchRegion struct {
	Locations []int   `required:"" help:"Number of locations; several with commas, to see how time grows."`
	Staff     []int   `required:"" help:"Number of people, for each number of locations."`
	Seconds   float64 `default:"5" help:"Time to search."`
	Seed      uint64  `default:"1"`
}

// Validate refuses a region of nobody or nothing.
func (c *benchRegion) Validate() error {
	if len(c.Locations) != len(c.Staff) {
		return fmt.Errorf("%d sizes in locations and %d in people: want as many of both", len(c.Locations), len(c.Staff))
	}
	for i, n := range c.Locations {
		if n < 1 || c.Staff[i] < 1 {
			return fmt.Errorf("a region of %d locations and %d people: want at least one of each", n, c.Staff[i])
		}
	}
	return nil
}

// regionLine is the answer for one generated region.
type regionLine struct {
	Locations     int     `json:"locations"`
	Staff         int     `json:"staff"`
	Cost          int64   `json:"cost"`
	Bound         int64   `json:"bound"`
	Gap           float64 `json:"gap"`
	Unassigned    int     `json:"unassigned"`
	Hard          int64   `json:"hard"`
	Soft          int64   `json:"soft"`
	Unplanned     int     `json:"unplanned"`
	Seconds       float64 `json:"seconds"`
	FirstFeasible float64 `json:"seconds_to_first_feasible"`
	// CloseSeconds is when the first assignment within one percent of the bound
	// was found, −1 for never, and CloseExponent the power of the number of
	// locations by which that grew since the size before.
	CloseSeconds  float64 `json:"seconds_to_one_percent"`
	CloseExponent float64 `json:"exponent_to_one_percent,omitempty"`
	// ScheduleSeconds is the part of FirstFeasible that does not depend on the
	// time to search: from who serves which location to a complete schedule.
	ScheduleSeconds float64 `json:"schedule_seconds_to_first_feasible"`
	// Exponent is the power of the number of locations by which ScheduleSeconds
	// grew since the size before.
	Exponent     float64 `json:"exponent,omitempty"`
	PeakMemoryMB int64   `json:"peak_memory_mb"`
}

// Run generates regions from real places, plans them and prints a line for each.
func (c *benchRegion) Run(p *process) error {
	out := json.NewEncoder(p.stdout)
	var before *regionLine
	for i := range c.Locations {
		line, err := c.plan(p, c.Locations[i], c.Staff[i])
		if err != nil {
			return err
		}
		if before != nil && before.Locations != line.Locations {
			size := math.Log(float64(line.Locations) / float64(before.Locations))
			line.Exponent = growth(before.ScheduleSeconds, line.ScheduleSeconds) / size
			line.CloseExponent = growth(before.CloseSeconds, line.CloseSeconds) / size
		}
		if err := out.Encode(line); err != nil {
			return err
		}
		before = line
	}
	return nil
}

// growth returns the logarithm of the ratio of two times, 0 where one is missing.
func growth(before, now float64) float64 {
	if min(before, now) <= 0 {
		return 0
	}
	return math.Log(now / before)
}

// plan plans one region and measures.
func (c *benchRegion) plan(p *process, locations, staff int) (*regionLine, error) {
	state := files.GenerateRegion(locations, staff, c.Seed)
	started, who, feasible := p.now(), 0.0, -1.0
	type found struct{ cost, seconds float64 }
	var better []found
	plan, err := planner.Solve(p.ctx, state, planner.Options{
		Year: 2027, Seed: c.Seed, Seconds: c.Seconds, Workers: runtime.GOMAXPROCS(0), MaxChanges: -1,
		Complete: func() { feasible = p.now().Sub(started).Seconds() },
		Better: func(_ string, score assign.Score) {
			if score.Medium == 0 {
				better = append(better, found{float64(score.Soft), p.now().Sub(started).Seconds()})
			}
		},
		Progress: func(step string, _, _ int) {
			if step == "visits" && who == 0 {
				who = p.now().Sub(started).Seconds()
			}
		},
	})
	if err != nil {
		return nil, err
	}
	role := &plan.Roles[0]
	line := &regionLine{
		Locations: locations, Staff: staff, Cost: role.Cost, Bound: role.Bound, Gap: role.Gap(),
		Hard: plan.Schedule.Hard, Soft: plan.Schedule.Soft, Unplanned: len(plan.Unplanned),
		Seconds: p.now().Sub(started).Seconds(), FirstFeasible: feasible, ScheduleSeconds: -1, CloseSeconds: -1, PeakMemoryMB: peakMemory(),
	}
	for k := len(better) - 1; k >= 0 && better[k].cost*0.99 <= float64(role.Bound); k-- {
		line.CloseSeconds = better[k].seconds
	}
	if feasible >= 0 {
		line.ScheduleSeconds = feasible - who
	}
	for i := range plan.Assignments {
		if plan.Assignments[i].Staff == "" {
			line.Unassigned++
		}
	}
	return line, nil
}

// peakMemory returns the most memory the process ever held, in MiB.
func peakMemory() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return usage.Maxrss >> 10
}
