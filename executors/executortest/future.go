package executortest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"poolbench/executors"
)

// futureCases is most of group F: a future in the hands of a user. Futures are
// those of tasks where the kind runs tasks in the background, promises otherwise.
var futureCases = []Case{
	{ID: "F01", Doc: "a callback registered before sees the value without blocking", Run: func(t *T) {
		f, open := gated(t, "")
		seen := make(chan int, 1)
		f.OnDone(func(f future) {
			v, _ := f.Result(ended())
			seen <- v
		})
		open()
		if got := receive(t, seen); got != 7 {
			t.Errorf("saw %d, want 7", got)
		}
	}},
	{ID: "F02", Doc: "a callback sees the error of the task, the same object where it need not travel", Run: func(t *T) {
		f, open := gated(t, "as planned")
		seen := make(chan error, 1)
		f.OnDone(func(f future) { seen <- f.Err(ended()) })
		open()
		wantText(t, receive(t, seen), "as planned")
		if !t.has(Closures) {
			return
		}
		own := errors.New("own")
		g := submitFunc(t, t.New(1), func(context.Context) (int, error) { return 0, own })
		g.OnDone(func(f future) { seen <- f.Err(ended()) })
		if err := receive(t, seen); err != own {
			t.Errorf("saw %v, not the same object", err)
		}
	}},
	{ID: "F03", Doc: "cancel runs callbacks before it returns, and they see the cancellation", Run: func(t *T) {
		f := states(t).pending
		called := 0
		f.OnDone(func(f future) {
			wantState(t, f, executors.Cancelled)
			called++
		})
		if f.Cancel(); called != 1 {
			t.Errorf("the callback ran %d times", called)
		}
	}},
	{ID: "F04", Doc: "a panicking callback stops neither later ones nor the worker, and is logged", Run: func(t *T) {
		logged := captureLog(t)
		f, open := gated(t, "")
		second := make(chan struct{})
		f.OnDone(func(future) { panic("callback panics, as planned") })
		f.OnDone(func(future) { close(second) })
		open()
		receive(t, second)
		result(t, f)
		if !strings.Contains(logged.String(), "as planned") {
			t.Errorf("not logged: %q", logged)
		}
	}},
	{ID: "F05", Doc: "a callback on a future with a value runs before registration returns", Run: func(t *T) {
		lateCallback(t, states(t).succeeded)
	}},
	{ID: "F06", Doc: "a callback on a future with an error runs before registration returns", Run: func(t *T) {
		lateCallback(t, states(t).failed)
	}},
	{ID: "F07", Doc: "a callback on a cancelled future runs before registration returns", Run: func(t *T) {
		lateCallback(t, states(t).cancelled)
	}},
	{ID: "F08", Doc: "a late panicking callback does not reach the registrar, and is logged", Run: func(t *T) {
		logged := captureLog(t)
		states(t).succeeded.OnDone(func(future) { panic("late callback, as planned") })
		if !strings.Contains(logged.String(), "as planned") {
			t.Errorf("not logged: %q", logged)
		}
	}},
	{ID: "F09", Doc: "the text of a future names its state, and the error or the type of its value", Run: func(t *T) {
		s := states(t)
		for f, words := range map[future][]string{
			s.pending: {"pending"}, s.running: {"running"}, s.cancelled: {"cancelled"},
			s.failed: {"finished", "as planned"}, s.succeeded: {"finished", "int"},
		} {
			for _, word := range words {
				if !strings.Contains(f.String(), word) {
					t.Errorf("%q does not contain %q", f, word)
				}
			}
		}
	}},
	{ID: "F10", Doc: "types and errors show the name of the public package", Run: func(t *T) {
		s := states(t)
		if got := fmt.Sprintf("%T", s.pending); !strings.HasPrefix(got, "*executors.Future") {
			t.Errorf("a future is a %s", got)
		}
		for _, err := range []error{s.pending.Err(ended()), s.cancelled.Err(ended()), executors.ErrShutdown} {
			if !strings.HasPrefix(fmt.Sprint(err), "executors: ") {
				t.Errorf("error %q", err)
			}
		}
	}},
	{ID: "F11", Doc: "cancel is true for pending and cancelled futures, false for others, which keep their state", Run: func(t *T) {
		s := states(t)
		before := map[future]executors.State{}
		s.each(func(_ string, f future) { before[f] = f.State() })
		s.each(func(name string, f future) {
			want := f == s.pending || f == s.cancelled
			if got := f.Cancel(); got != want {
				t.Errorf("%s: Cancel returned %v", name, got)
			}
		})
		wantState(t, s.pending, executors.Cancelled)
		for _, f := range []future{s.cancelled, s.failed, s.succeeded} {
			wantState(t, f, before[f])
		}
	}},
	{ID: "F12", Doc: "only a cancelled future is in state Cancelled", Run: func(t *T) {
		wantStates(t, func(s five) future { return s.cancelled }, executors.Cancelled)
	}},
	{ID: "F13", Doc: "Done is closed exactly for futures that finished or were cancelled", Run: func(t *T) {
		s := states(t)
		s.each(func(name string, f future) {
			closed := false
			select {
			case <-f.Done():
				closed = true
			default:
			}
			if want := f != s.pending && f != s.running; closed != want {
				t.Errorf("%s: Done closed: %v", name, closed)
			}
		})
	}},
	{ID: "F14", Doc: "only a future whose task has really started is in state Running", Run: func(t *T) {
		wantStates(t, func(s five) future { return s.running }, executors.Running)
	}},
	{ID: "F15", Doc: "Result with an ended context: WaitError while unsettled, else what is there", Run: func(t *T) {
		checkSettled(t, func(f future) error {
			v, err := f.Result(ended())
			if err == nil && v != 42 {
				t.Errorf("got value %d", v)
			}
			return err
		})
	}},
	{ID: "F16", Doc: "a blocked Result is woken by the end of the task", Run: func(t *T) {
		f, open := gated(t, "")
		waited := make(chan int, 1)
		go func() {
			v, _ := f.Result(t.Ctx)
			waited <- v
		}()
		open()
		if got := receive(t, waited); got != 7 {
			t.Errorf("got %d, want 7", got)
		}
	}},
	{ID: "F17", Doc: "Results that block are woken by cancel, all of them", Run: func(t *T) {
		f := states(t).pending
		woken := make(chan error, 3)
		for range cap(woken) {
			go func() {
				_, err := f.Result(context.Background())
				woken <- err
			}()
		}
		f.Cancel()
		for range cap(woken) {
			err := receive(t, woken)
			wantErr(t, err, executors.ErrCancelled)
			wantErr(t, err, context.Canceled)
		}
	}},
	{ID: "F18", Doc: "Err with an ended context: WaitError while unsettled, nil for success, else the error", Run: func(t *T) {
		checkSettled(t, func(f future) error { return f.Err(ended()) })
	}},
	{ID: "F19", Doc: "a blocked Err is woken by the end of the task", Run: func(t *T) {
		f, open := gated(t, "as planned")
		waited := make(chan error, 1)
		go func() { waited <- f.Err(t.Ctx) }()
		open()
		wantText(t, receive(t, waited), "as planned")
	}},
	{ID: "F22", Doc: "nobody sees a state and a result that do not fit, while a future settles", Run: func(t *T) {
		for range 50 {
			f, open := promisedGate()
			var wg sync.WaitGroup
			for range 4 {
				t.Go(&wg, func() {
					for range 200 {
						state := f.State()
						v, err := f.Result(ended())
						settled := state == executors.Finished
						if !(v == 7 && err == nil) && (settled || v != 0 || err == nil) {
							t.Errorf("%v, yet result %d, %v", state, v, err)
						}
					}
				})
			}
			open()
			wg.Wait()
		}
	}},
	{ID: "F26", Doc: "callbacks run in order of registration, once each, also when cancel races with the task", Needs: Background | queueing, Run: func(t *T) {
		ex := t.New(1)
		_, d := hold(t, ex, 1) // so that nothing ends before it has its callbacks
		const n = 300
		var futures [n]future
		var calls [n]chan int
		for i := range n {
			futures[i], calls[i] = submit(t, ex, echo, 1), make(chan int, 10)
			for j := range 5 {
				futures[i].OnDone(func(future) { calls[i] <- j })
			}
		}
		openGate(t, d)
		for i := range n {
			futures[n-1-i].Cancel()
		}
		for i := range n {
			if got := drain(t, calls[i], 5); !slices.Equal(got, sequence(5)) {
				t.Errorf("order %v", got)
			}
		}
		shutdown(t, ex)
		for i := range n {
			if len(calls[i]) != 0 {
				t.Error("a callback ran twice")
			}
		}
	}},
	{ID: "F27", Doc: "a callback registered by a callback runs at once, before later ones", Run: func(t *T) {
		f, open := gated(t, "")
		order := make(chan int, 3)
		f.OnDone(func(f future) {
			order <- 0
			f.OnDone(func(future) { order <- 1 })
		})
		f.OnDone(func(future) { order <- 2 })
		open()
		if got := drain(t, order, 3); !slices.Equal(got, []int{0, 1, 2}) {
			t.Errorf("order %v", got)
		}
	}},
	{ID: "F28", Doc: "what a task wrote is visible to whoever saw its future settle (for the race detector)", Needs: Closures, Run: func(t *T) {
		ex := t.New(2)
		var wg sync.WaitGroup
		for range 50 {
			written := 0
			f := submitFunc(t, ex, func(context.Context) (int, error) {
				written = 5
				return 1, nil
			})
			for _, wait := range []func(){func() { <-f.Done() }, func() { f.Err(t.Ctx) }, func() {
				executors.Wait(t.Ctx, executors.AllCompleted, f)
			}} {
				t.Go(&wg, func() {
					if wait(); written != 5 {
						t.Errorf("read %d", written)
					}
				})
			}
		}
		wg.Wait()
	}},
	{ID: "F29", Doc: "a wait that its context ends leaves the task alone", Run: func(t *T) {
		f, open := gated(t, "")
		ctx, cancel := context.WithTimeout(t.Ctx, time.Millisecond)
		defer cancel()
		_, err := f.Result(ctx)
		wantType[*executors.WaitError](t, err)
		wantErr(t, err, context.DeadlineExceeded)
		open()
		wantResult(t, f, 7)
	}},
	{ID: "F30", Doc: "an error of no text, or a nil pointer in an error, is a failure", Run: func(t *T) {
		for _, err := range oddErrors {
			p := executors.NewPromise[int]()
			p.Settle(0, err)
			if p.Future().Err(t.Ctx) == nil || p.Future().State() != executors.Finished {
				t.Errorf("%T became a success", err)
			}
		}
	}},
	{ID: "F31", Doc: "cancelling twice runs callbacks once", Run: func(t *T) {
		f := states(t).pending
		called := 0
		f.OnDone(func(future) { called++ })
		f.Cancel()
		if f.Cancel(); called != 1 {
			t.Errorf("called %d times", called)
		}
	}},
}

// oddErrors are errors that a careless test takes for none.
var oddErrors = []error{errors.New(""), (*oddError)(nil), oddError{}}

type oddError struct{}

func (oddError) Error() string { return "" }

func lateCallback(t *T, f future) {
	called := 0
	f.OnDone(func(same future) {
		if same == f {
			called++
		}
	})
	if called != 1 {
		t.Errorf("called %d times before OnDone returned", called)
	}
}

// wantStates checks that exactly the chosen ones are in the state.
func wantStates(t *T, chosen func(five) future, state executors.State) {
	s := states(t)
	s.each(func(name string, f future) {
		if in := f.State() == state; in != (f == chosen(s)) {
			t.Errorf("%s: state %v", name, f.State())
		}
	})
}

// checkSettled checks what poll returns of a future in each state.
func checkSettled(t *T, poll func(future) error) {
	s := states(t)
	for _, f := range []future{s.pending, s.running} {
		err := poll(f)
		if _, ok := errors.AsType[*executors.WaitError](err); !ok {
			t.Errorf("%v: got %v, want *WaitError", f, err)
		}
	}
	wantErr(t, poll(s.cancelled), executors.ErrCancelled)
	wantText(t, poll(s.failed), "as planned")
	wantErr(t, poll(s.succeeded), nil)
}

func promisedGate() (f future, open func()) {
	p := executors.NewPromise[int]()
	p.Start()
	return p.Future(), func() { p.Settle(7, nil) }
}

func drain(t *T, c <-chan int, n int) (got []int) {
	for range n {
		got = append(got, receive(t, c))
	}
	return got
}
