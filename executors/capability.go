package executors

import "context"

// As finds a capability: something that an executor can do beyond the contract. C is
// one of these interfaces, and an executor has the capability if it has the method, or
// wraps another executor that does.
//
//	C            method                        what the executor has
//	Attendant    Attend(Task)                  a use for a goroutine that is about to wait
//	Dropper      Drop(Task)                    tasks in a queue that can be taken out of it
//	Inliner      Inline() bool                 tasks that run in the goroutine that submits them: IsInline
//	Interrupter  Interrupt(Task)               a use for knowing that a running task was cancelled
//	Killer       Kill(context.Context) error   an end whatever its tasks do
//	Messenger    MaxMessage() int              workers elsewhere, and a bound on what it sends them
//	Resizer      Resize(workers int) error     a number of workers that can change: Resize
//	Starter      Start(context.Context) error  workers that can all be started before the first task
//	StatsKeeper  Stats() Stats                 statistics: StatsOf
//	Wrapper      Unwrap() Executor             the capabilities of the one it wraps
//
// A wrapper with an Executor for a field has only the methods of the contract, and
// hides the rest, until it has Unwrap too. A capability that it changes it then
// implements itself: above all Inline, which must be false if to run a task through the
// wrapper is more than to call its function.
//
// C may as well be the type of an executor, say *process.Pool, or an interface of the
// caller's.
func As[C any](ex Executor) (c C, ok bool) {
	for ex != nil {
		if c, ok = ex.(C); ok {
			return c, true
		}
		w, wraps := ex.(Wrapper)
		if !wraps {
			break
		}
		ex = w.Unwrap()
	}
	return c, false
}

// A Wrapper is an executor around another one, whose capabilities it shares where it
// has none of its own.
type Wrapper interface{ Unwrap() Executor }

// An Attendant is an executor that has a use for a goroutine that is about to wait
// for one of its tasks. Attend returns when the task is settled, or soon: within a few
// milliseconds. The goroutine then waits as it would have done.
type Attendant interface{ Attend(Task) }

// A Dropper is an executor that can take a task out of its queue. Drop is called when a
// task that was submitted to it is cancelled before it was started, by whoever cancels
// it and before anybody sees that: what the executor keeps of it, and its place in a
// bounded queue, are free when Drop returns. The task may be gone already.
type Dropper interface{ Drop(Task) }

// An Interrupter is told of each running task whose context has ended, because it was
// cancelled or the context given to Submit has ended, by whoever or whatever ended it. It
// must return soon.
type Interrupter interface{ Interrupt(Task) }

// An Inliner tells whether it runs tasks in the goroutine that submits them.
type Inliner interface{ Inline() bool }

// A Killer can be ended whatever its tasks do: those that have not finished fail. Kill
// waits for that until ctx ends, whose cause is in the error then. It may follow a
// Shutdown that still waits.
type Killer interface {
	Kill(ctx context.Context) error
}

// A Messenger sends the inputs of tasks to other processes, and gets their outputs, each
// in at most MaxMessage bytes. Map makes the chunks for it so that they fit.
type Messenger interface{ MaxMessage() int }

// A Resizer can change the number of its workers, at work or idle. Workers that are
// too many end after their task. Less than 1 is an error.
type Resizer interface{ Resize(workers int) error }

// A Starter has workers that take so long to start that it can be told to start them
// all, and wait until they stand ready or ctx ends.
type Starter interface {
	Start(ctx context.Context) error
}

// A StatsKeeper keeps statistics.
type StatsKeeper interface{ Stats() Stats }

// IsInline reports whether ex runs tasks in the goroutine that submits them, so
// that a plain loop over Func.Call is the same work without futures: the honest
// baseline of a speedup.
func IsInline(ex Executor) bool {
	i, ok := As[Inliner](ex)
	return ok && i.Inline()
}

// StatsOf returns the statistics of an executor that keeps them; false if ex does
// not.
func StatsOf(ex Executor) (Stats, bool) {
	s, ok := As[StatsKeeper](ex)
	if !ok {
		return Stats{}, false
	}
	return s.Stats(), true
}

// Resize changes the number of workers of an executor that can do that; false if ex
// cannot.
func Resize(ex Executor, workers int) (bool, error) {
	r, ok := As[Resizer](ex)
	if !ok {
		return false, nil
	}
	return true, r.Resize(workers)
}
