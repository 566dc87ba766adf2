package driver

import (
	"context"
	"errors"
	"fmt"

	"poolbench/bench/record"
)

// A measuredFunction is what is known of somebody's function in a runtime.
type measuredFunction struct {
	times   int    // that a run goes through all inputs
	answers string // of such a run; "" where it answers something else each time
}

// leastRun is what a run of somebody's function should take in a plain loop, in seconds. In a
// pool the same calls may take a thousand times as long, so there are no more of them than
// maxTasks for that.
const leastRun = 0.01

// timesFor is how often a run goes through inputs that take so many seconds: a power of two,
// and no more than most.
func timesFor(seconds, least float64, most int) int {
	times := 1
	for ; 2*times <= most && float64(times)*seconds < least; times *= 2 {
	}
	return times
}

func (a *point) prepareFunction(ctx context.Context, _ record.Point) error {
	a.work.Workload = functionWorkload
	known, ok := a.session.functions[a.key.runtime]
	if !ok {
		var err error
		if known, err = a.session.measureFunction(ctx, a.key.runtime); err != nil {
			return err
		}
		a.session.functions[a.key.runtime] = known
	}
	f := a.session.grid.Function
	a.work.Function, a.want, a.tasks = f.asked(known.times), known.answers, f.Count*known.times
	return nil
}

// measureFunction runs the function in a plain loop, until it is known how long that takes
// and that it answers the same twice.
func (s *session) measureFunction(ctx context.Context, r *Runtime) (found measuredFunction, err error) {
	serial := processKey{runtime: r, executor: serialOf(s.grid.language().Name), workers: 1}
	p, err := s.process(ctx, serial)
	if err != nil {
		return found, err
	}
	name := r.Name + "." + s.grid.Function.String()
	first, err := s.runFunction(ctx, p, 1)
	if err != nil {
		return found, err
	}
	second, err := s.runFunction(ctx, p, 1)
	if err != nil {
		return found, err
	}
	cost := record.Calibration{Kernel: name, PerUnit: min(first.Elapsed, second.Elapsed)}
	if s.setup.Past != nil {
		for _, c := range s.setup.Past.Calibrations {
			if c.Kernel == name {
				cost = c // so that jobs stay the same
			}
		}
	}
	if !(cost.PerUnit > 0) {
		return found, errors.New("its calls take no time that the clock of the driver can tell")
	}
	s.setup.Tell("calibration", cost)
	found = measuredFunction{timesFor(cost.PerUnit, leastRun, maxTasks/s.grid.Function.Count), first.Answers}
	if first.Answers != second.Answers {
		found.answers = ""
		s.setup.Tell("warning", record.Warning{Topic: "answers", What: fmt.Sprintf("%s answers something else each time: whether a pool loses or mixes up answers is not looked at.", s.grid.Function),
			Cure: "Give it what it depends on, such as a seed, as its input."})
	} else if found.times > 1 {
		again, err := s.runFunction(ctx, p, found.times)
		found.answers = again.Answers
		return found, err
	}
	return found, nil
}

// runFunction opens the function in a plain loop, runs it and closes it.
func (s *session) runFunction(ctx context.Context, p *process, times int) (ran, error) {
	s.opened++
	w := &work{Executor: serialOf(s.grid.language().Name), Workers: 1, Workload: functionWorkload, Chunk: 1, Function: s.grid.Function.asked(times)}
	if _, err := p.ask(ctx, request{Do: "open", Point: s.opened, work: w}); err != nil {
		return ran{}, err
	}
	got, err := p.ask(ctx, request{Do: "run", Point: s.opened})
	if err != nil {
		return ran{}, err
	}
	_, err = p.ask(ctx, request{Do: "close", Point: s.opened})
	return got.ran, err
}
