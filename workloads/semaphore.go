package workloads

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Semaphore waits for the grain with one of K slots in hand: a connection pool, a rate
// limit, a licence. Workers beyond K only wait in line. The slots are those of the job's
// process, a channel. A worker process gets one over the loopback, from a process that mostly
// sleeps, and gives it back by ending at the latest; so the limit holds for all together. That
// takes some tenths of a millisecond, hence the grain.
var Semaphore = register(Workload{
	Name:     "semaphore",
	Doc:      "waits for the grain with one of a few slots in hand, that all workers share",
	Resource: Wait,
	Grains:   []time.Duration{5 * time.Millisecond},
	Axes:     []Axis{slotsAxis, spread},
	New:      newSemaphore,
	Expected: waitsInSlots,
	Truth:    "a task gives a number that only its own seed leads to; that there are so many slots, the virtual clock of a test tells",
	Source:   "min(P, K): as many tasks are under way as there are workers and slots",
})

type stay struct {
	Place string // of the semaphore
	Seed  uint64
	For   time.Duration
}

// semaphores are the slots of this process, by place.
var semaphores sync.Map

var semaphoreTask = Define("workloads.semaphore", func(ctx context.Context, in stay) (uint64, error) {
	if free, ok := semaphores.Load(in.Place); ok {
		free := free.(slots)
		if err := free.take(ctx); err != nil {
			return 0, err
		}
		defer free.give()
		return mix(in.Seed), sleep(ctx, in.For)
	}
	return mix(in.Seed), ask(ctx, in.Place, func(conn net.Conn) error {
		var one [1]byte
		if _, err := conn.Write(one[:]); err != nil {
			return err
		}
		if _, err := io.ReadFull(conn, one[:]); err != nil { // it has a slot
			return err
		}
		if err := sleep(ctx, in.For); err != nil {
			return err
		}
		_, err := conn.Write(one[:])
		return err
	})
})

// lends is the server of slots: a byte asks for one, a byte says that it is there, a byte
// gives it back, and so does the end of the connection.
func lends(free slots) func(context.Context, net.Conn) {
	return func(ctx context.Context, conn net.Conn) {
		for {
			var one [1]byte
			if _, err := io.ReadFull(conn, one[:]); err != nil || free.take(ctx) != nil {
				return
			}
			_, err := conn.Write(one[:])
			if err == nil {
				_, err = io.ReadFull(conn, one[:])
			}
			free.give()
			if err != nil {
				return
			}
		}
	}
}

func newSemaphore(p Params) (Job, error) {
	k, err := p.Count(slotsAxis)
	if err != nil {
		return nil, err
	}
	free := newSlots(k)
	server, err := serve(lends(free))
	if err != nil {
		return nil, err
	}
	semaphores.Store(server.Address, free)
	end := func() error {
		semaphores.Delete(server.Address)
		return server.Close()
	}
	job, err := stays(p, server.Address, end)
	if err != nil {
		return nil, errors.Join(err, end())
	}
	return job, nil
}

// stays is the job of tasks with a slot of the semaphore at a place.
func stays(p Params, place string, end func() error) (Job, error) {
	wait, err := p.wait()
	if err != nil {
		return nil, err
	}
	return Batch[stay, uint64]{
		Task:  semaphoreTask,
		Input: func(_ int, seed uint64) (stay, uint64) { return stay{place, seed, wait(seed)}, mix(seed) },
		Check: Equal[uint64],
		Close: end,
	}.Job(p)
}
