package peers

import (
	"context"
	"sync"
)

// ChannelBuffer is how many closures wait in the plain channel pool before its
// submitters block.
const ChannelBuffer = 1024

// Channel is the pool everybody writes by hand: a buffered channel of closures
// and P goroutines that range over it.
var Channel = Peer{
	Name: "channel",
	Doc:  "written by hand: a buffered channel of closures and P goroutines",
	New: func(c Config) Pool {
		submit, stop := OpenChannel(c.Workers, c.Queue)
		return Pool{
			Go:    func(f func()) error { submit(f); return nil },
			Stop:  func(context.Context) error { stop(); return nil },
			Limit: true, Queues: true, Blocks: true,
		}
	},
	Kind: kind("channel", "a buffered channel of closures", func(workers int) (func(func()) error, func(), error) {
		submit, stop := OpenChannel(workers, 0)
		return func(f func()) error { submit(f); return nil }, stop, nil
	}),
}

// OpenChannel starts a plain channel pool. A buffer of 0 is ChannelBuffer. stop
// waits for the tasks; a submit that comes later panics.
func OpenChannel(workers, buffer int) (submit func(func()), stop func()) {
	if buffer == 0 {
		buffer = ChannelBuffer
	}
	tasks := make(chan func(), buffer)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for f := range tasks {
				f()
			}
		})
	}
	return func(f func()) { tasks <- f }, func() { close(tasks); wg.Wait() }
}
