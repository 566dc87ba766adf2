package peers

import (
	"sync"

	"github.com/bytedance/gopkg/util/gopool"
)

// Gopool is gopool of bytedance/gopkg: a locked linked list, workers that leave
// when it is empty. It can neither be stopped nor waited for.
var Gopool = adapted(Peer{
	Name:   "gopool",
	Module: "github.com/bytedance/gopkg",
	Doc:    "a locked linked list, no results, no stop",
	New: func(c Config) Pool {
		p := gopool.NewPool("peers", int32(c.Workers), gopool.NewConfig())
		return Pool{
			Go:     func(f func()) error { p.Go(f); return nil },
			Resize: func(workers int) { p.SetCap(int32(workers)) },
			Limit:  true, Queues: true,
		}
	},
	Open: func(workers int) (func(func()) error, func()) {
		p := gopool.NewPool("peers", int32(workers), gopool.NewConfig())
		var wg sync.WaitGroup // what its users add to know when it is done
		return func(f func()) error {
			wg.Add(1)
			p.Go(func() { defer wg.Done(); f() })
			return nil
		}, wg.Wait
	},
})
