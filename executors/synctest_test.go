package executors_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
)

// What the contract says about time, in virtual time: exact, and at once. A
// goroutine that is left behind fails the test, too.

var (
	sleeper = executors.Define("synctest.sleeper", func(_ context.Context, d time.Duration) (time.Duration, error) {
		time.Sleep(d)
		return d, nil
	})
	untilEnd = executors.Define("synctest.untilEnd", func(ctx context.Context, d time.Duration) (error, error) {
		select {
		case <-ctx.Done():
			return ctx.Err(), nil
		case <-time.After(d):
			return nil, nil
		}
	})
)

// background are the kinds that run tasks while the submitter goes on.
func background() []executors.Kind {
	return []executors.Kind{executors.Goroutines, executors.Spawn, executors.Threads}
}

// inVirtualTime calls test with an executor of each kind in a bubble, shuts it
// down, and checks how long everything took.
func inVirtualTime(t *testing.T, workers int, took time.Duration, test func(*testing.T, executors.Executor)) {
	for _, kind := range background() {
		t.Run(kind.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				ex := open(t, kind, executors.Options{Workers: workers})
				test(t, ex)
				shut(t, ex)
				if got := time.Since(start); got != took {
					t.Errorf("took %v, want %v", got, took)
				}
			})
		})
	}
}

func open(t *testing.T, kind executors.Kind, o executors.Options) executors.Executor {
	t.Helper()
	ex, err := kind.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return ex
}

func shut(t *testing.T, ex executors.Executor) {
	t.Helper()
	if err := ex.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func start[In, Out any](t *testing.T, ctx context.Context, ex executors.Executor, fn *executors.Func[In, Out], in In, options ...executors.SubmitOption) *executors.Future[Out] {
	t.Helper()
	f, err := executors.Submit(ctx, ex, fn, in, options...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func after(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// wantAt checks when something happened.
func wantAt(t *testing.T, began time.Time, want time.Duration) {
	t.Helper()
	if got := time.Since(began); got != want {
		t.Errorf("happened after %v, want %v", got, want)
	}
}

func TestMakespan(t *testing.T) {
	inVirtualTime(t, 4, 2*time.Second, func(t *testing.T, ex executors.Executor) {
		for _, err := range executors.Map(t.Context(), ex, sleeper, slices.Values(slices.Repeat([]time.Duration{time.Second}, 8))) {
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// Many may wait for a serial executor to end what it runs.
func TestSerialShutdowns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ex, err := executors.Serial.New(executors.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		go executors.SubmitFunc(context.Background(), ex, func(context.Context) (int, error) { time.Sleep(time.Second); return 0, nil })
		synctest.Wait()
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if err := ex.Shutdown(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
}

// A sequence that was left early does not wait for what it has left.
func TestCompletionsAfterBreak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never, settled := executors.NewPromise[int](), executors.NewPromise[int]()
		c := executors.NewCompletions(never.Future(), settled.Future())
		settled.Settle(1, nil)
		for range c.All(t.Context()) {
			break
		}
		for f := range c.All(t.Context()) {
			t.Errorf("%v came after the end", f)
		}
		c.Add(never.Future())
		never.Settle(2, nil)
		n := 0
		for range c.All(t.Context()) {
			n++
		}
		if n != 1 {
			t.Errorf("%d futures, want the one that was added again", n)
		}
	})
}

func TestSerialMakespan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		ex := open(t, executors.Serial, executors.Options{Workers: 1})
		for range 3 {
			start(t, t.Context(), ex, sleeper, time.Second)
		}
		wantAt(t, began, 3*time.Second)
		shut(t, ex)
	})
}

// F29: a wait with a deadline leaves the task alone.
func TestResultDeadline(t *testing.T) {
	inVirtualTime(t, 1, time.Second, func(t *testing.T, ex executors.Executor) {
		began := time.Now()
		f := start(t, t.Context(), ex, sleeper, time.Second)
		if _, err := f.Result(after(t, 300*time.Millisecond)); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		wantAt(t, began, 300*time.Millisecond)
		if v, err := f.Result(t.Context()); v != time.Second || err != nil {
			t.Error(v, err)
		}
		wantAt(t, began, time.Second)
	})
}

// W08: the end of the context returns the split at that time.
func TestWaitDeadline(t *testing.T) {
	inVirtualTime(t, 3, 3*time.Second, func(t *testing.T, ex executors.Executor) {
		began := time.Now()
		one, two, three := start(t, t.Context(), ex, sleeper, time.Second), start(t, t.Context(), ex, sleeper, 2*time.Second), start(t, t.Context(), ex, sleeper, 3*time.Second)
		settled, pending, err := executors.Wait(after(t, 1500*time.Millisecond), executors.AllCompleted, one, two, three)
		if len(settled) != 1 || len(pending) != 2 || !errors.Is(err, context.DeadlineExceeded) {
			t.Error(settled, pending, err)
		}
		wantAt(t, began, 1500*time.Millisecond)
		settled, _, err = executors.Wait(t.Context(), executors.FirstCompleted, two, three)
		if len(settled) != 1 || settled[0] != two || err != nil {
			t.Error(settled, err)
		}
		wantAt(t, began, 2*time.Second)
	})
}

// A08: the clock starts at the call, whenever the first step is.
func TestAsCompletedClock(t *testing.T) {
	inVirtualTime(t, 2, 5*time.Second, func(t *testing.T, ex executors.Executor) {
		began := time.Now()
		quick, slow := start(t, t.Context(), ex, sleeper, time.Second), start(t, t.Context(), ex, sleeper, 5*time.Second)
		seq := executors.AsCompleted(after(t, 2*time.Second), slow, quick)
		time.Sleep(3 * time.Second)
		var errs []error
		for f, err := range seq {
			if errs = append(errs, err); err == nil && f != quick {
				t.Error("not the quick one first")
			}
			wantAt(t, began, 3*time.Second)
		}
		if len(errs) != 2 || errs[0] != nil || !errors.Is(errs[1], context.DeadlineExceeded) {
			t.Error(errs)
		}
	})
}

// A06: each future is yielded at the moment at which it settles.
func TestAsCompletedOrder(t *testing.T) {
	inVirtualTime(t, 3, 3*time.Second, func(t *testing.T, ex executors.Executor) {
		began := time.Now()
		var futures []*executors.Future[time.Duration]
		for _, d := range []time.Duration{3, 1, 2} {
			futures = append(futures, start(t, t.Context(), ex, sleeper, d*time.Second))
		}
		i := time.Duration(0)
		for f, err := range executors.AsCompleted(t.Context(), futures...) {
			i++
			if v, _ := f.Result(t.Context()); v != i*time.Second || err != nil {
				t.Error(v, err)
			}
			wantAt(t, began, i*time.Second)
		}
	})
}

// E07: the deadline of a map, measured from its call; the rest is not run.
func TestMapDeadline(t *testing.T) {
	inVirtualTime(t, 1, 6*time.Second, func(t *testing.T, ex executors.Executor) {
		began := time.Now()
		inputs := []time.Duration{0, 0, 6 * time.Second, time.Second}
		var errs []error
		for _, err := range executors.Map(after(t, 5*time.Second), ex, sleeper, slices.Values(inputs)) {
			errs = append(errs, err)
		}
		if len(errs) != 3 || errs[0] != nil || errs[1] != nil || !errors.Is(errs[2], context.DeadlineExceeded) {
			t.Error(errs)
		}
		wantAt(t, began, 5*time.Second)
	})
}

// E27 and L18: ordered results wait for the slowest before them, unordered ones do not.
func TestMapOrders(t *testing.T) {
	for _, c := range []struct {
		name    string
		options []executors.MapOption
		at      []time.Duration
	}{
		{"ordered", nil, []time.Duration{3, 3, 3}},
		{"unordered", []executors.MapOption{executors.Unordered()}, []time.Duration{1, 2, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inVirtualTime(t, 3, 3*time.Second, func(t *testing.T, ex executors.Executor) {
				began, i := time.Now(), 0
				for range executors.Map(t.Context(), ex, sleeper, slices.Values([]time.Duration{3 * time.Second, 2 * time.Second, time.Second}), c.options...) {
					wantAt(t, began, c.at[i]*time.Second)
					i++
				}
			})
		})
	}
}

// L07: the task sees the end of its context at once, and the future settles then.
func TestCancelOfRunning(t *testing.T) {
	inVirtualTime(t, 1, time.Second, func(t *testing.T, ex executors.Executor) {
		f := start(t, t.Context(), ex, untilEnd, time.Minute)
		time.Sleep(time.Second)
		f.Cancel()
		if v, err := f.Result(t.Context()); v != context.Canceled || err != nil {
			t.Error(v, err)
		}
	})
}

// S23: shutdown is bounded by its context, and goes on where it was.
func TestShutdownDeadline(t *testing.T) {
	inVirtualTime(t, 1, 4*time.Second, func(t *testing.T, ex executors.Executor) {
		began := time.Now()
		f := start(t, t.Context(), ex, sleeper, 2*time.Second)
		start(t, t.Context(), ex, sleeper, 2*time.Second)
		if err := ex.Shutdown(after(t, time.Second)); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		wantAt(t, began, time.Second)
		if f.State() != executors.Running {
			t.Error(f)
		}
	})
}

// L08: idle workers end after exactly Idle, and come back.
func TestIdleRetirement(t *testing.T) {
	for _, kind := range []executors.Kind{executors.Goroutines, executors.Threads} {
		t.Run(kind.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ex := open(t, kind, executors.Options{Workers: 3, Idle: time.Minute})
				for range 2 {
					for range 3 {
						start(t, t.Context(), ex, sleeper, time.Second)
					}
					time.Sleep(time.Second + time.Minute - time.Nanosecond)
					synctest.Wait()
					wantWorkers(t, ex, 3)
					time.Sleep(time.Nanosecond)
					synctest.Wait()
					wantWorkers(t, ex, 0)
				}
				shut(t, ex)
			})
		})
	}
}

func wantWorkers(t *testing.T, ex executors.Executor, want int) {
	t.Helper()
	if s, _ := executors.StatsOf(ex); s.Workers != want {
		t.Errorf("%d workers, want %d", s.Workers, want)
	}
}

// L14: a full queue blocks Submit until there is room, or its context ends.
func TestBlockingSubmit(t *testing.T) {
	for _, kind := range []executors.Kind{executors.Goroutines, executors.Threads} {
		t.Run(kind.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ex := open(t, kind, executors.Options{Workers: 1, Queue: 1})
				start(t, t.Context(), ex, sleeper, 10*time.Second)
				synctest.Wait() // it runs
				start(t, t.Context(), ex, sleeper, 10*time.Second)
				wantAt(t, began, 0)
				if _, err := executors.Submit(after(t, time.Second), ex, sleeper, time.Second); !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
				wantAt(t, began, time.Second)
				f := start(t, t.Context(), ex, sleeper, time.Second)
				wantAt(t, began, 10*time.Second)
				if err := f.Err(t.Context()); err != nil {
					t.Error(err)
				}
				wantAt(t, began, 21*time.Second)
				shut(t, ex)
			})
		})
	}
}

// L09: a new number of workers holds from the next task on.
func TestResizeTakesEffect(t *testing.T) {
	for _, kind := range []executors.Kind{executors.Goroutines, executors.Threads} {
		t.Run(kind.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ex := open(t, kind, executors.Options{Workers: 1})
				for range 13 {
					start(t, t.Context(), ex, sleeper, time.Second)
				}
				// Four run. When one worker is asked for, four more have started and end
				// first; one runs on, to which two are added; then two are left.
				for i, succeeded := range []int64{4, 8, 11, 13} {
					resize(t, ex, []int{4, 1, 3, 3}[i])
					time.Sleep(time.Second)
					synctest.Wait()
					if s, _ := executors.StatsOf(ex); s.Succeeded != succeeded {
						t.Errorf("after %v %d have ended, want %d", time.Since(began), s.Succeeded, succeeded)
					}
				}
				shut(t, ex)
				wantAt(t, began, 4*time.Second)
			})
		})
	}
}

func resize(t *testing.T, ex executors.Executor, workers int) {
	t.Helper()
	if ok, err := executors.Resize(ex, workers); !ok || err != nil {
		t.Fatal(ok, err)
	}
}
