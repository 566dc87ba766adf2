package executortest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"poolbench/executors"
)

// waitCases is group W: waiting for several futures.
var waitCases = []Case{
	{ID: "W01", Doc: "duplicates count once and hang nothing", Run: func(t *T) {
		f := submit(t, t.New(1), echo, 1)
		wantSplit(t, executors.AllCompleted, []future{f, f}, []future{f}, nil)
	}},
	{ID: "W02", Doc: "the first one to settle ends the wait, the others are pending", Run: func(t *T) {
		slow, open := gated(t, "")
		quick := submit(t, t.New(1), echo, 2)
		wantSplit(t, executors.FirstCompleted, []future{slow, quick, slow}, []future{quick}, []future{slow})
		open()
		wantSplit(t, executors.AllCompleted, []future{slow, quick}, []future{slow, quick}, nil)
	}},
	{ID: "W03", Doc: "futures that are settled on entry are all returned, at once", Run: func(t *T) {
		s := states(t)
		wantSplit(t, executors.FirstCompleted, []future{s.succeeded, s.cancelled, s.running, s.failed},
			[]future{s.succeeded, s.cancelled, s.failed}, []future{s.running})
	}},
	{ID: "W04", Doc: "the first error ends the wait; an earlier success is among the settled", Run: func(t *T) {
		slow, openSlow := gated(t, "")
		bad, openBad := gated(t, "as planned")
		good := submit(t, t.New(1), echo, 2)
		result(t, good)
		go openBad()
		wantSplit(t, executors.FirstError, []future{slow, good, bad}, []future{good, bad}, []future{slow})
		openSlow()
	}},
	{ID: "W05", Doc: "a cancelled future is settled, but no error", Run: func(t *T) {
		s := states(t)
		last, open := gated(t, "")
		go open()
		wantSplit(t, executors.FirstError, []future{s.cancelled, s.succeeded, last}, []future{s.cancelled, s.succeeded, last}, nil)
	}},
	{ID: "W06", Doc: "a future that has failed already ends the wait for the first error at once", Run: func(t *T) {
		s := states(t)
		wantSplit(t, executors.FirstError, []future{s.running, s.failed}, []future{s.failed}, []future{s.running})
	}},
	{ID: "W07", Doc: "failures and cancellations count as completed", Run: func(t *T) {
		s := states(t)
		last, open := gated(t, "as planned")
		go open()
		all := []future{s.succeeded, s.failed, s.cancelled, last}
		wantSplit(t, executors.AllCompleted, all, all, nil)
	}},
	{ID: "W08", Doc: "the end of the context returns the split so far, and says how many are missing", Run: func(t *T) {
		s := states(t)
		settled, pending, err := executors.Wait(ended(), executors.AllCompleted, s.running, s.succeeded)
		var w *executors.WaitError
		if !errors.As(err, &w) || w.Unfinished != 1 || w.Total != 2 || !slices.Equal(settled, []future{s.succeeded}) || !slices.Equal(pending, []future{s.running}) {
			t.Errorf("settled %v, pending %v, error %v", settled, pending, err)
		}
	}},
	{ID: "W09", Doc: "100 futures that settle at once lose no wake-up", Run: func(t *T) {
		for range 30 {
			futures := make([]future, 100)
			start := make(chan struct{})
			for i := range futures {
				p := executors.NewPromise[int]()
				futures[i] = p.Future()
				go func() {
					<-start
					p.Settle(i, nil)
				}()
			}
			close(start)
			wantSplit(t, executors.AllCompleted, futures, futures, nil)
		}
		ex := t.New(4)
		futures := make([]future, 100)
		for range 10 {
			for i := range futures {
				futures[i] = submit(t, ex, echo, i)
			}
			wantSplit(t, executors.AllCompleted, futures, futures, nil)
		}
	}},
	{ID: "W10", Doc: "futures of different executors and types can be waited for together", Run: func(t *T) {
		other, err := executors.Goroutines.New(executors.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer shutdown(t, other)
		all := []executors.Waitable{submit(t, t.New(1), echo, 1), submit(t, other, forms, form{}), promised().succeeded}
		settled, pending, err := executors.Wait(t.Ctx, executors.AllCompleted, all...)
		if len(settled) != 3 || len(pending) != 0 || err != nil {
			t.Errorf("settled %v, pending %v, error %v", settled, pending, err)
		}
	}},
	{ID: "W11", Doc: "no futures: returned at once, in every mode", Run: func(t *T) {
		for _, mode := range []executors.WaitMode{executors.AllCompleted, executors.FirstCompleted, executors.FirstError} {
			wantSplit(t, mode, nil, nil, nil)
		}
	}},
	{ID: "W12", Doc: "a wait that ended leaves nothing in the futures it waited for", Run: func(t *T) {
		f := promised().pending
		ctx := ended()
		wait := func() {
			for range 5000 {
				executors.Wait(ctx, executors.AllCompleted, f)
				f.Result(ctx)
			}
		}
		wait()
		before := heap()
		wait()
		if grown := heap() - before; grown > 256<<10 {
			t.Errorf("10000 waits left %d bytes", grown)
		}
	}},
	{ID: "W13", Doc: "an unknown mode is refused, whatever the futures are", Run: func(t *T) {
		s := promised()
		for _, futures := range [][]future{nil, {s.succeeded}, {s.pending}} {
			for _, mode := range []executors.WaitMode{-1, 99} {
				if _, _, err := executors.Wait(t.Ctx, mode, futures...); err == nil {
					t.Errorf("mode %d was accepted with %v", mode, futures)
				}
			}
		}
	}},
	{ID: "W14", Doc: "a wait returns when queued tasks are cancelled and the executor is shut down", Needs: Background | queueing, Run: func(t *T) {
		futures := cancelAndShutdown(t)
		settled, _, err := executors.Wait(t.Ctx, executors.AllCompleted, futures...)
		if len(settled) != len(futures) || err != nil {
			t.Errorf("%d of %d settled, error %v", len(settled), len(futures), err)
		}
	}},
	{ID: "W15", Doc: "draining n futures one by one does not take quadratic time: 100000 end before the limit", Run: func(t *T) {
		futures := make([]future, 100_000)
		var later []*executors.Promise[int]
		for i := range futures {
			p := executors.NewPromise[int]()
			futures[i] = p.Future()
			if i%2 == 0 {
				p.Settle(i, nil)
			} else {
				later = append(later, p)
			}
		}
		go func() {
			for i, p := range later {
				p.Settle(i, nil)
			}
		}()
		n := 0
		for range executors.AsCompleted(t.Ctx, futures...) {
			n++
		}
		if n != len(futures) {
			t.Errorf("drained %d", n)
		}
	}},
	{ID: "X05", Doc: "many goroutines may wait for the same futures", Run: func(t *T) {
		ex := t.New(2)
		var futures []future
		for i := range 50 {
			futures = append(futures, submit(t, ex, echo, i))
		}
		var wg sync.WaitGroup
		for range 8 {
			t.Go(&wg, func() { wantSplit(t, executors.AllCompleted, futures, futures, nil) })
		}
		wg.Wait()
	}},
}

func wantSplit(t *T, mode executors.WaitMode, futures, settled, pending []future) {
	s, p, err := executors.Wait(t.Ctx, mode, futures...)
	if err != nil || !slices.Equal(s, settled) || !slices.Equal(p, pending) {
		t.Errorf("settled %v, pending %v, error %v", s, p, err)
	}
}

// cancelAndShutdown leaves one running and many queued tasks behind, cancelled by
// their common context, on an executor that is being shut down.
func cancelAndShutdown(t *T) []future {
	ex := t.New(1)
	ctx, cancel := context.WithCancel(t.Ctx)
	d := dir(t.TempDir())
	var futures []future
	for i := range 20 {
		futures = append(futures, submitWith(t, ctx, ex, gate, gateInput{d, fmt.Sprint("in", i), i, ""}))
	}
	await(t, d, "in0")
	go ex.Shutdown(t.Ctx)
	cancel()
	return futures
}
