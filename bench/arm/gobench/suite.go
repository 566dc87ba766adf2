package gobench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/record"
)

// A Suite is the benchmarks of one version, each with several values of GOMAXPROCS, as the
// points of a grid: the workload is the benchmark and the workers are GOMAXPROCS, so that
// a benchmark with b.RunParallel has a speedup, and one without shows that it has none.
type Suite struct {
	found  *Comparison // of one version, whose sides are not compared
	points []record.Point
	of     map[string]*target // by workload
}

// NewSuite finds the benchmarks of builds, which stay the caller's to close. None is an error.
func NewSuite(ctx context.Context, builds *build.Builds, c Config) (*Suite, error) {
	s := &Suite{found: New(builds, c), of: map[string]*target{}}
	for i := range builds.Packages {
		p := &builds.Packages[i]
		s.found.config.Stage("looking for benchmarks in " + p.Path)
		if err := s.found.discover(ctx, p); err != nil {
			return nil, err
		}
	}
	for _, t := range s.found.order {
		if err := t.failure[build.Base]; err != nil {
			return nil, fmt.Errorf("%s %w", t.Point().Full(), err)
		}
		name := s.workload(t)
		if other := s.of[name]; other != nil && (other.pkg != t.pkg || other.function != t.function) {
			return nil, fmt.Errorf("%s and %s would have the same name, %s: measure one at a time with -bench", other.Point().Full(), t.Point().Full(), name)
		}
		s.of[name] = t
		if p := suitePoint(name, t.procs); !slices.Contains(s.points, p) {
			s.points = append(s.points, p)
		}
	}
	if len(s.points) == 0 {
		return nil, &build.InputError{Text: fmt.Sprintf("no benchmark matches %q%s", s.found.config.Bench, s.found.why())}
	}
	return s, nil
}

// workload is the name of a target in a grid: that of the benchmark, behind its package
// where there are several. No value of an axis has a slash.
func (s *Suite) workload(t *target) string {
	name := record.ShortName(t.function)
	if len(s.found.builds.Packages) > 1 {
		name = path.Base(t.pkg.Path) + "." + name
	}
	return strings.ReplaceAll(name, "/", ":")
}

func suitePoint(workload string, procs int) record.Point {
	executor := record.CPUs
	if procs == 1 {
		executor = record.OneCPU
	}
	return record.NewPoint(record.GridBenchmark, record.AxisExecutor, executor, record.AxisWorkload, workload, record.AxisWorkers, strconv.Itoa(procs))
}

// Warnings are what is not as it should be.
func (s *Suite) Warnings() []record.Warning { return s.found.Warnings() }

// Source is the source of the points.
func (s *Suite) Source() arm.Source {
	return arm.Source{
		Name: "gobench", Doc: "Go benchmarks as they are, with other numbers of CPUs", Baseline: record.OneCPU,
		Points: func() ([]record.Point, error) {
			for _, p := range s.points {
				if err := p.Check(); err != nil {
					return nil, err
				}
			}
			return s.points, nil
		},
		Open: func(_ context.Context, setup arm.Setup) (arm.Session, error) {
			for _, w := range s.Warnings() {
				setup.Tell("warning", w)
			}
			return &suiteSession{suite: s, plans: map[record.Point]int{}}, nil
		},
	}
}

// A suiteSession has a process for each point, which lives as long as its arm.
type suiteSession struct {
	suite *Suite
	plans map[record.Point]int // iterations of a slice
	arms  []*suiteArm
}

// Arm is that of arm.Session. It starts a process and finds out how many iterations a
// slice takes.
func (s *suiteSession) Arm(ctx context.Context, p record.Point) (arm.Arm, error) {
	t := s.suite.of[p.Workload()]
	if t == nil || p != suitePoint(p.Workload(), p.Workers()) {
		return nil, fmt.Errorf("there is no benchmark of the point %s", p)
	}
	c := s.suite.found
	l, err := c.launch(t.pkg, build.Base, 0, exactly(t.function), p.Workers())
	if err != nil {
		return nil, err
	}
	a := &suiteArm{}
	if c.builds.Stepped {
		process, err := awaitBenchmark(ctx, l, t.function)
		if err != nil {
			return nil, err
		}
		a.runner, a.kill = process, process.kill
	} else {
		a.runner, a.kill = &sliced{l, withProcs(record.ShortName(t.function), p.Workers())}, func() {}
	}
	s.arms = append(s.arms, a)
	if a.iterations = s.plans[p]; a.iterations == 0 {
		if a.iterations, err = suiteIterations(ctx, a.runner, c.config.Slice); err != nil {
			return nil, errors.Join(err, a.Close())
		}
		s.plans[p] = a.iterations
	}
	return a, nil
}

// awaitBenchmark starts a process that stands before the benchmark of a full name. It must be
// killed.
func awaitBenchmark(ctx context.Context, l launch, name string) (*stepped, error) {
	process, err := startStepped(l, "step")
	if err != nil {
		return nil, err
	}
	for {
		ready, err := process.awaitReady(ctx)
		if err == nil && ready == name {
			return process, nil
		}
		if err == nil { // one with sub-benchmarks that loops by itself
			_, err = process.end(ctx)
		}
		if err != nil {
			process.kill()
			return nil, err
		}
	}
}

// suiteIterations ramps up, as package testing does, until a slice takes as long as it
// should by the clock, whatever time the benchmark reports.
func suiteIterations(ctx context.Context, r runner, goal time.Duration) (n int, err error) {
	for n = 1; ; {
		begin := time.Now()
		got, err := r.run(ctx, n, callAnew)
		if err != nil {
			return 0, err
		}
		if got.clock >= float64(goal)/2 || n >= most || time.Since(begin) > slowStart {
			return int(max(1, min(most, math.Round(float64(n)*float64(goal)/max(got.clock, 1))))), nil
		}
		n = int(min(most, float64(n)*min(100, max(2, float64(goal)/max(got.clock, 1)))))
	}
}

// Close is that of arm.Session: it ends the processes.
func (s *suiteSession) Close() error {
	for _, a := range s.arms {
		a.kill()
	}
	return nil
}

// A suiteArm is a benchmark with a value of GOMAXPROCS.
type suiteArm struct {
	runner
	iterations int
	kill       func()
}

// Slice is that of arm.Arm: the function is called anew for it, with a quarter of the
// iterations first, for what has grown cold meanwhile.
func (a *suiteArm) Slice(ctx context.Context) (arm.Slice, error) {
	if a.iterations > 1 {
		if _, err := a.run(ctx, max(1, a.iterations/4), callAnew); err != nil {
			return arm.Slice{}, err
		}
	}
	got, err := a.run(ctx, a.iterations, callAnew|collectGarbage|countMemory)
	got.Iterations = a.iterations
	return got.Slice, err
}

// Close is that of arm.Arm.
func (a *suiteArm) Close() error {
	a.kill()
	return nil
}
