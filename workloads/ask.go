package workloads

import (
	"context"
	"net"
	"strings"
	"sync"
	"time"
)

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
