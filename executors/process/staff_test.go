//go:build unix

package process_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

func TestSharedOptions(t *testing.T) {
	one := executors.Options{Workers: 1}
	for name, set := range map[string]func(*executors.Options){
		"Init":   func(o *executors.Options) { o.Init = func(context.Context, *executors.Worker) error { return nil } },
		"CPUs":   func(o *executors.Options) { o.CPUs = []int{0} },
		"OnFull": func(o *executors.Options) { o.Queue, o.OnFull = 1, executors.RunInCaller },
	} {
		o := one
		set(&o)
		_, err := process.New(o)
		if err == nil || !strings.Contains(err.Error(), name) || errors.Is(err, executors.ErrNotShippable) != (name == "Init") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Submitters that give up leave the room they were promised to others.
func TestBoundedQueueLosesNoRoom(t *testing.T) {
	p := newPool(t, process.Options{Workers: 2, Queue: 2})
	done := make(chan error)
	const submitters, each = 8, 50
	for i := range submitters {
		go func() {
			for j := range each {
				ctx, cancel := context.WithCancel(context.Background())
				if i%2 == 0 {
					time.AfterFunc(time.Duration(j%5)*100*time.Microsecond, cancel)
				}
				f, err := executors.Submit(ctx, p, echo, j)
				if err == nil {
					_, err = f.Result(limit(t))
				}
				cancel()
				if err != nil && !errors.Is(err, context.Canceled) {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range submitters {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// L16.
func TestStats(t *testing.T) {
	p := newPool(t, process.Options{Workers: 3})
	var futures []executors.Waitable
	for i := range 100 {
		how := ""
		if i%2 == 0 {
			how = "plain"
		}
		futures = append(futures, submit(t, p, fail, how))
	}
	futures = append(futures, submit(t, p, exit, 1))
	for _, f := range futures {
		<-f.Done()
	}
	s := p.Stats()
	if s.Submitted != 101 || s.Succeeded != 50 || s.Failed != 51 || s.Cancelled != 0 || s.Queued != 0 || s.Peak < 1 || s.Peak > 3 || s.Busy != 0 {
		t.Errorf("%+v", s)
	}
	eventually(t, "full capacity", func() bool { s := p.Stats(); return s.Workers == 3 && s.Started == 4 })

	q := newPool(t, process.Options{Workers: 1})
	gate := t.TempDir() + "/gate"
	first := submit(t, q, await, gate)
	waitFile(t, gate+".started")
	for i := range 10 {
		submit(t, q, echo, i).Cancel()
	}
	if s := q.Stats(); s.Queued != 0 || s.Cancelled != 10 || s.Busy != 1 {
		t.Errorf("%+v", s)
	}
	os.WriteFile(gate, nil, 0o600)
	result(t, first)
	if err := q.Shutdown(limit(t)); err != nil {
		t.Error(err)
	}
	if s := q.Stats(); s.Submitted != 11 || s.Succeeded != 1 || s.Cancelled != 10 || s.Queued != 0 || s.Workers != 0 {
		t.Errorf("%+v", s)
	}
}

// L09: between work, and during it.
func TestResize(t *testing.T) {
	p := newPool(t, process.Options{Workers: 2})
	dir := t.TempDir()
	for round, n := range []int{5, 2, 1, 6, 1, 3} {
		var background []*executors.Future[int]
		for i := range 100 {
			background = append(background, submit(t, p, echo, i))
		}
		if err := p.Resize(n); err != nil || p.Workers() != n {
			t.Fatal(err, p.Workers())
		}
		for _, f := range background {
			result(t, f)
		}
		gate := fmt.Sprintf("%s/%d", dir, round)
		var all []*executors.Future[int]
		for i := range n {
			all = append(all, submit(t, p, await, fmt.Sprintf("%s.%d", gate, i)))
		}
		for i := range n {
			waitFile(t, fmt.Sprintf("%s.%d.started", gate, i))
		}
		if s := p.Stats(); s.Busy != n {
			t.Errorf("%d workers: %+v", n, s)
		}
		for i, f := range all {
			os.WriteFile(fmt.Sprintf("%s.%d", gate, i), nil, 0o600)
			result(t, f)
		}
		eventually(t, "the number of workers", func() bool { return len(p.Pids()) == n })
	}
	if err := p.Resize(0); err == nil {
		t.Error("no worker accepted")
	}
}

// L08.
func TestIdleWorkersGo(t *testing.T) {
	p := newPool(t, process.Options{Workers: 2, Idle: 20 * time.Millisecond})
	for i := range 3 {
		a, b := submit(t, p, echo, i), submit(t, p, echo, i)
		result(t, a)
		result(t, b)
		eventually(t, "end of idle workers", func() bool { return len(p.Pids()) == 0 })
	}
	if err := p.Start(limit(t)); err != nil {
		t.Error(err)
	}
}

// D20.
func TestStrict(t *testing.T) {
	p := newPool(t, process.Options{Workers: 2, Strict: true, TimeLimits: map[string]time.Duration{stat.Name(): 50 * time.Millisecond}})
	late := failed(t, submit(t, p, stat, t.TempDir()+"/never"))
	if e := (*process.TimeLimitError)(nil); !errors.As(late, &e) {
		t.Fatal(late)
	}
	result(t, submit(t, p, echo, 1)) // a time limit breaks nothing
	gate := t.TempDir() + "/gate"
	running := submit(t, p, deaf, gate)
	waitFile(t, gate+".started")
	futures := []*executors.Future[int]{running, submit(t, p, exit, 3)}
	for range 5 {
		if f, err := executors.Submit(context.Background(), p, deaf, gate); err == nil {
			futures = append(futures, f)
		}
	}
	for _, f := range futures {
		if err := failed(t, f); !errors.Is(err, process.ErrStrict) || lost(t, err).ExitCode != 3 {
			t.Error(err)
		}
	}
	if _, err := executors.Submit(context.Background(), p, echo, 1); !errors.Is(err, process.ErrStrict) {
		t.Error(err)
	}
	if err := p.Shutdown(limit(t)); err != nil {
		t.Error(err)
	}
}
