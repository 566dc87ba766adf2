package remote

import (
	"encoding/binary"
	"errors"
	"math"
	"sync/atomic"
	"time"
)

// Stages tell where the time of one task went, from Submit to its settled future.
// They follow each other without a gap; their sum is the latency of the task.
type Stages struct {
	Func string
	Pid  int    // of the worker
	Seq  uint32 // of the task within its worker, from 1, may wrap
	At   int64  // when it was submitted, in ns of Common

	Encode time.Duration // of the input, in Submit
	Queue  time.Duration // until the task was given to a worker
	Send   time.Duration // until it was on its way
	Start  time.Duration // until the worker began with it: its wake-up, and the tasks sent before it
	Run    time.Duration // the function, decoding its input and encoding its output
	Reply  time.Duration // until the parent came to it: left unseen, woken up, behind others
	Decode time.Duration // of the output, until the future was settled
}

// Total is the sum.
func (s Stages) Total() time.Duration {
	return s.Encode + s.Queue + s.Send + s.Start + s.Run + s.Reply + s.Decode
}

// Stamps are the moments between the stages, in ns of the common clock.
type Stamps struct {
	Tell func(Stages) // called with the Stages in the end

	Submit, Encoded, Given int64
	Sent                   atomic.Int64 // by who sends, perhaps after the reply
	began, ended           int64        // as the worker tells them
	read                   int64
}

// Stages makes durations of them. What the worker says is kept between what is
// known here.
func (t *Stamps) Stages(fn string, pid int, seq uint32, settled int64) Stages {
	began := min(max(t.began, t.Given), t.read)
	ended := min(max(t.ended, began), t.read)
	sent := t.Sent.Load()
	if sent == 0 || sent > began {
		sent = began // the worker was faster than the return from the system call
	}
	return Stages{
		Func: fn, Pid: pid, Seq: seq, At: t.Submit,
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
	t.Reach()
	t.began = int64(binary.LittleEndian.Uint64(m.Payload))
	t.ended = int64(binary.LittleEndian.Uint64(m.Payload[8:]))
	m.Payload = m.Payload[stampSize:]
	m.Size -= stampSize
	return nil
}

// Reach notes that the reply is settled now.
func (t *Stamps) Reach() { t.read = Common() }

// Slow makes stages of tasks slower, each by so many steps of Spin: a causal profile finds
// out what that costs the whole. The zero value slows nothing.
type Slow struct {
	Encode int64 // in Submit, behind the input
	Send   int64 // with the right to send to the worker
	Run    int64 // in the worker, before the function; at most MaxRun
	Decode int64 // before the future is settled

	// Wakes has each wake take twice as long, of workers and of who takes their replies: for
	// who wakes, and until who was woken goes on. Sockets do not have it.
	Wakes bool
}

// Again computes for as long as it is since a moment of Common, at most longestAgain; not at
// all since 0.
func Again(since int64) {
	if since == 0 {
		return
	}
	now := Common()
	for until := now + min(max(now-since, 0), longestAgain); Common() < until; {
		Spin(50)
	}
}

// longestAgain is longer than a wake, in ns: what takes longer has lost its CPU.
const longestAgain = int64(time.Millisecond)

// MaxRun is the greatest number of steps that a message can ask a worker for.
const MaxRun = math.MaxUint32 >> 1

// CallAux is the Aux of the Call of a task: that its reply is to begin with times, and by how
// many steps of Spin it is slowed.
func CallAux(times bool, slow int64) uint32 {
	out := uint32(min(max(slow, 0), MaxRun)) << 1
	if times {
		out |= 1
	}
	return out
}

// Spin computes so many steps, each of which needs the one before: an amount of work, so
// that a thread which loses its CPU is not forgiven the time. A step takes about as long as
// a multiplication.
//
//go:noinline
func Spin(steps int64) uint64 {
	x := uint64(steps)
	for range steps {
		x = x*6364136223846793005 + 1442695040888963407
	}
	return x
}
