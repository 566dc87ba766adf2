//go:build unix

package process_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// A tardyContext has ended some time before it tells those who wait.
type tardyContext struct {
	context.Context
	ended atomic.Bool
	done  chan struct{}
}

func newTardyContext() *tardyContext {
	return &tardyContext{Context: background, done: make(chan struct{})}
}

func (c *tardyContext) Done() <-chan struct{} { return c.done }

func (c *tardyContext) Err() error {
	if c.ended.Load() {
		return context.Canceled
	}
	return nil
}

// A deed is what users' code does where the pool calls it. ends tells that the pool is at
// its end then.
type deed struct {
	name string
	do   func(p *process.Pool)
	ends bool
}

// deeds are what a callback may do, and what it should not do but might.
var deeds = []deed{
	{name: "Stats", do: func(p *process.Pool) { p.Stats() }},
	{name: "Workers", do: func(p *process.Pool) { p.Workers() }},
	{name: "Pids", do: func(p *process.Pool) { p.Pids() }},
	{name: "Resize", do: func(p *process.Pool) { p.Resize(2); p.Resize(1) }},
	{name: "Start", do: func(p *process.Pool) { p.Start(background) }},
	{name: "Submit", do: func(p *process.Pool) { executors.Submit(background, p, echo, 1) }},
	{name: "Cancel", do: func(p *process.Pool) {
		if f, err := executors.Submit(background, p, echo, 1); err == nil {
			f.Cancel()
		}
	}},
	{name: "wait", do: func(p *process.Pool) {
		if f, err := executors.Submit(background, p, echo, 1); err == nil {
			f.Err(background)
		}
	}},
	{name: "Map", do: func(p *process.Pool) {
		for range executors.MapSlice(background, p, echo, []int{1, 2, 3}, executors.AutoChunk()) {
		}
	}},
	{name: "Shutdown", do: func(p *process.Pool) { p.Shutdown(background) }, ends: true},
	{name: "Kill", do: func(p *process.Pool) { p.Kill(background) }, ends: true},
}

// villainies never come back.
var villainies = []deed{
	{name: "panic", do: func(*process.Pool) { panic("a callback") }},
	{name: "Goexit", do: func(*process.Pool) { runtime.Goexit() }},
	{name: "block", do: func(*process.Pool) { select {} }},
}

// Callbacks of tasks that the pool finds cancelled when it comes to them may do what they like.
func TestCallbacksOfCancelledTasks(t *testing.T) {
	for _, d := range append(deeds, villainies...) {
		t.Run(d.name, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := open(t, process.Options{Workers: 1})
				gate := t.TempDir() + "/gate"
				first := submit(t, p, await, gate)
				waitFile(t, gate+".started")
				ctx := newTardyContext()
				const n = 50
				var cancelled, others []*executors.Future[int]
				var called, back atomic.Int64
				for i := range n {
					f, err := executors.Submit(ctx, p, echo, i)
					if err != nil {
						t.Fatal(err)
					}
					f.OnDone(func(*executors.Future[int]) {
						called.Add(1)
						d.do(p)
						back.Add(1)
					})
					cancelled = append(cancelled, f)
					others = append(others, submit(t, p, echo, i))
				}
				ctx.ended.Store(true)
				os.WriteFile(gate, nil, 0o600)
				if err := settles(t, "the task before", first); err != nil && !d.ends {
					t.Error(err)
				}
				for _, f := range others {
					if err := settles(t, "a task between", f); err != nil && !d.ends {
						t.Error(err)
					}
				}
				close(ctx.done)
				for _, f := range cancelled {
					// The pool asks no context of a user's type, so that some may have run.
					if err := settles(t, "a task whose context has ended", f); err != nil && !errors.Is(err, executors.ErrCancelled) && !d.ends {
						t.Errorf("a task whose context has ended: %v", err)
					}
				}
				comes(t, "the callbacks", func() bool { return called.Load() == n })
				if d.name != "panic" && d.name != "Goexit" && d.name != "block" {
					comes(t, "the end of the callbacks", func() bool { return back.Load() == n })
				}
				if !d.ends {
					works(t, p)
				}
				closes(t, p)
				if called.Load() != n {
					t.Errorf("%d callbacks for %d tasks", called.Load(), n)
				}
			})
		})
	}
}

// The same when the pool and the end of the context meet anywhere.
func TestCallbacksOfContextsThatEndUnderLoad(t *testing.T) {
	for _, d := range deeds {
		if d.ends {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := open(t, process.Options{Workers: 2})
				for range 5 {
					ctx, cancel := context.WithCancel(background)
					var called atomic.Int64
					const n = 500
					for range n {
						f, err := executors.Submit(ctx, p, napping, 20*time.Microsecond)
						if err != nil {
							t.Fatal(err)
						}
						f.OnDone(func(*executors.Future[struct{}]) { d.do(p); called.Add(1) })
					}
					cancel()
					comes(t, "the callbacks", func() bool { return called.Load() == n })
				}
				works(t, p)
				closes(t, p)
			})
		})
	}
}

// Callbacks of tasks that end in other ways.
func TestCallbacksOfEnds(t *testing.T) {
	ends := []struct {
		name string
		end  func(t *testing.T, p *process.Pool) *executors.Future[int]
	}{
		{"value", func(t *testing.T, p *process.Pool) *executors.Future[int] { return submit(t, p, echo, 1) }},
		{"error", func(t *testing.T, p *process.Pool) *executors.Future[int] { return submit(t, p, fail, "plain") }},
		{"lost", func(t *testing.T, p *process.Pool) *executors.Future[int] {
			return submit(t, p, killSelf, int(syscall.SIGKILL))
		}},
		{"late", func(t *testing.T, p *process.Pool) *executors.Future[int] { return submit(t, p, spin, struct{}{}) }},
	}
	for _, e := range ends {
		for _, d := range append(deeds, villainies...) {
			if d.name != "wait" && d.name != "Shutdown" && d.name != "Goexit" && d.name != "block" {
				continue // Stats and the like take the same ways
			}
			t.Run(e.name+"/"+d.name, func(t *testing.T) {
				isolated(t, func(t *testing.T) {
					p := open(t, process.Options{Workers: 1, TimeLimits: map[string]time.Duration{spin.Name(): 50 * time.Millisecond}})
					var called atomic.Int64
					f := e.end(t, p)
					f.OnDone(func(*executors.Future[int]) { called.Add(1); d.do(p) })
					settles(t, "the task", f)
					comes(t, "the callback", func() bool { return called.Load() == 1 })
					if !d.ends {
						works(t, p)
					}
					closes(t, p)
				})
			})
		}
	}
}

// A pryingContext is a context whose methods do something.
type pryingContext struct {
	context.Context
	armed atomic.Bool
	do    func()
}

func (c *pryingContext) pry() {
	if c.armed.Load() {
		c.do()
	}
}

func (c *pryingContext) Err() error                  { c.pry(); return c.Context.Err() }
func (c *pryingContext) Done() <-chan struct{}       { c.pry(); return c.Context.Done() }
func (c *pryingContext) Value(key any) any           { c.pry(); return c.Context.Value(key) }
func (c *pryingContext) Deadline() (time.Time, bool) { c.pry(); return c.Context.Deadline() }

// The contexts of tasks are users' code, too.
func TestContextsThatCallThePool(t *testing.T) {
	for _, d := range deeds {
		if d.ends || d.name == "wait" || d.name == "Map" || d.name == "Start" {
			continue // it is asked before a task can start; waiting for the pool there is a cycle of its own making
		}
		t.Run(d.name, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := open(t, process.Options{Workers: 1, Grace: time.Hour})
				gate := t.TempDir() + "/gate"
				first := submit(t, p, await, gate)
				waitFile(t, gate+".started")
				parent, cancel := context.WithCancel(background)
				ctx := &pryingContext{Context: parent, do: func() { d.do(p) }}
				var futures []*executors.Future[int]
				for i := range 20 {
					f, err := executors.Submit(ctx, p, echo, i)
					if err != nil {
						t.Fatal(err)
					}
					futures = append(futures, f)
				}
				held, err := executors.Submit(ctx, p, await, gate+"2")
				if err != nil {
					t.Fatal(err)
				}
				ctx.armed.Store(true)
				os.WriteFile(gate, nil, 0o600)
				for i, f := range append(futures, first) {
					if err := settles(t, "a task whose context calls the pool", f); err != nil {
						t.Errorf("task %d: %v", i, err)
					}
				}
				cancel() // while it runs: the worker has to be told
				if err := settles(t, "a running task whose context ends", held); !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				works(t, p)
				closes(t, p)
			})
		})
	}
}

// Nor is the context of a Submit that waits for room asked under a lock.
func TestContextOfBlockedSubmitCallsThePool(t *testing.T) {
	for _, d := range deeds {
		if d.ends || d.name == "wait" || d.name == "Map" || d.name == "Start" || d.name == "Submit" || d.name == "Cancel" {
			continue // those wait for room, too
		}
		t.Run(d.name, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := open(t, process.Options{Workers: 1, Queue: 1})
				gate := t.TempDir() + "/gate"
				first := submit(t, p, deaf, gate)
				waitFile(t, gate+".started")
				queued := submit(t, p, echo, 1)
				parent, cancel := context.WithCancel(background)
				ctx := &pryingContext{Context: parent, do: func() { d.do(p) }}
				refused := make(chan error, 1)
				go func() {
					_, err := executors.Submit(ctx, p, echo, 2)
					refused <- err
				}()
				time.Sleep(50 * time.Millisecond) // most likely it waits by now
				ctx.armed.Store(true)
				cancel()
				if err := returns(t, "Submit", func() error { return <-refused }); !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				os.WriteFile(gate, nil, 0o600)
				for _, f := range []*executors.Future[int]{first, queued} {
					if err := settles(t, "another task", f); err != nil {
						t.Error(err)
					}
				}
				works(t, p)
				closes(t, p)
			})
		})
	}
}

// A context whose methods do not return, or end their goroutine, harms its own task at most.
func TestContextsThatDoNotReturn(t *testing.T) {
	for _, d := range villainies {
		t.Run(d.name, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := open(t, process.Options{Workers: 1})
				gate := t.TempDir() + "/gate"
				first := submit(t, p, await, gate)
				waitFile(t, gate+".started")
				parent, cancel := context.WithCancel(background)
				defer cancel()
				ctx := &pryingContext{Context: parent, do: func() { d.do(p) }}
				if _, err := executors.Submit(ctx, p, echo, 1); err != nil {
					t.Fatal(err)
				}
				after := submit(t, p, echo, 2)
				ctx.armed.Store(true)
				os.WriteFile(gate, nil, 0o600)
				for _, f := range []*executors.Future[int]{first, after} {
					if err := settles(t, "another task", f); err != nil {
						t.Error(err)
					}
				}
				works(t, p)
				dies(t, p)
			})
		})
	}
}
