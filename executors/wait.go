package executors

import (
	"context"
	"fmt"
	"iter"
	"sync"
)

// A WaitMode says when Wait returns.
type WaitMode int

const (
	AllCompleted   WaitMode = iota // when every future is settled
	FirstCompleted                 // when at least one future is settled
	FirstError                     // when a future has finished with an error, or all are settled. A cancelled future is not an error
)

// Wait waits for futures, which may belong to different executors and, with
// F = Waitable, have different types. It returns those that are settled and those
// that are not; duplicates count once, and both keep the order of the arguments.
// With no futures it returns at once.
//
// If ctx ends first, the error is a *WaitError beside the split so far. An
// unknown mode is an error always.
//
// To drain futures one by one use AsCompleted: a loop around FirstCompleted takes
// quadratic time.
func Wait[F Waitable](ctx context.Context, mode WaitMode, futures ...F) (settled, pending []F, err error) {
	if mode < AllCompleted || mode > FirstError {
		return nil, nil, fmt.Errorf("executors: unknown wait mode %d", mode)
	}
	all := distinct(futures)
	queue := watchAll(all)
	defer queue.close()
	enough := func(f F) bool {
		switch mode {
		case FirstCompleted:
			return true
		case FirstError:
			return f.State() == Finished && f.base().err != nil
		}
		return false
	}
	for left := len(all); left > 0; left-- {
		var f F
		if f, err = queue.next(ctx, left); err != nil {
			break
		}
		if enough(f) {
			break
		}
	}
	for _, f := range all {
		if f.base().settled() {
			settled = append(settled, f)
		} else {
			pending = append(pending, f)
		}
	}
	return settled, pending, err
}

// AsCompleted yields each distinct future once, as it settles; those that were
// settled at the call come first. Watching starts at the call, not at the first
// iteration. If ctx ends first, the last pair is the zero F and a *WaitError that
// counts the unfinished futures. The sequence can be iterated once.
func AsCompleted[F Waitable](ctx context.Context, futures ...F) iter.Seq2[F, error] {
	all := distinct(futures)
	queue := watchAll(all)
	return func(yield func(F, error) bool) {
		defer queue.close()
		for left := len(all); left > 0; left-- {
			f, err := queue.next(ctx, left)
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}

func distinct[F Waitable](futures []F) []F {
	seen := make(map[*future]bool, len(futures))
	out := make([]F, 0, len(futures))
	for _, f := range futures {
		if b := f.base(); !seen[b] {
			seen[b] = true
			out = append(out, f)
		}
	}
	return out
}

// A completionQueue holds futures in the order in which they settled.
type completionQueue[F Waitable] struct {
	mu       sync.Mutex
	settled  []F
	arrived  chan struct{} // capacity 1: there may be something in settled
	waiting  map[*future]*watcher
	helpable []F // in argument order, for a worker that waits; nil once used
	total    int
}

func watchAll[F Waitable](futures []F) *completionQueue[F] {
	q := &completionQueue[F]{
		arrived: make(chan struct{}, 1), waiting: make(map[*future]*watcher, len(futures)),
		helpable: futures, total: len(futures),
	}
	for _, f := range futures {
		w := &watcher{notify: func() { q.add(f) }}
		q.waiting[f.base()] = w
		f.base().watch(w)
	}
	return q
}

func (q *completionQueue[F]) add(f F) {
	q.mu.Lock()
	q.settled = append(q.settled, f)
	q.mu.Unlock()
	select {
	case q.arrived <- struct{}{}:
	default:
	}
}

func (q *completionQueue[F]) pop() (f F, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.settled) == 0 {
		return f, false
	}
	f, q.settled[0] = q.settled[0], f // keep no future that was handed out
	q.settled = q.settled[1:]
	delete(q.waiting, f.base())
	return f, true
}

// next blocks until a future has settled. left is the number that next has not
// returned yet.
func (q *completionQueue[F]) next(ctx context.Context, left int) (f F, err error) {
	for {
		if f, ok := q.pop(); ok {
			return f, nil
		}
		if len(q.helpable) > 0 {
			candidate := q.helpable[0]
			q.helpable = q.helpable[1:]
			candidate.base().help(ctx)
			continue
		}
		select {
		case <-q.arrived:
		case <-ctx.Done():
			if f, ok := q.pop(); ok {
				return f, nil
			}
			return f, &WaitError{Unfinished: left, Total: q.total, Cause: context.Cause(ctx)}
		}
	}
}

// close leaves the futures that have not settled.
func (q *completionQueue[F]) close() {
	q.mu.Lock()
	waiting := q.waiting
	q.waiting = nil
	q.mu.Unlock()
	for f, w := range waiting {
		f.leave(w)
	}
}
