//go:build unix

package process_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// A trap is a value whose methods do something in one of the places where values are
// encoded and decoded. It travels as this text: the place, a bar, the deed.
type (
	trapBinary struct{ text string }
	trapGob    struct{ text string }
	trapText   struct{ text string }
)

const (
	inputEncoding  = "input encoding"  // in Submit
	inputDecoding  = "input decoding"  // in the worker
	outputEncoding = "output encoding" // in the worker
	outputDecoding = "output decoding" // in the pool
)

// trapped is the pool of the test of traps, in the process that has it; nil in workers.
var trapped atomic.Pointer[process.Pool]

func spring(text, inParent, inWorker string) error {
	p := trapped.Load()
	here := inWorker
	if p != nil {
		here = inParent
	}
	place, what, _ := strings.Cut(text, "|")
	if place != here {
		return nil
	}
	switch what {
	case "loop":
		for n := 0; ; n++ {
			if n < 0 {
				break
			}
		}
	case "crash":
		syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	case "error":
		return errors.New("trap")
	default:
		for _, d := range append(deeds, villainies...) {
			if d.name == what {
				d.do(p)
			}
		}
	}
	return nil
}

func encodeTrap(text string) ([]byte, error) {
	return []byte(text), spring(text, inputEncoding, outputEncoding)
}

func decodeTrap(b []byte) (string, error) {
	return string(b), spring(string(b), outputDecoding, inputDecoding)
}

func (v trapBinary) MarshalBinary() ([]byte, error) { return encodeTrap(v.text) }
func (v trapGob) GobEncode() ([]byte, error)        { return encodeTrap(v.text) }
func (v trapText) MarshalText() ([]byte, error)     { return encodeTrap(v.text) }

func (v *trapBinary) UnmarshalBinary(b []byte) (err error) { v.text, err = decodeTrap(b); return err }
func (v *trapGob) GobDecode(b []byte) (err error)          { v.text, err = decodeTrap(b); return err }
func (v *trapText) UnmarshalText(b []byte) (err error)     { v.text, err = decodeTrap(b); return err }

func pass[T any](_ context.Context, v T) (T, error) { return v, nil }

var (
	passBinary = executors.Define("test.trap.binary", pass[trapBinary])
	passGob    = executors.Define("test.trap.gob", pass[trapGob])
	passText   = executors.Define("test.trap.text", pass[trapText])
	passDeep   = executors.Define("test.trap.deep", pass[map[string][]*trapBinary])

	// trapError fails with an error whose text is a trap.
	trapError = executors.Define("test.trap.error", func(_ context.Context, what string) (int, error) {
		return 0, errorTrap{outputEncoding + "|" + what}
	})
)

type errorTrap struct{ text string }

func (e errorTrap) Error() string { return "trap" + fmtError(spring(e.text, "", outputEncoding)) }

func fmtError(err error) string {
	if err != nil {
		return err.Error()
	}
	return ""
}

// carriers send a trap in the ways in which one can be sent.
var carriers = []struct {
	name   string
	submit func(ctx context.Context, p *process.Pool, text string) (executors.Waitable, error)
}{
	{"binary", func(ctx context.Context, p *process.Pool, text string) (executors.Waitable, error) {
		return waitable(executors.Submit(ctx, p, passBinary, trapBinary{text}))
	}},
	{"gob", func(ctx context.Context, p *process.Pool, text string) (executors.Waitable, error) {
		return waitable(executors.Submit(ctx, p, passGob, trapGob{text}))
	}},
	{"text", func(ctx context.Context, p *process.Pool, text string) (executors.Waitable, error) {
		return waitable(executors.Submit(ctx, p, passText, trapText{text}))
	}},
	{"deep", func(ctx context.Context, p *process.Pool, text string) (executors.Waitable, error) {
		return waitable(executors.Submit(ctx, p, passDeep, map[string][]*trapBinary{"a": {{"-"}, {text}}}))
	}},
}

func waitable[T any](f *executors.Future[T], err error) (executors.Waitable, error) { return f, err }

// trapPool is the pool of a test of traps.
func trapPool(t *testing.T, o process.Options) *process.Pool {
	o.Workers = 1
	p := started(t, o)
	trapped.Store(p)
	return p
}

// A decoder of outputs runs in the parent. Whatever it does, its own future settles, at
// the latest when the pool is killed, and the pool goes on.
func TestDecoderOfOutputMisbehaves(t *testing.T) {
	for _, c := range carriers {
		for _, what := range []string{"error", "panic", "Goexit", "loop", "block", "Stats", "Submit", "wait", "Map"} {
			t.Run(c.name+"/"+what, func(t *testing.T) {
				isolated(t, func(t *testing.T) {
					p := trapPool(t, process.Options{})
					f, err := c.submit(background, p, outputDecoding+"|"+what)
					if err != nil {
						t.Fatal(err)
					}
					var panicked *executors.PanicError
					switch what {
					case "loop", "block":
						works(t, p)
						ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
						defer cancel()
						returns(t, "Shutdown with a limit", func() error { return p.Shutdown(ctx) })
						dies(t, p)
						if err := settles(t, "the task with the decoder, after Kill", f); err == nil {
							t.Error("a task that was never decoded succeeded")
						}
						return
					case "error":
						if err := settles(t, "the task", f); err == nil || !strings.Contains(err.Error(), "trap") {
							t.Error(err)
						}
					case "panic":
						if err := settles(t, "the task", f); !errors.As(err, &panicked) {
							t.Error(err)
						}
					case "Goexit":
						if err := settles(t, "the task", f); !errors.Is(err, executors.ErrGoexit) {
							t.Error(err)
						}
					default:
						if err := settles(t, "the task", f); err != nil {
							t.Error(err)
						}
					}
					works(t, p)
					closes(t, p)
				})
			})
		}
	}
}

// The same among the results of a chunk.
func TestDecoderInChunkMisbehaves(t *testing.T) {
	for _, what := range []string{"panic", "Goexit", "loop"} {
		t.Run(what, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := trapPool(t, process.Options{})
				inputs := []trapBinary{{"-"}, {outputDecoding + "|" + what}, {"-"}, {"-"}}
				done := make(chan int, 1)
				go func() {
					n := 0
					for range executors.MapSlice(background, p, passBinary, inputs, executors.Chunk(4)) {
						n++
					}
					done <- n
				}()
				if what == "loop" {
					works(t, p)
					dies(t, p)
				}
				select {
				case n := <-done:
					if n != len(inputs) && what != "loop" {
						t.Errorf("%d results", n)
					}
				case <-time.After(patience):
					hung(t, "Map")
				}
				if what != "loop" {
					works(t, p)
					closes(t, p)
				}
			})
		})
	}
}

// An encoder of inputs runs in Submit, in the goroutine of the caller: what it does there
// is the caller's, and the pool goes on.
func TestEncoderOfInputMisbehaves(t *testing.T) {
	for _, c := range carriers {
		for _, what := range []string{"error", "panic", "Goexit", "loop", "block", "Stats", "wait", "Resize"} {
			t.Run(c.name+"/"+what, func(t *testing.T) {
				isolated(t, func(t *testing.T) {
					p := trapPool(t, process.Options{Queue: 2})
					submitted := make(chan error, 1)
					ctx, cancel := context.WithCancel(background)
					go func() {
						ended := errors.New("the goroutine has ended")
						defer func() { submitted <- ended }()
						var f executors.Waitable
						if f, ended = c.submit(ctx, p, inputEncoding+"|"+what); ended == nil {
							ended = f.Err(background)
						}
					}()
					switch what {
					case "loop", "block":
						works(t, p)
						cancel()
					default:
						err := returns(t, "Submit and the result", func() error { return <-submitted })
						if (err != nil) != (what == "error" || what == "panic" || what == "Goexit") {
							t.Error(err)
						}
					}
					cancel()
					works(t, p)
					closes(t, p)
				})
			})
		}
	}
}

// What decodes inputs and encodes outputs runs in the worker: its errors are those of the
// task, a time limit ends it, and its crash costs the task that it belongs to.
func TestCodecInWorkerMisbehaves(t *testing.T) {
	for _, place := range []string{inputDecoding, outputEncoding} {
		for _, c := range carriers {
			for _, what := range []string{"error", "panic", "Goexit", "loop", "block", "crash"} {
				t.Run(strings.ReplaceAll(place, " ", "-")+"/"+c.name+"/"+what, func(t *testing.T) {
					isolated(t, func(t *testing.T) {
						p := trapPool(t, process.Options{TimeLimit: 200 * time.Millisecond})
						f, err := c.submit(background, p, place+"|"+what)
						if err != nil {
							t.Fatal(err)
						}
						checkTrap(t, what, settles(t, "the task", f))
						works(t, p)
						closes(t, p)
					})
				})
			}
		}
	}
	for _, what := range []string{"panic", "Goexit", "loop", "block", "crash"} {
		t.Run("error-text/"+what, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := trapPool(t, process.Options{TimeLimit: 200 * time.Millisecond})
				err := settles(t, "the task", submit(t, p, trapError, what))
				if remote := (*executors.RemoteError)(nil); what != "panic" || !errors.As(err, &remote) {
					checkTrap(t, what, err)
				}
				works(t, p)
				closes(t, p)
			})
		})
	}
}

// checkTrap checks the error of a task whose trap sprang in the worker.
func checkTrap(t *testing.T, what string, err error) {
	t.Helper()
	var panicked *executors.PanicError
	var late *process.TimeLimitError
	var gone *executors.WorkerLostError
	right := false
	switch what {
	case "error":
		right = err != nil && strings.Contains(err.Error(), "trap")
	case "panic":
		right = errors.As(err, &panicked) || err != nil && strings.Contains(err.Error(), "a callback")
	case "Goexit":
		right = errors.Is(err, executors.ErrGoexit)
	case "loop", "block":
		right = errors.As(err, &late)
	case "crash":
		right = errors.As(err, &gone)
	}
	if !right {
		t.Errorf("%s in the worker: %v", what, err)
	}
}
