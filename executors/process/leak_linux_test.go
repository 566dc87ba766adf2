package process_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"poolbench/executors"
	"poolbench/executors/process"
)

// children are the child processes of this one, zombies included.
func children(t *testing.T) (pids []string) {
	t.Helper()
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // has ended
		}
		_, rest, _ := strings.Cut(string(b), ") ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == strconv.Itoa(os.Getpid()) {
			pids = append(pids, filepath.Base(filepath.Dir(name))+" "+f[0])
		}
	}
	return pids
}

func entries(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func mappings(t *testing.T) (n int) {
	t.Helper()
	b, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(b), "memfd:poolbench")
}

func TestNothingIsLeftBehind(t *testing.T) {
	base := goleak.IgnoreCurrent()
	before := children(t)
	var fds int
	for round := range 21 {
		p, err := process.NewPool(process.Options{Workers: 2, Shared: map[string][]byte{"object": make([]byte, 1<<20)}})
		if err != nil {
			t.Fatal(err)
		}
		f := submit(t, p, echo, round)
		crash := submit(t, p, killSelf, int(syscall.SIGKILL))
		big := submit(t, p, bytez, make([]byte, 1<<20))
		switch round % 3 {
		case 0:
			result(t, f)
			failed(t, crash)
			err = p.Shutdown(limit(t))
		case 1:
			err = p.Kill(limit(t)) // while workers boot, or work
		case 2:
			err = p.Shutdown(limit(t))
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []executors.Waitable{f, crash, big} {
			if s := f.State(); s != executors.Finished {
				t.Errorf("round %d: a future is %v at the end", round, s)
			}
		}
		if round == 0 {
			fds = entries(t, "/proc/self/fd") // the poller's own are open by now
		}
	}
	if after := children(t); len(after) != len(before) {
		t.Errorf("children %v before, %v after", before, after)
	}
	if n := entries(t, "/proc/self/fd"); n != fds {
		t.Errorf("%d descriptors after the first round, %d after the last", fds, n)
	}
	if n := mappings(t); n != 0 {
		t.Errorf("%d shared pages are mapped still", n)
	}
	goleak.VerifyNone(t, base)
}

// An idle worker costs the parent no thread.
func TestNoThreadPerWorker(t *testing.T) {
	warm := newPool(t, process.Options{Workers: 2})
	if err := warm.Start(limit(t)); err != nil {
		t.Fatal(err)
	}
	before := entries(t, "/proc/self/task")
	const workers = 24
	p := newPool(t, process.Options{Workers: workers})
	if err := p.Start(limit(t)); err != nil {
		t.Fatal(err)
	}
	// Starting them may take some threads, more on a busy machine, which stay.
	if after := entries(t, "/proc/self/task"); after >= before+workers {
		t.Errorf("%d threads before, %d with %d workers more", before, after, workers)
	}
}

// The descriptors of one worker are not inherited by another, nor by what a task
// starts: else its channel would outlive it.
func TestDescriptorsOfWorker(t *testing.T) {
	p := newPool(t, process.Options{Workers: 3})
	if err := p.Start(limit(t)); err != nil {
		t.Fatal(err)
	}
	gc := result(t, submit(t, p, grandchild, struct{}{}))
	for _, pid := range append(p.Pids(), gc) {
		channels := 0
		links, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
		for _, l := range links {
			if to, _ := os.Readlink(l); strings.HasPrefix(to, "socket:") || strings.Contains(to, "memfd:poolbench") {
				channels++
			}
		}
		want := 4 // data, control, memory, bell
		if pid == gc {
			want = 0
		}
		if channels != want {
			t.Errorf("process %d has %d channels, want %d", pid, channels, want)
		}
	}
}
