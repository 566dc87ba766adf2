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
		s := &spawn{limit: o.Workers, empty: make(chan struct{})}
		s.worker = &Worker{Executor: s}
		return s, nil
	},
})

// NewSpawn makes an executor that starts a goroutine for every task and has at most
// limit of them at the same time; less than 1 is an error. See Spawn.
func NewSpawn(limit int) (Executor, error) { return Spawn.New(Options{Workers: limit}) }

type spawn struct {
	limit  int
	worker *Worker // shared: a goroutine that lives for one task has no identity

	mu      sync.Mutex
	queue   ring.Ring[Task]
	running int
	closed  bool
	empty   chan struct{} // closed when closed and nothing runs
}

func (s *spawn) Workers() int { return s.limit }

func (s *spawn) Submit(t Task) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return ErrShutdown
	case s.running == s.limit:
		s.queue.PushBack(t)
	default:
		s.running++
		go s.run(t)
	}
	return nil
}

// run is the whole life of a goroutine; it ends by starting its successor.
func (s *spawn) run(t Task) {
	defer func() { // deferred: the task may call runtime.Goexit
		s.mu.Lock()
		defer s.mu.Unlock()
		if next := s.queue.Pop(); next != nil {
			go s.run(next)
			return
		}
		s.running--
		if s.closed && s.running == 0 {
			close(s.empty)
		}
	}()
	t.Run(s.worker)
}

func (s *spawn) Shutdown(ctx context.Context) error {
	if inside(ctx, s) {
		return ErrShutdownInside
	}
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		if s.running == 0 {
			close(s.empty)
		}
	}
	s.mu.Unlock()
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.running == 0 {
			return nil
		}
		return unfinished(ctx, s.running, s.queue.Len())
	}
}
