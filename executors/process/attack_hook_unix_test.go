//go:build unix

package process_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// hooked are the deeds that Trace and the handler of a log do. Shutdown and Kill wait for
// them, so that they must not wait for it for ever. (Map is no other way to wait.)
func hooked() []deed {
	var ds []deed
	for _, d := range append(deeds, villainies...) {
		switch end := (*process.Pool).Shutdown; d.name {
		case "Map":
			continue
		case "Kill":
			end = (*process.Pool).Kill
			fallthrough
		case "Shutdown":
			d.do = func(p *process.Pool) {
				ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
				defer cancel()
				end(p, ctx)
			}
		}
		ds = append(ds, d)
	}
	return ds
}

// comesBack reports whether a deed returns to who calls it.
func (d deed) comesBack() bool { return d.name != "panic" && d.name != "Goexit" && d.name != "block" }

// A hook is a function of the caller's that a pool calls: the first few times it does a deed
// to that pool.
type hook struct {
	deed
	most        int64
	pool        *process.Pool
	opened      chan struct{}
	calls, back atomic.Int64
}

func (d deed) hook(most int64) *hook { return &hook{deed: d, most: most, opened: make(chan struct{})} }

// open makes the pool, of which the hook knows from then on.
func (h *hook) open(t *testing.T, o process.Options) *process.Pool {
	h.pool = open(t, o)
	close(h.opened)
	return h.pool
}

// called is for the pool to call.
func (h *hook) called() {
	<-h.opened
	if h.calls.Add(1) <= h.most {
		h.do(h.pool)
		h.back.Add(1)
	}
}

// did reports whether it has been called, and come back if it ever does.
func (h *hook) did() bool { return h.calls.Load() > 0 && (!h.comesBack() || h.back.Load() > 0) }

// submits sees to it that n tasks settle, without an error unless the deed ends the pool.
func submits[I any](t *testing.T, h *hook, what string, n int, task *executors.Func[I, int], in func(i int) I) {
	for i := range n {
		f, err := executors.Submit(background, h.pool, task, in(i))
		if h.ends && err != nil {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := settles(t, what, f); err != nil && !h.ends {
			t.Error(err)
		}
	}
}

func itself(i int) int { return i }

// Trace may do what it likes: the futures of the tasks settle, and the pool ends.
func TestTraceMisbehaves(t *testing.T) {
	for _, d := range hooked() {
		t.Run(d.name, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				h := d.hook(5) // what it submits is traced, too
				p := h.open(t, process.Options{Workers: 1, Trace: func(process.Stages) { h.called() }})
				submits(t, h, "a traced task", 3, echo, itself)
				comes(t, "the trace", h.did)
				returns(t, "Stats", func() error { p.Stats(); return nil })
				if !d.ends {
					works(t, p)
				}
				if d.name == "block" {
					dies(t, p) // Shutdown may wait for it
				} else {
					closes(t, p)
				}
			})
		})
	}
}

// A handler of a log does something with each record.
type handler struct{ do func(slog.Record) }

func (handler) Enabled(context.Context, slog.Level) bool        { return true }
func (h handler) Handle(_ context.Context, r slog.Record) error { h.do(r); return nil }
func (h handler) WithAttrs([]slog.Attr) slog.Handler            { return h }
func (h handler) WithGroup(string) slog.Handler                 { return h }

var utter = executors.Define("test.utter", func(_ context.Context, text string) (int, error) {
	n, err := fmt.Println(text)
	return n, err
})

// The handler of the log gets what tasks print, and may do what it likes with it. One that
// blocks has the task wait that prints, and nobody else; not even that task for ever
// when the pool is killed.
func TestLogMisbehaves(t *testing.T) {
	for _, d := range hooked() {
		t.Run(d.name, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				h := d.hook(5)
				p := h.open(t, process.Options{Workers: 1, Log: slog.New(handler{func(r slog.Record) {
					if r.Message == "hello" {
						h.called()
					}
				}})})
				submits(t, h, "a task that prints a line", 3, utter, func(int) string { return "hello" })
				comes(t, "the log", h.did)
				if !d.ends {
					works(t, p)
				}
				if d.name == "block" {
					dies(t, p)
					return
				}
				if !d.ends { // what it left undone must not have stopped the reading
					if err := settles(t, "a task that prints much", submit(t, p, spew, 4<<20)); err != nil {
						t.Error(err)
					}
				}
				closes(t, p)
			})
		})
	}
}

// The same when the pool itself has something to say: a worker was recycled, workers
// cannot start; to the log of the options and to that of the program.
func TestLogOfPoolMisbehaves(t *testing.T) {
	for _, d := range hooked() {
		t.Run(d.name, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				h := d.hook(3)
				p := h.open(t, process.Options{Workers: 1, MaxTasks: 1, Log: slog.New(handler{func(r slog.Record) {
					if strings.HasPrefix(r.Message, "process: ") { // callbacks that panic are reported there, too
						h.called()
					}
				}})})
				submits(t, h, "a task of a recycled worker", 4, echo, itself)
				dies(t, p)
			})
		})
	}
	for _, d := range villainies {
		for _, where := range []string{"options", "default"} {
			t.Run("broken-"+where+"/"+d.name, func(t *testing.T) {
				isolated(t, func(t *testing.T) {
					misbehave := slog.New(handler{func(slog.Record) { d.do(nil) }})
					o := process.Options{Workers: 1, InitFunc: prepareFails}
					if where == "options" {
						o.Log = misbehave
					} else {
						slog.SetDefault(misbehave)
					}
					p := open(t, o)
					f := submit(t, p, echo, 1)
					if err := settles(t, "the task of a broken pool", f); !errors.Is(err, os.ErrNotExist) {
						t.Error(err)
					}
					dies(t, p)
				})
			})
		}
	}
}

// A handler that blocks is no reason for a dead worker not to be replaced.
func TestLogBlocksAndWorkerDies(t *testing.T) {
	isolated(t, func(t *testing.T) {
		p := open(t, process.Options{Workers: 1, Log: slog.New(handler{func(r slog.Record) {
			if r.Message == "hello" {
				select {}
			}
		}})})
		if err := settles(t, "a task that prints", submit(t, p, utter, "hello")); err != nil {
			t.Error(err)
		}
		for range 2 {
			lost(t, settles(t, "a task that dies", submit(t, p, killSelf, int(syscall.SIGKILL))))
		}
		works(t, p)
		dies(t, p)
	})
}
