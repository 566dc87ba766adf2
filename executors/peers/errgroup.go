package peers

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Errgroup is golang.org/x/sync/errgroup: a goroutine per task and a channel as
// semaphore.
var Errgroup = adapted(Peer{
	Name:   "errgroup",
	Module: "golang.org/x/sync",
	Doc:    "a goroutine per task behind a semaphore, the first error of all tasks",
	New:    newErrgroup,
	Open: func(workers int) (func(func()) error, func()) {
		var g errgroup.Group
		g.SetLimit(workers)
		return func(f func()) error { g.Go(func() error { f(); return nil }); return nil },
			func() { _ = g.Wait() } // no task of ours returns an error
	},
})

func newErrgroup(c Config) Pool {
	g, ctx := errgroup.WithContext(c.context())
	g.SetLimit(c.Workers)
	return Pool{
		Go: func(f func()) error { g.Go(func() error { f(); return nil }); return nil },
		Submit: func(f func(context.Context) (int, error)) (Result, error) {
			g.Go(func() error { _, err := f(ctx); return err })
			return Result{Wait: func(context.Context) (int, error) { return 0, g.Wait() }}, nil
		},
		Wait:  func() { _ = g.Wait() },
		Limit: true, Blocks: true, Contexts: true,
	}
}
