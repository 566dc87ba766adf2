package workloads

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
)

// virtual is what a job takes in virtual time.
func virtual(t *testing.T, kind executors.Kind, workers int, prepare func() (Job, error)) (took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ex, err := kind.New(executors.Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		defer ex.Shutdown(t.Context())
		job, err := prepare()
		if err != nil {
			t.Fatal(err)
		}
		defer job.Close()
		begin := time.Now()
		if err := job.Run(t.Context(), ex); err != nil {
			t.Fatal(err)
		}
		took = time.Since(begin)
		if err := job.Check(); err != nil {
			t.Error(err)
		}
	})
	return took
}

// In virtual time tasks that wait in slots are as fast as their curve says, exactly.
func TestSemaphoreReachesItsCurve(t *testing.T) {
	for _, k := range []string{"1", "4", "0"} {
		p := Params{Tasks: 48, Grain: time.Millisecond, Seed: 1, Axes: map[string]string{"slots": k}}
		count, _ := p.Count(slotsAxis)
		prepare := func() (Job, error) {
			place := t.Name() + k
			semaphores.Store(place, newSlots(count))
			return stays(p, place, func() error { semaphores.Delete(place); return nil })
		}
		serial := virtual(t, executors.Serial, 1, prepare)
		for workers := 1; workers <= 16; workers++ {
			if 48%workers != 0 {
				continue // at their last round tasks beyond the slots would begin another
			}
			got := float64(serial) / float64(virtual(t, executors.Goroutines, workers, prepare))
			if want := waitsInSlots(p).Speedup(workers, 1); got != want {
				t.Errorf("%s slots, %d workers: speedup %v, want %v", k, workers, got, want)
			}
		}
	}
}

// Unequal waits have the mean of the grain, follow from the seed, and are as fast as a greedy
// schedule of them: no faster than the curve, and no slower by more than the longest (Graham 1969).
func TestUnequalWaits(t *testing.T) {
	for _, kind := range []string{"uniform", "exponential", "pareto"} {
		p := Params{Tasks: 64, Grain: time.Millisecond, Seed: 5, Axes: map[string]string{"spread": kind}}
		prepare := func() (Job, error) { return newSleep(p) }
		serial := virtual(t, executors.Serial, 1, prepare)
		if mean := serial / 64; mean < 700*time.Microsecond || mean > 1300*time.Microsecond {
			t.Errorf("%s: a mean wait of %v, want about 1ms", kind, mean)
		}
		if virtual(t, executors.Serial, 1, prepare) != serial {
			t.Errorf("%s: other waits from the same seed", kind)
		}
		other := p
		other.Seed = 6
		if virtual(t, executors.Serial, 1, func() (Job, error) { return newSleep(other) }) == serial {
			t.Errorf("%s: the same waits from another seed", kind)
		}
		longest := float64(serial) / unequal(p, Workers, 0).Slots
		for workers := 1; workers <= 64; workers *= 2 {
			took := float64(virtual(t, executors.Goroutines, workers, prepare))
			if ideal := float64(serial) / unequal(p, Workers, 0).Speedup(workers, 1); took < ideal*0.9999 || took > ideal+longest {
				t.Errorf("%s, %d workers: %v s, want from %v to the longest, %v, more", kind, workers, took, ideal, longest)
			}
		}
	}
}

func TestKernelSleepIsNotShort(t *testing.T) {
	for _, d := range []time.Duration{0, time.Microsecond, 2500 * time.Microsecond} {
		begin := time.Now()
		if err := kernelSleep(d); err != nil || time.Since(begin) < d {
			t.Errorf("%v: %v after %v", d, err, time.Since(begin))
		}
	}
}

// A connection serves one talk after the other; one that failed, or was cut off, none.
func TestAsk(t *testing.T) {
	server, err := serve(echoes(newSlots(1)))
	if err != nil {
		t.Fatal(err)
	}
	call := func(ctx context.Context, takes time.Duration) error {
		got, err := echoTask.plain.Call(ctx, request{server.Address, 3, takes})
		if err == nil && got != mix(3) {
			t.Errorf("answer %#x", got)
		}
		return err
	}
	idle := func() int {
		idleConns.Lock()
		defer idleConns.Unlock()
		return len(idleConns.conns[server.Address])
	}
	for range 3 {
		if err := call(t.Context(), 0); err != nil || idle() != 1 {
			t.Fatalf("error %v, %d connections idle, want 1", err, idle())
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	time.AfterFunc(time.Millisecond, func() { cancel(stopped) })
	if err := call(ctx, time.Hour); err != stopped || idle() != 0 {
		t.Errorf("error %v, %d connections idle, want the cause of the context and none", err, idle())
	}
	if err := server.Close(); err != nil { // although a request of an hour is being served
		t.Error(err)
	}
	if call(t.Context(), 0) == nil {
		t.Error("a server that ended answers")
	}
}

// A slot comes back when whoever has it goes away.
func TestSlotOfTheDead(t *testing.T) {
	free := newSlots(1)
	server, err := serve(lends(free))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	gone := errors.New("gone")
	for range 2 {
		err := ask(t.Context(), server.Address, func(conn net.Conn) error {
			var one [1]byte
			conn.Write(one[:])
			if _, err := conn.Read(one[:]); err != nil {
				t.Error(err)
			}
			return gone
		})
		if err != gone {
			t.Error(err)
		}
	}
}
