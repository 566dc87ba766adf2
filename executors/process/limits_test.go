//go:build unix

package process_test

import (
	"context"
	"errors"
	"os"
	"strconv"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// deaf ignores its context until the file exists. In file.started it leaves its
// process id.
var deaf = executors.Define("test.deaf", func(_ context.Context, file string) (int, error) {
	os.WriteFile(file+".started", []byte(strconv.Itoa(os.Getpid())), 0o600)
	for {
		if _, err := os.Stat(file); err == nil {
			return os.Getpid(), nil
		}
		time.Sleep(time.Millisecond)
	}
})

// The limit ends the task that exceeds it and no other, L01.
func TestTimeLimit(t *testing.T) {
	const limit = 100 * time.Millisecond
	p := newPool(t, process.Options{Workers: 2, TimeLimits: map[string]time.Duration{deaf.Name(): limit}})
	gate := t.TempDir() + "/gate"
	var slow []*executors.Future[int]
	for range 4 {
		slow = append(slow, submit(t, p, deaf, gate))
	}
	var quick []*executors.Future[int]
	for i := range 300 {
		quick = append(quick, submit(t, p, echo, i))
	}
	for _, f := range slow {
		err := failed(t, f)
		var e *process.TimeLimitError
		if !errors.As(err, &e) || e.Limit != limit || e.Func != "test.deaf" || e.Pid == 0 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	}
	for i, f := range quick {
		if got := result(t, f); got != i {
			t.Errorf("%d: %d", i, got)
		}
	}
	eventually(t, "full capacity", func() bool { return len(p.Pids()) == 2 })
}

// The limit counts from the start of a task, L02: those that are queued for longer are
// fine. A second is far more than echo takes.
func TestTimeLimitCountsFromTheStart(t *testing.T) {
	const limit = time.Second
	p := newPool(t, process.Options{Workers: 1, TimeLimit: limit, TimeLimits: map[string]time.Duration{deaf.Name(): 0}})
	gate := t.TempDir() + "/gate"
	holds := submit(t, p, deaf, gate)
	var queued []*executors.Future[int]
	for i := range 50 {
		queued = append(queued, submit(t, p, echo, i))
	}
	waitFile(t, gate+".started")
	time.Sleep(limit + limit/10)
	os.WriteFile(gate, nil, 0o600)
	result(t, holds)
	for i, f := range queued {
		if got := result(t, f); got != i {
			t.Errorf("%d: %d", i, got)
		}
	}
}

func TestTimeLimitSparesTheTasksBehind(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1, TimeLimit: 500 * time.Millisecond}) // of tasks that take microseconds
	dir := t.TempDir()
	os.WriteFile(dir+"/open", nil, 0o600)
	for range 200 {
		submit(t, p, stat, dir+"/open") // stat counts as short now: windows are deep
	}
	var futures []*executors.Future[int]
	for i := range 200 {
		name := dir + "/open"
		if i%100 == 35 {
			name = dir + "/closed"
		}
		futures = append(futures, submit(t, p, stat, name))
	}
	for i, f := range futures {
		_, err := f.Result(limit(t))
		var e *process.TimeLimitError
		if late := errors.As(err, &e); late != (i%100 == 35) || !late && err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// A function has a limit of its own, in place of the general one; its chunks too.
func TestTimeLimits(t *testing.T) {
	const short = 40 * time.Millisecond
	p := newPool(t, process.Options{Workers: 3, TimeLimit: 3 * time.Hour, TimeLimits: map[string]time.Duration{deaf.Name(): short, stat.Name(): 0}})
	gate := t.TempDir() + "/gate"
	unlimited := submit(t, p, stat, gate)
	general := submit(t, p, await, gate)
	var e *process.TimeLimitError
	if err := failed(t, submit(t, p, deaf, gate)); !errors.As(err, &e) || e.Limit != short || e.Func != deaf.Name() {
		t.Errorf("%v", err)
	}
	for _, err := range executors.MapSlice(background, p, deaf, []string{gate, gate}, executors.Chunk(2)) {
		if !errors.As(err, &e) || e.Limit != short {
			t.Errorf("chunk: %v", err)
		}
	}
	os.WriteFile(gate, nil, 0o600)
	result(t, unlimited)
	result(t, general)
	if _, err := process.NewPool(process.Options{Workers: 1, TimeLimits: map[string]time.Duration{"x": -1}}); err == nil {
		t.Error("a negative limit is accepted")
	}
}

// L03, L04.
func TestGrace(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1, Grace: 20 * time.Millisecond})
	gate := t.TempDir() + "/gate"
	f := submit(t, p, deaf, gate)
	told := make(chan struct{})
	f.OnDone(func(*executors.Future[int]) { close(told) })
	waitFile(t, gate+".started")
	old := p.Pids()
	f.Cancel()
	if err := failed(t, f); !errors.Is(err, process.ErrCancelKilled) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-told
	if now := result(t, submit(t, p, pid, struct{}{})); now == old[0] {
		t.Error("the worker was not replaced")
	}
	p = newPool(t, process.Options{Workers: 1, Grace: time.Hour})
	polite := submit(t, p, await, gate+"2")
	waitFile(t, gate+"2.started")
	polite.Cancel()
	if err := failed(t, polite); errors.Is(err, process.ErrCancelKilled) || !errors.Is(err, context.Canceled) {
		t.Errorf("a task that looks at its context: %v", err)
	}
}
