// Package driver has the arms of other runtimes: the pools of CPython, and whatever else
// a program offers that speaks the protocol of PROTOCOL.md.
//
//  1. A [Language] is a driver, in one embedded file, with what it offers. A program that
//     runs it here is a [Runtime], found and asked what it has by Language.Find.
//  2. A [Grid] of runtimes is a source like any other. Its session starts a process of the
//     driver for each executor, number of workers and start method, when that is first
//     needed: one that crashes takes no other arm with it.
//  3. A slice is one request: the driver runs the job between two readings of its own clock, and
//     its answers are compared with those known here.
package driver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"poolbench/bench/arm"
	"poolbench/bench/record"
)

// UnitOverhead is what a slice takes beside what its driver says that it took.
const UnitOverhead = "driver-sec/op"

// Source is the source of the grid.
func (g Grid) Source() arm.Source {
	l := g.language()
	return arm.Source{
		Name: l.Name, Doc: l.Doc, Baseline: serialOf(l.Name),
		Units: []record.Unit{{Name: UnitOverhead, Means: "what is seen around a slice of a driver beside what the slice says", Better: -1, Scale: record.Difference}},
		Points: func() ([]record.Point, error) {
			if err := g.Check(); err != nil {
				return nil, err
			}
			return g.Points(), nil
		},
		Least: g.least,
		Open:  g.open,
	}
}

// A session owns the processes of the drivers and their calibrations.
type session struct {
	grid      Grid
	setup     arm.Setup
	at        string // where drivers run
	opened    int    // points so far
	processes map[processKey]*process
	functions map[*Runtime]measuredFunction
}

// A processKey is what the points of a process have in common.
type processKey struct {
	runtime  *Runtime
	executor string
	workers  int
	start    string
}

func (g Grid) open(_ context.Context, setup arm.Setup) (arm.Session, error) {
	s := &session{grid: g, setup: setup, at: setup.Dir, processes: map[processKey]*process{}, functions: map[*Runtime]measuredFunction{}}
	if err := g.language().write(setup.Dir); err != nil {
		return nil, err
	}
	if setup.Past != nil {
		return s, s.chooseDir()
	}
	for _, r := range g.Runtimes {
		setup.Tell("reading", record.Reading{Name: "runtime." + r.Name, Text: r.About()})
	}
	if g.Function != nil {
		setup.Tell("workload", record.Workload{Name: g.Function.String()})
		return s, s.chooseDir()
	}
	for _, w := range g.workloads() {
		setup.Tell("workload", record.Workload{Name: w.Name, Resource: string(w.Resource)})
	}
	return s, nil
}

// chooseDir has somebody's function imported from the current directory. The workloads do
// without: there may lie files that are called as modules of the language.
func (s *session) chooseDir() (err error) {
	if s.grid.Function != nil {
		s.at, err = os.Getwd()
	}
	return err
}

// process is that of a key, started if it has to be. What it says of itself must be what
// was found.
func (s *session) process(ctx context.Context, key processKey) (*process, error) {
	if p := s.processes[key]; p != nil && p.failure == nil {
		return p, nil
	}
	p, err := key.runtime.start(ctx, s.setup.Dir, s.at)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", key.runtime.Path, err)
	}
	if found := key.runtime.hello.Runtime; p.hello.Runtime != found {
		err := fmt.Errorf("%s says that it is %s, and said %s when it was found", key.runtime.Path, p.hello.Runtime, found)
		p.kill(err)
		return nil, err
	}
	s.processes[key] = p
	return p, nil
}

// discard ends the process of a key.
func (s *session) discard(key processKey) {
	if p := s.processes[key]; p != nil {
		delete(s.processes, key)
		p.kill(errors.New("it was given up after a failure"))
	}
}

// Close is that of arm.Session.
func (s *session) Close() error {
	errs := make(chan error)
	for key, p := range s.processes {
		go func() {
			err := p.bye()
			if err != nil {
				err = fmt.Errorf("%s × %d of %s: %w", key.executor, key.workers, key.runtime.Name, err)
			}
			errs <- err
		}()
	}
	var all error
	for range s.processes {
		all = errors.Join(all, <-errs)
	}
	return all
}

// dir is a new directory for the files of a point.
func (s *session) dir() (string, error) {
	s.opened++
	dir := filepath.Join(s.setup.Dir, fmt.Sprint(s.opened))
	return dir, os.Mkdir(dir, 0o700)
}
