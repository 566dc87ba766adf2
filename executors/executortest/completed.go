package executortest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"weak"

	"poolbench/executors"
)

// completedCases is group A: futures as they complete.
var completedCases = []Case{
	{ID: "A01", Doc: "all are yielded, settled and pending ones alike", Run: func(t *T) {
		s := states(t)
		last, open := gated(t, "")
		go open()
		all := []future{s.succeeded, s.failed, s.cancelled, last}
		got := collect(t, executors.AsCompleted(t.Ctx, all...))
		if len(got) != 4 || got[3] != last {
			t.Errorf("yielded %v", got)
		}
		for _, f := range all {
			if !slices.Contains(got, f) {
				t.Errorf("%v is missing", f)
			}
		}
	}},
	{ID: "A02", Doc: "settled futures are yielded first, then the end of the context as an error", Run: func(t *T) {
		s := states(t)
		var errs []error
		for f, err := range executors.AsCompleted(ended(), s.running, s.succeeded) {
			if errs = append(errs, err); err == nil && f != s.succeeded {
				t.Errorf("yielded %v", f)
			}
		}
		if len(errs) != 2 || errs[0] != nil || errs[1] == nil {
			t.Errorf("errors %v", errs)
		}
	}},
	{ID: "A03", Doc: "duplicates are yielded once", Run: func(t *T) {
		f := submit(t, t.New(1), echo, 1)
		if got := collect(t, executors.AsCompleted(t.Ctx, f, f, f)); len(got) != 1 {
			t.Errorf("yielded %v", got)
		}
	}},
	{ID: "A04", Doc: "a yielded future is not kept", Run: func(t *T) {
		const n = 10
		futures := make([]future, n)
		for i := range futures {
			p := executors.NewPromise[int]()
			p.Settle(i, nil)
			futures[i] = p.Future()
		}
		seq := executors.AsCompleted(t.Ctx, futures...)
		clear(futures)
		var yielded []weak.Pointer[executors.Future[int]]
		for f := range seq {
			if yielded = append(yielded, weak.Make(f)); len(yielded) < n {
				continue
			}
			collected(t, "yielded futures are collected while the iteration goes on", yielded[0])
		}
	}},
	{ID: "A05", Doc: "the error at the end of the context tells how many are unfinished, of how many", Run: func(t *T) {
		s, more := states(t), promised()
		for _, err := range executors.AsCompleted(ended(), s.running, s.succeeded, s.failed, more.pending) {
			var w *executors.WaitError
			if err != nil && (!errors.As(err, &w) || w.Unfinished != 2 || w.Total != 4 || !strings.Contains(err.Error(), "2 (of 4)")) {
				t.Errorf("got %v", err)
			}
		}
	}},
	{ID: "A06", Doc: "pending futures are yielded in the order in which they settle", Run: func(t *T) {
		var promises []*executors.Promise[int]
		var futures []future
		for range 5 {
			p := executors.NewPromise[int]()
			promises, futures = append(promises, p), append(futures, p.Future())
		}
		seq := executors.AsCompleted(t.Ctx, futures...)
		order := []int{3, 0, 4, 1, 2}
		for _, i := range order {
			promises[i].Settle(i, nil)
		}
		var got []int
		for _, f := range collect(t, seq) {
			got = append(got, result(t, f))
		}
		if !slices.Equal(got, order) {
			t.Errorf("order %v, want %v", got, order)
		}
	}},
	{ID: "A07", Doc: "stopping early leaves nothing in the futures that were not yielded", Run: func(t *T) {
		s := promised()
		stop := func() {
			for range 10_000 {
				for range executors.AsCompleted(t.Ctx, s.succeeded, s.pending) {
					break
				}
			}
		}
		stop()
		before := heap()
		stop()
		if grown := heap() - before; grown > 256<<10 {
			t.Errorf("10000 iterations left %d bytes", grown)
		}
	}},
	{ID: "A08", Doc: "watching starts at the call, so that a context that ended before the first step is seen at it", Run: func(t *T) {
		p := executors.NewPromise[int]()
		ctx, cancel := context.WithCancel(t.Ctx)
		settled := promised()
		seq := executors.AsCompleted(ctx, p.Future(), settled.pending)
		p.Settle(1, nil)
		cancel()
		steps := errorsOf(seq)
		if len(steps) != 2 || steps[0] != nil || !errors.Is(steps[1], context.Canceled) {
			t.Errorf("steps %v", steps)
		}
	}},
	{ID: "A09", Doc: "no futures: the sequence ends at once", Run: func(t *T) {
		if got := collect(t, executors.AsCompleted[future](t.Ctx)); len(got) != 0 {
			t.Errorf("yielded %v", got)
		}
	}},
	{ID: "A10", Doc: "the sequence ends when queued tasks are cancelled and the executor is shut down", Needs: Background | queueing, Run: func(t *T) {
		futures := cancelAndShutdown(t)
		if got := collect(t, executors.AsCompleted(t.Ctx, futures...)); len(got) != len(futures) {
			t.Errorf("%d of %d yielded", len(got), len(futures))
		}
	}},
	{ID: "A11", Doc: "futures may be added while iterating", Run: func(t *T) {
		ex := t.New(2)
		c := executors.NewCompletions(submit(t, ex, echo, 0))
		var got []int
		for f, err := range c.All(t.Ctx) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, result(t, f)); len(got) < 10 {
				next := submit(t, ex, echo, len(got))
				c.Add(next)
				c.Add(next) // known: not yielded again
			}
		}
		if !slices.Equal(got, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
			t.Errorf("yielded %v", got)
		}
	}},
}

// collect takes a sequence that must have no errors.
func collect[V any](t *T, seq func(func(V, error) bool)) (all []V) {
	for v, err := range seq {
		if err != nil {
			t.Errorf("after %d: %v", len(all), err)
			continue
		}
		all = append(all, v)
	}
	return all
}
