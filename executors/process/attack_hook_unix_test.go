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

// Trace may do what it likes: the futures of the tasks settle, and the pool ends.
func TestTraceMisbehaves(t *testing.T) {
	for _, d := range hooked() {
		t.Run(d.name, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				var p *process.Pool
				var calls, back atomic.Int64
				ready := make(chan struct{})
				p = open(t, process.Options{Workers: 1, Trace: func(process.Stages) {
					<-ready
					if calls.Add(1) > 5 {
						return // what it submits is traced, too
					}
					d.do(p)
					back.Add(1)
				}})
				close(ready)
				for i := range 3 {
					f, err := executors.Submit(background, p, echo, i)
					if d.ends && err != nil {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					if err := settles(t, "a traced task", f); err != nil && !d.ends {
						t.Error(err)
					}
				}
				comes(t, "the trace", func() bool { return calls.Load() > 0 && (!d.comesBack() || back.Load() > 0) })
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
				var p *process.Pool
				var calls, back atomic.Int64
				ready := make(chan struct{})
				p = open(t, process.Options{Workers: 1, Log: slog.New(handler{func(r slog.Record) {
					<-ready
					if r.Message != "hello" || calls.Add(1) > 5 {
						return
					}
					d.do(p)
					back.Add(1)
				}})})
				close(ready)
				for range 3 {
					f, err := executors.Submit(background, p, utter, "hello")
					if d.ends && err != nil {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					if err := settles(t, "a task that prints a line", f); err != nil && !d.ends {
						t.Error(err)
					}
				}
				comes(t, "the log", func() bool { return calls.Load() > 0 && (!d.comesBack() || back.Load() > 0) })
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
				var p *process.Pool
				var calls atomic.Int64
				ready := make(chan struct{})
				misbehave := slog.New(handler{func(r slog.Record) {
					if !strings.HasPrefix(r.Message, "process: ") {
						return // callbacks that panic are reported there, too
					}
					<-ready
					if calls.Add(1) <= 3 {
						d.do(p)
					}
				}})
				p = open(t, process.Options{Workers: 1, MaxTasks: 1, Log: misbehave})
				close(ready)
				for i := range 4 {
					f, err := executors.Submit(background, p, echo, i)
					if d.ends && err != nil {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					if err := settles(t, "a task of a recycled worker", f); err != nil && !d.ends {
						t.Error(err)
					}
				}
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
