package process_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// Idle workers that are killed are replaced, however many, and however often.
func TestIdleWorkersKilled(t *testing.T) {
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprint("one-by-one/", workers), func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := started(t, process.Options{Workers: workers})
				for range 12 {
					var victim int
					comes(t, "a worker", func() bool {
						pids := p.Pids()
						if len(pids) == workers {
							victim = pids[0]
						}
						return victim != 0
					})
					syscall.Kill(victim, syscall.SIGKILL)
					comes(t, "notice of its death", func() bool {
						return !slices.Contains(p.Pids(), victim)
					})
				}
				works(t, p)
				closes(t, p)
			})
		})
		t.Run(fmt.Sprint("all-at-once/", workers), func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := started(t, process.Options{Workers: workers})
				for range 5 {
					for _, pid := range p.Pids() {
						syscall.Kill(pid, syscall.SIGKILL)
					}
					comes(t, "full capacity", func() bool { return len(p.Pids()) == workers && countAlive(p.Pids()) == workers })
				}
				works(t, p)
				closes(t, p)
			})
		})
		t.Run(fmt.Sprint("on-sight/", workers), func(t *testing.T) {
			isolated(t, func(t *testing.T) { // while they boot, too
				p := started(t, process.Options{Workers: workers})
				killed := 0
				for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); {
					for _, child := range children(t) {
						pid, _, _ := strings.Cut(child, " ")
						if n, err := strconv.Atoi(pid); err == nil && syscall.Kill(n, syscall.SIGKILL) == nil {
							killed++
						}
					}
					time.Sleep(time.Millisecond)
				}
				t.Logf("%d kills", killed)
				works(t, p)
				closes(t, p)
			})
		})
	}
}

// Tasks that are submitted while every worker dies before it has one are executed when
// that ends.
func TestTasksOutliveIdleKills(t *testing.T) {
	isolated(t, func(t *testing.T) {
		p := started(t, process.Options{Workers: 2})
		for range 10 {
			for _, pid := range p.Pids() {
				syscall.Kill(pid, syscall.SIGKILL)
			}
			f := submit(t, p, napping, time.Millisecond)
			if err := settles(t, "the task", f); err != nil {
				checkLost(t, err) // the worker may have begun it
			}
		}
		works(t, p)
		closes(t, p)
	})
}

// copyOfProgram is a copy of this program that may be changed.
func copyOfProgram(t *testing.T) string {
	t.Helper()
	if isIsolated(t) {
		return ""
	}
	from, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	name := filepath.Join(t.TempDir(), "program")
	to, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// What becomes of the program's file does not harm a running pool: its workers are the
// program that runs.
func TestProgramFileChanges(t *testing.T) {
	other := func(t *testing.T, name string) {
		if err := os.WriteFile(name, []byte("#!/bin/sh\nexit 1\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name   string
		change func(t *testing.T, file string)
	}{
		{"touched", func(t *testing.T, file string) {
			if err := os.Chtimes(file, time.Now(), time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}},
		{"deleted", func(t *testing.T, file string) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}},
		{"moved", func(t *testing.T, file string) {
			if err := os.Rename(file, file+".old"); err != nil {
				t.Fatal(err)
			}
		}},
		{"replaced", func(t *testing.T, file string) {
			other(t, file+".new")
			if err := os.Rename(file+".new", file); err != nil {
				t.Fatal(err)
			}
		}},
		{"deleted-and-written", func(t *testing.T, file string) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			other(t, file)
		}},
		{"other-mode", func(t *testing.T, file string) {
			if err := os.Chmod(file, 0o711); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			isolatedFrom(t, copyOfProgram(t), 2*time.Minute, func(t *testing.T) {
				file, err := os.Executable()
				if err != nil {
					t.Fatal(err)
				}
				p := started(t, process.Options{Workers: 2})
				c.change(t, file)
				for _, pid := range p.Pids() {
					syscall.Kill(pid, syscall.SIGKILL)
				}
				for range 3 {
					if err := settles(t, "a task in a new worker", submit(t, p, napping, 0)); err != nil {
						checkLost(t, err) // killed when it had the task already
					}
				}
				works(t, p)
				if err := p.Resize(4); err != nil {
					t.Error(err)
				}
				comes(t, "more workers", func() bool {
					submit(t, p, napping, 10*time.Millisecond)
					return len(p.Pids()) == 4
				})
				closes(t, p)

				q := open(t, process.Options{Workers: 1}) // and a new pool
				works(t, q)
				closes(t, q)
			})
		})
	}
}

// A program that cannot be executed for a while: the pool waits, or says why; it does not
// speak of WorkerMain.
func TestProgramFileNotExecutable(t *testing.T) {
	isolatedFrom(t, copyOfProgram(t), 2*time.Minute, func(t *testing.T) {
		file, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		p := started(t, process.Options{Workers: 1})
		if err := os.Chmod(file, 0); err != nil {
			t.Fatal(err)
		}
		syscall.Kill(p.Pids()[0], syscall.SIGKILL)
		f := submit(t, p, echo, 1)
		time.Sleep(300 * time.Millisecond)
		if err := os.Chmod(file, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := settles(t, "the task", f); err != nil {
			checkCause(t, err, "permission denied")
			return
		}
		works(t, p)
		closes(t, p)
	})
}

// checkCause checks that an error says what is wrong before it says anything of what may be.
func checkCause(t *testing.T, err error, cause string) {
	t.Helper()
	text := err.Error()
	at, entry := strings.Index(text, cause), strings.Index(text, "WorkerMain")
	if at < 0 || entry >= 0 && entry < at {
		t.Errorf("want %q first, got: %s", cause, text)
	}
}

// limitFiles allows this process, and those that it starts, so many descriptors.
func limitFiles(t *testing.T, n uint64) {
	t.Helper()
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
		t.Fatal(err)
	}
}

// With too few descriptors for all workers the tasks are executed by those that start, or
// the error speaks of descriptors.
func TestFewDescriptors(t *testing.T) {
	for _, workers := range []int{1, 2, 8, 100} {
		for _, limit := range []uint64{16, 24, 32, 40, 64} {
			t.Run(fmt.Sprintf("workers=%d/descriptors=%d", workers, limit), func(t *testing.T) {
				isolated(t, func(t *testing.T) {
					limitFiles(t, limit)
					p, err := process.NewPool(process.Options{Workers: workers, BootTimeout: 3 * time.Second})
					if err != nil {
						checkCause(t, err, "too many open files")
						return
					}
					var futures []executors.Waitable
					for i := range 100 {
						var f *executors.Future[struct{}]
						err := returns(t, "Submit", func() (err error) {
							f, err = executors.Submit(background, p, napping, time.Duration(i%3)*time.Millisecond)
							return err
						})
						if err != nil {
							checkCause(t, err, "too many open files")
							break
						}
						futures = append(futures, f)
					}
					succeeded := 0
					for _, f := range futures {
						if err := settles(t, "a task with few descriptors", f); err != nil {
							checkCause(t, err, "too many open files")
						} else {
							succeeded++
						}
					}
					if succeeded > 0 && succeeded < 100 {
						t.Errorf("%d of 100 tasks succeeded", succeeded)
					}
					if workers == 2 && limit == 40 && succeeded != 100 {
						t.Errorf("%d of 100 tasks succeeded, though there are descriptors for 2 workers", succeeded)
					}
					closes(t, p)
				})
			})
		}
	}
}

// A pool outlives a time in which its program has no descriptors left.
func TestDescriptorsRunOutForAWhile(t *testing.T) {
	for _, when := range []string{"before the first task", "when workers die"} {
		t.Run(strings.ReplaceAll(when, " ", "-"), func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				limitFiles(t, 128)
				p := open(t, process.Options{Workers: 2})
				pid := 0
				if when == "when workers die" {
					works(t, p)
					pid = p.Pids()[0]
				}
				var hog []*os.File
				for {
					f, err := os.Open(os.DevNull)
					if err != nil {
						break
					}
					hog = append(hog, f)
				}
				if pid != 0 {
					syscall.Kill(pid, syscall.SIGKILL)
				}
				f := submit(t, p, napping, time.Millisecond)
				time.Sleep(300 * time.Millisecond)
				for _, h := range hog {
					h.Close()
				}
				if err := settles(t, "a task submitted meanwhile", f); err != nil {
					t.Error(err)
				}
				works(t, p)
				closes(t, p)
			})
		})
	}
}

var (
	prepareForEver = executors.Define("test.prepareForEver", func(context.Context, struct{}) (struct{}, error) { select {} })
	prepareSpins   = executors.Define("test.prepareSpins", func(ctx context.Context, _ struct{}) (struct{}, error) {
		_, err := spin.Call(ctx, struct{}{})
		return struct{}{}, err
	})
	prepareStops = executors.Define("test.prepareStops", func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	})
	prepareSometimes = executors.Define("test.prepareSometimes", func(context.Context, struct{}) (struct{}, error) {
		// Three processes of four end here, or stop.
		name := os.Getenv("PROCESS_TEST_SOMETIMES")
		f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return struct{}{}, err
		}
		defer f.Close()
		f.WriteString("x")
		if st, err := f.Stat(); err == nil && st.Size()%4 != 0 {
			if os.Getenv("PROCESS_TEST_STOP") != "" {
				return struct{}{}, syscall.Kill(os.Getpid(), syscall.SIGSTOP)
			}
			os.Exit(9)
		}
		return struct{}{}, nil
	})
)

// Workers that do not get ready in time: the error says so, not that WorkerMain is missing.
func TestBootTakesTooLong(t *testing.T) {
	for _, init := range []*executors.Func[struct{}, struct{}]{prepareForEver, prepareSpins, prepareStops} {
		t.Run(init.Name(), func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := open(t, process.Options{Workers: 2, BootTimeout: 100 * time.Millisecond, InitFunc: init})
				f := submit(t, p, echo, 1)
				err := settles(t, "a task of a pool whose workers do not get ready", f)
				if err == nil {
					t.Fatal("it succeeded")
				}
				checkCause(t, err, "100ms") // the limit that was exceeded
				if !strings.Contains(err.Error(), init.Name()) {
					t.Errorf("%v does not name the initialiser", err)
				}
				closes(t, p)
			})
		})
	}
}

// As long as some workers start, those that do not are tried again.
func TestBootFailsSometimes(t *testing.T) {
	for _, how := range []string{"exit", "stop"} {
		t.Run(how, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				t.Setenv("PROCESS_TEST_SOMETIMES", t.TempDir()+"/count")
				if how == "stop" {
					t.Setenv("PROCESS_TEST_STOP", "1")
				}
				p := open(t, process.Options{Workers: 1, InitFunc: prepareSometimes, MaxTasks: 1, BootTimeout: 500 * time.Millisecond})
				for i := range 3 {
					if err := settles(t, "a task", submit(t, p, echo, i)); err != nil {
						t.Fatal(err)
					}
				}
				closes(t, p)
			})
		})
	}
}
