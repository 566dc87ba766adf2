package compare

import (
	"context"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	conciter "github.com/sourcegraph/conc/iter"

	"poolbench/executors"
)

var mapping = Row{
	Name: "map", Unit: "ns", Share: 1,
	Doc: "call an empty function on every element of a slice, results in order",
	Arms: []Arm{
		{ours, timed(mapOurs)},
		{"ours, a task per item", timed(mapItems)},
		{"atomic index", timed(mapIndex)},
		{"conc iter.Map", timed(mapConc)},
	},
	Checks: []Check{
		{ours, "atomic index", 1.5},
		{ours, "conc iter.Map", 0},
		{"ours, a task per item", "atomic index", 0},
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
	return consume(tasks, start, stop, func(ex executors.Executor, in []int) iter.Seq2[int, error] {
		return executors.MapSlice(context.Background(), ex, echo, in, executors.AutoChunk())
	})
}

func mapItems(tasks int, start, stop func()) error {
	return consume(tasks, start, stop, func(ex executors.Executor, in []int) iter.Seq2[int, error] {
		return executors.Map(context.Background(), ex, echo, slices.Values(in))
	})
}

func consume(tasks int, start, stop func(), results func(executors.Executor, []int) iter.Seq2[int, error]) error {
	ex, in := openOurs(), inputs(tasks)
	start()
	sum := 0
	for v, err := range results(ex, in) {
		if err != nil {
			return err
		}
		sum += v
	}
	stop()
	if err := ex.Shutdown(context.Background()); err != nil {
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
	out, err := conciter.Mapper[int, int]{MaxGoroutines: Workers}.MapErr(in, func(v *int) (int, error) {
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
