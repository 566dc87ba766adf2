//go:build unix

package process_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"poolbench/executors"
	"poolbench/executors/process"
)

// A worker that was stopped while it had nothing to do gets no task for long: it goes to
// another worker, or to a new one.
func TestStoppedWhileIdle(t *testing.T) {
	for _, workers := range []int{1, 2, 3} {
		for _, o := range []process.Options{{}, {TimeLimit: 300 * time.Millisecond}, {Grace: time.Second}, {Idle: time.Hour}} {
			for _, stopped := range slices.Compact([]int{1, workers}) {
				o.Workers, o.BootTimeout = workers, 4*time.Second
				t.Run(fmt.Sprintf("workers=%d/stopped=%d/limit=%v/grace=%v/idle=%v", workers, stopped, o.TimeLimit, o.Grace, o.Idle), func(t *testing.T) {
					isolated(t, func(t *testing.T) {
						p := started(t, o)
						for _, pid := range p.Pids()[workers-stopped:] {
							halt(t, pid)
						}
						var futures []executors.Waitable
						for range 3 * workers {
							futures = append(futures, submit(t, p, napping, 5*time.Millisecond))
						}
						for _, f := range futures {
							if err := settles(t, "a task beside a stopped worker", f); err != nil {
								t.Error(err)
							}
						}
						closes(t, p)
					})
				})
			}
		}
	}
}

// Pools with stopped workers end.
func TestStoppedWhileIdleAndEnd(t *testing.T) {
	for _, end := range []string{"Shutdown", "Kill", "Resize"} {
		t.Run(end, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := started(t, process.Options{Workers: 3})
				pids := p.Pids()
				for _, pid := range pids {
					halt(t, pid)
				}
				switch end {
				case "Resize":
					if err := returns(t, end, func() error { return p.Resize(1) }); err != nil {
						t.Error(err)
					}
					works(t, p)
					comes(t, "the end of those that are too many", func() bool { return countAlive(pids) <= 1 })
					closes(t, p)
				case "Shutdown":
					closes(t, p)
				case "Kill":
					dies(t, p)
				}
				if n := countAlive(pids); n > 0 {
					t.Errorf("%d workers are left", n)
				}
			})
		})
	}
}

// halt stops a process, and returns when it has: until each of its threads has had a CPU to
// take note of the signal, it may still take up a task. Where there is no /proc it returns at
// once.
func halt(t *testing.T, pid int) {
	t.Helper()
	syscall.Kill(pid, syscall.SIGSTOP)
	comes(t, "the stop of a worker", func() bool {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		return !slices.ContainsFunc(threads, func(path string) bool {
			stat, err := os.ReadFile(path)
			_, state, _ := strings.Cut(string(stat), ") ")
			return err == nil && !strings.HasPrefix(state, "T")
		})
	})
}

func countAlive(pids []int) (n int) {
	for _, pid := range pids {
		if running(pid) {
			n++
		}
	}
	return n
}

// A task that is stopped with its worker runs on when that is continued, once; its limit
// counts meanwhile; Shutdown is bounded by its context, and Kill ends it.
func TestStoppedWhileBusy(t *testing.T) {
	stop := func(t *testing.T, p *process.Pool) (pid int, gate string, f *executors.Future[int]) {
		gate = t.TempDir() + "/gate"
		f = submit(t, p, deaf, gate)
		comes(t, "the start of the task", func() bool {
			b, _ := os.ReadFile(gate + ".started")
			_, err := fmt.Sscan(string(b), &pid)
			return err == nil
		})
		halt(t, pid)
		return pid, gate, f
	}
	t.Run("continued", func(t *testing.T) {
		isolated(t, func(t *testing.T) {
			p := started(t, process.Options{Workers: 2})
			pid, gate, f := stop(t, p)
			works(t, p)
			os.WriteFile(gate, nil, 0o600)
			syscall.Kill(pid, syscall.SIGCONT)
			if err := settles(t, "the task", f); err != nil {
				t.Error(err)
			}
			if got, _ := f.Result(background); got != pid {
				t.Errorf("it was started in process %d and ended in %d", pid, got)
			}
			closes(t, p)
		})
	})
	t.Run("limited", func(t *testing.T) {
		isolated(t, func(t *testing.T) {
			p := started(t, process.Options{Workers: 1, TimeLimit: 300 * time.Millisecond})
			_, _, f := stop(t, p)
			if e := (*process.TimeLimitError)(nil); !errors.As(settles(t, "the task", f), &e) {
				t.Error(f.Err(background))
			}
			works(t, p)
			closes(t, p)
		})
	})
	t.Run("cancelled", func(t *testing.T) {
		isolated(t, func(t *testing.T) {
			p := started(t, process.Options{Workers: 1, Grace: 100 * time.Millisecond})
			_, _, f := stop(t, p)
			f.Cancel()
			if err := settles(t, "the task", f); !errors.Is(err, process.ErrCancelKilled) {
				t.Error(err)
			}
			works(t, p)
			closes(t, p)
		})
	})
	t.Run("ended", func(t *testing.T) {
		isolated(t, func(t *testing.T) {
			p := started(t, process.Options{Workers: 1})
			_, _, f := stop(t, p)
			ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
			defer cancel()
			if err := returns(t, "Shutdown", func() error { return p.Shutdown(ctx) }); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			dies(t, p)
			if err := settles(t, "the task", f); !errors.Is(err, process.ErrKilled) {
				t.Error(err)
			}
		})
	})
}

// Stopped in a burst, a worker keeps at most the one task that it has begun.
func TestStoppedInBurst(t *testing.T) {
	for round := range 4 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := started(t, process.Options{Workers: 2})
				name := t.TempDir() + "/journal"
				const n = 3000
				var futures []*executors.Future[int]
				stopped := 0
				for i := range n {
					futures = append(futures, submit(t, p, journal, entry{File: name, N: i}))
					if i == n/2+round*37 {
						stopped = p.Pids()[0]
						halt(t, stopped)
					}
				}
				comes(t, "the end of the burst", func() bool {
					left := 0
					for _, f := range futures {
						if f.State() != executors.Finished {
							left++
						}
					}
					return left <= 1
				})
				syscall.Kill(stopped, syscall.SIGCONT)
				for i, f := range futures {
					if err := settles(t, "the task that was stopped", f); err != nil {
						t.Errorf("task %d: %v", i, err)
					}
				}
				checkOnce(t, name, n)
				closes(t, p)
			})
		})
	}
}

// checkOnce checks that each task has left one line in the journal.
func checkOnce(t *testing.T, name string, tasks int) {
	t.Helper()
	runs := map[string]int{}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.FieldsSeq(string(b)) {
		if runs[line]++; runs[line] > 1 {
			t.Errorf("task %s ran %d times", line, runs[line])
		}
	}
	if len(runs) != tasks {
		t.Errorf("%d tasks ran, want %d", len(runs), tasks)
	}
}

// A maiming is what a task does to descriptors that are not its own.
type maiming struct {
	How      string
	From, To int // descriptors
}

var maim = executors.Define("test.maim", func(_ context.Context, m maiming) (int, error) {
	for fd := m.From; fd <= m.To; fd++ {
		switch m.How {
		case "close":
			syscall.Close(fd)
		case "pipe": // the number is used again, as after a double close
			var p [2]int
			if err := syscall.Pipe(p[:]); err != nil {
				return 0, err
			}
			unix.Dup2(p[fd%2], fd)
		case "socket":
			p, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
			if err != nil {
				return 0, err
			}
			unix.Dup2(p[0], fd)
		case "null":
			null, err := syscall.Open(os.DevNull, syscall.O_RDWR, 0)
			if err != nil {
				return 0, err
			}
			unix.Dup2(null, fd)
		case "shut-reads":
			syscall.Shutdown(fd, syscall.SHUT_RD)
		case "shut-writes":
			syscall.Shutdown(fd, syscall.SHUT_WR)
		case "nonblock":
			syscall.SetNonblock(fd, true)
		case "drain": // reads what is not for it, as it comes
			go func() {
				b := make([]byte, 1<<16)
				for {
					if _, err := syscall.Read(fd, b); err != nil {
						return
					}
				}
			}()
		case "noise":
			syscall.SetNonblock(fd, true)
			for range 100 {
				syscall.Write(fd, []byte("this is no frame of the protocol, whatever that may be"))
			}
			syscall.SetNonblock(fd, false)
		}
	}
	return os.Getpid(), nil
})

// Whatever a task does to the descriptors of its worker costs that worker at most: all
// tasks settle, and the pool goes on, without any limit.
func TestDescriptorsMaimed(t *testing.T) {
	for _, how := range []string{"close", "pipe", "socket", "null", "shut-reads", "shut-writes", "nonblock", "drain", "noise"} {
		for _, m := range []maiming{{how, 0, 0}, {how, 1, 2}, {how, 3, 3}, {how, 4, 4}, {how, 5, 5}, {how, 3, 8}, {how, 0, 20}} {
			t.Run(fmt.Sprintf("%s/%d-%d", how, m.From, m.To), func(t *testing.T) {
				isolated(t, func(t *testing.T) {
					p := started(t, process.Options{Workers: 1})
					maimed := settles(t, "the task that does it", submit(t, p, maim, m))
					if maimed != nil {
						checkLost(t, maimed)
					}
					failures := 0
					for i := range 20 {
						if err := settles(t, "a task after it", submit(t, p, echo, i)); err != nil {
							checkLost(t, err)
							failures++
						}
					}
					if failures > 1 {
						t.Errorf("it cost %d tasks", failures)
					}
					works(t, p)
					closes(t, p)
				})
			})
		}
	}
}

// checkLost checks that a task failed with its worker, or because of what that wrote.
func checkLost(t *testing.T, err error) {
	t.Helper()
	if e := (*executors.WorkerLostError)(nil); !errors.As(err, &e) {
		t.Errorf("error is %v, want a WorkerLostError", err)
	}
}

// A pool whose only worker was maimed ends, too.
func TestDescriptorsMaimedAndEnd(t *testing.T) {
	for _, how := range []string{"close", "pipe", "drain"} {
		for _, end := range []string{"Shutdown", "Kill"} {
			t.Run(how+"/"+end, func(t *testing.T) {
				isolated(t, func(t *testing.T) {
					p := started(t, process.Options{Workers: 1})
					f := submit(t, p, maim, maiming{how, 3, 8})
					g := submit(t, p, echo, 1)
					if end == "Shutdown" {
						closes(t, p)
					} else {
						dies(t, p)
					}
					settles(t, "the task that does it", f)
					settles(t, "the task after it", g)
				})
			})
		}
	}
}
