package executortest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"weak"

	"poolbench/executors"
)

// submitCases is the part of group E that is about submitting.
var submitCases = []Case{
	{ID: "E01", Doc: "submit returns a future with the value", Run: func(t *T) {
		wantResult(t, submit(t, t.New(2), echo, 42), 42)
	}},
	{ID: "E02", Doc: "inputs of every form arrive unchanged; a missing function is refused at submit", Run: func(t *T) {
		ex := t.New(1)
		in := form{-7, "naïve\x00", []byte{0, 255}, []map[string]float64{{"a": 0.1}, {}}, &form{Number: 1}}
		if got := result(t, submit(t, ex, forms, in)); !reflect.DeepEqual(got, in) {
			t.Errorf("got %+v, want %+v", got, in)
		}
		var none *executors.Func[int, int]
		_, err := executors.Submit(t.Ctx, ex, none, 1)
		wantErr(t, err, executors.ErrNilFunc)
		_, err = executors.SubmitFunc[int](t.Ctx, ex, nil)
		wantErr(t, err, executors.ErrNilFunc)
		_, err = executors.Submit(t.Ctx, ex, executors.Closure[int, int](nil), 1)
		wantErr(t, err, executors.ErrNilFunc)
	}},
	{ID: "D07", Doc: "an error of the task is the error of the future, and the worker lives on", Run: func(t *T) {
		ex := t.New(1)
		wantText(t, submit(t, ex, fail, "no such thing").Err(t.Ctx), "no such thing")
		stillWorks(t, ex)
	}},
	{ID: "E19", Doc: "the input is freed after the task, though its future is kept", Run: func(t *T) {
		ex := t.New(1)
		in := &block{make([]byte, 1000)}
		freed := weak.Make(in)
		f := submit(t, ex, large, in)
		in = nil
		result(t, f)
		collected(t, "the input is collected", freed)
		runtime.KeepAlive(f)
	}},
	{ID: "E20", Doc: "less than one worker is refused, and one is what the executor has", Needs: works, Run: func(t *T) {
		for _, n := range []int{0, -1} {
			if _, err := t.Kind.New(executors.Options{Workers: n}); err == nil {
				t.Errorf("%d workers were accepted", n)
			}
		}
		if got := t.New(1).Workers(); got != 1 {
			t.Errorf("Workers() = %d, want 1", got)
		}
	}},
	{ID: "E22", Doc: "an error of no text, or a nil pointer in an error, is a failure of the task", Needs: Closures, Run: func(t *T) {
		ex := t.New(1)
		for _, odd := range oddErrors {
			f := submitFunc(t, ex, func(context.Context) (int, error) { return 1, odd })
			if err := f.Err(t.Ctx); err == nil {
				t.Errorf("%T became a success", odd)
			}
		}
	}},
	{ID: "E30", Doc: "a broken executor says so, also when it has been shut down since", Needs: Initializers | Closures | Background, Run: func(t *T) {
		ex := broken(t)
		for range 2 {
			_, err := executors.Submit(t.Ctx, ex, echo, 1)
			wantType[*executors.BrokenError](t, err)
			shutdown(t, ex)
		}
	}},
	{ID: "E31", Doc: "one worker starts tasks in the order of submission", Needs: Closures, Run: func(t *T) {
		ex := t.New(1)
		var order []int
		for i := range 300 {
			submitFunc(t, ex, func(context.Context) (int, error) {
				order = append(order, i)
				return 0, nil
			})
		}
		shutdown(t, ex)
		if !slices.IsSorted(order) || len(order) != 300 {
			t.Errorf("order %v", order)
		}
	}},
	{ID: "E32", Doc: "tasks and callbacks may submit", Needs: Closures | queueing, Run: func(t *T) {
		ex := t.New(1)
		inner := submitFunc(t, ex, func(ctx context.Context) (future, error) { return executors.Submit(ctx, ex, echo, 3) })
		f := result(t, inner)
		// The context of the task that submitted has ended, which cancels what it left behind.
		if v, err := f.Result(t.Ctx); err == nil && v != 3 || err != nil && !errors.Is(err, executors.ErrCancelled) {
			t.Errorf("got %d, %v", v, err)
		}
		arrived := make(chan int, 1)
		var next func(f future)
		next = func(f future) {
			v, err := f.Result(t.Ctx)
			if err != nil || v == 10 {
				arrived <- v
				return
			}
			submit(t, ex, echo, v+1).OnDone(next)
		}
		submit(t, ex, echo, 0).OnDone(next)
		if got := receive(t, arrived); got != 10 {
			t.Errorf("the chain ended at %d", got)
		}
	}},
	{ID: "E33", Doc: "a task that waits on its own one-worker executor completes, to any depth", Needs: Closures | queueing, Run: func(t *T) {
		ex := t.New(1)
		var depth func(ctx context.Context, n int) (int, error)
		depth = func(ctx context.Context, n int) (int, error) {
			if n == 0 {
				return 0, nil
			}
			f, err := executors.SubmitFunc(ctx, ex, func(ctx context.Context) (int, error) { return depth(ctx, n-1) })
			if err != nil {
				return 0, err
			}
			below, err := f.Result(ctx)
			return below + 1, err
		}
		wantResult(t, submitFunc(t, ex, func(ctx context.Context) (int, error) { return depth(ctx, 50) }), 50)
	}},
	{ID: "X06", Doc: "a task may wait for many of its own executor, by Wait, AsCompleted and Map, on one worker", Needs: Closures | queueing, Run: func(t *T) {
		ex := t.New(1)
		f := submitFunc(t, ex, func(ctx context.Context) (int, error) {
			var futures []future
			for i := range 20 {
				f, err := executors.Submit(ctx, ex, echo, i)
				if err != nil {
					return 0, err
				}
				futures = append(futures, f)
			}
			if _, _, err := executors.Wait(ctx, executors.FirstCompleted, futures...); err != nil {
				return 0, err
			}
			sum := 0
			for f, err := range executors.AsCompleted(ctx, futures...) {
				if err != nil {
					return 0, err
				}
				v, _ := f.Result(ctx)
				sum += v
			}
			for v := range executors.Map(ctx, ex, echo, slices.Values([]int{1, 2, 3})) {
				sum += v
			}
			return sum, nil
		})
		wantResult(t, f, 19*20/2+6)
	}},
	{ID: "E34", Doc: "concurrent submitters, cancellers and a shutdown: every future settles", Run: func(t *T) {
		for range 10 {
			ex := t.New(3)
			var wg sync.WaitGroup
			for g := range 6 {
				t.Go(&wg, func() {
					for i := range 40 {
						f, err := executors.Submit(t.Ctx, ex, echo, i)
						if errors.Is(err, executors.ErrShutdown) {
							return
						}
						if g%2 == 0 {
							f.Cancel()
						}
						if v, err := f.Result(t.Ctx); !(err == nil && v == i) && !errors.Is(err, executors.ErrCancelled) {
							t.Errorf("got %d, %v", v, err)
						}
					}
				})
			}
			shutdown(t, ex)
			wg.Wait()
		}
	}},
	{ID: "D24", Doc: "a callback may submit a task that panics", Run: func(t *T) {
		ex := t.New(1)
		errs := make(chan error, 1)
		submit(t, ex, echo, 1).OnDone(func(future) {
			go func() { errs <- submit(t, ex, panics, "as planned").Err(t.Ctx) }()
		})
		wantType[*executors.PanicError](t, receive(t, errs))
		stillWorks(t, ex)
	}},
	{ID: "X01", Doc: "no closure is lost or run twice", Needs: Closures, Run: func(t *T) {
		ex := t.New(4)
		var ran [2000]atomic.Int32
		var futures []future
		for i := range ran {
			futures = append(futures, submitFunc(t, ex, func(context.Context) (int, error) {
				ran[i].Add(1)
				return i, nil
			}))
		}
		for i, f := range futures {
			if wantResult(t, f, i); ran[i].Load() != 1 {
				t.Errorf("task %d ran %d times", i, ran[i].Load())
			}
		}
	}},
	{ID: "X07", Doc: "no call of a defined function is lost or made twice", Run: func(t *T) {
		ex := t.New(3)
		d := dir(t.TempDir())
		for i := range 60 {
			submit(t, ex, journal, gateInput{Dir: d, Name: fmt.Sprintf("call%d", i)})
		}
		shutdown(t, ex)
		for i := range 60 {
			if n := d.count(fmt.Sprintf("call%d-", i)); n != 1 {
				t.Errorf("call %d was made %d times", i, n)
			}
		}
	}},
	{ID: "X02", Doc: "every task gives its own result under concurrent submitters", Needs: Background, Run: func(t *T) {
		ex := t.New(2)
		var wg sync.WaitGroup
		for g := range 8 {
			t.Go(&wg, func() {
				for i := range 50 {
					f, err := executors.Submit(t.Ctx, ex, echo, g*1000+i)
					if err != nil {
						t.Error(err)
						return
					}
					wantResult(t, f, g*1000+i)
				}
			})
		}
		wg.Wait()
	}},
	{ID: "X03", Doc: "the end of the context of submit cancels the task, queued or running", Needs: Background | queueing, Run: func(t *T) {
		ex := t.New(1)
		d := dir(t.TempDir())
		ctx, cancel := context.WithCancel(t.Ctx)
		running := submitWith(t, ctx, ex, untilDone, d)
		await(t, d, "started")
		queued := submitWith(t, ctx, ex, echo, 1)
		cancel()
		wantErr(t, queued.Err(t.Ctx), executors.ErrCancelled)
		if got := result(t, running); got != context.Canceled.Error() {
			t.Errorf("running: got %q", got)
		}
		_, err := executors.Submit(ctx, ex, echo, 1)
		wantErr(t, err, context.Canceled)
	}},
}
