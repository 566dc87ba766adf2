package workloads

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// A service is a server on the loopback that belongs to a job: its tasks are clients, in
// this process and in worker processes alike. Close ends it.
type service struct {
	Address  string // what clients give to ask; never that of another service, even of an earlier one on the same port
	listener net.Listener
	stop     context.CancelFunc
	all      sync.WaitGroup
	mu       sync.Mutex
	open     map[net.Conn]bool // nil once closed
}

// serve starts a service. handle is called for each connection, in a goroutine of its own;
// it returns when reading or writing fails, or, where it waits for something else, when
// its context ends. The connection is closed for it.
func serve(handle func(context.Context, net.Conn)) (*service, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("workloads: starting a server on the loopback: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &service{Address: listener.Addr().String() + "#" + rand.Text(), listener: listener, stop: stop, open: map[net.Conn]bool{}}
	s.all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				if errors.Is(err, net.ErrClosed) {
					return
				}
				time.Sleep(time.Millisecond) // out of file descriptors, say: clients wait
				continue
			}
			if !s.keep(conn) {
				conn.Close()
				return
			}
			s.all.Go(func() {
				handle(ctx, conn)
				s.drop(conn)
			})
		}
	})
	return s, nil
}

func (s *service) keep(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		return false
	}
	s.open[conn] = true
	return true
}

func (s *service) drop(conn net.Conn) {
	conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
}

// Close ends the service, and returns when nothing of it runs any more. What is being
// asked gets no reply. This process keeps no connection to it; a worker process keeps one
// that is of no use until it ends.
func (s *service) Close() error {
	err := s.listener.Close()
	s.stop()
	s.mu.Lock()
	for conn := range s.open {
		conn.Close()
	}
	s.open = nil
	s.mu.Unlock()
	s.all.Wait()
	idleConns.closeAll(s.Address)
	return err
}
