package inproc

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"poolbench/executors"
)

// How long an executor may take to start, to end by itself, and to end by being
// killed when it can be.
const (
	startLimit    = 30 * time.Second
	shutdownLimit = 5 * time.Second
	politeLimit   = time.Second // instead of shutdownLimit for one that can be killed
)

// pools are the executors of a session. Each is made once, when it is first needed,
// and kept: what is measured stands ready before the clock starts.
type pools struct {
	grid Grid
	open map[poolKey]executors.Executor

	mu   sync.Mutex
	errs []error
}

type poolKey struct {
	executor string
	workers  int
}

func newPools(g Grid) *pools { return &pools{grid: g, open: map[poolKey]executors.Executor{}} }

// get makes an executor and waits until it stands ready, or returns it when
// it is there.
func (p *pools) get(ctx context.Context, key poolKey) (executors.Executor, error) {
	if ex := p.open[key]; ex != nil {
		return ex, nil
	}
	kind, ok := p.grid.kind(key.executor)
	if !ok {
		return nil, fmt.Errorf("the grid has no executor %q", key.executor)
	}
	ex, err := kind.New(executors.Options{Workers: key.workers})
	if err != nil {
		return nil, fmt.Errorf("starting %s with %d workers: %w", key.executor, key.workers, err)
	}
	if s, ok := executors.As[executors.Starter](ex); ok {
		ctx, cancel := context.WithTimeout(ctx, startLimit)
		defer cancel()
		if err := s.Start(ctx); err != nil {
			p.end(key, ex, true)
			return nil, fmt.Errorf("starting %s with %d workers: %w", key.executor, key.workers, err)
		}
	}
	p.open[key] = ex
	return ex, nil
}

// discard gives up an executor, as after a slice that hung: the next slice gets a new
// one. It returns when the old one has ended, so that nothing runs beside the next
// slice, or is so late that waiting on would cost more than that.
func (p *pools) discard(key poolKey) {
	if ex := p.open[key]; ex != nil {
		delete(p.open, key)
		p.end(key, ex, true)
	}
}

// close ends all executors and waits for them, but not for ever.
func (p *pools) close() error {
	var all sync.WaitGroup
	for key, ex := range p.open {
		all.Go(func() { p.end(key, ex, false) })
	}
	clear(p.open)
	all.Wait()
	return errors.Join(p.errs...)
}

// end ends ex: by Shutdown, and by Kill, if it has that, when Shutdown takes long
// or, with now, at once. One that does not even obey its context is left alone.
func (p *pools) end(key poolKey, ex executors.Executor, now bool) {
	done := make(chan error, 1)
	go func() { done <- endExecutor(ex, now) }()
	var err error
	select {
	case err = <-done:
	case <-time.After(politeLimit + shutdownLimit + time.Second):
		err = errors.New("it ignores the end of its context")
	}
	if err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.errs = append(p.errs, fmt.Errorf("shutting down %s with %d workers: %w", key.executor, key.workers, err))
	}
}

func endExecutor(ex executors.Executor, now bool) error {
	within := func(limit time.Duration, end func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		return end(ctx)
	}
	k, canKill := executors.As[executors.Killer](ex)
	switch {
	case !canKill:
		return within(shutdownLimit, ex.Shutdown)
	case !now && within(politeLimit, ex.Shutdown) == nil:
		return nil
	}
	return within(shutdownLimit, k.Kill)
}
