package pass

import (
	"context"
	"fmt"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/process"
)

// askLimit is how long worker processes may take to answer.
const askLimit = 10 * time.Second

// watched is slices with something around them.
type watched struct {
	begin func(*process.Pool) error // before the first one; the pool is nil where there is none
	end   func() error              // behind the last one, if begin was fine

	// each is around each slice alone, without what is done between them; nil for nothing. It
	// begins when its executor stands ready, and done is called when the slice is over.
	each func(*process.Pool) (done func())
}

// run runs slices as About says. The slice is their mean, n how many they were; with an
// error they are those before it. end is called whatever the slices did.
func (w watched) run(ctx context.Context, a arm.Arm) (mean arm.Slice, n int, err error) {
	begun, failed := false, error(nil)
	begin := func(pool *process.Pool) {
		if !begun {
			begun = true
			failed = w.begin(pool)
		}
	}
	slice := func() (arm.Slice, error) {
		done := func() {}
		defer func() { done() }()
		ready := func(pool *process.Pool) {
			if begin(pool); failed == nil && w.each != nil {
				done = w.each(pool)
			}
		}
		on, ok := a.(arm.OnExecutor)
		if !ok {
			ready(nil)
			return a.Slice(ctx)
		}
		return on.SliceOn(ctx, func(ex executors.Executor) executors.Executor {
			pool, _ := executors.As[*process.Pool](ex)
			ready(pool)
			return ex
		})
	}
	var sums sum
	until := time.Now().Add(aboutOf(ctx).Time)
	for {
		s, err1 := slice()
		if err = err1; err != nil || failed != nil {
			break
		}
		sums.add(s)
		if !time.Now().Before(until) || ctx.Err() != nil {
			break
		}
	}
	switch {
	case failed != nil:
		return mean, 0, failed
	case begun:
		if end := w.end(); err == nil {
			err = end
		}
	}
	return sums.mean(), sums.n, err
}

// sum adds up slices.
type sum struct {
	n      int
	time   float64
	values map[string]float64
	of     map[string]int
}

func (s *sum) add(x arm.Slice) {
	if s.n == 0 {
		s.values, s.of = map[string]float64{}, map[string]int{}
	}
	s.n++
	s.time += x.Time
	for unit, v := range x.Values {
		s.values[unit] += v
		s.of[unit]++
	}
}

func (s *sum) mean() (m arm.Slice) {
	m.Values = map[string]float64{}
	if s.n == 0 {
		return m
	}
	m.Time = s.time / float64(s.n)
	m.Iterations, m.Untimed = s.n, m.Time == 0
	for unit, v := range s.values {
		m.Values[unit] = v / float64(s.of[unit])
	}
	return m
}

// lost tells of worker processes that did not answer, and gives the others.
func lost(tell func(record.Warning), what string, answers []process.WorkerAnswer) (fine []process.WorkerAnswer) {
	for _, a := range answers {
		if a.Err == nil {
			fine = append(fine, a)
			continue
		}
		tell(record.Warning{Topic: "pass", What: fmt.Sprintf("The %s of worker process %d is missing: %v; all else is there.", what, a.Pid, a.Err),
			Cure: "Look for tasks that end their process."})
	}
	return fine
}
