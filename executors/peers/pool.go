package peers

import "context"

// A Pool is one pool as its own users see it. What a pool does not offer is nil
// or false. Panics of the peer's own methods are not caught.
type Pool struct {
	// Go hands f to the pool, and returns an error if the pool refused it. It may
	// block when the pool is full, see Blocks.
	Go func(f func()) error

	// Submit hands f to the pool and gives its result. f gets the context that the
	// pool hands to its tasks, or the pool's own.
	Submit func(f func(context.Context) (int, error)) (Result, error)

	// Wait waits for the accepted tasks. Stop does too, and refuses further ones.
	// A pool has one of them or none.
	Wait func()
	Stop func(context.Context) error

	Resize func(workers int)

	Limit    bool // at most Config.Workers tasks run at once
	Queues   bool // more tasks than workers are accepted without blocking, by default
	Blocks   bool // a submitter blocks when the pool, given a Config.Queue, is full
	Values   bool // Result.Wait gives the value of the task, not only its error
	Alone    bool // each task has a Result of its own
	Contexts bool // Config.Context governs the tasks
	Deadline bool // Stop gives up when its context ends
}

// A Result is the result of one task or, if Pool.Alone is false, of everything
// submitted so far.
type Result struct {
	// Wait blocks until the result is there. It may panic: some pools re-raise a
	// task's panic here. If Pool.Alone, it gives up with an error when ctx ends.
	Wait   func(ctx context.Context) (int, error)
	Cancel func() bool // nil if a single task cannot be cancelled
}
