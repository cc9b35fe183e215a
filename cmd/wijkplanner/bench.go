package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

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
	Files   []string `arg:"" type:"existingfile"`
	Seconds float64  `default:"10" help:"Time for each instance."`
	Seed    uint64   `default:"1"`
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
		r := assign.Solve(p.ctx, problem, assign.Options{Seconds: c.Seconds, Seed: c.Seed})
		return json.NewEncoder(p.stdout).Encode(gapLine{
			Instance: name, Cost: r.Amounts.Total(), Bound: r.Bound,
			Seconds: p.now().Sub(started).Seconds(), Assignment: r.Staff,
		})
	})
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
	Locations int     `required:"" help:"Number of locations."`
	Staff     int     `required:"" help:"Number of people."`
	Seconds   float64 `default:"5" help:"Time to search."`
	Seed      uint64  `default:"1"`
}

// Validate refuses a region of nobody or nothing.
func (c *benchRegion) Validate() error {
	if c.Locations < 1 || c.Staff < 1 {
		return fmt.Errorf("a region of %d locations and %d people: want at least one of each", c.Locations, c.Staff)
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
	PeakMemoryMB  int64   `json:"peak_memory_mb"`
}

// Run generates a region from real places, plans it and prints a line.
func (c *benchRegion) Run(p *process) error {
	state := files.GenerateRegion(c.Locations, c.Staff, c.Seed)
	started, feasible := p.now(), -1.0
	plan, err := planner.Solve(p.ctx, state, planner.Options{
		Year: 2027, Seed: c.Seed, Seconds: c.Seconds, Workers: runtime.GOMAXPROCS(0), MaxChanges: -1,
		Complete: func() { feasible = p.now().Sub(started).Seconds() },
	})
	if err != nil {
		return err
	}
	role := &plan.Roles[0]
	line := regionLine{
		Locations: c.Locations, Staff: c.Staff, Cost: role.Cost, Bound: role.Bound, Gap: role.Gap(),
		Hard: plan.Schedule.Hard, Soft: plan.Schedule.Soft, Unplanned: len(plan.Unplanned),
		Seconds: p.now().Sub(started).Seconds(), FirstFeasible: feasible, PeakMemoryMB: peakMemory(),
	}
	for i := range plan.Assignments {
		if plan.Assignments[i].Staff == "" {
			line.Unassigned++
		}
	}
	return json.NewEncoder(p.stdout).Encode(line)
}

// peakMemory returns the most memory the process ever held, in MiB.
func peakMemory() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return usage.Maxrss >> 10
}
