//go:build unix

package process_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

var (
	prepared atomic.Int64

	prepare = executors.Define("test.prepare", func(context.Context, struct{}) (struct{}, error) {
		prepared.Add(1)
		return struct{}{}, nil
	})
	isPrepared = executors.Define("test.isPrepared", func(context.Context, struct{}) (int, error) {
		return os.Getpid(), func() error {
			if n := prepared.Load(); n != 1 {
				return fmt.Errorf("initialised %d times", n)
			}
			return nil
		}()
	})
	prepareFails = executors.Define("test.prepareFails", func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, fmt.Errorf("no database: %w", os.ErrNotExist)
	})
	preparePanics = executors.Define("test.preparePanics", func(context.Context, struct{}) (struct{}, error) { panic("no database") })
	prepareGoexit = executors.Define("test.prepareGoexit", func(context.Context, struct{}) (struct{}, error) {
		runtime.Goexit()
		return struct{}{}, nil
	})
	prepareExits = executors.Define("test.prepareExits", func(context.Context, struct{}) (struct{}, error) {
		os.Exit(7)
		return struct{}{}, nil
	})

	prepareHoards = executors.Define("test.prepareHoards", func(ctx context.Context, _ struct{}) (struct{}, error) {
		_, err := leak.Call(ctx, 1<<30)
		return struct{}{}, err
	})

	hoard [][]byte // what test.leak keeps

	leak = executors.Define("test.leak", func(_ context.Context, n int) (int, error) {
		b := make([]byte, n)
		for i := 0; i < n; i += 1 << 10 {
			b[i] = 1
		}
		hoard = append(hoard, b)
		return os.Getpid(), nil
	})
)

// I01, I09.
func TestInitFunc(t *testing.T) {
	p := newPool(t, process.Options{Workers: 2, InitFunc: prepare, MaxTasks: 3})
	pids := map[int]bool{}
	for range 12 {
		pids[result(t, submit(t, p, isPrepared, struct{}{}))] = true
	}
	if len(pids) < 4 {
		t.Errorf("12 tasks, at most 3 for each worker, were run by %d", len(pids))
	}
}

// I02 to I05, I07, I08.
func TestInitFuncFails(t *testing.T) {
	for _, c := range []struct {
		f    *executors.Func[struct{}, struct{}]
		is   error
		text string
	}{
		{prepareFails, os.ErrNotExist, "no database"}, {preparePanics, nil, "no database"},
		{prepareGoexit, executors.ErrGoexit, "Goexit"}, {prepareExits, nil, "exited with code 7"},
	} {
		log := make(lines, 100)
		p := newPool(t, process.Options{Workers: 2, InitFunc: c.f, Log: slog.New(log)})
		var futures []*executors.Future[int]
		for i := range 5 {
			f, err := executors.Submit(context.Background(), p, echo, i)
			if err == nil {
				futures = append(futures, f)
			}
		}
		var err error
		for _, f := range futures {
			err = failed(t, f)
			var b *executors.BrokenError
			if !errors.As(err, &b) || !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), c.f.Name()) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%s: %v", c.f.Name(), err)
			}
		}
		if c.text == "exited with code 7" && lost(t, err).ExitCode != 7 {
			t.Error(err)
		}
		var b *executors.BrokenError
		if _, err := executors.Submit(context.Background(), p, echo, 1); !errors.As(err, &b) {
			t.Errorf("%s: Submit: %v", c.f.Name(), err)
		}
		if err := p.Shutdown(limit(t)); err != nil {
			t.Error(err)
		}
		said := 0
		for range len(log) {
			if r := <-log; r.Level == slog.LevelError {
				said++
				if text := attribute(r, "err").String(); !strings.Contains(text, c.text) || !strings.Contains(text, c.f.Name()) {
					t.Errorf("%s: logged %s", c.f.Name(), text)
				}
			}
		}
		if said != 1 {
			t.Errorf("%s: logged %d times", c.f.Name(), said)
		}
	}
}

// P12.
func TestMaxTasks(t *testing.T) {
	log := make(lines, 100)
	p := newPool(t, process.Options{Workers: 1, MaxTasks: 3, Log: slog.New(log)})
	var pids []int
	for range 9 {
		pids = append(pids, result(t, submit(t, p, pid, struct{}{})))
	}
	for i, pid := range pids {
		if pid != pids[i/3*3] || i >= 3 && pid == pids[i-3] {
			t.Errorf("worker by task: %v", pids)
			break
		}
	}
	if err := p.Shutdown(limit(t)); err != nil {
		t.Error(err)
	}
	if s := p.Stats(); s.Recycled != 3 || len(log) != 3 {
		t.Errorf("9 tasks, 3 for each worker: %+v, %d said so", s, len(log))
	}
	for range len(log) {
		r := <-log
		if got := int(attribute(r, "pid").Int64()); !slices.Contains(pids, got) || attribute(r, "why").String() != "tasks" || attribute(r, "tasks").Int64() != 3 {
			t.Errorf("worker %d, none of %v, recycled for its %v", got, pids, attribute(r, "why"))
		}
	}
}

// P14, P15, P20, S14: backlogs deeper than the limit complete, also when shutdown
// has begun; never more tasks at a time than there are workers.
func TestMaxTasksUnderShutdown(t *testing.T) {
	for _, c := range []struct{ workers, limit, tasks int }{{1, 2, 6}, {2, 2, 8}, {1, 1, 20}, {3, 1, 6}, {2, 10, 300}} {
		p := newPool(t, process.Options{Workers: c.workers, MaxTasks: c.limit})
		var futures []*executors.Future[int]
		for i := range c.tasks {
			futures = append(futures, submit(t, p, echo, i))
		}
		if err := p.Shutdown(limit(t)); err != nil {
			t.Fatal(err)
		}
		for i, f := range futures {
			if got := result(t, f); got != i {
				t.Errorf("%+v: %d: %d", c, i, got)
			}
		}
		if s := p.Stats(); s.Peak > c.workers || s.Started < c.tasks/c.limit || s.Succeeded != int64(c.tasks) {
			t.Errorf("%+v: %+v", c, s)
		}
	}
}

// P18: nothing escapes a Kill in the middle of recycling.
func TestKillWhileRecycling(t *testing.T) {
	for range 5 {
		p := newPool(t, process.Options{Workers: 2, MaxTasks: 1})
		var futures []*executors.Future[int]
		for i := range 20 {
			futures = append(futures, submit(t, p, echo, i))
		}
		result(t, futures[2])
		if err := p.Kill(limit(t)); err != nil {
			t.Fatal(err)
		}
		for _, f := range futures {
			if _, err := f.Result(limit(t)); err != nil && !errors.Is(err, process.ErrKilled) {
				t.Error(err)
			}
		}
	}
}

func TestMaxAge(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1, MaxAge: 30 * time.Millisecond})
	first := result(t, submit(t, p, pid, struct{}{}))
	eventually(t, "replacement", func() bool { pids := p.Pids(); return len(pids) == 1 && pids[0] != first })
	if s := p.Stats(); s.Recycled == 0 {
		t.Errorf("%+v", s)
	}
}

// L12.
func TestMaxGrowth(t *testing.T) {
	p, err := process.NewPool(process.Options{Workers: 1, MaxGrowth: 32 << 20})
	if errors.Is(err, process.ErrUnsupported) {
		t.Skip(err)
	}
	defer p.Shutdown(limit(t))
	first := result(t, submit(t, p, leak, 8<<20))
	if again := result(t, submit(t, p, leak, 1)); again != first {
		t.Error("replaced though it had grown by less than the limit")
	}
	result(t, submit(t, p, leak, 40<<20))
	eventually(t, "replacement", func() bool { pids := p.Pids(); return len(pids) == 1 && pids[0] != first })
	if s := p.Stats(); s.Failed != 0 || s.Started != 2 || s.Recycled != 1 {
		t.Errorf("%+v", s)
	}
}

// D25, L13. PROCESS_MEMORY=40 has it done 40 times.
func TestMemoryLimit(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector needs more memory than the limit")
	}
	const most = 192 << 20
	p := newPool(t, process.Options{Workers: 1, MemoryLimit: most})
	if p.MemoryLimiter() == "none" {
		t.Skip("nothing limits memory here")
	}
	rounds, _ := strconv.Atoi(os.Getenv("PROCESS_MEMORY"))
	crashes := 0
	for range max(rounds, 3) {
		result(t, submit(t, p, leak, 16<<20))
		err := failed(t, submit(t, p, leak, 1<<30))
		l := lost(t, err)
		var e *process.MemoryLimitError
		if !errors.As(err, &e) || e.Limit != most || l.Func != "test.leak" {
			t.Errorf("%v; %s", err, l.Stderr)
		}
		if strings.Contains(l.Stderr, "SIGSEGV") {
			crashes++
		}
		if got := result(t, submit(t, p, echo, 4)); got != 4 {
			t.Error(got)
		}
	}
	t.Logf("by %s; %d crashes of the runtime among them", p.MemoryLimiter(), crashes)
	e := lost(t, failed(t, submit(t, p, killSelf, int(syscall.SIGSEGV))))
	var m *process.MemoryLimitError
	if errors.As(error(e), &m) {
		t.Errorf("a SIGSEGV that has nothing to do with memory: %v", m)
	}
	for _, o := range []process.Options{{Workers: 1, MemoryLimit: most, InitFunc: prepareHoards}, {Workers: 1, MemoryLimit: most, Strict: true}} {
		err := failed(t, submit(t, newPool(t, o), leak, 1<<30))
		if !errors.As(err, &m) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := process.NewPool(process.Options{Workers: 1, MemoryLimit: 1000}); err == nil {
		t.Error("1000 bytes accepted")
	}
}
