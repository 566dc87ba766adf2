package compare

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sourcegraph/conc/iter"

	"poolbench/executors"
)

var mapping = Row{
	Name: "map", Unit: "ns", Share: 1,
	Doc: "call an empty function on every element of a slice, results in order",
	Arms: []Arm{
		{ours, timed(mapOurs)},
		{"atomic index", timed(mapIndex)},
		{"conc iter.Map", timed(mapConc)},
	},
	Checks: []Check{
		{ours, "atomic index", 1.5},
		{ours, "conc iter.Map", 0},
	},
}

func inputs(tasks int) []int {
	in := make([]int, tasks)
	for i := range in {
		in[i] = i
	}
	return in
}

func mapOurs(tasks int, start, stop func()) error {
	ctx := context.Background()
	ex, in := openOurs(), inputs(tasks)
	start()
	sum := 0
	for v, err := range executors.Map(ctx, ex, echo, slices.Values(in)) {
		if err != nil {
			return err
		}
		sum += v
	}
	stop()
	if err := ex.Shutdown(ctx); err != nil {
		return err
	}
	return checkSum(sum, tasks)
}

// mapIndex is the loop one writes by hand.
func mapIndex(tasks int, start, stop func()) error {
	ctx, in := context.Background(), inputs(tasks)
	start()
	out, errs := make([]int, tasks), make([]error, tasks)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range Workers {
		wg.Go(func() {
			for i := int(next.Add(1) - 1); i < tasks; i = int(next.Add(1) - 1) {
				out[i], errs[i] = echo.Call(ctx, in[i])
			}
		})
	}
	wg.Wait()
	sum, err := sumUp(out, errs)
	stop()
	if err != nil {
		return err
	}
	return checkSum(sum, tasks)
}

func mapConc(tasks int, start, stop func()) error {
	ctx, in := context.Background(), inputs(tasks)
	start()
	out, err := iter.Mapper[int, int]{MaxGoroutines: Workers}.MapErr(in, func(v *int) (int, error) {
		return echo.Call(ctx, *v)
	})
	sum, _ := sumUp(out, nil)
	stop()
	if err != nil {
		return err
	}
	return checkSum(sum, tasks)
}

// sumUp reads all results, as the consumer of a map does.
func sumUp(out []int, errs []error) (sum int, err error) {
	for i, v := range out {
		if errs != nil && errs[i] != nil {
			return 0, errs[i]
		}
		sum += v
	}
	return sum, nil
}
