package host

import (
	"fmt"
	"os"
	"slices"
	"time"
)

const (
	sleepCount  = 15
	shortestTry = 10 * time.Microsecond
)

// A sleepMethod is a way to wait. Its name is the end of a note.
type sleepMethod struct {
	name  string
	sleep func(time.Duration) error
}

// ProbeSleep measures what the shortest sleeps really take, by every method there
// is: the median of a few sleeps of 10 µs. The sleep workload uses the first, the
// runtime's timers; a process that sleeps in the kernel uses another one, so the
// two cannot be compared below the larger floor. shortest is the shortest wait that
// a run asks for, 0 for none. It takes about 50 ms.
func ProbeSleep(shortest time.Duration) (f Findings) {
	floor := sleepFloor(func(d time.Duration) error { time.Sleep(d); return nil })
	f.read("sleep.floor", floor.Seconds(), "sec")
	for _, m := range append(systemSleeps(), sleepMethod{"deadline", readDeadline}) {
		if least := sleepFloor(m.sleep); least > 0 {
			f.read("sleep.floor."+m.name, least.Seconds(), "sec")
		}
	}
	if shortest > 0 && shortest < floor {
		f.warn("sleep", fmt.Sprintf("No sleep is shorter than %v here, and tasks that wait %v were asked for.", floor, shortest),
			fmt.Sprintf("Use grains of %v and more for work that waits.", max(floor.Round(time.Millisecond), time.Millisecond)))
	}
	return f
}

// sleepFloor is the median time of the shortest sleeps, 0 when the method fails.
func sleepFloor(sleep func(time.Duration) error) time.Duration {
	samples := make([]float64, sleepCount)
	for i := range samples {
		begin := time.Now()
		if sleep(shortestTry) != nil {
			return 0
		}
		samples[i] = time.Since(begin).Seconds()
	}
	slices.Sort(samples)
	return time.Duration(samples[sleepCount/2] * float64(time.Second)).Round(10 * time.Microsecond)
}

// readDeadline waits in a read that nobody answers, as for a reply that is late.
func readDeadline(d time.Duration) error {
	in, out, err := os.Pipe()
	if err != nil {
		return err
	}
	defer in.Close()
	defer out.Close()
	if err := in.SetReadDeadline(time.Now().Add(d)); err != nil {
		return err
	}
	if _, err := in.Read(make([]byte, 1)); !os.IsTimeout(err) {
		return fmt.Errorf("a read with a deadline ended with %v", err)
	}
	return nil
}
