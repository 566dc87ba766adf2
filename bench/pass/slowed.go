package pass

import (
	"context"
	"math"
	"slices"
	"time"

	"poolbench/executors"
	"poolbench/executors/remote"
	"poolbench/executors/stages"
)

// delayed is ex with delays in its stages, until end, which is nil if there is nothing to end.
// Where it wakes workers elsewhere, wakes take twice as long, too: they are as much in a job of
// twice the time as the stages are, and longer wakes are fewer.
func delayed(ex executors.Executor, d doses, p pace) (slow executors.Executor, end func()) {
	s := &slowed{ex: ex, submit: p.steps(d[stages.Submit])}
	if pool, ok := executors.As[slower](ex); ok {
		pool.Slow(remote.Slow{Encode: p.steps(d[stages.Encode]), Send: p.steps(d[stages.Send]),
			Run: p.steps(d[stages.Start] + d[stages.Run]), Decode: p.steps(d[stages.Decode]), Wakes: len(d) > 0})
		return s, func() { pool.Slow(remote.Slow{}) }
	}
	s.task = p.steps(d[stages.Start] + d[stages.Run])
	return s, nil
}

// A slower is an executor with workers elsewhere that makes stages of its tasks slower.
type slower interface{ Slow(remote.Slow) }

// slowed is an executor whose tasks take longer.
type slowed struct {
	executors.Home
	ex           executors.Executor
	submit, task int64 // steps of remote.Spin
}

func (s *slowed) Unwrap() executors.Executor         { return s.ex }
func (s *slowed) Inline() bool                       { return false }
func (s *slowed) Workers() int                       { return s.ex.Workers() }
func (s *slowed) Shutdown(ctx context.Context) error { return s.ex.Shutdown(ctx) }

func (s *slowed) Submit(t executors.Task) error {
	remote.Spin(s.submit)
	if s.task > 0 && t != nil {
		t = slowedTask{t, s.task}
	}
	return s.ex.Submit(t)
}

type slowedTask struct {
	executors.Task
	steps int64
}

func (t slowedTask) Run(w *executors.Worker) {
	if t.Task.State() == executors.Pending {
		remote.Spin(t.steps)
	}
	t.Task.Run(w)
}

// A pace is how long a step of remote.Spin takes, in ns.
type pace float64

// paceNow is the pace of this machine now: the same tenant next door, and so the same clock of
// the processor, that stages are timed with.
func paceNow() pace {
	const steps, often = 20_000, 15
	times := make([]time.Duration, often)
	for i := range times {
		begin := time.Now()
		remote.Spin(steps)
		times[i] = time.Since(begin)
	}
	slices.Sort(times)
	return pace(float64(times[often/2].Nanoseconds()) / steps)
}

// steps is how many take so long.
func (p pace) steps(d time.Duration) int64 {
	return int64(math.Round(float64(d.Nanoseconds()) / float64(p)))
}
