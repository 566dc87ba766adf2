package executortest

import (
	"context"
	"errors"

	"poolbench/executors"
)

// argumentCases are about nil where there must be something.
var argumentCases = []Case{
	{ID: "X44", Doc: "a nil argument is refused at the call, by name and without effect", Run: func(t *T) {
		ex := t.New(2)
		d := dir(t.TempDir())
		in := gateInput{Dir: d, Name: "ran"}
		inputs := func(yield func(gateInput) bool) { yield(in) }
		var none context.Context
		var noFuture future
		for name, call := range map[string]func() error{
			"Submit, context":     func() error { _, err := executors.Submit(none, ex, journal, in); return err },
			"Submit, executor":    func() error { _, err := executors.Submit(t.Ctx, nil, journal, in); return err },
			"SubmitFunc, context": func() error { _, err := executors.SubmitFunc(none, ex, nothing); return err },
			"Go, executor":        func() error { return executors.Go(nil, func() {}) },
			"Executor.Submit":     func() error { return ex.Submit(nil) },
			"Shutdown":            func() error { return ex.Shutdown(none) },
			"Map, context":        func() error { return first(executors.Map(none, ex, journal, inputs)) },
			"Map, executor":       func() error { return first(executors.Map(t.Ctx, nil, journal, inputs)) },
			"Map, inputs":         func() error { return first(executors.Map(t.Ctx, ex, journal, nil)) },
			"Map, buffer":         func() error { return first(executors.Map(t.Ctx, ex, journal, nil, executors.Buffer(2))) },
			"Map, automatic":      func() error { return first(executors.Map(t.Ctx, ex, journal, nil, executors.AutoChunk())) },
			"MapSlice, context": func() error {
				return first(executors.MapSlice(none, ex, journal, []gateInput{in}, executors.AutoChunk()))
			},
			"MapSlice, executor": func() error { return first(executors.MapSlice(t.Ctx, nil, journal, []gateInput{in})) },
			"Result":             func() error { _, err := promised().succeeded.Result(none); return err },
			"Result of nothing":  func() error { _, err := noFuture.Result(t.Ctx); return err },
			"Err":                func() error { return promised().pending.Err(none) },
			"Wait, context": func() error {
				_, _, err := executors.Wait(none, executors.AllCompleted, promised().pending)
				return err
			},
			"Wait, future": func() error {
				_, _, err := executors.Wait(t.Ctx, executors.AllCompleted, promised().pending, nil)
				return err
			},
			"Wait, any future": func() error {
				_, _, err := executors.Wait[executors.Waitable](t.Ctx, executors.AllCompleted, nil)
				return err
			},
			"AsCompleted":         func() error { return first(executors.AsCompleted(none, promised().pending)) },
			"AsCompleted, future": func() error { return first(executors.AsCompleted(t.Ctx, noFuture)) },
			"All":                 func() error { return first(executors.NewCompletions(promised().pending).All(none)) },
			"NewCompletions":      func() error { return recovered(func() { executors.NewCompletions(noFuture) }) },
			"Add":                 func() error { return recovered(func() { executors.NewCompletions[future]().Add(nil) }) },
			"OnDone":              func() error { return recovered(func() { promised().pending.OnDone(nil) }) },
		} {
			if err := call(); !errors.Is(err, executors.ErrNilArgument) {
				t.Errorf("%s: got error %v", name, err)
			}
		}
		for name, call := range map[string]func() error{
			"Submit":     func() error { _, err := executors.Submit[int, int](t.Ctx, ex, nil, 1); return err },
			"SubmitFunc": func() error { _, err := executors.SubmitFunc[int](t.Ctx, ex, nil); return err },
			"Closure":    func() error { _, err := executors.Submit(t.Ctx, ex, executors.Closure[int, int](nil), 1); return err },
			"Go":         func() error { return executors.Go(ex, nil) },
			"Call":       func() error { _, err := executors.Closure[int, int](nil).Call(t.Ctx, 1); return err },
			"Map":        func() error { return first(executors.Map[gateInput, int](t.Ctx, ex, nil, inputs)) },
		} {
			if err := call(); !errors.Is(err, executors.ErrNilFunc) {
				t.Errorf("%s: got error %v", name, err)
			}
		}
		// Nothing has happened; no option is none.
		f, err := executors.Submit(t.Ctx, ex, echo, 3, nil)
		if err != nil {
			t.Fatal(err)
		}
		wantResult(t, f, 3)
		for v, err := range executors.Map(t.Ctx, ex, echo, func(yield func(int) bool) { yield(4) }, nil) {
			if v != 4 || err != nil {
				t.Errorf("got %d, %v", v, err)
			}
		}
		if shutdown(t, ex); d.count("ran") != 0 {
			t.Error("a call without an argument had an effect")
		}
	}},
}

func nothing(context.Context) (int, error) { return 0, nil }

// first is the error of the first pair.
func first[V any](seq func(func(V, error) bool)) (first error) {
	first = errors.New("nothing was yielded")
	for _, err := range seq {
		return err
	}
	return first
}

// recovered is the error that f panics with.
func recovered(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err, _ = r.(error)
		}
	}()
	f()
	return errors.New("no panic")
}
