package executors

import (
	"context"
	"sync"

	"poolbench/executors/internal/ring"
)

// Spawn starts a goroutine for every task and keeps none: at most Workers of them
// live at the same time, later tasks wait in a queue and start in order.
var Spawn = register(Kind{
	Name: "spawn",
	Doc:  "a new goroutine for each task, at most P at a time",
	New: func(o Options) (Executor, error) {
		if err := o.only("spawn"); err != nil {
			return nil, err
		}
		return &spawn{limit: o.Workers, empty: make(chan struct{})}, nil
	},
})

// NewSpawn makes an executor that starts a goroutine for every task and has at most
// limit of them at the same time; less than 1 is an error. See Spawn.
func NewSpawn(limit int) (Executor, error) { return Spawn.New(Options{Workers: limit}) }

type spawn struct {
	Home
	limit int

	mu     sync.Mutex
	queue  ring.Ring[Task]
	busy   []*spawned
	spare  []*spawned // up to spareWorkers
	closed bool
	empty  chan struct{} // closed when closed and nothing runs
}

// A spawned is the worker of the goroutines that run tasks one after the other.
type spawned struct {
	Worker
	task  Task // to run
	index int  // in busy
}

// spareWorkers is how many workers are kept for later.
const spareWorkers = 64

func (s *spawn) Workers() int { return s.limit }

func (s *spawn) Submit(t Task) error {
	if t == nil {
		return errNilTask
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return ErrShutdown
	case len(s.busy) == s.limit:
		s.queue.PushBack(t)
	default:
		go s.run(s.hire(t))
	}
	return nil
}

// hire is called with mu held.
func (s *spawn) hire(t Task) *spawned {
	var w *spawned
	if n := len(s.spare) - 1; n >= 0 {
		w, s.spare = s.spare[n], s.spare[:n]
	} else {
		w = &spawned{Worker: Worker{Executor: s}}
	}
	w.task, w.index = t, len(s.busy)
	s.busy = append(s.busy, w)
	return w
}

// dismiss is called with mu held.
func (s *spawn) dismiss(w *spawned) {
	last := len(s.busy) - 1
	s.busy[w.index] = s.busy[last]
	s.busy[w.index].index = w.index
	s.busy[last] = nil
	s.busy = s.busy[:last]
	if len(s.spare) < spareWorkers {
		s.spare = append(s.spare, w)
	}
}

// run is the whole life of a goroutine; it ends by starting its successor.
func (s *spawn) run(w *spawned) {
	defer func() { // deferred: the task may call runtime.Goexit
		w.in.leave()
		s.mu.Lock()
		defer s.mu.Unlock()
		if w.task = s.queue.Pop(); w.task != nil {
			go s.run(w)
			return
		}
		s.dismiss(w)
		if s.closed && len(s.busy) == 0 {
			close(s.empty)
		}
	}()
	w.in.enter()
	t := w.task
	w.task = nil
	t.Run(&w.Worker)
}

// here reports whether the calling goroutine runs one of its tasks.
func (s *spawn) here() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.busy {
		if w.in.here() {
			return true
		}
	}
	return false
}

func (s *spawn) Shutdown(ctx context.Context) error {
	w, err := beginShutdown(ctx, s, s.here)
	if err != nil {
		return err
	}
	defer w.leave()
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		if len(s.busy) == 0 {
			close(s.empty)
		}
	}
	s.mu.Unlock()
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
	case <-w.hopeless():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.busy) == 0 {
		return nil
	}
	return unfinished(ctx, w, len(s.busy), s.queue.Len())
}
