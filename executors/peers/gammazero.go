package peers

import (
	"context"

	"github.com/gammazero/workerpool"
)

// Gammazero is gammazero/workerpool: a dispatcher goroutine between two
// unbuffered channels.
var Gammazero = adapted(Peer{
	Name:   "gammazero",
	Module: "github.com/gammazero/workerpool",
	Doc:    "a dispatcher goroutine with an unbounded queue, no results",
	New: func(c Config) Pool {
		p := workerpool.New(c.Workers)
		return Pool{
			Go:    p.Do,
			Stop:  func(context.Context) error { p.StopWait(); return nil },
			Limit: true, Queues: true,
		}
	},
	Open: func(workers int) (func(func()) error, func()) {
		p := workerpool.New(workers)
		return p.Do, p.StopWait
	},
})
