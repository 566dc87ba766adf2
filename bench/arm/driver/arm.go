package driver

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
)

// A point is one of a driver, as an arm.
type point struct {
	session *session
	key     processKey
	work    work
	want    string // its answers; "" where they are not looked at
	tasks   int

	process *process // in which it is open; nil before
	id      int      // of the point there
	failed  bool
}

// Arm is that of arm.Session.
func (s *session) Arm(ctx context.Context, p record.Point) (arm.Arm, error) {
	i := slices.IndexFunc(s.grid.Runtimes, func(r *Runtime) bool { return r.Name == p.Get(record.AxisRuntime) })
	if i < 0 {
		return nil, fmt.Errorf("there is no runtime %q", p.Get(record.AxisRuntime))
	}
	a := &point{session: s, key: processKey{s.grid.Runtimes[i], p.Executor(), p.Workers(), p.Get(record.AxisStart)}}
	a.work = work{Executor: p.Executor(), Workers: p.Workers(), Workload: p.Workload(), Start: a.key.start, Chunk: 1}
	if text := p.Get(record.AxisChunk); text != "" {
		a.work.Chunk, _ = strconv.Atoi(text)
	}
	prepare := a.prepare
	if s.grid.Function != nil {
		prepare = a.prepareFunction
	}
	err := prepare(ctx, p)
	if err == nil {
		err = a.open(ctx)
	}
	if err != nil {
		s.discard(a.key)
		return nil, err
	}
	return a, nil
}

// prepare says what the tasks are and what they must answer.
func (a *point) prepare(ctx context.Context, p record.Point) (err error) {
	s, w := a.session, &a.work
	kind, ok := s.grid.language().workload(p.Workload())
	if !ok {
		return fmt.Errorf("%s has no workload %q", s.grid.language().Name, p.Workload())
	}
	a.tasks = s.grid.tasksOf(p)
	w.Tasks, w.Seeds = a.tasks, hexSeeds(seeds(s.setup.Seed, a.tasks))
	w.Payload, _ = strconv.Atoi(p.Get(record.AxisPayload))
	switch units := p.Get(record.AxisUnits); {
	case units != "":
		w.Units, err = strconv.ParseInt(units, 10, 64)
	case kind.Kernel:
		w.Units, err = a.units(ctx, p)
	case kind.Name == "file":
		w.Units = readsATask
	default:
		w.Wait = p.Grain().Seconds()
	}
	if err != nil {
		return err
	}
	if w.Dir, err = s.dir(); err != nil {
		return err
	}
	a.want, err = answers(w)
	return err
}

// calibrationLimit is how long a single count of units may take; it takes a millisecond.
const calibrationLimit = 10 * time.Second

// units are those that take the grain in the runtime of the point, as calibrated in its
// plain loop.
func (a *point) units(ctx context.Context, p record.Point) (int64, error) {
	serial := a.key
	serial.executor, serial.workers, serial.start = serialOf(a.session.grid.language().Name), 1, ""
	process, err := a.session.process(ctx, serial)
	if err != nil {
		return 0, err
	}
	var failure error
	found, err := a.session.setup.Calibrate(a.key.runtime.Name+"."+p.Workload(), func(units int64) float64 {
		within, cancel := context.WithTimeoutCause(ctx, calibrationLimit, fmt.Errorf("no answer within %v", calibrationLimit))
		defer cancel()
		if failure != nil {
			return 0
		}
		var took reply
		if took, failure = process.ask(within, request{Do: "calibrate", work: &work{Workload: p.Workload(), Units: units}}); failure == nil && took.Elapsed != 0 { // few units are no time to a coarse clock
			failure = took.checkTime(process.seen.Seconds())
		}
		return took.Elapsed
	})
	if failure != nil {
		err = failure
	}
	if err != nil {
		return 0, fmt.Errorf("calibrating %s: %w", p.Workload(), err)
	}
	return probe.Units(found, p.Grain()), nil
}

// open opens the point, in a process that may have to be started.
func (a *point) open(ctx context.Context) error {
	process, err := a.session.process(ctx, a.key)
	if err != nil {
		return err
	}
	a.session.opened++
	a.process, a.id = process, a.session.opened
	_, err = process.ask(ctx, request{Do: "open", Point: a.id, work: &a.work})
	return err
}

// Slice is that of arm.Arm. Its time is what the driver says; it is not taken when more
// than that has passed here.
func (a *point) Slice(ctx context.Context) (s arm.Slice, err error) {
	a.failed = true
	if a.process.failure != nil { // for another point, or that of this one
		if err := a.open(ctx); err != nil {
			return s, err
		}
	}
	got, err := a.process.ask(ctx, request{Do: "run", Point: a.id})
	if err != nil {
		return s, err
	}
	seen := a.process.seen.Seconds()
	if err := got.checkRun(seen, a.tasks, a.want); err != nil {
		return s, err
	}
	a.failed = false
	s.Time = got.Elapsed
	s.Values = map[string]float64{record.UnitTasks: float64(a.tasks), UnitOverhead: math.Max(0, seen-got.Elapsed-got.WaitPart-got.CPUPart)}
	if got.Timed > 0 {
		s.Values[record.UnitTaskTime], s.Values[record.UnitTaskShare] = got.TaskSec, float64(got.Timed)/float64(a.tasks)
	}
	if got.WaitPart > 0 && got.CPUPart > 0 {
		s.Values[record.UnitWaitPart], s.Values[record.UnitCPUPart] = got.WaitPart, got.CPUPart
	}
	return s, nil
}

// slack is how much more a driver may say, in seconds, than was seen here, for clocks
// are read in steps.
const slack = 1e-6

// checkTime tells what is wrong with the times of a run of which so many seconds were seen.
func (r ran) checkTime(seen float64) error {
	switch {
	case !(r.Elapsed > 0):
		return fmt.Errorf("the driver says that it took %v s, which is no time", r.Elapsed)
	case r.Elapsed+max(0, r.WaitPart)+max(0, r.CPUPart) > seen+slack:
		return fmt.Errorf("the driver says that it took %v s with its parts, and only %v s had passed", r.Elapsed+r.WaitPart+r.CPUPart, seen)
	}
	return nil
}

// checkRun tells what is wrong with what a run gave, of which so many seconds were seen.
func (r ran) checkRun(seen float64, tasks int, want string) error {
	if err := r.checkTime(seen); err != nil {
		return err
	}
	switch {
	case r.Timed < 0 || r.Timed > tasks || r.TaskSec < 0 || r.TaskSec > seen+slack || r.Timed > 0 && r.TaskSec == 0:
		return fmt.Errorf("the driver says that %d of %d tasks took %v s each, which cannot be", r.Timed, tasks, r.TaskSec)
	case want != "" && r.Answers != want:
		return errors.New("wrong answer: the driver answers something else than what is right")
	}
	return nil
}

// Close is that of arm.Arm. After a failure the process is given up: whatever is left in it
// must not be timed with the next slice.
func (a *point) Close() error {
	if a.failed {
		a.session.discard(a.key)
	}
	return nil
}
