package process_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// An endless is a task that keeps its worker from doing anything else.
type endless struct {
	File       string // where the process ids of worker and child are left
	Collect    bool   // a garbage collection waits for it meanwhile
	Deaf       bool   // signals that can be ignored are
	Grandchild bool
}

var goOn = executors.Define("test.goOn", func(ctx context.Context, e endless) (int, error) {
	pids := []int{os.Getpid()}
	if e.Grandchild {
		pid, err := grandchild.Call(ctx, struct{}{})
		if err != nil {
			return 0, err
		}
		pids = append(pids, pid)
	}
	if e.Deaf {
		signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT, syscall.SIGPIPE)
	}
	if err := os.WriteFile(e.File+".new", []byte(strings.Trim(fmt.Sprint(pids), "[]")), 0o600); err != nil {
		return 0, err
	}
	if e.Collect {
		go runtime.GC()
		runtime.Gosched()
	}
	if err := syscall.Rename(e.File+".new", e.File); err != nil {
		return 0, err
	}
	return spin.Call(ctx, struct{}{})
})

// What a parent had started ends with it, whatever that does and however the parent ends.
func TestNothingOutlivesItsParent(t *testing.T) {
	for _, c := range []struct {
		name       string
		debug      string
		gomaxprocs int
		task       endless
		stopped    bool
	}{
		{name: "loop"},
		{name: "loop-that-cannot-be-preempted", debug: "asyncpreemptoff=1"},
		{name: "the-same-with-2-threads", debug: "asyncpreemptoff=1", gomaxprocs: 2},
		{name: "the-same-with-garbage-collection", debug: "asyncpreemptoff=1", gomaxprocs: 2, task: endless{Collect: true}},
		{name: "the-same-deaf", debug: "asyncpreemptoff=1", task: endless{Deaf: true}},
		{name: "with-grandchild", task: endless{Grandchild: true}},
		{name: "with-grandchild-that-cannot-be-preempted", debug: "asyncpreemptoff=1", task: endless{Grandchild: true}},
		{name: "stopped", stopped: true},
		{name: "stopped-and-deaf", stopped: true, task: endless{Deaf: true}},
	} {
		for _, end := range []string{"kill", "exit", "panic", "quit"} {
			t.Run(c.name+"/"+end, func(t *testing.T) {
				if isIsolated(t) {
					orphan(t, process.Options{Workers: 2, GOMAXPROCS: c.gomaxprocs}, c.task, c.stopped, end)
					return
				}
				t.Parallel()
				checkOrphans(t, end, "GODEBUG="+c.debug)
			})
		}
	}
}

// Nor does a worker that has not come as far as a task.
func TestNoBootOutlivesItsParent(t *testing.T) {
	for _, debug := range []string{"", "asyncpreemptoff=1"} {
		t.Run("debug="+debug, func(t *testing.T) {
			if isIsolated(t) {
				p := open(t, process.Options{Workers: 1, InitFunc: prepareSpins, BootTimeout: time.Hour})
				submit(t, p, echo, 1)
				comes(t, "the worker", func() bool { return len(children(t)) > 0 })
				time.Sleep(100 * time.Millisecond) // into its initialiser
				pid, _, _ := strings.Cut(children(t)[0], " ")
				fmt.Println("PIDS", pid)
				select {}
			}
			t.Parallel()
			checkOrphans(t, "kill", "GODEBUG="+debug)
		})
	}
}

// orphan is the parent: it says which processes it has started, and ends or waits for
// its end.
func orphan(t *testing.T, o process.Options, task endless, stopped bool, end string) {
	p := started(t, o)
	task.File = t.TempDir() + "/pids"
	submit(t, p, goOn, task)
	var pids []byte
	comes(t, "the task", func() bool { pids, _ = os.ReadFile(task.File); return len(pids) > 0 })
	for _, pid := range p.Pids() { // the idle one, too
		pids = append(pids, " "+strconv.Itoa(pid)...)
	}
	if stopped {
		for s := range strings.FieldsSeq(string(pids)) {
			pid, _ := strconv.Atoi(s)
			halt(t, pid)
		}
	}
	fmt.Println("PIDS", string(pids))
	switch end {
	case "exit":
		os.Exit(0)
	case "panic":
		go panic("the end")
	}
	select {}
}

// checkOrphans runs the test again as a parent, ends it, and checks that nothing is left
// of what it names.
func checkOrphans(t *testing.T, end string, env ...string) {
	cmd := again(t, os.Args[0], time.Minute, env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(3*patience, func() { cmd.Process.Kill() })
	defer timer.Stop()
	var pids []string
	lines := bufio.NewScanner(out)
	var said strings.Builder
	for pids == nil && lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if list, ok := strings.CutPrefix(lines.Text(), "PIDS "); ok {
			pids = strings.Fields(list)
		}
	}
	switch end {
	case "kill":
		cmd.Process.Kill()
	case "quit":
		cmd.Process.Signal(syscall.SIGQUIT)
	}
	go func() {
		for lines.Scan() {
		}
	}()
	cmd.Wait()
	if len(pids) == 0 {
		t.Fatalf("the parent said:\n%s", said.String())
	}
	for _, s := range pids {
		pid, _ := strconv.Atoi(s)
		for end := time.Now().Add(patience); running(pid); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Errorf("process %d has outlived its parent", pid)
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
}
