package process_test

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"poolbench/executors"
	"poolbench/executors/executortest"
	"poolbench/executors/process"
)

// refuseSharedMemory has the system refuse this process, and its workers, every file of
// more than half a page: and so the memory that they would share.
func refuseSharedMemory(t *testing.T) {
	t.Helper()
	const most = 2 << 10
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(unix.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
		t.Fatal(err)
	}
}

// Where memory cannot be shared, a pool does what it does elsewhere.
func TestWithoutSharedMemory(t *testing.T) {
	isolated(t, func(t *testing.T) {
		refuseSharedMemory(t)
		p := started(t, process.Options{Workers: 2, TimeLimits: map[string]time.Duration{spin.Name(): 100 * time.Millisecond}})
		if n := mappings(t); n > 0 {
			t.Fatalf("%d areas are shared nevertheless", n)
		}
		var futures []*executors.Future[int]
		for i := range 500 {
			futures = append(futures, submit(t, p, echo, i))
		}
		for i, f := range futures {
			if err := settles(t, "a short task", f); err != nil {
				t.Error(err)
			} else if got, _ := f.Result(background); got != i {
				t.Errorf("task %d: %d", i, got)
			}
		}
		in := []byte(strings.Repeat("payload", 200_000))
		f := submit(t, p, bytez, in)
		if err := settles(t, "a large task", f); err != nil {
			t.Error(err)
		} else if out, _ := f.Result(background); string(out) != string(in) {
			t.Errorf("%d bytes came back as %d, or different", len(in), len(out))
		}
		checkLost(t, settles(t, "a task that dies", submit(t, p, killSelf, int(syscall.SIGKILL))))
		if e := (*process.TimeLimitError)(nil); !errors.As(settles(t, "a task that does not end", submit(t, p, spin, struct{}{})), &e) {
			t.Error("no TimeLimitError")
		}
		gate := t.TempDir() + "/gate"
		waiting := submit(t, p, await, gate)
		waitFile(t, gate+".started")
		other := submit(t, p, await, gate+"2")
		waitFile(t, gate+"2.started")
		pending := submit(t, p, echo, 1) // stays in the queue, also when somebody waits for it
		ctx, cancel := context.WithTimeout(background, 20*time.Millisecond)
		defer cancel()
		if err := pending.Err(ctx); !errors.Is(err, context.DeadlineExceeded) || !pending.Cancel() {
			t.Errorf("a task behind a long one: %v, and could not be cancelled", err)
		}
		other.Cancel()
		waiting.Cancel()
		if err := settles(t, "a cancelled task", waiting); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		sum := 0
		for v, err := range executors.MapSlice(background, p, echo, []int{1, 2, 3, 4}, executors.AutoChunk()) {
			if err != nil {
				t.Error(err)
			}
			sum += v
		}
		if sum != 10 {
			t.Errorf("sum of %d", sum)
		}
		works(t, p)
		closes(t, p)
	})
}

func TestConformanceWithoutSharedMemory(t *testing.T) {
	isolatedFrom(t, os.Args[0], 5*time.Minute, func(t *testing.T) {
		refuseSharedMemory(t)
		executortest.Run(tester{t}, process.Kind)
	})
}
