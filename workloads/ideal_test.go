package workloads_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
	"poolbench/workloads"
)

// In virtual time an executor costs nothing: n tasks on P workers take ⌈n/P⌉ rounds of
// one task each, in place of n.
func TestSleepReachesTheIdeal(t *testing.T) {
	makespan := func(kind executors.Kind, workers, tasks int) (took time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			ex := start(t, kind, workers)
			begin := time.Now()
			if err := small(t, workloads.Sleep, tasks, 0).Run(t.Context(), ex); err != nil {
				t.Fatal(err)
			}
			took = time.Since(begin)
		})
		return took
	}
	for _, tasks := range []int{1, 7, 16} {
		serial := makespan(executors.Serial, 1, tasks)
		for workers := 1; workers <= 20; workers++ {
			got := float64(serial) / float64(makespan(executors.Goroutines, workers, tasks))
			if want := float64(tasks) / math.Ceil(float64(tasks)/float64(workers)); got != want {
				t.Errorf("%d tasks on %d workers: speedup %v, want %v", tasks, workers, got, want)
			}
		}
	}
}
