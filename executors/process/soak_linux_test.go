package process_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// envSoak is how long TestSoak takes, such as 5m; 3 s without it.
const envSoak = "PROCESS_SOAK"

// holdings are what this process has of the machine.
type holdings struct {
	Goroutines, Threads, Descriptors, Children, Mappings int
	Resident                                             int64 // bytes
}

func holds(t *testing.T) holdings {
	t.Helper()
	debug.FreeOSMemory()
	return holdings{
		runtime.NumGoroutine(), entries(t, "/proc/self/task"), entries(t, "/proc/self/fd"),
		len(children(t)), mappings(t), residentMemory(t),
	}
}

func residentMemory(t *testing.T) int64 {
	b, err := os.ReadFile("/proc/self/statm")
	var size, resident int64
	if _, scanErr := fmt.Sscan(string(b), &size, &resident); err != nil || scanErr != nil {
		t.Errorf("statm: %v, %v", err, scanErr)
	}
	return resident * int64(os.Getpagesize())
}

// exceeds names what h has more of than before, beyond what comes and goes.
func (h holdings) exceeds(before holdings) (more []string) {
	for _, c := range []struct {
		name              string
		now, then, slight int64
	}{
		{"goroutines", int64(h.Goroutines), int64(before.Goroutines), 4},
		{"threads", int64(h.Threads), int64(before.Threads), 8}, // the runtime keeps each that it has made
		{"descriptors", int64(h.Descriptors), int64(before.Descriptors), 2},
		{"children", int64(h.Children), int64(before.Children), 0},
		{"mappings", int64(h.Mappings), int64(before.Mappings), 0},
		{"bytes of memory", h.Resident, before.Resident, 32 << 20},
	} {
		if c.now > c.then+c.slight {
			more = append(more, fmt.Sprintf("%d %s, %d before", c.now, c.name, c.then))
		}
	}
	return more
}

// Signals, cancels, limits, other numbers of workers, values large and small, all at
// random: whenever that pauses, the pool holds what it held before. PROCESS_SOAK=5m does
// it for so long.
func TestSoak(t *testing.T) {
	length := lengthOf(envSoak, 3*time.Second)
	for name, o := range map[string]process.Options{
		"plain":  {},
		"limits": {TimeLimit: 30 * time.Millisecond, Grace: time.Millisecond, MaxTasks: 50, MaxAge: 200 * time.Millisecond, Queue: 50, MaxGrowth: 64 << 20},
		"traced": {Trace: func(process.Stages) {}, TimeLimits: map[string]time.Duration{napping.Name(): 20 * time.Millisecond}},
	} {
		t.Run(name, func(t *testing.T) {
			isolatedFrom(t, os.Args[0], 2*time.Minute+2*length, func(t *testing.T) { soak(t, o, length) })
		})
	}
}

func soak(t *testing.T, o process.Options, length time.Duration) {
	const workers, pauses = 2, 8
	o.Workers = workers
	p := started(t, o)
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 3))
	t.Logf("seed %d", seed)
	var before holdings
	for pause := range pauses {
		tasks := disturb(t, p, rnd, length/pauses)
		if err := returns(t, "Resize", func() error { return p.Resize(workers) }); err != nil {
			t.Fatal(err)
		}
		works(t, p)
		if err := returns(t, "Start", func() error { return p.Start(background) }); err != nil {
			t.Fatal(err)
		}
		comes(t, "as many workers as before", func() bool { return len(p.Pids()) == workers && len(children(t)) == workers })
		works(t, p)
		now := holds(t)
		t.Logf("%d tasks, %d workers used: %+v", tasks, p.Stats().Started, now)
		switch {
		case pause < 2:
			before = now
		case len(now.exceeds(before)) > 0:
			comes(t, fmt.Sprint("no more than before: ", strings.Join(now.exceeds(before), "; ")), func() bool {
				return len(holds(t).exceeds(before)) == 0
			})
		}
	}
	closes(t, p)
	if n := len(children(t)); n > 0 || mappings(t) > 0 {
		t.Errorf("%d children and %d mappings are left", n, mappings(t))
	}
}

// disturb works and disturbs for so long, and returns how many tasks there were, all of
// which have settled.
func disturb(t *testing.T, p *process.Pool, rnd *rand.Rand, length time.Duration) (tasks int) {
	signals := []syscall.Signal{syscall.SIGKILL, syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGCONT, syscall.SIGTERM, syscall.SIGSEGV, syscall.SIGUSR1, syscall.SIGHUP, syscall.SIGABRT, syscall.SIGQUIT}
	load := make(chan executors.Waitable, 200)
	var wg sync.WaitGroup
	wg.Go(func() {
		for f := range load {
			settles(t, "a task of a soak", f)
		}
	})
	var cancels []context.CancelFunc
	for end := time.Now().Add(length); time.Now().Before(end); {
		ctx, cancel := context.WithCancel(background)
		for range rnd.IntN(30) {
			tasks++
			var f executors.Waitable
			var err error
			switch rnd.IntN(5) {
			case 0:
				f, err = waitable(executors.Submit(ctx, p, bytez, make([]byte, rnd.IntN(200<<10))))
			case 1:
				f, err = waitable(executors.Submit(ctx, p, napping, time.Duration(rnd.IntN(2000))*time.Microsecond))
			default:
				f, err = waitable(executors.Submit(ctx, p, echo, tasks))
			}
			if err != nil {
				t.Errorf("Submit: %v", err)
				continue
			}
			load <- f
		}
		if rnd.IntN(8) == 0 {
			cancel()
		}
		if pids := p.Pids(); len(pids) > 0 && rnd.IntN(3) == 0 {
			pid, signal := pids[rnd.IntN(len(pids))], signals[rnd.IntN(len(signals))]
			syscall.Kill(pid, signal)
			if signal == syscall.SIGSTOP { // what it runs goes on later
				wg.Add(1)
				time.AfterFunc(time.Duration(rnd.IntN(100))*time.Millisecond, func() {
					defer wg.Done()
					syscall.Kill(pid, syscall.SIGCONT)
				})
			}
		}
		if rnd.IntN(10) == 0 {
			if err := p.Resize(1 + rnd.IntN(4)); err != nil {
				t.Errorf("Resize: %v", err)
			}
		}
		time.Sleep(time.Duration(rnd.IntN(3)) * time.Millisecond)
		cancels = append(cancels, cancel)
	}
	close(load)
	if err := returns(t, "the end of all tasks", func() error { wg.Wait(); return nil }); err != nil {
		t.Error(err)
	}
	for _, cancel := range cancels {
		cancel()
	}
	return tasks
}
