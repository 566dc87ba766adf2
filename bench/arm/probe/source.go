// Package probe has the arms that measure the machine rather than somebody's work: what
// its CPUs and its memory deliver together, and whether a kernel still costs what it did.
package probe

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/host"
	"poolbench/bench/record"
	"poolbench/workloads"
)

// Machine is the source of the points Capacity/workers=P and Bandwidth/workers=P: P
// pinned threads of this process, which share nothing but a barrier at the start and a
// word at the end, do arithmetic or go over memory of their own. The capacity of P is
// the sum of their rates over the rate of one.
type Machine struct {
	// Workers are the worker counts to probe, each at least 1; the bandwidth is probed
	// for those that have a CPU each. Capacity is a multiple of that of one, so 1 should
	// be among them.
	Workers []int

	// Idle is how many of the workers do nothing where there are more of them: a planted
	// loss, for tests of what the probe tells.
	Idle int
}

const (
	// probeStep is how long a step of the capacity probe takes: the workers are compared
	// by whole steps.
	probeStep = 2 * time.Microsecond
	// probeSteps is how many the fastest worker makes in a round.
	probeSteps = 1000
)

// Source is the source of m.
func (m Machine) Source() arm.Source {
	return arm.Source{
		Name: "machine",
		Doc:  "what the CPUs and the memory of this machine deliver together",
		Points: func() (points []record.Point, err error) {
			for _, n := range m.Workers {
				if n < 1 {
					return nil, fmt.Errorf("probe: %d workers; at least 1 is needed", n)
				}
				points = append(points, record.NewPoint(record.CapacityBenchmark, record.AxisWorkers, strconv.Itoa(n)))
			}
			for _, n := range m.Workers {
				if n <= host.CPUs() {
					points = append(points, record.NewPoint(record.BandwidthBenchmark, record.AxisWorkers, strconv.Itoa(n)))
				}
			}
			return points, nil
		},
		Open: m.open,
	}
}

// session owns the threads.
type session struct {
	machine Machine
	gang    *gang
	units   int64 // of a step of the capacity probe
}

func (m Machine) open(_ context.Context, setup arm.Setup) (arm.Session, error) {
	if len(m.Workers) == 0 {
		return &session{machine: m, gang: &gang{}}, nil
	}
	c, err := setup.Calibrate(workloads.Spin.Name, Timed(workloads.Spin.Kernel))
	if err != nil {
		return nil, err
	}
	s := &session{m, newGang(slices.Max(m.Workers)), Units(c, probeStep)}
	how := "threads of this process, each pinned to a CPU"
	if s.gang.failed != nil {
		how = "threads of this process, not pinned"
	}
	setup.Tell("probe", how)
	if err := s.gang.failed; err != nil && runtime.GOOS == "linux" {
		setup.Tell("warning", record.Warning{Topic: "pinning", What: "The workers of the capacity probe could not be pinned: " + record.Sanitize(err.Error()) + ".",
			Cure: "Let the run choose its CPUs (sched_setaffinity); without it the system may put two workers on one."})
	}
	return s, nil
}

// Arm is that of arm.Session.
func (s *session) Arm(_ context.Context, p record.Point) (arm.Arm, error) {
	if n := p.Workers(); !p.IsProbe() || n < 1 || n > len(s.gang.members) {
		return nil, fmt.Errorf("the machine has no probe %s", p)
	}
	return probeArm{s, p}, nil
}

// Close is that of arm.Session.
func (s *session) Close() error {
	s.gang.close()
	return nil
}

type probeArm struct {
	session *session
	point   record.Point
}

// Slice is one round.
func (a probeArm) Slice(context.Context) (arm.Slice, error) {
	units, quota := a.session.units, int64(probeSteps)
	step := func(*triad) bool { return workloads.Spin.Kernel(units) != 0 } // the state of the chain is never 0
	if a.point.Benchmark() == record.BandwidthBenchmark {
		step, quota = (*triad).run, triadSteps
	}
	n, idle := a.point.Workers(), 0
	if n > a.session.machine.Idle {
		idle = a.session.machine.Idle
	}
	seconds, err := a.session.gang.round(step, n, idle, quota)
	return arm.Slice{Time: seconds}, err
}

func (probeArm) Close() error { return nil }
