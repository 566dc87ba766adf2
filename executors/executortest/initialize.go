package executortest

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"

	"poolbench/executors"
)

// initializeCases is group I: what workers do before their first task.
var initializeCases = []Case{
	{ID: "I01", Doc: "every worker is initialised once, before its first task, which finds its state", Needs: Initializers | Closures | Background | parallel, Run: func(t *T) {
		var mu sync.Mutex
		calls := map[int]int{}
		ex := t.NewWith(executors.Options{Workers: 3, Init: func(ctx context.Context, w *executors.Worker) error {
			mu.Lock()
			defer mu.Unlock()
			calls[w.ID]++
			w.State = w.ID
			if executors.CurrentWorker(ctx) != w {
				t.Error("the initialiser runs outside of its worker")
			}
			return nil
		}})
		saturate(t, ex, 3)
		var futures []*executors.Future[bool]
		for range 30 {
			futures = append(futures, submitFunc(t, ex, func(ctx context.Context) (bool, error) {
				w := executors.CurrentWorker(ctx)
				return w != nil && w.State == w.ID, nil
			}))
		}
		for _, f := range futures {
			if !result(t, f) {
				t.Error("a task ran before the initialiser of its worker")
			}
		}
		mu.Lock()
		defer mu.Unlock()
		if len(calls) != 3 || calls[0] != 1 || calls[1] != 1 || calls[2] != 1 {
			t.Errorf("calls by worker: %v", calls)
		}
	}},
	{ID: "I02", Doc: "when initialising fails, tasks that wait fail with *BrokenError", Needs: Initializers | Closures | Background | queueing, Run: func(t *T) {
		block := make(chan struct{})
		ex := t.NewWith(executors.Options{Workers: 2, Init: func(context.Context, *executors.Worker) error {
			<-block
			return errInit
		}})
		var futures []future
		for i := range 5 {
			futures = append(futures, submit(t, ex, echo, i))
		}
		close(block)
		for _, f := range futures {
			wantType[*executors.BrokenError](t, f.Err(t.Ctx))
		}
	}},
	{ID: "I03", Doc: "when initialising has failed, submit is refused", Needs: Initializers | Closures | Background, Run: func(t *T) {
		ex := broken(t)
		for range 3 {
			_, err := executors.Submit(t.Ctx, ex, echo, 1)
			wantType[*executors.BrokenError](t, err)
		}
	}},
	{ID: "I04", Doc: "the cause is in the error, as text and as itself", Needs: Initializers | Closures | Background, Run: func(t *T) {
		_, err := executors.Submit(t.Ctx, broken(t), echo, 1)
		if wantErr(t, err, errInit); err == nil || !strings.Contains(err.Error(), errInit.Error()) {
			t.Errorf("got %v", err)
		}
	}},
	{ID: "I07", Doc: "a panic or Goexit of the initialiser is a failure of it", Needs: Initializers | Closures | Background, Run: func(t *T) {
		fails := func(init func()) error {
			return firstError(t, t.NewWith(executors.Options{Workers: 2, Init: func(context.Context, *executors.Worker) error {
				init()
				return nil
			}}))
		}
		panicked, exited := fails(func() { panic("as planned") }), fails(runtime.Goexit)
		wantType[*executors.BrokenError](t, panicked)
		wantType[*executors.PanicError](t, panicked)
		wantType[*executors.BrokenError](t, exited)
		wantErr(t, exited, executors.ErrGoexit)
	}},
	{ID: "I08", Doc: "a worker that fails to initialise orphans no task, and shutdown ends", Needs: Initializers | Closures | Background, Run: func(t *T) {
		for range 30 {
			ex := t.NewWith(executors.Options{Workers: 2, Init: func(context.Context, *executors.Worker) error { return errInit }})
			var futures []future
			for i := range 5 {
				if f, err := executors.Submit(t.Ctx, ex, echo, i); err == nil {
					futures = append(futures, f)
				}
			}
			shutdown(t, ex)
			for _, f := range futures {
				wantErr(t, f.Err(t.Ctx), errInit)
			}
		}
	}},
}

var errInit = errors.New("initialiser fails, as planned")

// broken is an executor whose initialiser has failed.
func broken(t *T) executors.Executor {
	ex := t.NewWith(executors.Options{Workers: 1, Init: func(context.Context, *executors.Worker) error { return errInit }})
	firstError(t, ex)
	return ex
}

// firstError is why the executor does not run a task.
func firstError(t *T, ex executors.Executor) error {
	f, err := executors.Submit(t.Ctx, ex, echo, 1)
	if err == nil {
		err = f.Err(t.Ctx)
	}
	if err == nil {
		t.Error("the task ran though initialising fails")
	}
	return err
}
