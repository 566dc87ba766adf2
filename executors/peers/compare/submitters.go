package compare

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"poolbench/executors"
)

var submitters = Row{
	Name: "submitters", Unit: "ns", Share: 2,
	Doc: "the burst of ours divided among goroutines that submit at once",
	Arms: []Arm{
		{"1 submitter", timed(submitting(1))},
		{"2 submitters", timed(submitting(2))},
		{"8 submitters", timed(submitting(8))},
		{"64 submitters", timed(submitting(64))},
	},
	Checks: []Check{ // half the throughput is twice the time
		{"2 submitters", "1 submitter", 2},
		{"8 submitters", "1 submitter", 2},
		{"64 submitters", "1 submitter", 2},
	},
}

func submitting(n int) work {
	return func(tasks int, start, stop func()) error {
		ctx := context.Background()
		ex := openOurs()
		var wg sync.WaitGroup
		errs := make([]error, n)
		start()
		for s := range n {
			wg.Go(func() { errs[s] = submitPart(ctx, ex, tasks*s/n, tasks*(s+1)/n) })
		}
		wg.Wait()
		stop()
		return errors.Join(append(errs, ex.Shutdown(ctx))...)
	}
}

func submitPart(ctx context.Context, ex executors.Executor, from, to int) error {
	futures := make([]*executors.Future[int], 0, to-from)
	for i := from; i < to; i++ {
		f, err := executors.Submit(ctx, ex, echo, i)
		if err != nil {
			return err
		}
		futures = append(futures, f)
	}
	for i, f := range futures {
		v, err := f.Result(ctx)
		if err != nil {
			return err
		}
		if v != from+i {
			return fmt.Errorf("task %d gave %d", from+i, v)
		}
	}
	return nil
}
