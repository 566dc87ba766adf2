package workloads

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"strings"
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

// idleConns are the connections of this process to services that nobody uses, by address.
var idleConns = connStore{conns: map[string][]net.Conn{}}

type connStore struct {
	sync.Mutex
	conns map[string][]net.Conn
}

func (s *connStore) take(address string) net.Conn {
	s.Lock()
	defer s.Unlock()
	idle := s.conns[address]
	if len(idle) == 0 {
		return nil
	}
	last := len(idle) - 1
	s.conns[address] = idle[:last]
	return idle[last]
}

func (s *connStore) put(address string, conn net.Conn) {
	s.Lock()
	defer s.Unlock()
	s.conns[address] = append(s.conns[address], conn)
}

func (s *connStore) closeAll(address string) {
	s.Lock()
	defer s.Unlock()
	for _, conn := range s.conns[address] {
		conn.Close()
	}
	delete(s.conns, address)
}

// ask has exchange talk to the service at address, on a connection that nobody else uses
// meanwhile; afterwards it must be as it was before, unless there is an error. The end of
// ctx ends the talk.
func ask(ctx context.Context, address string, exchange func(net.Conn) error) error {
	conn := idleConns.take(address)
	if conn == nil {
		host, _, _ := strings.Cut(address, "#")
		var dialer net.Dialer
		var err error
		if conn, err = dialer.DialContext(ctx, "tcp", host); err != nil {
			return err
		}
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	err := exchange(conn)
	if whole := stop(); whole && err == nil {
		idleConns.put(address, conn)
		return nil
	}
	conn.Close()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// slots limit how many do something at once; nil is no limit.
type slots chan struct{}

// newSlots makes k slots, each free; 0 is no limit.
func newSlots(k int) slots {
	if k == 0 {
		return nil
	}
	return make(slots, k)
}

// take waits for a slot, which the caller gives back, or for the end of ctx.
func (s slots) take(ctx context.Context) error {
	if s == nil {
		return nil
	}
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s slots) give() {
	if s != nil {
		<-s
	}
}
