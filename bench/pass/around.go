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

	// each is around the job of each slice alone, without what is done between them; nil for
	// nothing. It begins when its executor stands ready.
	each func(*process.Pool) (done func())
}

// run runs slices as About says, and gives all of them; with an error they are those before
// it. end is called whatever the slices did.
func (w watched) run(ctx context.Context, a arm.Arm) (all []arm.Slice, err error) {
	begun, failed := false, error(nil)
	begin := func(pool *process.Pool) {
		if !begun {
			begun = true
			failed = w.begin(pool)
		}
	}
	ready := func(pool *process.Pool) (done func()) {
		if begin(pool); failed == nil && w.each != nil {
			return w.each(pool)
		}
		return func() {}
	}
	slice := func() (arm.Slice, error) {
		on, ok := a.(arm.OnExecutor)
		if !ok {
			defer ready(nil)()
			return a.Slice(ctx)
		}
		return on.SliceOn(ctx, func(ex executors.Executor) (executors.Executor, func()) {
			pool, _ := executors.As[*process.Pool](ex)
			return ex, ready(pool)
		})
	}
	until := time.Now().Add(aboutOf(ctx).Time)
	for {
		s, err1 := slice()
		if err = err1; err != nil || failed != nil {
			break
		}
		all = append(all, s)
		if !time.Now().Before(until) || ctx.Err() != nil {
			break
		}
	}
	switch {
	case failed != nil:
		return nil, failed
	case begun:
		if end := w.end(); err == nil {
			err = end
		}
	}
	return all, err
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
