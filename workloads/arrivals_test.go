package workloads

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
)

func newTestArrivals(t *testing.T, tasks int, rate string) *arrivals {
	t.Helper()
	job, err := Arrivals.New(Params{Tasks: tasks, Grain: 2 * time.Millisecond, Seed: 7, Axes: map[string]string{"rate": rate}})
	if err != nil {
		t.Fatal(err)
	}
	return job.(*arrivals)
}

// queue is how late the tasks of a plan are done by some workers who each take the same time,
// first come first served: after Lindley, "The theory of queues with a single server" (1952),
// and Kiefer and Wolfowitz for several.
func queue(plan []time.Duration, service time.Duration, workers int) (late []time.Duration) {
	free := make([]time.Duration, workers) // from when on
	for _, at := range plan {
		first := slices.Index(free, slices.Min(free))
		free[first] = max(at, free[first]) + service
		late = append(late, free[first]-at)
	}
	return late
}

// In virtual time latencies are those of the queue, from the planned arrivals, on every kind
// and in the plain loop.
func TestArrivalsAreAQueue(t *testing.T) {
	for _, rate := range []string{"0.5", "0.9", "3"} {
		for _, workers := range []int{1, 2, 4} {
			for _, kind := range []executors.Kind{executors.Serial, executors.Goroutines, executors.Spawn} {
				synctest.Test(t, func(t *testing.T) {
					a, workers := newTestArrivals(t, 100, rate), workers
					if kind.Name == executors.Serial.Name {
						workers = 1
					}
					ex, err := kind.New(executors.Options{Workers: workers})
					if err != nil {
						t.Fatal(err)
					}
					defer ex.Shutdown(t.Context())
					if err := errors.Join(a.Run(t.Context(), ex), a.Check()); err != nil {
						t.Fatal(err)
					}
					late := queue(a.plan, 2*time.Millisecond, workers)
					slices.Sort(late)
					for unit, want := range map[string]time.Duration{unitP50: late[49], unitP90: late[89], unitP99: late[98], unitMax: late[99]} {
						if got := a.Values()[unit]; math.Abs(got/want.Seconds()-1) > 2e-3 { // three digits
							t.Errorf("%s × %d, rate %s: %s is %v, want %v", kind.Name, workers, rate, unit, got, want)
						}
					}
				})
			}
		}
	}
}

// Arrivals are as many as the rate says, at times that follow each other as those of Poisson:
// the mean of the gaps is their standard deviation.
func TestArrivalsArePoisson(t *testing.T) {
	a := newTestArrivals(t, 10_000, "0.5")
	sum, squares, before := 0.0, 0.0, time.Duration(0)
	for _, at := range a.plan {
		gap := (at - before).Seconds()
		sum, squares, before = sum+gap, squares+gap*gap, at
	}
	mean := sum / 10_000
	if deviation := math.Sqrt(squares/10_000 - mean*mean); math.Abs(mean/4e-3-1) > 0.03 || math.Abs(deviation/mean-1) > 0.03 {
		t.Errorf("gaps of %v s on average, standard deviation %v; want both about 4 ms", mean, deviation)
	}
	if other := newTestArrivals(t, 10_000, "0.5"); !slices.Equal(a.plan, other.plan) {
		t.Error("equal seeds, other times")
	}
}

func TestArrivalsNeedARate(t *testing.T) {
	for _, rate := range []string{"0", "-1", "NaN", "Inf", "1001", "", "often"} {
		_, err := Arrivals.New(Params{Tasks: 1, Axes: map[string]string{"rate": rate}})
		if err == nil || !strings.Contains(err.Error(), "above 0") {
			t.Errorf("rate %q: error %v", rate, err)
		}
	}
}
