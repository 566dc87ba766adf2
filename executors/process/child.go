package process

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"poolbench/executors"
	"poolbench/executors/remote"
)

// entered is true in a process that may start workers: they will come as far as WorkerMain.
var entered atomic.Bool

// WorkerMain is the entry of a worker process. Call it first in main, or in
// TestMain before m.Run; a pool is refused before, with ErrNoEntry. In a process that is
// no worker it returns at once; in a worker it serves tasks and never returns: no deferred
// call, and nothing that stands after it, runs there. What stands before it runs in every
// worker.
func WorkerMain() {
	mark, ok := os.LookupEnv(envWorker)
	if !ok {
		entered.Store(true)
		return
	}
	os.Unsetenv(envWorker)
	t, err := parseTicket(mark)
	if err == nil && t.parent != os.Getppid() {
		err = fmt.Errorf("process: the parent of this worker, process %d, is gone", t.parent)
	}
	var c *child
	if err == nil {
		c, err = newChild(t)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitNoWorker)
	}
	runtime.GOMAXPROCS(t.gomaxprocs)
	go c.obey()
	if err := prepare(t); err != nil {
		text := executors.AppendError(nil, err)
		c.sockets.Reply(remote.Header{Kind: remote.Fault, Size: uint32(len(text))}, text, 0)
		os.Exit(exitNoWorker)
	}
	if t.watch && c.memory != nil {
		c.loop.Ended = newGauge(c.memory, c.loop.Conn.Waiting).measure
	}
	text := []byte(hello(t.nonce))
	if err := c.sockets.Reply(remote.Header{Kind: remote.Hello, Size: uint32(len(text))}, text, 0); err != nil {
		os.Exit(exitNoWorker)
	}
	go c.loop.Serve()
	select {}
}

// A child is what a worker has: the loop that runs tasks, and what is beside it.
type child struct {
	loop    remote.Child
	sockets socketConn
	control *remote.Stream
	memory  *segment // nil where memory cannot be shared
}

func newChild(t ticket) (*child, error) {
	if t.version != remote.Version {
		return nil, fmt.Errorf("process: worker speaks protocol %d, its parent %d", remote.Version, t.version)
	}
	tasks, replies, err := openChannels(t)
	if err != nil {
		return nil, err
	}
	c := &child{
		sockets: socketConn{tasks: remote.NewStream(tasks, remote.ReadLimit(t.maxMessage)), replies: replies, writing: new(sync.Mutex)},
		control: remote.NewStream(replies, maxHello),
	}
	c.loop = remote.Child{Conn: &c.sockets, Limit: t.maxMessage, Gone: die}
	if t.memory {
		s, b, err := openMemory(t)
		if err != nil {
			return nil, err
		}
		c.memory = s
		c.loop.Conn = newMemoryConn(s, b, c.sockets, t.lateness)
		c.loop.Begun = (&marker{memory: s}).mark
	}
	return c, nil
}

// obey reads the control channel. Its end means that the parent is gone: then
// the worker goes too, with all it has started, whatever it is doing.
func (c *child) obey() {
	for {
		m, err := c.control.Next()
		if err != nil {
			die()
		}
		switch m.Kind {
		case remote.Bye:
			os.Exit(0)
		case remote.Cancel:
			c.loop.Cancel(m.Seq)
		case remote.Ask:
			c.answer(m.Seq, string(m.Payload))
		}
	}
}
