package pass

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/remote"
	"poolbench/executors/stages"
)

// Delays is the causal profile: what it would gain if a stage were twice as fast. One run of
// it is one comparison; the interval comes from as many as there are blocks.
//
// How long a task is in each stage is measured first. If every stage takes that much longer,
// by a planted delay, all is twice as slow; and if every stage but one does, that one is,
// beside the others, twice as fast: the time of the second over that of the first is the time
// that the job would take. This holds wherever the bottleneck is, also where it moves, which
// the slope of the time against a delay in the stage alone does not tell.
//
// A delay is an amount of computing, so work that waits has no such profile. Waiting itself
// (queue, reply) is no stage to be fast in. What no delay reaches, as handing a task over
// within the executor, is the same in both: how much it is as a whole tells what is missing
// when all is slowed, RestGain.
var Delays = Pass{
	Name:   "delays",
	Doc:    "what it would gain if a stage were twice as fast, by delays in all the others",
	Around: compareDelays,
}

// delayTurns is how often each arm of a comparison runs, in an order and then in its reverse.
const delayTurns = 2

// doses are how long a delay in each stage is.
type doses map[stages.Stage]time.Duration

// causal are the stages into which delays are planted.
var causal = []stages.Stage{stages.Submit, stages.Encode, stages.Send, stages.Start, stages.Run, stages.Decode}

// errWaits is that of work that does not compute all the time.
var errWaits = errors.New("its tasks wait, and what a stage is worth is told by delays that compute")

// longestDose is the longest delay of a task.
const longestDose = time.Second

func compareDelays(ctx context.Context, a arm.Arm) (arm.Slice, []Artefact, error) {
	s, w, err := watchSlice(ctx, a)
	if w == nil || err != nil {
		return s, nil, err
	}
	on := a.(arm.OnExecutor)
	if !on.Computes() {
		return s, nil, errWaits
	}
	times := w.Times()
	dose := dosesOf(times)
	if dose[stages.Run] > longestDose {
		return s, nil, fmt.Errorf("its tasks take %v; the profile is of tasks up to %v", dose[stages.Run], longestDose)
	}
	arms := []doses{{}, dose}
	var tried []stages.Stage
	for _, stage := range causal {
		if dose[stage] > 0 {
			tried = append(tried, stage)
			arms = append(arms, dose.without(stage))
		}
	}
	logs, err := runDelayed(ctx, on, arms)
	if err != nil {
		return s, nil, err
	}
	s = arm.Slice{Time: math.Exp(logs[0]), Values: map[string]float64{}}
	addTimes(&s, times)
	s.Values[record.RestGain] = 1 - math.Exp(logs[1]-logs[0])/2
	for i, stage := range tried {
		s.Values[record.Gain(string(stage))] = 1 - math.Exp(logs[2+i]-logs[1])
	}
	return s, nil, nil
}

// runDelayed is the mean logarithm of the time of each arm, in seconds.
func runDelayed(ctx context.Context, on arm.OnExecutor, arms []doses) ([]float64, error) {
	logs := make([]float64, len(arms))
	order := rand.Perm(len(arms))
	for turn := range delayTurns {
		for i := range order {
			if turn%2 == 1 {
				i = len(order) - 1 - i
			}
			of := order[i]
			var end func()
			s, err := on.SliceOn(ctx, func(ex executors.Executor) (slow executors.Executor) {
				slow, end = delayed(ex, arms[of])
				return slow
			})
			if end != nil {
				end()
			}
			if err != nil {
				return nil, fmt.Errorf("with delays in its stages: %w", err)
			}
			logs[of] += math.Log(s.Time) / delayTurns
		}
	}
	return logs, nil
}

func (d doses) without(stage stages.Stage) doses {
	out := doses{}
	for s, dose := range d {
		if s != stage {
			out[s] = dose
		}
	}
	return out
}

// dosesOf is how long a task is in each stage by itself.
func dosesOf(t stages.Times) doses {
	out := doses{}
	for _, stage := range causal {
		if of, ok := t.Of(stage); ok {
			out[stage] = typical(of)
		}
	}
	// Submit has the encoding in it.
	if encode, ok := out[stages.Encode]; ok {
		out[stages.Submit] = max(0, out[stages.Submit]-encode)
	}
	return out
}

// typical is how long a stage takes for a task. A thread that lost its CPU, in one task of
// many, is no part of it: where most tasks take the same it is the median, else the mean.
func typical(of stages.Time) time.Duration {
	half, most := of.Quantile(0.5), of.Quantile(0.9)
	switch {
	case 2*most <= 3*half:
		return half
	case of.Stage == stages.Run:
		return of.Mean
	}
	return of.MeanTo(0.9)
}

// delayed is ex with delays in its stages, until end.
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
