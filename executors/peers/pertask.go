package peers

import "sync"

// PerTask is no pool at all: a goroutine for each task and a sync.WaitGroup. It
// has no limit, so its executor runs more than Workers tasks at once.
var PerTask = adapted(Peer{
	Name: "pertask",
	Doc:  "written by hand: a goroutine per task, no limit",
	New: func(Config) Pool {
		var wg sync.WaitGroup
		return Pool{
			Go:     func(f func()) error { wg.Go(f); return nil },
			Wait:   wg.Wait,
			Queues: true,
		}
	},
	Open: func(int) (func(func()) error, func()) {
		var wg sync.WaitGroup
		return func(f func()) error { wg.Go(f); return nil }, wg.Wait
	},
})
