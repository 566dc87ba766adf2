package workloads

import (
	"errors"
	"fmt"
	"sync"

	"github.com/gofrs/flock"
)

// A gate is the lock of a place in this process.
type gate struct {
	sync.Mutex
	inside int // tasks that hold the lock, for all that this process can see
	file   *flock.Flock
}

// gates are the locks of this process, by path.
var gates sync.Map

// under calls f with the lock in hand: of this process, and between processes if so said.
func (g *gate) under(between bool, f func() uint64) (answer uint64, err error) {
	g.Lock()
	defer g.Unlock()
	if between {
		if err := g.file.Lock(); err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, g.file.Unlock()) }()
	}
	g.inside++
	defer func() { g.inside-- }()
	if g.inside != 1 {
		return 0, fmt.Errorf("%d tasks hold one lock", g.inside)
	}
	return f(), nil
}
