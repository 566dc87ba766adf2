package workloads

import (
	"context"
	"errors"
	"fmt"

	"poolbench/executors"
	"poolbench/executors/process"
)

// A server is the service of echoes in a process of its own: what it answers late is not for
// want of a CPU of ours. The process is a worker of a pool, so that it ends with this one,
// whatever happens.
//
// The program must call process.WorkerMain, as for the executor processes.
type server struct {
	Address string // see service
	pool    *process.Pool
}

// serveTask starts the service, for the rest of the life of the process, and returns its
// address.
var serveTask = executors.Define("workloads.serve", func(_ context.Context, slots int) (string, error) {
	s, err := serve(echoes(newSlots(slots)))
	if err != nil {
		return "", err
	}
	return s.Address, nil
})

// startServer starts a server that works on so many requests at once; 0 is for any number.
func startServer(ctx context.Context, slots int) (*server, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	pool, err := process.NewPool(process.Options{Workers: 1})
	if err != nil {
		return nil, fmt.Errorf("workloads: starting a server in a process of its own: %w", err)
	}
	s := &server{pool: pool}
	f, err := executors.Submit(ctx, pool, serveTask, slots)
	if err == nil {
		s.Address, err = f.Result(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("workloads: starting a server on the loopback: %w", errors.Join(err, s.Close()))
	}
	return s, nil
}

// Close ends the process. What is being asked gets no reply.
func (s *server) Close() error {
	err := s.pool.Kill(context.Background())
	idleConns.closeAll(s.Address)
	return err
}
