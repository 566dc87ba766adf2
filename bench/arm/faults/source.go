// Package faults has the arms that say what a fault costs: tasks that return an error,
// panic, end their process or never end, among others that do not.
//
// A slice is a job of tasks that all wait for a millisecond, of which some are at fault.
// Three things are measured, in units of the record:
//
//   - how long after the fault its future said so, [record.UnitNotice], the mean of all that did;
//   - how many of the other tasks failed with it, or never ran, [record.UnitLost];
//   - how long after the fault as many tasks ran at once again as there are workers,
//     [record.UnitRecovery], the mean of all after which that was so.
//
// What was not seen is absent: never noticed, never recovered. A pool that
// breaks is made anew, and is given again what it lost, as its user would have to do.
//
// Where a task ends its process and that is the whole program, the job runs in a program
// of its own, and all its tasks are lost.
package faults

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/driver"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/process"
)

// The faults.
const (
	Error = "error" // returns an error
	Panic = "panic" // panics, or raises an exception
	Exit  = "exit"  // ends its process
	Hang  = "hang"  // never ends, whatever its context says
)

// Kinds are all faults.
var Kinds = []string{Error, Panic, Exit, Hang}

const (
	tasks     = 200                   // of a job
	taskTime  = time.Millisecond      // that each waits
	timeLimit = 50 * time.Millisecond // of a task, on pools that can be given one
)

// patience is how long no task ends before nothing more is expected: of tasks that never
// end in every slice, of others only where something is wrong.
func patience(fault string) time.Duration {
	if fault == Hang {
		return 500 * time.Millisecond
	}
	return 10 * time.Second
}

// A Grid says of which pools faults are measured.
type Grid struct {
	Executors []executors.Kind  // the plain loop is left out, and so is exit of kinds of others in this process
	Runtimes  []*driver.Runtime // whose pools are measured too
	Pools     []string          // of the runtimes; nil for all that they have
	Workers   []int             // each at least 1
	Rates     []float64         // shares of the tasks that are at fault, from 1/tasks to 0.5
}

// Check tells what is wrong with the grid.
func (g Grid) Check() error {
	if len(g.Executors)+len(g.Runtimes) == 0 || len(g.Workers) == 0 || len(g.Rates) == 0 {
		return fmt.Errorf("faults: executors, worker counts and rates are needed")
	}
	for _, n := range g.Workers {
		if n < 1 || n > tasks/4 {
			return fmt.Errorf("faults: %d workers; from 1 to %d are possible", n, tasks/4)
		}
	}
	for _, rate := range g.Rates {
		if !(rate >= 1.0/tasks && rate <= 0.5) {
			return fmt.Errorf("faults: a rate of %v; a share of the tasks from %v to 0.5 is needed", rate, 1.0/tasks)
		}
	}
	return nil
}

// strict is the executor processes with the option that has it break as those of CPython do.
const strict = "processes-strict"

// Source is the source of the grid.
func (g Grid) Source() arm.Source {
	return arm.Source{
		Name: "faults", Doc: "what tasks cost that return errors, panic, end their process or never end",
		Axes: []record.Axis{
			{Name: axisPool, Doc: "the executor whose tasks are at fault", How: true},
			{Name: axisFault, Doc: "what tasks at fault do: return an error, panic, end their process, or never end"},
			{Name: axisRate, Doc: "the share of the tasks that are at fault"},
		},
		Points: func() ([]record.Point, error) {
			if err := g.Check(); err != nil {
				return nil, err
			}
			return g.points(), nil
		},
		Open: func(_ context.Context, setup arm.Setup) (arm.Session, error) { return &session{g, setup}, nil },
	}
}

const (
	axisPool    = "pool"
	axisFault   = "fault"
	axisRate    = "rate"
	axisRuntime = record.AxisRuntime
)

func (g Grid) points() (out []record.Point) {
	for _, rate := range g.Rates {
		for _, fault := range Kinds {
			for _, workers := range g.Workers {
				point := func(pool, runtime string) {
					pairs := []string{axisPool, pool, record.AxisWorkers, strconv.Itoa(workers), axisFault, fault, axisRate, strconv.FormatFloat(rate, 'g', -1, 64)}
					if runtime != "" {
						pairs = append(pairs, axisRuntime, runtime)
					}
					out = append(out, record.NewPoint(record.FaultsBenchmark, pairs...))
				}
				for _, k := range g.Executors {
					if k.Name == record.Serial || fault == Exit && k.Name != process.Kind.Name && !registered(k) {
						continue
					}
					point(k.Name, "")
					if k.Name == process.Kind.Name {
						point(strict, "")
					}
				}
				for _, r := range g.Runtimes {
					for _, pool := range r.FaultPools() {
						if g.Pools == nil || slices.Contains(g.Pools, pool) {
							point(pool, r.Name)
						}
					}
				}
			}
		}
	}
	return out
}

// registered reports whether a program of its own has the kind too.
func registered(k executors.Kind) bool {
	return slices.ContainsFunc(executors.All(), func(ours executors.Kind) bool { return ours.Name == k.Name })
}

// A session makes arms; they own all there is.
type session struct {
	grid  Grid
	setup arm.Setup
}

// Arm is that of arm.Session.
func (s *session) Arm(ctx context.Context, p record.Point) (arm.Arm, error) {
	rate, err := strconv.ParseFloat(p.Get(axisRate), 64)
	if err != nil {
		return nil, fmt.Errorf("the rate %q is no number", p.Get(axisRate))
	}
	j := job{Pool: p.Get(axisPool), Workers: p.Workers(), Fault: p.Get(axisFault), Faulty: faulty(rate)}
	if name := p.Get(axisRuntime); name != "" {
		i := slices.IndexFunc(s.grid.Runtimes, func(r *driver.Runtime) bool { return r.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no runtime %q", name)
		}
		return s.grid.Runtimes[i].Faults(ctx, s.setup.Dir, driver.FaultJob{Pool: j.Pool, Workers: j.Workers, Tasks: tasks,
			Wait: taskTime, Patience: patience(j.Fault), Fault: j.Fault, Faulty: j.Faulty})
	}
	return &pool{session: s, job: j}, nil
}

// Close is that of arm.Session.
func (s *session) Close() error { return nil }

// faulty are the tasks at fault: evenly over the first four fifths, so that others follow.
func faulty(rate float64) (out []int) {
	n := max(1, int(rate*tasks+0.5))
	for k := range n {
		out = append(out, (2*k+1)*tasks*4/5/(2*n))
	}
	return slices.Compact(out)
}
