package cli_test

import (
	"context"
	"strings"
	"time"

	"poolbench/bench/arm/inproc"
	"poolbench/bench/cli"
	"poolbench/workloads"
)

var letters = workloads.Define("letters", func(_ context.Context, word string) (int, error) { return len(word), nil })

// A whole program: which executor, and how many workers, should count letters?
func ExampleMain() {
	count := workloads.Batch[string, int]{
		Task:  letters,
		Input: func(i int, _ uint64) (string, int) { return strings.Repeat("x", i), i },
		Check: workloads.Equal[int],
	}
	cli.Main(inproc.Grid{
		Workloads: []workloads.Workload{{Name: "letters", Doc: "counts letters", Resource: workloads.CPU, Grains: []time.Duration{0}, New: count.Job}},
		Executors: inproc.Kinds(),
		Workers:   []int{1, 2, 4, 8},
	})
}
