package host

import (
	"fmt"
	"slices"
	"time"
)

const (
	sleepCount  = 15
	shortestTry = 10 * time.Microsecond
)

// ProbeSleep measures what the shortest sleeps of the runtime's timers, which the sleep
// workload uses, really take: the median of a few sleeps of 10 µs. shortest is the
// shortest wait that a run asks for, 0 for none. It takes about 20 ms.
func ProbeSleep(shortest time.Duration) (f Findings) {
	samples := make([]float64, sleepCount)
	for i := range samples {
		begin := time.Now()
		time.Sleep(shortestTry)
		samples[i] = time.Since(begin).Seconds()
	}
	slices.Sort(samples)
	floor := time.Duration(samples[sleepCount/2] * float64(time.Second)).Round(10 * time.Microsecond)
	f.read("sleep.floor", floor.Seconds(), "sec")
	if shortest > 0 && shortest < floor {
		f.warn("sleep", fmt.Sprintf("No sleep is shorter than %v here, and tasks that wait %v were asked for.", floor, shortest),
			fmt.Sprintf("Use grains of %v and more for work that waits.", max(floor.Round(time.Millisecond), time.Millisecond)))
	}
	return f
}
