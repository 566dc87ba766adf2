package workloads

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"poolbench/executors"
)

const (
	serviceTime   = time.Millisecond     // of a request to the server
	databaseTime  = 5 * time.Microsecond // of one to the database, about
	leastRequests = 16
)

// requests are a chain of them, a job by itself: each is made of the answer to the one
// before.
type requests struct {
	seed        uint64
	wants, gots []uint64 // of each
	took        latencies

	ask   func(ctx context.Context, x uint64) (uint64, error)
	close func() error
}

// expect works out what the answers are.
func (r *requests) expect(answer func(uint64) uint64) {
	x := r.seed
	for i := range r.wants {
		x = answer(x)
		r.wants[i] = x
	}
}

func (r *requests) toServer(p Params) error {
	r.expect(mix)
	s, err := startServer(p.Context, 0)
	if err != nil {
		return err
	}
	r.close = s.Close
	r.ask = func(ctx context.Context, x uint64) (answer uint64, err error) {
		err = ask(ctx, s.Address, func(conn net.Conn) (err error) {
			answer, err = exchange(conn, x, serviceTime)
			return err
		})
		return answer, err
	}
	return nil
}

// toDatabase has each request read some documents, as one of query does.
func (r *requests) toDatabase(p Params) error {
	if p.Dir == "" {
		return errors.New("workloads: overlap with to=database needs a directory for its database")
	}
	path := filepath.Join(p.Dir, fmt.Sprintf("overlap-%x.db", p.Seed))
	documents, _ := randomDocuments(p.Seed)
	answer := func(found [][]byte) uint64 { return crunch(found, documentsPerQuery*documentSize/8) }
	keys := func(x uint64) []uint64 {
		random, keys := stream(x), make([]uint64, documentsPerQuery)
		for k := range keys {
			keys[k] = random.next() % documentCount
		}
		return keys
	}
	r.expect(func(x uint64) uint64 {
		found := make([][]byte, documentsPerQuery)
		for k, key := range keys(x) {
			found[k] = documents[key]
		}
		return answer(found)
	})
	r.close = func() error { return closeShared(path) }
	r.ask = func(_ context.Context, x uint64) (uint64, error) {
		found, err := readDocuments(path, keys(x))
		return answer(found), err
	}
	return writeDocuments(path, documents)
}

// Run makes all requests; the executor has no part in it.
func (r *requests) Run(ctx context.Context, _ executors.Executor) error {
	r.reset()
	return r.run(ctx, nil)
}

// run makes all requests. Those that begin once done is closed are not timed, but for the
// first.
func (r *requests) run(ctx context.Context, done <-chan struct{}) error {
	x := r.seed
	for i := range r.gots {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		timed := true
		select {
		case <-done:
			timed = i == 0
		default:
		}
		begin := time.Now()
		var err error
		if x, err = r.ask(ctx, x); err != nil {
			return fmt.Errorf("request %d of %d: %w", i, len(r.gots), err)
		}
		if timed {
			r.took.add(time.Since(begin))
		}
		r.gots[i] = x
	}
	return nil
}

func (r *requests) reset() {
	clear(r.gots)
	r.took.reset()
}

func (r *requests) Check() error {
	for i, got := range r.gots {
		if got != r.wants[i] {
			return fmt.Errorf("request %d of %d: the answer was %#x, want %#x", i, len(r.gots), got, r.wants[i])
		}
	}
	return nil
}

func (r *requests) Close() error { return r.close() }
