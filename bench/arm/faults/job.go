package faults

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"poolbench/bench/record"
	"poolbench/executors"
)

// A job is what is run on which pool.
type job struct {
	Pool    string
	Workers int
	Fault   string
	Faulty  []int // numbers of the tasks at fault, ascending
	Dir     string
}

// An outcome is what a job came to.
type outcome struct {
	noticed map[int]time.Duration // by task at fault
	at      map[int]int64         // when each fault was
	lost    map[int]bool          // of the others
	spans   []span                // of the others
}

// errBroken says that an executor takes no more tasks, or fails all it has.
var errBroken = errors.New("the executor is broken")

// run runs all tasks that have not been run on an executor, and adds what came of them to
// out. It returns errBroken when another executor is needed for the rest.
func (j job) run(ctx context.Context, ex executors.Executor, out *outcome) error {
	type ended struct {
		number int
		at     time.Time
	}
	done := make(chan ended, tasks)
	futures, broken := map[int]*executors.Future[span]{}, error(nil)
	for _, number := range j.left(out) {
		c := call{Number: number, Dir: j.Dir}
		if slices.Contains(j.Faulty, number) {
			c.Fault = j.Fault
		}
		f, err := executors.Submit(ctx, ex, task, c)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil && len(futures) == 0:
			return fmt.Errorf("an executor that has just been made takes no task: %w", err)
		case err != nil:
			broken = errBroken
		}
		if broken != nil {
			break
		}
		futures[number] = f
		f.OnDone(func(*executors.Future[span]) { done <- ended{number, time.Now()} })
	}
	timer := time.NewTimer(patience(j.Fault))
	defer timer.Stop()
	for range futures {
		select {
		case e := <-done:
			timer.Reset(patience(j.Fault))
			got, err := futures[e.number].Result(ctx)
			if wrong := j.take(out, e.number, e.at, got, err); wrong != nil {
				return wrong
			}
			if err != nil && !slices.Contains(j.Faulty, e.number) {
				broken = errBroken
			}
		case <-timer.C:
			for number := range futures {
				if !slices.Contains(j.Faulty, number) && !out.has(number) {
					out.lost[number] = true
				}
			}
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return broken
}

// take takes how a task ended.
func (j job) take(out *outcome, number int, at time.Time, got span, err error) error {
	stamp, hasFired := fired(j.Dir, number)
	switch {
	case slices.Contains(j.Faulty, number):
		if err == nil {
			return fmt.Errorf("wrong answer: task %d is at fault and ended without an error", number)
		}
		if hasFired {
			out.noticed[number], out.at[number] = time.Duration(at.UnixNano()-stamp), stamp
		}
	case err != nil:
		out.lost[number] = true
	case got.Number != number:
		return fmt.Errorf("wrong answer: task %d has the result of task %d", number, got.Number)
	default:
		out.spans = append(out.spans, got)
	}
	return nil
}

// has reports whether a task that is not at fault has run.
func (out *outcome) has(number int) bool {
	return slices.ContainsFunc(out.spans, func(s span) bool { return s.Number == number })
}

// left are the tasks that are still to be run: those at fault until they were, the others
// until they have a result.
func (j job) left(out *outcome) (numbers []int) {
	for number := range tasks {
		_, hasFired := out.noticed[number]
		if !hasFired && !out.has(number) {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// values are what a record says of the outcome.
func (out *outcome) values(j job) map[string]float64 {
	values := map[string]float64{record.UnitTasks: tasks, record.UnitLost: float64(len(out.lost))}
	if n := len(out.noticed); n > 0 {
		sum := time.Duration(0)
		for _, d := range out.noticed {
			sum += d
		}
		values[record.UnitNotice] = sum.Seconds() / float64(n)
	}
	sum, n := 0.0, 0
	for _, number := range j.Faulty {
		at, ok := out.at[number]
		if !ok {
			at, ok = fired(j.Dir, number) // and nobody noticed
		}
		if full, found := fullAfter(out.spans, at, j.Workers); ok && found {
			sum, n = sum+full.Seconds(), n+1
		}
	}
	if n > 0 {
		values[record.UnitRecovery] = sum / float64(n)
	}
	return values
}

// fullAfter is how long after a moment a task began with which as many ran at once as
// there are workers.
func fullAfter(spans []span, at int64, workers int) (after time.Duration, found bool) {
	for _, s := range spans {
		if s.Begin < at || found && time.Duration(s.Begin-at) >= after {
			continue
		}
		running := 0
		for _, other := range spans {
			if other.Begin <= s.Begin && s.Begin < other.End {
				running++
			}
		}
		if running >= workers {
			after, found = time.Duration(s.Begin-at), true
		}
	}
	return after, found
}

// over lets tasks end that never do.
func (j job) over() error { return os.WriteFile(overPath(j.Dir), nil, 0o600) }
