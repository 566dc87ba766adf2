package executortest

import (
	"context"
	"errors"
	"os"
	"slices"

	"poolbench/executors"
)

// isolationCases is group N, and P35: what crosses to a worker.
var isolationCases = []Case{
	{ID: "N01", Doc: "a closure is refused synchronously, naming the reason; by map in every form, once", Needs: Shipping, Run: func(t *T) {
		ex := t.New(1)
		_, err := executors.SubmitFunc(t.Ctx, ex, func(context.Context) (int, error) { return 0, nil })
		wantErr(t, err, executors.ErrNotShippable)
		closure := executors.Closure(func(_ context.Context, v int) (int, error) { return v, nil })
		_, err = executors.Submit(t.Ctx, ex, closure, 1)
		wantErr(t, err, executors.ErrNotShippable)
		for name, options := range mapForms {
			errs := append(errorsOf(executors.Map(t.Ctx, ex, closure, slices.Values(sequence(10)), options...)),
				errorsOf(executors.MapSlice(t.Ctx, ex, closure, sequence(10), options...))...)
			if len(errs) != 2 || !errors.Is(errs[0], executors.ErrNotShippable) || !errors.Is(errs[1], executors.ErrNotShippable) {
				t.Errorf("%s: errors %v", name, errs)
			}
		}
	}},
	{ID: "N08", Doc: "a future can be awaited in a select, and giving up leaves it alone", Run: func(t *T) {
		f, open := gated(t, "")
		select {
		case <-f.Done():
			t.Error("settled too early")
		case <-ended().Done():
		}
		open()
		select {
		case <-f.Done():
			wantResult(t, f, 7)
		case <-t.Ctx.Done():
			t.Error("never settled")
		}
	}},
	{ID: "P35", Doc: "tasks run in another process", Needs: Shipping, Run: func(t *T) {
		if got := result(t, submit(t, t.New(1), pid, struct{}{})); got == os.Getpid() {
			t.Error("the task ran in this process")
		}
	}},
}
