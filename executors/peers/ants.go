package peers

import (
	"context"

	"github.com/panjf2000/ants/v2"
)

// Ants is panjf2000/ants: no queue, a stack of idle workers, each with a channel
// of its own.
var Ants = Peer{
	Name:   "ants",
	Module: "github.com/panjf2000/ants/v2",
	Doc:    "a LIFO stack of idle workers, no queue, no results",
	New:    newAnts,
	Kind: kind("ants", "panjf2000/ants", func(workers int) (func(func()) error, func(), error) {
		p, err := ants.NewPool(workers)
		if err != nil {
			return nil, nil, err
		}
		// The error can only be that it is closed already.
		return p.Submit, func() { _ = p.ReleaseContext(context.Background()) }, nil
	}),
}

func newAnts(c Config) Pool {
	p, err := ants.NewPool(c.Workers)
	if err != nil {
		panic(err)
	}
	return Pool{
		Go:     p.Submit,
		Stop:   p.ReleaseContext,
		Resize: p.Tune,
		Limit:  true, Blocks: true, Deadline: true,
	}
}
