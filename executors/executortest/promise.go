package executortest

import (
	"context"
	"errors"
	"sync"

	"poolbench/executors"
)

// promiseCases is the rest of group F: a future in the hands of whoever settles
// it, by a Promise or as the author of an executor.
var promiseCases = []Case{
	{ID: "F20", Doc: "a second value is refused, the first one stays", Run: func(t *T) {
		p := executors.NewPromise[int]()
		wantErr(t, p.Settle(1, nil), nil)
		wantErr(t, p.Settle(2, nil), executors.ErrSettled)
		wantResult(t, p.Future(), 1)
	}},
	{ID: "F21", Doc: "a second error is refused, the first one stays", Run: func(t *T) {
		p := executors.NewPromise[int]()
		first := errors.New("first")
		p.Settle(0, first)
		wantErr(t, p.Settle(0, errors.New("second")), executors.ErrSettled)
		wantErr(t, p.Settle(3, nil), executors.ErrSettled)
		wantErr(t, p.Future().Err(t.Ctx), first)
	}},
	{ID: "F23", Doc: "a cancelled future cannot be settled", Run: func(t *T) {
		p := executors.NewPromise[int]()
		p.Future().Cancel()
		wantErr(t, p.Settle(1, nil), executors.ErrSettled)
		task, f := kept(t, echo, 1)
		f.Cancel()
		if task.Fail(errors.New("too late")) {
			t.Error("Fail of a cancelled task returned true")
		}
		wantState(t, f, executors.Cancelled)
	}},
	{ID: "F24", Doc: "a cancelled, running or settled future cannot be started", Run: func(t *T) {
		p := executors.NewPromise[int]()
		if !p.Start() || p.Start() {
			t.Error("a promise starts once")
		}
		p.Settle(1, nil)
		cancelled := executors.NewPromise[int]()
		cancelled.Future().Cancel()
		if p.Start() || cancelled.Start() {
			t.Error("a settled promise was started")
		}
		task, f := kept(t, echo, 1)
		f.Cancel()
		if remote, err := task.Remote(); err != nil || remote.Start() {
			t.Error("a cancelled task was started")
		}
	}},
	{ID: "F25", Doc: "a pending future can be settled without being started", Run: func(t *T) {
		p := executors.NewPromise[int]()
		p.Settle(5, nil)
		wantResult(t, p.Future(), 5)
		task, f := kept(t, echo, 1)
		given := errors.New("worker gone")
		if !task.Fail(given) {
			t.Error("Fail of a pending task returned false")
		}
		wantErr(t, f.Err(t.Ctx), given)
		wantState(t, f, executors.Finished)
	}},
	{ID: "X04", Doc: "cancel and settle race: one of them wins, callbacks run once", Run: func(t *T) {
		for range 300 {
			p := executors.NewPromise[int]()
			calls := make(chan executors.State, 2)
			p.Future().OnDone(func(f future) { calls <- f.State() })
			var wg sync.WaitGroup
			t.Go(&wg, func() { p.Future().Cancel() })
			t.Go(&wg, func() { p.Settle(1, nil) })
			wg.Wait()
			if state := receive(t, calls); state != p.Future().State() || len(calls) != 0 {
				t.Fatalf("the callback saw %v, the future is %v", state, p.Future())
			}
		}
	}},
}

// A keeper is an executor that runs nothing: it hands tasks to the tester.
type keeper struct{ tasks []executors.Task }

func (k *keeper) Submit(t executors.Task) error  { k.tasks = append(k.tasks, t); return nil }
func (k *keeper) Shutdown(context.Context) error { return nil }
func (k *keeper) Workers() int                   { return 1 }

// kept is a task as the author of an executor gets it.
func kept(t *T, fn *executors.Func[int, int], in int) (executors.Task, future) {
	k := &keeper{}
	f := submit(t, k, fn, in)
	return k.tasks[0], f
}
