package process

import (
	"encoding/binary"
	"errors"
	"testing"

	"poolbench/executors"
	"poolbench/executors/remote"
)

// What a worker answers is read before its task counts as answered: one that was answered
// with what nobody can read is lost with the worker, whose process its error then names, and
// those behind it are not touched.
func TestReplyThatCannotBeRead(t *testing.T) {
	fault := executors.AppendError(nil, errors.New("said so"))
	times := make([]byte, 16)
	for name, c := range map[string]struct {
		kind    remote.Kind
		payload []byte
		traced  bool
		ok      bool
	}{
		"output":                {remote.Output, times, false, true},
		"fault":                 {remote.Fault, fault, false, true},
		"fault with times":      {remote.Fault, append(times, fault...), true, true},
		"no fault":              {remote.Fault, []byte{255}, false, false},
		"nothing":               {remote.Fault, nil, false, false},
		"cut fault":             {remote.Fault, fault[:len(fault)-1], false, false},
		"times of nothing":      {remote.Fault, times, true, false},
		"output without times":  {remote.Output, times[:15], true, false},
		"question":              {remote.Ask, times, false, false},
		"text that is too long": {remote.Fault, binary.AppendUvarint([]byte{1}, 1<<62), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			seg, f, _ := newSegment()
			if seg == nil {
				t.Skip("memory cannot be shared here")
			}
			defer f.Close()
			defer seg.close()
			var failure error
			settled := 0
			l := &workerLine{giveUp: func(err error) { failure = err }, answered: func(r []reply) { settled += len(r) }}
			l.init(seg)
			fn := &remote.Func{Name: "fn"}
			for range 3 {
				it := &remote.Item{Func: fn}
				if c.traced {
					it.Stamps = &remote.Stamps{}
				}
				l.window.Reserve(it)
				l.window.Push(it)
			}
			replies, _ := seg.replies()
			for seq, m := range []remote.Message{
				{Header: remote.Header{Kind: remote.Output}, Payload: times},
				{Header: remote.Header{Kind: c.kind}, Payload: c.payload},
			} {
				m.Seq, m.Size = uint32(seq+1), uint32(len(m.Payload))
				replies.put(m.Header, m.Payload)
			}
			replies.publish()
			l.take()
			want := 1
			if c.ok {
				want = 2
			}
			if settled != want || l.window.Len() != 3-want || errors.Is(failure, remote.ErrMalformed) == c.ok {
				t.Errorf("%d settled, %d left: %v", settled, l.window.Len(), failure)
			}
			seg.claim(2)
			lost, others := l.judge(failure != nil)
			if c.ok && len(lost) != 0 || !c.ok && (len(lost) != 1 || lost[0].Seq != 2) || others[len(others)-1].Seq != 3 {
				t.Errorf("%d lost, %d others", len(lost), len(others))
			}
		})
	}
}

// Who still knows the line of a worker that was buried meanwhile finds nothing there, and does
// not look at memory that is gone.
func TestLineOutlivesItsMemory(t *testing.T) {
	seg, f, _ := newSegment()
	if seg == nil {
		t.Skip("memory cannot be shared here")
	}
	defer f.Close()
	l := &workerLine{}
	l.init(seg)
	seg.close()
	if l.take() || l.help() || l.calls() || l.wantsMore() || l.takeBack() != nil {
		t.Error("something is there")
	}
}
