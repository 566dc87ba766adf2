package executors

import (
	"context"
	"sync"

	"poolbench/executors/internal/goroutine"
	"poolbench/executors/internal/ring"
)

// Serial runs each task in the goroutine that submits it: the baseline of every
// speedup. A task submitted while another runs (by that task, or by another
// goroutine) waits for it and is run by the goroutine that runs the first. A task
// that calls runtime.Goexit ends the goroutine that submitted it.
var Serial = register(Kind{
	Name: "serial",
	Doc:  "each task at once in the submitting goroutine: no pool, the baseline",
	New: func(o Options) (Executor, error) {
		if err := o.only("serial"); err != nil {
			return nil, err
		}
		return NewSerial(), nil
	},
})

// NewSerial makes an executor without workers, which runs each task in the goroutine
// that submits it. See Serial.
func NewSerial() Executor {
	s := &serial{idle: make(chan struct{}, 1)}
	s.worker = &Worker{Executor: s, borrow: true}
	return s
}

type serial struct {
	Home
	worker *Worker

	mu      sync.Mutex
	queue   ring.Ring[Task]
	running bool
	closed  bool
	runner  goroutine.ID  // that drains, while running
	idle    chan struct{} // capacity 1: the executor may have become idle
}

func (s *serial) Inline() bool { return true }
func (s *serial) Workers() int { return 1 }

func (s *serial) Submit(t Task) error {
	if t == nil {
		return errNilTask
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrShutdown
	}
	s.queue.PushBack(t)
	if s.running {
		s.mu.Unlock()
		return nil
	}
	s.running, s.runner = true, goroutine.Current()
	s.mu.Unlock()
	if f := t.base(); f == nil || f.origin.unwatch == nil { // not submitted by a task: the context of one can end
		s.drain()
	} else {
		whileInline(t, s.drain)
	}
	return nil
}

// drain runs queued tasks until there are none. If a task ends this goroutine,
// another one takes over what is left.
func (s *serial) drain() {
	emptied := false
	defer func() {
		if !emptied {
			go s.goOn()
		}
	}()
	for {
		s.mu.Lock()
		t := s.queue.Pop()
		if t == nil {
			s.running = false
			emptied = true
			s.mu.Unlock()
			signal(s.idle)
			return
		}
		s.mu.Unlock()
		t.Run(s.worker)
	}
}

// goOn is drain after a task has ended the goroutine that did it.
func (s *serial) goOn() {
	s.mu.Lock()
	s.runner = goroutine.Current()
	s.mu.Unlock()
	s.drain()
}

// here reports whether the calling goroutine runs one of its tasks.
func (s *serial) here() bool {
	s.mu.Lock()
	id := goroutine.Current()
	drains := s.running && id != 0 && s.runner == id
	s.mu.Unlock()
	return drains || s.worker.in.here()
}

func (s *serial) Shutdown(ctx context.Context) error {
	w, err := beginShutdown(ctx, s, s.here)
	if err != nil {
		return err
	}
	defer w.leave()
	for {
		s.mu.Lock()
		s.closed = true
		running, queued := s.running, s.queue.Len()
		s.mu.Unlock()
		if !running {
			signal(s.idle) // for others who wait
			return nil
		}
		select {
		case <-s.idle:
			continue
		case <-ctx.Done():
		case <-w.hopeless():
		}
		return unfinished(ctx, w, 1, queued)
	}
}
