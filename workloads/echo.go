package workloads

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"
)

// Echo asks a server, over the loopback, that takes the grain to answer and has slots: so
// many requests are served at once, and the others wait in line. The server belongs to the
// job and has a process of its own, so that it is as far from every worker. A request carries how
// long it takes, so the line is the same on every executor.
var Echo = register(Workload{
	Name:     "echo",
	Doc:      "asks a server on the loopback that takes the grain to answer, a limited number at once",
	Resource: Wait,
	Grains:   []time.Duration{5 * time.Millisecond},
	Axes:     []Axis{slotsAxis, spread},
	New:      newEcho,
	Expected: waitsInSlots,
	Truth:    "the server gives a number that only the seed of the request leads to",
	Source:   "the asymptotic bound of a closed queue without thinking time, min(P, K) (Denning and Buzen 1978)",
})

type request struct {
	Address string
	Seed    uint64
	Takes   time.Duration
}

var echoTask = Define("workloads.echo", func(ctx context.Context, in request) (answer uint64, err error) {
	err = ask(ctx, in.Address, func(conn net.Conn) (err error) {
		answer, err = exchange(conn, in.Seed, in.Takes)
		return err
	})
	return answer, err
})

// exchange asks echoes, on a connection to them.
func exchange(conn net.Conn, seed uint64, takes time.Duration) (answer uint64, err error) {
	var message [16]byte
	binary.BigEndian.PutUint64(message[:8], seed)
	binary.BigEndian.PutUint64(message[8:], uint64(takes))
	if _, err := conn.Write(message[:]); err != nil {
		return 0, err
	}
	_, err = io.ReadFull(conn, message[:8])
	return binary.BigEndian.Uint64(message[:8]), err
}

// echoes is the server: requests of 16 bytes, the seed and the nanoseconds that it takes,
// the high byte first, and replies of 8.
func echoes(free slots) func(context.Context, net.Conn) {
	return func(ctx context.Context, conn net.Conn) {
		for {
			var message [16]byte
			if _, err := io.ReadFull(conn, message[:]); err != nil || free.take(ctx) != nil {
				return
			}
			err := sleep(ctx, time.Duration(binary.BigEndian.Uint64(message[8:])))
			free.give()
			if err != nil {
				return
			}
			reply := binary.BigEndian.AppendUint64(nil, mix(binary.BigEndian.Uint64(message[:8])))
			if _, err := conn.Write(reply); err != nil {
				return
			}
		}
	}
}

func newEcho(p Params) (Job, error) {
	k, err := p.Count(slotsAxis)
	if err != nil {
		return nil, err
	}
	wait, err := p.wait()
	if err != nil {
		return nil, err
	}
	server, err := startServer(p.Context, k)
	if err != nil {
		return nil, err
	}
	job, err := Batch[request, uint64]{
		Task: echoTask,
		Input: func(_ int, seed uint64) (request, uint64) {
			return request{server.Address, seed, wait(seed)}, mix(seed)
		},
		Check: Equal[uint64],
		Close: server.Close,
	}.Job(p)
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return job, nil
}
