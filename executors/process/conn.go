package process

import (
	"io"
	"sync"

	"poolbench/executors/remote"
)

// A socketConn is a worker's end where there is no shared memory.
type socketConn struct {
	tasks   *remote.Stream
	replies replySocket
	writing *sync.Mutex // one message is written at a time: answers come from another goroutine
	buf     []byte      // reused
}

// inlinePayload is the size up to which a payload is copied next to its header, so
// that many messages leave together; a larger one is written from where it lies.
const inlinePayload = 16 << 10

func (c *socketConn) Next() (remote.Message, error) { return c.tasks.Next() }
func (c *socketConn) Waiting() bool                 { return c.tasks.Waiting() }
func (c *socketConn) Claim(uint32) bool             { return true }

func (c *socketConn) Reply(h remote.Header, payload []byte, _ remote.Moment) (err error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.buf = h.Append(c.buf[:0])
	if len(payload) <= inlinePayload {
		c.buf = append(c.buf, payload...)
		_, err = c.replies.Write(c.buf)
		return err
	}
	_, err = c.replies.writeBoth(c.buf, payload)
	return err
}

// A replySocket is where a worker writes what does not go through memory.
type replySocket interface {
	io.Reader
	io.Writer
	writeBoth(a, b []byte) (int, error)
}
