package workloads_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"poolbench/executors"
	"poolbench/workloads"
)

var countLetters = workloads.Define("example.letters", func(_ context.Context, word string) (int, error) {
	return len(word), nil
})

// A workload of one's own is a task function, inputs with what is wanted of each, and
// a check. Put it into a bench.Grid to have it measured.
func ExampleBatch() {
	letters := workloads.Workload{
		Name:     "letters",
		Doc:      "counts the letters of words",
		Resource: workloads.CPU,
		Grains:   []time.Duration{0}, // a grain means nothing here
		New: func(p workloads.Params) (workloads.Job, error) {
			return workloads.Batch[string, int]{
				Task:  countLetters,
				Input: func(i int, _ uint64) (string, int) { return strings.Repeat("x", i), i },
				Check: workloads.Equal[int],
			}.Job(p)
		},
	}
	job, err := letters.New(workloads.Params{Tasks: 100})
	if err != nil {
		fmt.Println(err)
		return
	}
	ex, err := executors.Goroutines.New(executors.Options{Workers: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	fmt.Println(job.Run(ctx, ex), job.Check())
	fmt.Println(errors.Join(job.Close(), ex.Shutdown(ctx)))
	// Output:
	// <nil> <nil>
	// <nil>
}
