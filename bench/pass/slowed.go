package pass

import (
	"context"
	"math"
	"sync"
	"time"

	"poolbench/executors"
	"poolbench/executors/remote"
	"poolbench/executors/stages"
)

// delayed is ex with delays in its stages, until end, which is nil if there is nothing to end.
func delayed(ex executors.Executor, d doses) (slow executors.Executor, end func()) {
	s := &slowed{ex: ex, submit: stepsOf(d[stages.Submit])}
	if pool, ok := executors.As[slower](ex); ok {
		pool.Slow(remote.Slow{Encode: stepsOf(d[stages.Encode]), Send: stepsOf(d[stages.Send]),
			Run: stepsOf(d[stages.Start] + d[stages.Run]), Decode: stepsOf(d[stages.Decode])})
		return s, func() { pool.Slow(remote.Slow{}) }
	}
	s.task = stepsOf(d[stages.Start] + d[stages.Run])
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

// stepTime is how long a step of remote.Spin takes, in ns: in the fastest of many runs.
var stepTime = sync.OnceValue(func() float64 {
	const steps = 20_000
	best := time.Hour
	for range 200 {
		begin := time.Now()
		remote.Spin(steps)
		best = min(best, time.Since(begin))
	}
	return float64(best.Nanoseconds()) / steps
})

func stepsOf(d time.Duration) int64 { return int64(math.Round(float64(d.Nanoseconds()) / stepTime())) }
