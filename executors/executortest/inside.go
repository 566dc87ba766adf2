package executortest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"poolbench/executors"
)

// insideCases are about tasks that wait: not in CPython.
var insideCases = []Case{
	{ID: "X30", Doc: "a wait inside a task with an ended context ends at once, and starts nothing", Needs: Closures | Background | queueing, Run: func(t *T) {
		for name, wait := range waysToWait {
			ex := t.New(1)
			d := dir(t.TempDir())
			outer := submitFunc(t, ex, func(ctx context.Context) (int, error) {
				f, err := executors.Submit(ctx, ex, journal, gateInput{Dir: d, Name: "awaited"})
				if err != nil {
					return 0, err
				}
				over, cancel := context.WithCancel(ctx)
				cancel()
				err = wait(over, f)
				f.Cancel()
				return 0, err
			})
			err := outer.Err(t.Ctx)
			wantType[*executors.WaitError](t, err)
			wantErr(t, err, context.Canceled)
			if d.count("awaited") != 0 {
				t.Errorf("%s: the awaited task was started", name)
			}
		}
	}},
	{ID: "X31", Doc: "a task that waits for itself gets ErrDeadlock, by every way to wait", Needs: Closures | Background | queueing, Run: func(t *T) {
		for name, wait := range waysToWait {
			circle(t, name, wait, 1, t.New(1))
		}
	}},
	{ID: "X32", Doc: "tasks that wait for each other in a circle get ErrDeadlock, on one worker and on many", Needs: Closures | Background | queueing, Run: func(t *T) {
		for name, wait := range waysToWait {
			for _, n := range []int{2, 3} {
				circle(t, fmt.Sprint(name, " of ", n), wait, n, t.New(1))
				circle(t, fmt.Sprint(name, " of ", n), wait, n, t.New(5))
			}
		}
	}},
	{ID: "X33", Doc: "tasks of two executors that wait for each other get ErrDeadlock", Needs: Closures | Background | queueing | parallel, Run: func(t *T) {
		for name, wait := range waysToWait {
			circle(t, name, wait, 2, t.New(1), elsewhere(t))
			circle(t, name, wait, 4, t.New(2), elsewhere(t))
		}
	}},
	{ID: "X34", Doc: "a task that waits for a task elsewhere which waits for a worker of the first executor gets ErrDeadlock, or its result", Needs: Closures | Background | queueing, Run: func(t *T) {
		for name, wait := range waysToWait {
			p, q := t.New(1), elsewhere(t)
			outer := submitFunc(t, p, func(ctx context.Context) (int, error) {
				there, err := executors.SubmitFunc(ctx, q, func(ctx context.Context) (int, error) {
					back, err := executors.Submit(ctx, p, echo, 7)
					if err != nil {
						return 0, err
					}
					return 7, wait(ctx, back)
				})
				if err != nil {
					return 0, err
				}
				return there.Result(ctx)
			})
			if v, err := outer.Result(t.Ctx); !errors.Is(err, executors.ErrDeadlock) && (v != 7 || err != nil) {
				t.Errorf("%s: %d, %v", name, v, err)
			}
			stillWorks(t, p)
		}
	}},
	{ID: "X35", Doc: "who waits in a chain meets no deadlock, nor does who waits for a task that only waits until a deadline", Needs: Closures | Background | queueing | parallel, Run: func(t *T) {
		ex := t.New(3)
		slow, open := gated(t, "")
		last := slow
		for range 2 {
			awaited := last
			last = submitFunc(t, ex, func(ctx context.Context) (int, error) { return awaited.Result(ctx) })
		}
		var waits future
		ready := make(chan struct{})
		polls := submitFunc(t, ex, func(ctx context.Context) (int, error) {
			<-ready
			short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
			defer cancel()
			wantType[*executors.WaitError](t, waits.Err(short))
			return 8, nil
		})
		waits = submitFunc(t, t.New(1), func(ctx context.Context) (int, error) { return polls.Result(ctx) })
		close(ready)
		wantResult(t, waits, 8)
		open()
		wantResult(t, last, 7)
	}},
	{ID: "X36", Doc: "a wait for the first of several ends when that has settled, though the waiting worker runs another", Needs: Closures | Background | queueing, Run: func(t *T) {
		if t.Kind.Name == "threads" {
			t.Skipf("an awaited task runs on the thread of the task that waits")
		}
		ex := t.New(1)
		quick, open := gated(t, "")
		d := dir(t.TempDir())
		outer := submitFunc(t, ex, func(ctx context.Context) (int, error) {
			slow, err := executors.Submit(ctx, ex, gate, gateInput{d, "slow", 1, ""})
			if err != nil {
				return 0, err
			}
			go func() {
				await(t, d, "slow")
				open()
			}()
			settled, _, err := executors.Wait(ctx, executors.FirstCompleted, slow, quick)
			openGate(t, d)
			if len(settled) == 0 {
				return 0, err
			}
			return 7, err
		})
		wantResult(t, outer, 7)
	}},
}

// waysToWait are the ways to wait for a future; each returns its error, or why it has
// stopped waiting.
var waysToWait = map[string]func(context.Context, future) error{
	"Result": func(ctx context.Context, f future) error { _, err := f.Result(ctx); return err },
	"Err":    func(ctx context.Context, f future) error { return f.Err(ctx) },
	"Wait": func(ctx context.Context, f future) error {
		_, _, err := executors.Wait(ctx, executors.FirstError, f)
		return cmpErr(err, f)
	},
	"AsCompleted": func(ctx context.Context, f future) error {
		for f, err := range executors.AsCompleted(ctx, f) {
			return cmpErr(err, f)
		}
		return errors.New("nothing was yielded")
	},
}

// cmpErr is err, or else that of a settled future.
func cmpErr(err error, f future) error {
	if err != nil {
		return err
	}
	return f.Err(context.Background())
}

// elsewhere is another executor than those under test.
func elsewhere(t *T) executors.Executor {
	ex, err := executors.NewGoroutines(2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ex.Shutdown(t.life); err != nil {
			t.Errorf("Shutdown at the end of the case: %v", err)
		}
	})
	return ex
}

// circle has n tasks, on the executors in turn, wait each for the next and the last for
// the first. Each of them must end, with ErrDeadlock of its own wait or of the awaited task.
func circle(t *T, name string, wait func(context.Context, future) error, n int, on ...executors.Executor) {
	tasks := make([]future, n)
	submitted := make(chan struct{})
	outer := submitFunc(t, on[0], func(ctx context.Context) (int, error) {
		for i := range tasks {
			tasks[i] = submitFunc(t, on[i%len(on)], func(ctx context.Context) (int, error) {
				select {
				case <-submitted:
				case <-t.life.Done(): // Submit runs tasks, and the case was abandoned
					return 0, t.life.Err()
				}
				return 0, wait(ctx, tasks[(i+1)%n])
			})
		}
		close(submitted)
		tasks[0].Err(ctx)
		return 7, nil
	})
	if v := result(t, outer); v != 7 {
		return
	}
	for _, f := range tasks {
		if err := f.Err(t.Ctx); !errors.Is(err, executors.ErrDeadlock) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	for _, ex := range on {
		stillWorks(t, ex)
	}
}
