package compare

import (
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

func mapOurs(tasks int) (run, end func() error) {
	return consuming(tasks, func(ex executors.Executor, in []int) iter.Seq2[int, error] {
		return executors.MapSlice(background, ex, echo, in, executors.AutoChunk())
	})
}

func mapItems(tasks int) (run, end func() error) {
	return consuming(tasks, func(ex executors.Executor, in []int) iter.Seq2[int, error] {
		return executors.Map(background, ex, echo, slices.Values(in))
	})
}

func consuming(tasks int, results func(executors.Executor, []int) iter.Seq2[int, error]) (run, end func() error) {
	ex, in := openOurs(), inputs(tasks)
	return func() error {
		sum := 0
		for v, err := range results(ex, in) {
			if err != nil {
				return err
			}
			sum += v
		}
		return checkSum(sum, tasks)
	}, func() error { return ex.Shutdown(background) }
}

// mapIndex is the loop one writes by hand.
func mapIndex(tasks int) (run, end func() error) {
	in := inputs(tasks)
	return func() error {
		out, errs := make([]int, tasks), make([]error, tasks)
		var next atomic.Int64
		var wg sync.WaitGroup
		for range Workers {
			wg.Go(func() {
				for i := int(next.Add(1) - 1); i < tasks; i = int(next.Add(1) - 1) {
					out[i], errs[i] = echo.Call(background, in[i])
				}
			})
		}
		wg.Wait()
		sum := 0
		for i, v := range out {
			if errs[i] != nil {
				return errs[i]
			}
			sum += v
		}
		return checkSum(sum, tasks)
	}, nil
}

func mapConc(tasks int) (run, end func() error) {
	in := inputs(tasks)
	return func() error {
		out, err := conciter.Mapper[int, int]{MaxGoroutines: Workers}.MapErr(in, func(v *int) (int, error) {
			return echo.Call(background, *v)
		})
		if err != nil {
			return err
		}
		sum := 0
		for _, v := range out {
			sum += v
		}
		return checkSum(sum, tasks)
	}, nil
}
