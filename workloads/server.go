package workloads

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// A server answers requests of 8 bytes over loopback, each after a service time, from a
// process of its own: what it answers late is not for want of a CPU of ours. The process is
// a worker of a pool, so that it ends with this one, whatever happens.
//
// The program must call process.WorkerMain, as for the executor processes.
type server struct {
	pool *process.Pool
	addr string
}

// serveTask listens and returns the address. What answers goes on in the background until
// the process ends.
var serveTask = executors.Define("workloads.serve", func(_ context.Context, service time.Duration) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(conn, service)
		}
	}()
	return listener.Addr().String(), nil
})

// answer answers the requests of a connection until that ends.
func answer(conn net.Conn, service time.Duration) {
	defer conn.Close()
	var message [8]byte
	for {
		if _, err := io.ReadFull(conn, message[:]); err != nil {
			return
		}
		time.Sleep(service)
		binary.BigEndian.PutUint64(message[:], mix(binary.BigEndian.Uint64(message[:])))
		if _, err := conn.Write(message[:]); err != nil {
			return
		}
	}
}

// startServer starts a server whose requests take as long as service says, or a little
// longer: it sleeps.
func startServer(ctx context.Context, service time.Duration) (*server, error) {
	pool, err := process.NewPool(process.Options{Workers: 1})
	if err != nil {
		return nil, fmt.Errorf("starting a server in a process of its own: %w", err)
	}
	s := &server{pool: pool}
	f, err := executors.Submit(ctx, pool, serveTask, service)
	if err == nil {
		s.addr, err = f.Result(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("starting a server on loopback: %w", errors.Join(err, s.Close()))
	}
	return s, nil
}

// dial connects.
func (s *server) dial(ctx context.Context) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", s.addr)
}

// Close ends the process.
func (s *server) Close() error { return s.pool.Kill(context.Background()) }
