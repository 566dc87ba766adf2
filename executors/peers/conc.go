package peers

import (
	"context"

	"github.com/sourcegraph/conc/pool"
)

// Conc is sourcegraph/conc: an unbuffered channel per pool, results of the whole
// pool at the end.
var Conc = adapted(Peer{
	Name:   "conc",
	Module: "github.com/sourcegraph/conc",
	Doc:    "an unbuffered channel, results of all tasks together",
	New:    newConc,
	Open: func(workers int) (func(func()) error, func()) {
		p := pool.New().WithMaxGoroutines(workers)
		return func(f func()) error { p.Go(f); return nil }, p.Wait
	},
})

func newConc(c Config) Pool {
	p := pool.NewWithResults[int]().WithMaxGoroutines(c.Workers).WithContext(c.context())
	return Pool{
		Go: func(f func()) error {
			p.Go(func(context.Context) (int, error) { f(); return 0, nil })
			return nil
		},
		Submit: func(f func(context.Context) (int, error)) (Result, error) {
			p.Go(f)
			return Result{Wait: func(context.Context) (int, error) {
				values, err := p.Wait()
				if len(values) == 0 {
					return 0, err
				}
				return values[0], err
			}}, nil
		},
		// Wait ends the pool: a Go that comes later panics.
		Stop:  func(context.Context) error { _, err := p.Wait(); return err },
		Limit: true, Blocks: true, Values: true, Contexts: true,
	}
}
