package process

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"poolbench/executors/remote"
)

// Questions that a pool asks its workers; those about profiles end with the kind of it.
const (
	askUsage = "usage"
	askBegin = "begin "
	askEnd   = "end "
)

// An answer is that of a worker to question seq.
type answer struct {
	seq  uint32
	text []byte
}

// A first byte of an answer tells whether it is one.
const (
	answerFine  = '+'
	answerError = '-'
)

// A WorkerAnswer is what one worker process said of itself.
type WorkerAnswer struct {
	Pid     int
	Profile []byte // of Profile
	Usage   Usage  // of Usage
	Err     error  // why there is nothing: it has ended, say
}

// Usage asks all workers what they have used so far, since they were started. It waits
// for their answers, or for the end of ctx; workers answer while they run tasks.
func (p *Pool) Usage(ctx context.Context) []WorkerAnswer {
	all := p.ask(ctx, askUsage)
	for i := range all {
		if a := &all[i]; a.Err == nil {
			a.Err = json.Unmarshal(a.Profile, &a.Usage)
			a.Profile = nil
		}
	}
	return all
}

// BeginProfile has all workers begin a profile of themselves, as BeginProfile of this
// package does, and gives what they answer. Workers that are started later have none.
func (p *Pool) BeginProfile(ctx context.Context, kind ProfileKind) []WorkerAnswer {
	return p.ask(ctx, askBegin+string(kind))
}

// EndProfile ends what BeginProfile began and gives the profiles. A worker that has ended
// meanwhile is not among the answers; the profile of one is at most Options.MaxMessage.
func (p *Pool) EndProfile(ctx context.Context, kind ProfileKind) []WorkerAnswer {
	return p.ask(ctx, askEnd+string(kind))
}

var errWorkerEnded = errors.New("the worker process ended")

// ask puts a question to all workers that stand ready, and waits until each has answered
// or ended, or ctx ends. One question at a time is under way.
func (p *Pool) ask(ctx context.Context, question string) []WorkerAnswer {
	p.asking.Lock()
	defer p.asking.Unlock()
	p.question++
	seq := p.question
	workers := p.crew.ready()
	out := make([]WorkerAnswer, len(workers))
	var all sync.WaitGroup
	for i, w := range workers {
		out[i].Pid = w.pid
		w.control.append(remote.Header{Kind: remote.Ask, Seq: seq}, []byte(question))
		w.control.flush()
		all.Go(func() { out[i].Profile, out[i].Err = w.hear(ctx, seq) })
	}
	all.Wait()
	return out
}

// hear waits for the answer to question seq. Answers to earlier ones came too late.
func (w *member) hear(ctx context.Context, seq uint32) ([]byte, error) {
	for {
		select {
		case a := <-w.answers:
			switch {
			case a.seq != seq:
				continue
			case len(a.text) > 0 && a.text[0] == answerFine:
				return a.text[1:], nil
			case len(a.text) > 0:
				return nil, errors.New(string(a.text[1:]))
			}
			return nil, remote.ErrMalformed
		case <-w.exited:
			return nil, errWorkerEnded
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// take keeps an answer for hear. One that nobody waited for makes room.
func (w *member) take(m remote.Message) {
	a := answer{m.Seq, bytes.Clone(m.Payload)}
	for {
		select {
		case w.answers <- a:
			return
		default:
		}
		select {
		case <-w.answers:
		default:
		}
	}
}

// answer answers a question of the parent, in the goroutine that reads what is said beside
// the tasks, so that it does not wait for the task that runs.
func (c *child) answer(seq uint32, question string) {
	text, err := c.reply(question)
	if err == nil && len(text) >= int(c.loop.Limit) {
		err = fmt.Errorf("what it has to say takes %d bytes, and a message at most %d", len(text), c.loop.Limit)
	}
	text = append([]byte{answerFine}, text...)
	if err != nil {
		text = append([]byte{answerError}, err.Error()...)
	}
	if c.sockets.Reply(remote.Header{Kind: remote.Answer, Seq: seq, Size: uint32(len(text))}, text, 0) != nil {
		die()
	}
}

func (c *child) reply(question string) ([]byte, error) {
	if question == askUsage {
		return json.Marshal(ReadUsage())
	}
	if kind, ok := bytes.CutPrefix([]byte(question), []byte(askBegin)); ok {
		return BeginProfile(ProfileKind(kind))
	}
	if kind, ok := bytes.CutPrefix([]byte(question), []byte(askEnd)); ok {
		return EndProfile(ProfileKind(kind))
	}
	return nil, fmt.Errorf("it knows no question %q", question)
}
