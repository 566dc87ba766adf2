package process

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
	Send   time.Duration // until the kernel had taken it
	Start  time.Duration // until the worker began with it: its wake-up, and the tasks sent before it
	Run    time.Duration // the function, decoding its input and encoding its output
	Reply  time.Duration // until the parent had read it: held back, sent, woken up
	Decode time.Duration // of the output, until the future was settled
}

// Total is the sum.
func (s Stages) Total() time.Duration {
	return s.Encode + s.Queue + s.Send + s.Start + s.Run + s.Reply + s.Decode
}

// stamps are the moments between the stages, in ns of a clock that parent and
// workers share.
type stamps struct {
	submit, encoded, given int64
	sent                   atomic.Int64 // by who writes, perhaps after the reply
	began, ended           int64        // as the worker tells them
	read                   int64
}

// stages makes durations of them. What the worker says is kept between what is
// known here.
func (t *stamps) stages(fn string, pid int, settled int64) Stages {
	began := min(max(t.began, t.given), t.read)
	ended := min(max(t.ended, began), t.read)
	sent := t.sent.Load()
	if sent == 0 || sent > began {
		sent = began // the worker was faster than the return from the system call
	}
	return Stages{
		Func: fn, Pid: pid,
		Encode: time.Duration(t.encoded - t.submit),
		Queue:  time.Duration(t.given - t.encoded),
		Send:   time.Duration(sent - t.given),
		Start:  time.Duration(began - sent),
		Run:    time.Duration(ended - began),
		Reply:  time.Duration(t.read - ended),
		Decode: time.Duration(settled - t.read),
	}
}

// sharedNow reads the clock that parent and workers share.
func sharedNow() int64 { return sharedOrigin + int64(now()) }

// stampSize is what a traced reply carries in front of its payload.
const stampSize = 16

func appendStamps(b []byte, began, ended moment) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(sharedOrigin+int64(began)))
	return binary.LittleEndian.AppendUint64(b, uint64(sharedOrigin+int64(ended)))
}

var errStamps = errors.New("reply without its times")

// takeStamps cuts the worker's moments off a reply.
func (t *stamps) takeStamps(f *frame) error {
	if len(f.payload) < stampSize {
		return errors.Join(errFrame, errStamps)
	}
	t.read = sharedNow()
	t.began = int64(binary.LittleEndian.Uint64(f.payload))
	t.ended = int64(binary.LittleEndian.Uint64(f.payload[8:]))
	f.payload = f.payload[stampSize:]
	return nil
}
