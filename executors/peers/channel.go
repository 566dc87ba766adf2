package peers

import (
	"cmp"
	"context"
	"sync"
)

// ChannelBuffer is how many closures wait in the plain channel pool before its
// submitters block.
const ChannelBuffer = 1024

// Channel is the pool everybody writes by hand: a buffered channel of closures
// and P goroutines that range over it.
var Channel = adapted(Peer{
	Name: "channel",
	Doc:  "written by hand: a buffered channel of closures and P goroutines",
	New: func(c Config) Pool {
		submit, stop := OpenChannel(c.Workers, c.Queue)
		return Pool{
			Go:    submit,
			Stop:  func(context.Context) error { stop(); return nil },
			Limit: true, Queues: true, Blocks: true,
		}
	},
	Open: func(workers int) (func(func()) error, func()) { return OpenChannel(workers, 0) },
})

// OpenChannel starts a plain channel pool. A buffer of 0 is ChannelBuffer. stop
// waits for the tasks; a submit that comes later panics.
func OpenChannel(workers, buffer int) (submit func(func()) error, stop func()) {
	tasks := make(chan func(), cmp.Or(buffer, ChannelBuffer))
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for f := range tasks {
				f()
			}
		})
	}
	return func(f func()) error { tasks <- f; return nil }, func() { close(tasks); wg.Wait() }
}
