package peers

import (
	"context"

	"github.com/panjf2000/ants/v2"
)

// Ants is panjf2000/ants: no queue, a stack of idle workers, each with a channel
// of its own.
var Ants = adapted(Peer{
	Name:   "ants",
	Module: "github.com/panjf2000/ants/v2",
	Doc:    "a LIFO stack of idle workers, no queue, no results",
	New:    newAnts,
	Open: func(workers int) (func(func()) error, func()) {
		p := openAnts(workers)
		// The error can only be that it is closed already.
		return p.Submit, func() { _ = p.ReleaseContext(context.Background()) }
	},
})

func openAnts(workers int) *ants.Pool {
	p, err := ants.NewPool(workers)
	if err != nil {
		panic(err)
	}
	return p
}

func newAnts(c Config) Pool {
	p := openAnts(c.Workers)
	return Pool{
		Go:     p.Submit,
		Stop:   p.ReleaseContext,
		Resize: p.Tune,
		Limit:  true, Blocks: true, Deadline: true,
	}
}
