package stages_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/stages"
)

// Where the time goes, of any executor.
func Example() {
	pool, err := executors.NewGoroutines(2)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Shutdown(context.Background())
	watched := stages.Watch(pool)
	for _, err := range executors.Map(context.Background(), watched, nap, slices.Values([]time.Duration{time.Millisecond, time.Millisecond})) {
		if err != nil {
			fmt.Println(err)
		}
	}
	times := watched.Times()
	run, _ := times.Of(stages.Run)
	fmt.Println(run.Count(), "tasks, of at least a millisecond:", run.Quantile(0) >= 999*time.Microsecond)
	// Output: 2 tasks, of at least a millisecond: true
}

// A benchmark reports its stages beside its time, and its CPU profile (-cpuprofile) can be cut by
// executor: go tool pprof -tagfocus=executor=mine.
func ExampleWatch_benchmark() {
	_ = func(b *testing.B) {
		pool, err := executors.NewGoroutines(4)
		if err != nil {
			b.Fatal(err)
		}
		defer pool.Shutdown(context.Background())
		watched := stages.Watch(pool, stages.Labels("executor", "mine"))
		for b.Loop() {
			if f, err := executors.Submit(context.Background(), watched, nap, 0); err != nil || f.Err(context.Background()) != nil {
				b.Fatal("a task failed")
			}
		}
		watched.Times().Report(b)
	}
}
