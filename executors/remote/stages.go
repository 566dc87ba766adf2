package remote

import (
	"encoding/binary"
	"errors"
	"sync/atomic"
	"time"
)

// Stages tell where the time of one task went, from Submit to its settled future.
// They follow each other without a gap; their sum is the latency of the task.
type Stages struct {
	Func string
	Pid  int // of the worker

	Encode time.Duration // of the input, in Submit
	Queue  time.Duration // until the task was given to a worker
	Send   time.Duration // until it was on its way
	Start  time.Duration // until the worker began with it: its wake-up, and the tasks sent before it
	Run    time.Duration // the function, decoding its input and encoding its output
	Reply  time.Duration // until the parent had read it: left unseen, woken up
	Decode time.Duration // of the output, until the future was settled
}

// Total is the sum.
func (s Stages) Total() time.Duration {
	return s.Encode + s.Queue + s.Send + s.Start + s.Run + s.Reply + s.Decode
}

// Stamps are the moments between the stages, in ns of the common clock.
type Stamps struct {
	Submit, Encoded, Given int64
	Sent                   atomic.Int64 // by who sends, perhaps after the reply
	began, ended           int64        // as the worker tells them
	read                   int64
}

// Stages makes durations of them. What the worker says is kept between what is
// known here.
func (t *Stamps) Stages(fn string, pid int, settled int64) Stages {
	began := min(max(t.began, t.Given), t.read)
	ended := min(max(t.ended, began), t.read)
	sent := t.Sent.Load()
	if sent == 0 || sent > began {
		sent = began // the worker was faster than the return from the system call
	}
	return Stages{
		Func: fn, Pid: pid,
		Encode: time.Duration(t.Encoded - t.Submit),
		Queue:  time.Duration(t.Given - t.Encoded),
		Send:   time.Duration(sent - t.Given),
		Start:  time.Duration(began - sent),
		Run:    time.Duration(ended - began),
		Reply:  time.Duration(t.read - ended),
		Decode: time.Duration(settled - t.read),
	}
}

// stampSize is what a traced reply carries in front of its payload.
const stampSize = 16

func appendStamps(b []byte, began, ended Moment) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(commonOrigin+int64(began)))
	return binary.LittleEndian.AppendUint64(b, uint64(commonOrigin+int64(ended)))
}

var errStamps = errors.New("reply without its times")

// Take cuts the worker's moments off a reply. The error wraps ErrMalformed.
func (t *Stamps) Take(m *Message) error {
	if len(m.Payload) < stampSize {
		return errors.Join(ErrMalformed, errStamps)
	}
	t.read = Common()
	t.began = int64(binary.LittleEndian.Uint64(m.Payload))
	t.ended = int64(binary.LittleEndian.Uint64(m.Payload[8:]))
	m.Payload = m.Payload[stampSize:]
	m.Size -= stampSize
	return nil
}
